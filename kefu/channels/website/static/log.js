// The list of lines: keeps the nodes that have not changed, the place that is being read, and says new lines aloud.

import { h, unseen } from "./dom.js";
import { needsTime, render, showTime } from "./render.js";
import words from "./text.js";

const NEAR = 80; // px from the end that still count as the end
const MARGIN = 12; // px above what is read
const SETTLED = 300; // ms without a new line, after which a page of them is complete

export class Log {
  #store;
  #actions;
  #nodes = new Map(); // key → {signature, node}
  #list = h("ol");
  #typing = h("div", { class: "typing", hidden: true }, h("i"), h("i"), h("i"), unseen(words.typing));
  #said = h("div", { class: "unseen", "aria-live": "polite" });
  #below = h("button", { type: "button", class: "chip below", hidden: true }, words.newBelow, " ↓");
  #earlier = h("p", { class: "earlier", hidden: true }, words.earlier);
  #greeting = h("ol");
  #loading = false;
  #settling;
  #greeted;
  #pinned = true; // the customer reads the end: stay there whatever grows
  #start; // of the lines that came last
  #top = 0; // where the list was scrolled to when we last looked

  constructor(store, actions) {
    this.#store = store;
    this.#actions = { ...actions, say: (text) => this.#say(text) };
    this.scroller = h(
      "div",
      { class: "log", role: "log", "aria-live": "off", "aria-label": words.log, tabindex: 0, onscroll: () => this.#scrolled() },
      this.#earlier,
      this.#greeting,
      this.#list,
      this.#typing,
    );
    this.nodes = [this.scroller, this.#below, this.#said];
    this.#below.addEventListener("click", () => this.toEnd());
    store.addEventListener("news", ({ detail }) => this.#sayLine(detail));
    const sizes = new ResizeObserver(() => this.#pinned && this.#stay());
    for (const node of [this.scroller, this.#list, this.#typing]) sizes.observe(node);
  }

  show(name) {
    const lines = [...this.#store.lines.filter(({ relayed }) => !relayed), ...this.#store.pending.map(asLine)];
    this.#greet(name, lines);
    const start = this.#reconcile(lines);
    this.#start = start ?? this.#start;
    this.#typing.hidden = !this.#store.typing;
    if (this.#pinned) this.#stay();
    else if (start) this.#below.hidden = false;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#fill(), SETTLED);
  }

  progress(id, fraction) {
    const bar = this.#list.querySelector(`progress[data-id="${CSS.escape(id)}"]`);
    if (bar) bar.value = fraction;
  }

  toEnd() {
    this.#start = undefined;
    this.#pinned = true;
    this.#stay();
  }

  /** Be at the end, or where more has come than there is room for, at its beginning. */
  #stay() {
    const { scroller } = this;
    const top = (node) => node.getBoundingClientRect().top;
    const start = this.#start?.isConnected ? scroller.scrollTop + top(this.#start) - top(scroller) - MARGIN : Infinity;
    scroller.scrollTop = Math.max(scroller.scrollTop, Math.min(start, scroller.scrollHeight));
    this.#top = scroller.scrollTop;
    this.#below.hidden = this.#left < NEAR;
  }

  get #left() { // px below what is seen
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight;
  }

  /** Make the list show these lines; the first of those at its end that were not there before. */
  #reconcile(lines) {
    const lastOwn = lines.findLastIndex(({ who, failed }) => who === "customer" && !failed);
    const { scrollHeight, scrollTop } = this.scroller;
    const before = this.#nodes;
    let last;
    this.#nodes = new Map();
    lines.forEach((line, index) => {
      const at = new Date(line.at);
      const how = { at, time: needsTime(at, last) ? showTime(at) : "", settled: index < lastOwn };
      last = at;
      const key = line.who === "customer" && line.id ? line.id : line.seq;
      const signature = [line.seq, line.state, line.failed, how.time, how.settled].join();
      const known = before.get(key);
      const node = known?.signature === signature ? known.node : render(line, how, this.#actions);
      if (known?.node !== node) known?.node.replaceWith(node);
      this.#nodes.set(key, { signature, node });
    });
    for (const [key, { node }] of before) if (!this.#nodes.has(key)) node.remove();
    [...this.#nodes.values()].forEach(({ node }, index) => {
      const there = this.#list.children[index];
      if (there !== node) this.#list.insertBefore(node, there ?? null);
    });
    const [first] = before.keys();
    const isEarlier = this.#nodes.has(first) && first !== this.#nodes.keys().next().value;
    if (isEarlier) this.scroller.scrollTop = scrollTop + this.scroller.scrollHeight - scrollHeight; // at the same line
    const keys = [...this.#nodes.keys()];
    const known = keys.findLastIndex((key) => before.has(key));
    return known < 0 ? undefined : this.#nodes.get(keys[known + 1])?.node;
  }

  #greet(name, lines) {
    this.#greeting.hidden = lines.length > 0 && !this.#store.exhausted && this.#store.first > 1;
    const state = `${name} ${lines.length > 0}`;
    if (!name || this.#greeted === state) return;
    this.#greeted = state;
    const buttons = lines.length ? [] : words.starters.map((title) => ({ title, payload: title }));
    const line = { who: "bot", text: words.greeting(name), buttons };
    this.#greeting.replaceChildren(render(line, {}, this.#actions));
  }

  /** What grows moves the end away; only the customer moves up. */
  #scrolled() {
    const { scrollTop } = this.scroller;
    const left = this.#left;
    this.#pinned = left < NEAR || (this.#pinned && scrollTop >= this.#top);
    this.#top = scrollTop;
    if (left < NEAR) this.#below.hidden = true;
    if (left < 2) this.#start = undefined; // all is read
    this.#fill();
  }

  /** Fetch an earlier page where the customer has come to the top. */
  async #fill() {
    const store = this.#store;
    if (this.#loading || store.exhausted || !(store.first > 1) || this.scroller.scrollTop > NEAR) return;
    if (!this.scroller.clientHeight || store.first === Infinity) return; // not open, or empty
    this.#loading = true;
    this.#earlier.hidden = false;
    try {
      const { lines, more } = await this.#actions.earlier(store.first);
      store.exhausted = !more;
      store.add(lines);
      store.changed(); // before the next scroll
    } catch {
      // The next scroll tries again.
    }
    this.#earlier.hidden = true;
    this.#loading = false;
  }

  /** Take back what was said aloud. */
  hush() {
    this.#said.replaceChildren();
  }

  #sayLine(line) {
    const who = line.who === "agent" ? `${line.agent || words.human}：` : "";
    this.#say(who + (line.text?.slice(0, 500) ?? words.picture));
  }

  #say(text) {
    this.#said.append(h("p", {}, text));
    while (this.#said.children.length > 5) this.#said.firstChild.remove();
  }
}

/** A message on its way, in the shape of a line. */
const asLine = (item) => ({ ...item, who: "customer", text: item.image ? "" : (item.title ?? item.text) });
