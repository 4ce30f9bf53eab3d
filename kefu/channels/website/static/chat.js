// <kefu-chat>: puts connection and views together.

import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { recall } from "./images.js";
import { Log } from "./log.js";
import { chime, Launcher, Panel } from "./panel.js";
import { Shelf } from "./shelf.js";
import words from "./text.js";

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
    #gone = new AbortController();

    connectedCallback() {
      if (this.shadowRoot) return;
      const { brand = "post", userToken, open } = this.dataset;
      this.dataset.brand = brand;
      this.#connection = new Connection(base, brand, userToken);
      this.#build();
      const { store } = this.#connection;
      store.addEventListener("change", () => this.#show());
      store.addEventListener("news", ({ detail }) => this.#news(detail));
      this.#connection.progress = (id, part) => this.#log.progress(id, part);
      this.#connection.onExpired = () => this.#tell("expired");
      this.#connection.follow(this.#gone.signal);
      document.addEventListener("visibilitychange", () => this.#show(), { signal: this.#gone.signal });
      if (this.#connection.isKnown) this.#connection.start();
      const phone = matchMedia("(max-width: 480px)").matches;
      if (open !== undefined || (this.#visit.get("open") && !phone)) this.open();
      this.#show();
      this.#tell("ready");
    }

    disconnectedCallback() {
      queueMicrotask(() => {
        if (this.isConnected) return; // only moved
        this.#gone.abort();
        this.#connection.stop();
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
      this.#connection.send(String(text), title);
      this.#log.toEnd();
    }

    setUserToken(token) {
      this.#connection.setUser(token || undefined);
    }

    #build() {
      const connection = this.#connection;
      const { outbox, shelf } = connection;
      this.#visit = new Shelf(shelf.prefix, () => sessionStorage);
      this.#log = new Log(connection.store, {
        press: ({ title, payload }) => this.#press(payload, title),
        image: (line) => connection.image(line),
        pendingImage: (id) => recall(id),
        retry: (item) => outbox.retry(item),
        drop: (item) => outbox.drop(item),
        earlier: (seq) => connection.earlier(seq),
      });
      this.#composer = new Composer(
        (text) => this.send(text),
        (blob) => connection.sendImage(blob).then(() => this.#log.toEnd()),
        this.#visit,
      );
      const content = [...this.#log.nodes, this.#composer.node];
      const toWechat = () => this.#press(words.bind);
      this.#panel = new Panel(content, shelf, (open) => this.#toggled(open), toWechat);
      this.#launcher = new Launcher(() => this.open());
      const root = this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [sheet];
      root.append(this.#launcher.node, this.#panel.node);
    }

    #press(payload, title) {
      this.send(payload, title);
      this.#composer.focus(); // the pressed button is about to go
    }

    #toggled(open) {
      this.#visit.set("open", open);
      this.#show();
      if (open) {
        this.#connection.start();
        this.#composer.focus();
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
