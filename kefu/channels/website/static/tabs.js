// Tabs of one site share a shelf: one at a time does a thing, and each hears what the others wrote.

/** Run `task` while no other tab runs one of that name (browsers lock only on https; the server forgives repeats). */
export const alone = (name, task) => (navigator.locks ? navigator.locks.request(name, task) : task());

/** Hold a name for as long as `until` is pending, if no other tab holds it; whether it was free. */
export const claim = (name, until) =>
  new Promise((answer) => {
    if (!navigator.locks) return answer(false);
    navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      answer(Boolean(lock));
      return lock && until;
    });
  });

/** Call `heard(key, before, now)` when another tab changes the shelf with this prefix. */
export function onOtherTab(prefix, heard, signal) {
  const parsed = (text) => (text === null ? undefined : JSON.parse(text));
  addEventListener(
    "storage",
    ({ key, oldValue, newValue }) => {
      if (key?.startsWith(prefix)) heard(key.slice(prefix.length), parsed(oldValue), parsed(newValue));
    },
    { signal },
  );
}
