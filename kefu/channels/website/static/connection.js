// Everything between this tab and the server: session, stream of lines, outbox, history, images.

import { Api, Failure } from "./api.js";
import { forget, keep, recall } from "./images.js";
import { newId, Outbox } from "./outbox.js";
import { person, Session } from "./session.js";
import { Shelf } from "./shelf.js";
import { Store } from "./store.js";
import { Stream } from "./stream.js";
import words from "./text.js";

const TYPING_LASTS = 30_000; // ms, should the end of it get lost
const ROUGH = 2; // failures in a row before the customer is told

export class Connection {
  #api;
  #session;
  #people; // names what this browser keeps of each
  #upload; // {id, stop} of the picture that is being sent
  #failures = 0;
  #error;
  #typingEnds;
  #background; // ends this tab's turn as the hidden tab that listens

  constructor(base, brand, user) {
    this.#people = (who) => `kefu.${brand}${who === undefined ? "" : `:${who}`}.`;
    this.shelf = new Shelf(this.#people(person(user)));
    this.#api = new Api(base);
    this.#session = new Session(this.#api, brand, this.shelf, user);
    this.outbox = new Outbox(this.shelf, (item) => this.#deliver(item));
    this.store = new Store(this.shelf, this.outbox);
    this.progress = () => {};
    this.onExpired = () => {};
    this.onLeave = () => {};
    this.outbox.onChange = () => this.store.changed();
    this.outbox.onSent = (item) => this.#sent(item);
    this.outbox.onDrop = ({ id }) => this.#dropped(id);
    this.#session.onNew = () => this.#restart();
    this.stream = new Stream(
      (signal) => this.#session.use((token) => this.#api.events(token, this.store.last, signal)),
      (event, data) => this.#hear(event, data),
      (connected, error) => this.#state(connected, error),
    );
    const visitor = new Shelf(this.#people());
    if (this.person !== undefined) visitor.alone("send", () => this.#adopt(visitor)); // another tab may be at it
  }

  get person() {
    return this.#session.person;
  }

  get name() {
    return this.#session.name;
  }

  /** Whether the customer could go on in WeChat. */
  get hasWechat() {
    return this.#session.stored?.wechat;
  }

  /** Whether this browser has talked before. */
  get isKnown() {
    return Boolean(this.#session.stored) || this.outbox.items.length > 0;
  }

  /** What the customer should know about the line, if something is wrong with it. */
  get trouble() {
    if (!navigator.onLine) return words.offline;
    if (this.#error?.status === 401) return words.expired;
    return this.#failures >= ROUGH ? words.connecting : undefined;
  }

  /** Follow the network, the other tabs and whether this one is seen, until `signal`. */
  follow(signal) {
    const resume = () => {
      this.#failures = 0;
      this.#reconnect(); // over the new network; the old one's connections are dead
      this.outbox.flush();
      this.store.changed();
    };
    addEventListener("online", resume, { signal });
    addEventListener("offline", () => this.store.changed(), { signal });
    document.addEventListener("visibilitychange", () => this.#seen(), { signal });
    if (document.visibilityState === "hidden") this.#seen(); // opened in the background
    this.shelf.follow((key, before, now) => this.#otherTab(key, before, now), signal);
  }

  start() {
    this.stream.start();
    this.outbox.flush();
  }

  stop() {
    this.stream.stop();
    this.#background?.();
  }

  send(text, title) {
    this.outbox.add({ id: newId(), text, title });
    this.start();
  }

  async sendImage(blob) {
    const id = newId();
    await keep(id, blob); // first: a reload must find it
    this.outbox.add({ id, image: true });
    this.start();
  }

  async image(line) {
    const own = line.id && (await recall(line.id));
    return own ?? this.#session.use((token) => this.#api.image(token, line.image.split("/").pop()));
  }

  earlier(seq) {
    return this.#session.use((token) => this.#api.history(token, seq));
  }

  /** Somebody logs in, gets a fresh token, or logs out (no token); what a person left unsent goes with that person. */
  setUser(user) {
    const running = this.stream.running;
    this.stream.stop();
    this.#error = undefined;
    const before = this.person;
    if (person(user) !== before) {
      if (before !== undefined) {
        this.onLeave();
        this.outbox.items.forEach((item) => this.outbox.drop(item));
      }
      this.#session.forget();
      this.store.clear();
      this.shelf.prefix = this.#people(person(user));
    }
    this.#session.user = user;
    if (before === undefined && user) this.#adopt(new Shelf(this.#people()));
    if (running || this.isKnown) this.start();
  }

  /** What a visitor has left unsent, he sends as the customer who has logged in; what he said before is forgotten. */
  #adopt(visitor) {
    for (const key of visitor.keys("")) {
      if (key.startsWith("out.")) this.shelf.set(key, visitor.get(key));
      if (key !== "sound") visitor.remove(key);
    }
    this.outbox.flush();
    this.store.changed();
  }

  async #deliver(item) {
    if (!item.image) return this.#session.use((token) => this.#api.message(token, item));
    const blob = await recall(item.id);
    if (!blob) throw new Failure(400, words.pictureLost);
    const stop = new AbortController();
    this.#upload = { id: item.id, stop };
    const told = (part) => this.progress(item.id, part);
    return this.#session.use((token) => this.#api.upload(token, item.id, blob, told, stop.signal));
  }

  #dropped(id) {
    forget(id);
    if (this.#upload?.id === id) this.#upload.stop.abort();
  }

  #sent(item) {
    if (item.image) forget(item.id);
    this.store.sent(item);
  }

  #hear(event, data) {
    if (event === "line") this.store.add([data]);
    else if (event === "typing") {
      clearTimeout(this.#typingEnds);
      this.store.typing = data.on && !this.store.agent ? data.who : undefined; // it only passes on what a person reads
      if (data.on) this.#typingEnds = setTimeout(() => this.#hear("typing", {}), TYPING_LASTS);
      this.store.changed();
    }
  }

  #state(connected, error) {
    this.#failures = connected ? 0 : this.#failures + 1;
    if (error?.status === 401 && this.#error?.status !== 401) this.onExpired();
    this.#error = error;
    if (!connected) this.store.typing = undefined;
    else if (this.outbox.stuck) this.outbox.flush();
    this.store.changed();
  }

  /** Browsers allow few connections to a host: of the tabs that nobody sees, one listens. */
  async #seen() {
    this.#background?.();
    this.#background = undefined;
    if (document.visibilityState === "visible") {
      if (this.isKnown) this.start();
      return;
    }
    const turn = new Promise((end) => {
      this.#background = end;
    });
    const alone = await this.shelf.claim("background", turn);
    if (!alone && document.visibilityState === "hidden") this.stream.stop();
  }

  #otherTab(key, before, now) {
    if (key === "session" && now && now.key !== before?.key) this.#restart();
    if (key.startsWith("out.") && !now && before && !before.failed) this.store.sent(before);
    this.store.changed();
  }

  /** The conversation is another one: forget the lines of the old. */
  #restart() {
    this.store.clear();
    this.#reconnect();
  }

  #reconnect() {
    if (!this.stream.running) return;
    this.stream.stop();
    this.stream.start();
  }
}
