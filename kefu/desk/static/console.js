// What the pages need beyond htmx: sending with Enter, drafts, canned replies, following a talk, the tab's title.

const all = (selector, root = document) => root.querySelectorAll(selector);

// Enter sends; Shift+Enter makes a line; Enter that confirms an input method's candidate does neither.
document.addEventListener("keydown", (event) => {
  const box = event.target;
  const mode = box instanceof HTMLTextAreaElement ? box.form?.dataset.send : undefined;
  if (mode === undefined || event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
  const sends = mode === "ctrl" ? event.ctrlKey || event.metaKey : !event.shiftKey;
  if (!sends) return;
  event.preventDefault();
  if (box.value.trim()) box.form.requestSubmit(box.form.querySelector("button.main"));
});

// What was typed survives a reload, and a refusal, until the page that comes back says that it was sent.
const draftKey = (box) => `kefu-draft:${box.dataset.draft}`;
const done = document.querySelector("[data-done]")?.dataset.done;
if (done !== undefined) { // said once: not again when the page is reloaded
  const here = new URL(location.href);
  here.searchParams.delete("done");
  history.replaceState(null, "", here);
}
for (const box of all("[data-draft]")) {
  if (done === "sent" || done === "noted") sessionStorage.removeItem(draftKey(box));
  if (!box.value) box.value = sessionStorage.getItem(draftKey(box)) ?? "";
}
document.addEventListener("input", ({ target }) => {
  if (target.dataset?.draft) sessionStorage.setItem(draftKey(target), target.value);
});
const forget = (form) => {
  for (const box of all("[data-draft]", form)) sessionStorage.removeItem(draftKey(box));
};

// A form without htmx is sent once, however often its button is pressed.
document.addEventListener("submit", ({ target, submitter }) => {
  if (target.hasAttribute("hx-post") || target.method !== "post") return;
  setTimeout(() => {
    for (const button of all("button", target)) button.disabled = true;
  });
  window.addEventListener("pageshow", () => {
    for (const button of all("button", target)) button.disabled = false;
  }, { once: true });
  submitter?.blur();
});

// A talk in a hidden tab holds no stream: over HTTP/1.1 a browser has six connections for all tabs, and an agent may
// have more talks open. The queue keeps its own, so that a waiting customer is seen in the tab's title. When the tab
// is shown again, the stream's first event makes the page catch up.
const pausing = (url) => {
  const listeners = [];
  let source;
  const turn = () => {
    if (document.hidden) {
      source?.close();
      source = undefined;
    } else if (!source) {
      source = new EventSource(url);
      source.onopen = (event) => stream.onopen?.(event);
      source.onerror = (event) => stream.onerror?.(event);
      for (const listener of listeners) source.addEventListener(...listener);
    }
  };
  const stream = {
    get readyState() { return source?.readyState ?? EventSource.CONNECTING; },
    addEventListener(...listener) {
      listeners.push(listener);
      source?.addEventListener(...listener);
    },
    removeEventListener(name, heard) {
      const place = listeners.findIndex((one) => one[0] === name && one[1] === heard);
      if (place >= 0) listeners.splice(place, 1);
      source?.removeEventListener(name, heard);
    },
    close() {
      document.removeEventListener("visibilitychange", turn);
      source?.close();
    },
  };
  document.addEventListener("visibilitychange", turn);
  turn();
  return stream;
};
htmx.createEventSource = (url) => (url.startsWith("/talks/") ? pausing(url) : new EventSource(url));

// A line that was taken: empty the box, and the next one is another.
document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
  const form = detail.elt;
  if (!(form instanceof HTMLFormElement) || form.dataset.send === undefined) return;
  if (detail.successful) {
    forget(form);
    form.elements.text.value = "";
    form.elements.key.value = newKey();
    document.getElementById("alert").textContent = "";
  } else if (!detail.xhr.status) {
    say("没发出去，网络好像断了。内容还在，请再按一次发送。");
  }
  form.elements.text.focus();
});

const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

const say = (text) => {
  const line = document.createElement("p");
  line.className = "said bad";
  line.textContent = text;
  document.getElementById("alert").replaceChildren(line);
};

// The queue's address holds its filters: whoever comes back from a ticket finds what was left.
document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.elt.id !== "filters" || !detail.successful) return;
  const chosen = [...new FormData(detail.elt)].filter(([, value]) => value);
  history.replaceState(null, "", chosen.length ? `/?${new URLSearchParams(chosen)}` : "/");
});

// A canned reply goes where the cursor is.
document.addEventListener("change", ({ target }) => {
  const box = target.dataset?.canned && document.getElementById(target.dataset.canned);
  if (!box || !target.value) return;
  box.setRangeText(target.value, box.selectionStart, box.selectionEnd, "end");
  target.value = "";
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
});

// A talk shows its newest line, unless the agent has scrolled up to read.
const talk = document.querySelector("[data-follow]");
if (talk) {
  const toEnd = () => { talk.scrollTop = talk.scrollHeight; };
  let follows = true;
  talk.addEventListener("scroll", () => {
    follows = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 60;
  }, { passive: true });
  new ResizeObserver(() => follows && toEnd()).observe(talk);
  new MutationObserver(() => follows && toEnd()).observe(talk, { childList: true, subtree: true });
  toEnd();
}

// The tab says how many customers wait.
const title = document.title;
const count = () => {
  const waiting = Number(document.getElementById("talks")?.dataset.waiting ?? 0);
  document.title = waiting ? `(${waiting}) ${title}` : title;
};
count();
document.body.addEventListener("htmx:oobAfterSwap", count);
