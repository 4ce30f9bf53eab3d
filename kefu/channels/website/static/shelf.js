// What this browser remembers (JSON in localStorage); only this page's memory where that is forbidden or full.

export class Shelf {
  #prefix;
  #memory = new Map();

  constructor(prefix) {
    this.#prefix = prefix;
  }

  get(key) {
    try {
      const text = this.#memory.get(key) ?? localStorage.getItem(this.#prefix + key);
      return text === null ? undefined : JSON.parse(text);
    } catch {
      return undefined;
    }
  }

  set(key, value) {
    const text = JSON.stringify(value);
    try {
      localStorage.setItem(this.#prefix + key, text);
      this.#memory.delete(key);
    } catch {
      this.#memory.set(key, text);
    }
  }

  remove(key) {
    this.#memory.delete(key);
    try {
      localStorage.removeItem(this.#prefix + key);
    } catch {} // nothing is stored where storing is forbidden
  }

  /** Keys that begin with `start`, in order. */
  keys(start) {
    let stored = [];
    try {
      stored = Object.keys(localStorage);
    } catch {}
    const own = stored.filter((key) => key.startsWith(this.#prefix)).map((key) => key.slice(this.#prefix.length));
    return [...new Set([...own, ...this.#memory.keys()])].filter((key) => key.startsWith(start)).sort();
  }
}
