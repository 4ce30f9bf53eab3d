// The conversation as this tab knows it: the server's lines in order, and what is on its way to the server.

export const fromUs = ({ who, relayed }) => who !== "customer" && !relayed;

export class Store extends EventTarget {
  #lines = new Map(); // seq → line
  #sent = new Map(); // id → item that the server has, whose line is not here yet
  #outbox;
  #shelf;
  #since = Date.now();
  #seenBefore; // lines up to this one were here before this page was opened
  #told = false;
  #soon; // tells of all lines that come with one packet: a long absence ends with hundreds
  typing = undefined;
  exhausted = false; // no earlier lines on the server

  constructor(shelf, outbox) {
    super();
    this.#shelf = shelf;
    this.#outbox = outbox;
    this.#seenBefore = shelf.get("seen");
  }

  get lines() {
    return [...this.#lines.values()].sort((a, b) => a.seq - b.seq);
  }

  /** Own messages without a line yet, oldest first; `state` is sent, failed, waiting or sending. */
  get pending() {
    const shown = new Set([...this.#lines.values()].map(({ id }) => id));
    const state = (item) => (item.failed ? "failed" : this.#outbox.stuck || !navigator.onLine ? "waiting" : "sending");
    return [
      ...[...this.#sent.values()].map((item) => ({ ...item, state: "sent" })),
      ...this.#outbox.items.map((item) => ({ ...item, state: state(item) })),
    ].filter(({ id }) => !shown.has(id));
  }

  get first() {
    return Math.min(...this.#lines.keys());
  }

  /** The newest line's number; undefined where there is none. */
  get last() {
    return this.#lines.size ? Math.max(...this.#lines.keys()) : undefined;
  }

  get agent() {
    const last = this.lines.filter(({ who }) => who === "agent" || who === "bot").at(-1);
    return last?.who === "agent" ? last.agent : undefined;
  }

  get unread() {
    const read = this.#shelf.get("read");
    return this.lines.filter((line) => fromUs(line) && (read === undefined ? this.#isLater(line) : line.seq > read)).length;
  }

  /** Take lines; a repeated one is nothing new. Tells of each that came after this page was opened. */
  add(lines) {
    const fresh = lines.filter((line) => !this.#lines.has(line.seq));
    for (const line of fresh) {
      const isNews = this.#isNews(line);
      this.#lines.set(line.seq, line);
      this.#sent.delete(line.id);
      if (line.who !== "customer") this.typing = undefined;
      if (isNews && fromUs(line)) this.dispatchEvent(new CustomEvent("news", { detail: line }));
    }
    if (this.last > (this.#shelf.get("seen") ?? 0)) this.#shelf.set("seen", this.last);
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.changed();
    });
  }

  sent(item) {
    if (![...this.#lines.values()].some(({ id }) => id === item.id)) this.#sent.set(item.id, item);
    this.changed();
  }

  read() {
    if (this.last > (this.#shelf.get("read") ?? 0)) {
      this.#shelf.set("read", this.last);
      this.changed();
    }
  }

  /** Another conversation begins. */
  clear() {
    this.#lines.clear();
    this.#sent.clear();
    this.typing = undefined;
    this.exhausted = false;
    this.#seenBefore = undefined;
    for (const key of ["seen", "read"]) this.#shelf.remove(key);
    this.changed();
  }

  /** Tell once for all changes of a moment. */
  changed() {
    if (this.#told) return;
    this.#told = true;
    queueMicrotask(() => {
      this.#told = false;
      this.dispatchEvent(new Event("change"));
    });
  }

  #isNews(line) {
    if (this.last !== undefined && line.seq < this.last) return false; // an earlier page
    return this.#seenBefore === undefined ? this.#isLater(line) : line.seq > this.#seenBefore;
  }

  #isLater(line) {
    return Date.parse(line.at) >= this.#since - 5000; // clocks differ a little
  }
}
