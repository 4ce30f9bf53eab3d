// What this browser remembers (JSON in localStorage, shared by the site's tabs); only this page where that is forbidden.

function parsed(text) {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {} // nothing there, or not ours
}

export class Shelf {
  #memory = new Map();

  /** `storage()` is called each time: where storing is forbidden, even naming it throws. */
  constructor(prefix, storage = () => localStorage) {
    this.prefix = prefix;
    this.storage = storage;
  }

  #try(work, otherwise) {
    try {
      return work(this.storage());
    } catch {
      return otherwise;
    }
  }

  get(key) {
    const text = this.#memory.get(key) ?? this.#try((storage) => storage.getItem(this.prefix + key));
    return parsed(text);
  }

  set(key, value) {
    const text = JSON.stringify(value);
    const kept = this.#try((storage) => (storage.setItem(this.prefix + key, text), true));
    if (kept) this.#memory.delete(key);
    else this.#memory.set(key, text);
  }

  remove(key) {
    this.#memory.delete(key);
    this.#try((storage) => storage.removeItem(this.prefix + key));
  }

  /** Keys that begin with `start`, in order. */
  keys(start) {
    const stored = this.#try(Object.keys, []).filter((key) => key.startsWith(this.prefix));
    const own = stored.map((key) => key.slice(this.prefix.length));
    return [...new Set([...own, ...this.#memory.keys()])].filter((key) => key.startsWith(start)).sort();
  }

  /** Call `heard(key, before, now)` when another tab changes something. */
  follow(heard, signal) {
    const changed = ({ key, oldValue, newValue }) => {
      if (key?.startsWith(this.prefix)) heard(key.slice(this.prefix.length), parsed(oldValue), parsed(newValue));
    };
    addEventListener("storage", changed, { signal });
  }

  /** Run `task` while no other tab runs one of that name (browsers lock only on https; the server forgives repeats). */
  alone(name, task) {
    return navigator.locks ? navigator.locks.request(this.prefix + name, task) : task();
  }

  /** Hold a name while `until` is pending, if no other tab does; whether it was free. */
  claim(name, until) {
    return new Promise((answer) => {
      if (!navigator.locks) return answer(false);
      navigator.locks.request(this.prefix + name, { ifAvailable: true }, (lock) => (answer(Boolean(lock)), lock && until));
    });
  }
}
