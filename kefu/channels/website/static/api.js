// The server's HTTP API. Every failure is a Failure: status 0 where no answer came.

const PATIENCE = 20_000; // ms for an answer
const UPLOAD_PATIENCE = 120_000; // without any progress: 5 MB over a slow line may take longer
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;

/** ms to wait after the n-th failure in a row: doubling, capped, jittered so that browsers don't return as a crowd. */
export const backoff = (failures, first = FIRST_WAIT) =>
  Math.min(LONGEST_WAIT, first * 2 ** failures) * (0.5 + Math.random() / 2);

export class Failure extends Error {
  constructor(status, message, retryAfter) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter; // ms, where the server said so
  }

  /** Whether the same request can't succeed later. */
  get final() {
    return this.status >= 400 && this.status < 500 && ![401, 408, 425, 429].includes(this.status);
  }
}

const failure = (status, body, retryAfter) =>
  new Failure(status, body?.error ?? `HTTP ${status}`, Number(retryAfter) * 1000 || (status === 429 ? FIRST_WAIT : undefined));

export class Api {
  #base;

  constructor(base) {
    this.#base = base;
  }

  async #ask(path, token, options) {
    const headers = { ...options?.headers };
    if (token) headers.Authorization = `Bearer ${token}`;
    let answer;
    try {
      answer = await fetch(this.#base + path, { signal: AbortSignal.timeout(PATIENCE), ...options, headers });
    } catch (error) {
      throw new Failure(0, error.message);
    }
    if (answer.ok) return answer;
    throw failure(answer.status, await answer.json().catch(() => null), answer.headers.get("Retry-After"));
  }

  async #post(path, token, body) {
    const headers = { "Content-Type": "application/json" };
    return (await this.#ask(path, token, { method: "POST", headers, body: JSON.stringify(body) })).json();
  }

  /** `{token, brand, name, expires}` for `{brand, token?, user_token?}`. */
  session(body) {
    return this.#post("session", undefined, body);
  }

  /** `{id, seq}` once the message is stored. */
  message(token, { id, text, title }) {
    return this.#post("messages", token, { id, text, title });
  }

  /** `{lines, more}` before a line. */
  async history(token, before) {
    return (await this.#ask(`history?before=${before}&limit=50`, token)).json();
  }

  /** The response whose body is the stream of events after a line. */
  events(token, after, signal) {
    const headers = { Accept: "text/event-stream" };
    if (after) headers["Last-Event-ID"] = after;
    return this.#ask("events", token, { headers, signal, cache: "no-store" });
  }

  /** The bytes of an uploaded image. */
  async image(token, id) {
    return (await this.#ask(`uploads/${encodeURIComponent(id)}`, token)).blob();
  }

  /** `{id, seq}` once the image is stored; `progress` hears fractions (fetch can't tell them, XHR can). */
  upload(token, id, blob, progress, signal) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      const stop = () => request.abort();
      let dead;
      const alive = () => {
        clearTimeout(dead);
        dead = setTimeout(stop, UPLOAD_PATIENCE);
      };
      request.open("POST", `${this.#base}uploads`);
      request.responseType = "json";
      request.setRequestHeader("Authorization", `Bearer ${token}`);
      request.setRequestHeader("Content-Type", blob.type);
      request.setRequestHeader("X-Message-Id", id);
      request.upload.onprogress = ({ loaded, total }) => (alive(), progress(loaded / total));
      request.onerror = request.onabort = () => reject(new Failure(0, "offline"));
      request.onloadend = () => clearTimeout(dead);
      signal.addEventListener("abort", stop);
      request.onload = () =>
        request.status < 300
          ? resolve(request.response)
          : reject(failure(request.status, request.response, request.getResponseHeader("Retry-After")));
      alive();
      request.send(blob);
    });
  }
}
