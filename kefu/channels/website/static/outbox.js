// What the customer sent and the server has not yet stored. One key an item, so that tabs never overwrite each other;
// an item stays until it is acknowledged, and the server answers a repeated id only once.

import { backoff } from "./api.js";

const PREFIX = "out.";

/** 22 unguessable characters; crypto.randomUUID is missing on http pages. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export class Outbox {
  onSent = () => {};
  onDrop = () => {};
  onChange = () => {};
  #shelf;
  #deliver;
  #latest = 0;
  #failures = 0;
  #busy = false;
  #again = false;
  #timer;
  #notBefore = 0; // the server asked to wait until then

  /** `deliver(item)` resolves when the server has it */
  constructor(shelf, deliver) {
    this.#shelf = shelf;
    this.#deliver = deliver;
  }

  get items() {
    return this.#shelf.keys(PREFIX).map((key) => this.#shelf.get(key)).filter(Boolean);
  }

  /** Keep `{id, text, title}` or `{id, image: true}`, then send it. */
  add(content) {
    this.#latest = Math.max(this.#latest + 1, Date.now()); // two in one millisecond keep their order
    this.#write({ ...content, at: this.#latest });
    this.flush();
  }

  retry(item) {
    this.#write({ ...item, failed: undefined });
    this.#failures = 0;
    this.flush();
  }

  drop(item) {
    this.#shelf.set(key(item), { ...item, failed: "dropped" }); // to other tabs a mere removal means: it is sent
    this.#shelf.remove(key(item));
    this.onDrop(item);
    this.onChange();
  }

  /** Send all that waits, in order, in one tab at a time; after a failure again later. */
  async flush() {
    clearTimeout(this.#timer);
    const wait = this.#notBefore - Date.now();
    if (wait > 0) return this.#later(wait);
    this.#again = true;
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#again) {
        this.#again = false;
        if (this.items.some(waits)) await this.#shelf.alone("send", () => this.#drain());
      }
      this.#failures = 0;
    } catch (error) {
      this.#failures++;
      if (error.retryAfter) this.#notBefore = Date.now() + error.retryAfter;
      this.#later(error.retryAfter ?? backoff(this.#failures - 1));
      this.onChange();
    }
    this.#busy = false;
  }

  /** Whether the last try failed. */
  get stuck() {
    return this.#failures > 0;
  }

  #later(wait) {
    this.#timer = setTimeout(() => this.flush(), wait);
  }

  async #drain() {
    for (let item; (item = this.items.find(waits)); ) {
      let failed;
      try {
        await this.#deliver(item);
      } catch (error) {
        if (!error.final) throw error;
        failed = error.message;
      }
      if (!this.#shelf.get(key(item))) continue; // dropped on its way, maybe with the person who wrote it
      if (failed) this.#write({ ...item, failed });
      else {
        this.#shelf.remove(key(item));
        this.onSent(item);
      }
    }
  }

  #write(item) {
    this.#shelf.set(key(item), item);
    this.onChange();
  }
}

const key = ({ at, id }) => `${PREFIX}${at}.${id}`;
const waits = (item) => !item.failed;
