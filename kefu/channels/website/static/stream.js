// Server-sent events over fetch: EventSource can't send a token in a header, and a token in a URL ends up in logs.

import { backoff } from "./api.js";

const SILENCE = 40_000; // ms; the server says something every 15 s, so a longer silence is a dead connection
const DOUBTFUL = 20_000; // ms of silence after which somebody who comes back does not wait for that: timers sleep too

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
  #end; // aborts the connection
  #heard; // when the server last said something
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
    if (this.running) {
      if (Date.now() - this.#heard > DOUBTFUL) this.#end();
      return this.#wake();
    }
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
    let dead;
    const hear = () => {
      this.#heard = Date.now();
      clearTimeout(dead);
      dead = setTimeout(end, SILENCE);
    };
    this.#end = end;
    stopped.addEventListener("abort", end);
    hear();
    try {
      const answer = await this.#connect(connection.signal);
      this.onState(true);
      for await (const { event, data, retry } of parse(answer.body)) {
        if (stopped.aborted) return;
        hear();
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
