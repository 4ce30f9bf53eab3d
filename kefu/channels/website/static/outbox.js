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
    this.#shelf.remove(key(item));
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
      try {
        await this.#deliver(item);
        this.#shelf.remove(key(item));
        this.onSent(item);
      } catch (error) {
        if (!error.final) throw error;
        this.#write({ ...item, failed: error.message });
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
