// <kefu-chat>: puts connection and views together.

import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { forgetAll, recall } from "./images.js";
import { Log } from "./log.js";
import { chime, Launcher, Panel } from "./panel.js";
import { Shelf } from "./shelf.js";
import words from "./text.js";

const LONGEST = 4002; // UTF-16 units to send: enough for the server to see that it reads only the first 2000 characters

/** Define the element; `base` is the server's address, `css` its style sheet. */
export function define(base, css) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);

  class KefuChat extends HTMLElement {
    #connection;
    #launcher;
    #panel;
    #log;
    #composer;
    #unread = 0;
    #visit; // what this tab remembers
    #gone;

    connectedCallback() {
      if (this.#gone) return; // only moved
      const { brand = "post", userToken, open } = this.dataset;
      this.dataset.brand = brand;
      if (!this.shadowRoot) this.#build(brand, new Connection(base, brand, userToken));
      this.#gone = new AbortController();
      const { signal } = this.#gone;
      this.#connection.follow(signal);
      this.#panel.follow(signal);
      document.addEventListener("visibilitychange", () => this.#show(), { signal });
      if (this.#connection.isKnown) this.#connection.start();
      const phone = matchMedia("(max-width: 480px)").matches;
      if (open !== undefined || (this.#visit.get("open") && !phone)) this.#panel.open(true);
      this.#show();
      this.#tell("ready");
    }

    disconnectedCallback() {
      queueMicrotask(() => {
        if (this.isConnected) return; // only moved
        this.#gone.abort();
        this.#gone = undefined;
        this.#connection.stop();
        this.#panel.leave();
      });
    }

    open() {
      this.#panel.open();
    }

    close() {
      this.#panel.close();
    }

    /** Say something in the customer's name. */
    send(text, title) {
      if (!String(text).trim()) return;
      this.#connection.send(String(text).slice(0, LONGEST), title);
      this.#log.toEnd();
    }

    setUserToken(token) {
      this.#connection.setUser(token || undefined);
    }

    #build(brand, connection) {
      const { outbox, shelf, store } = connection;
      this.#connection = connection;
      this.#visit = new Shelf(`kefu.${brand}.`, () => sessionStorage);
      this.#log = new Log(store, {
        press: ({ title, payload }) => this.#press(payload, title),
        image: (line) => connection.image(line),
        pendingImage: (id) => recall(id),
        retry: (item) => (outbox.retry(item), this.#composer.focus(this.#log.scroller)),
        drop: (item) => (outbox.drop(item), this.#composer.focus(this.#log.scroller)),
        earlier: (seq) => connection.earlier(seq),
      });
      const draft = () => `draft.${connection.person}`; // another person's is not shown
      this.#composer = new Composer(
        (text) => this.send(text),
        (blob) => connection.sendImage(blob).then(() => this.#log.toEnd()),
        this.#visit.get(draft()),
        (text) => this.#visit.set(draft(), text),
      );
      const content = [...this.#log.nodes, this.#composer.node];
      const toWechat = () => this.#press(words.bind);
      this.#panel = new Panel(content, shelf, (open, quietly) => this.#toggled(open, quietly), toWechat);
      this.#composer.takeDrops(this.#panel.node);
      this.#launcher = new Launcher(() => this.open());
      store.addEventListener("change", () => this.#show());
      store.addEventListener("news", ({ detail }) => this.#news(detail));
      connection.progress = (id, part) => this.#log.progress(id, part);
      connection.onExpired = () => this.#tell("expired");
      connection.onLeave = () => {
        this.#composer.clear();
        this.#log.hush();
        forgetAll();
      };
      const root = this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [sheet];
      root.append(this.#launcher.node, this.#panel.node);
    }

    #press(payload, title) {
      this.send(payload, title);
      this.#composer.focus(this.#log.scroller); // the pressed button is about to go
    }

    #toggled(open, quietly) {
      this.#visit.set("open", open);
      this.#show();
      if (open) {
        this.#connection.start();
        this.#composer.grow();
        if (!quietly) this.#composer.focus(this.#log.scroller);
        this.#log.toEnd();
      } else this.#launcher.node.focus();
      this.#tell(open ? "open" : "close");
    }

    #show() {
      const { store, name } = this.#connection;
      const open = this.#panel.isOpen;
      if (open && document.visibilityState === "visible") store.read();
      this.#panel.describe(this.#connection, store.agent);
      this.#log.show(name);
      const { unread } = store;
      this.#launcher.show(unread, open);
      if (unread !== this.#unread) this.#tell("unread", { count: unread });
      this.#unread = unread;
    }

    #news(line) {
      const looking = this.#panel.isOpen && document.visibilityState === "visible";
      const { seq, who, text, agent } = line;
      this.#tell("message", { seq, who, text, agent });
      if (!looking && this.#connection.shelf.get("sound")) chime();
    }

    #tell(event, detail = {}) {
      this.dispatchEvent(new CustomEvent(`kefu:${event}`, { detail, bubbles: true, composed: true }));
    }
  }

  if (!customElements.get("kefu-chat")) customElements.define("kefu-chat", KefuChat);
}
