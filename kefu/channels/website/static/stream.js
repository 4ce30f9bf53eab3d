// Server-sent events over fetch: EventSource can't send a token in a header, and a token in a URL ends up in logs.

import { backoff } from "./api.js";

const SILENCE = 40_000; // ms; the server says something every 15 s, so a longer silence is a dead connection

/** The events `{event, data, id?, retry?}` of a byte stream. */
export async function* parse(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let fields = {};
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    yield {}; // a sign of life
    for (const line of lines) {
      if (!line) {
        if (Object.keys(fields).length) yield fields;
        fields = {};
        continue;
      }
      const [, name, text] = /^([^:]*):? ?(.*)$/s.exec(line);
      if (name === "data" && "data" in fields) fields.data += `\n${text}`;
      else if (name) fields[name] = text;
    }
  }
}

export class Stream {
  #connect;
  #stop; // aborts the connection and ends the loop
  #wake = () => {};
  #first; // ms, as the server wishes

  /** `connect(signal)` opens; `onEvent(event, data)` hears; `onState(connected, error?)` says how it is. */
  constructor(connect, onEvent, onState) {
    this.#connect = connect;
    this.onEvent = onEvent;
    this.onState = onState;
  }

  get running() {
    return Boolean(this.#stop);
  }

  start() {
    if (this.running) return this.#wake();
    this.#stop = new AbortController();
    this.#run(this.#stop.signal);
  }

  stop() {
    this.#stop?.abort();
    this.#stop = undefined;
    this.#wake();
  }

  async #run(stopped) {
    for (let failures = 0; !stopped.aborted; ) {
      let wait;
      try {
        await this.#listen(stopped, () => {
          failures = 0;
        });
      } catch (error) {
        wait = error.retryAfter;
        if (!stopped.aborted) this.onState(false, error);
      }
      if (!stopped.aborted) await this.#sleep(wait ?? backoff(failures++, this.#first));
    }
  }

  async #listen(stopped, alive) {
    const connection = new AbortController();
    const end = () => connection.abort();
    stopped.addEventListener("abort", end);
    let dead = setTimeout(end, SILENCE);
    try {
      const answer = await this.#connect(connection.signal);
      this.onState(true);
      for await (const { event, data, retry } of parse(answer.body)) {
        if (stopped.aborted) return;
        clearTimeout(dead);
        dead = setTimeout(end, SILENCE);
        alive();
        if (retry > 0) this.#first = Number(retry);
        if (data) this.onEvent(event, JSON.parse(data));
      }
      this.onState(false);
    } finally {
      clearTimeout(dead);
      stopped.removeEventListener("abort", end);
      end();
    }
  }

  #sleep(ms) {
    return new Promise((resolve) => {
      this.#wake = resolve; // start() again ends the wait
      setTimeout(resolve, ms);
    });
  }
}
