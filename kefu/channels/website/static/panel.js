// The window of the chat: a dialog beside the page, and over all of it (modal) on a phone.

import { h, iconButton } from "./dom.js";
import words from "./text.js";

const PHONE = matchMedia("(max-width: 480px)");
const BELL = "M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4";

export class Panel {
  #title = h("h2", { id: "title" });
  #status = h("p", { class: "status" });
  #bar = h("p", { class: "bar", role: "status", hidden: true });
  #sound;
  #onToggle;

  /** `content` are the nodes under the header; `onToggle(open)` hears; `sound` is `{on, toggle}`. */
  constructor(content, sound, onToggle) {
    this.#onToggle = onToggle;
    this.#sound = iconButton(BELL, words.soundOn, { onclick: () => (sound.toggle(), this.#showSound(sound.on)) });
    this.#showSound(sound.on);
    const close = iconButton("M6 9l6 6 6-6", words.close, { onclick: () => this.close() });
    const header = h("header", {}, h("span", { class: "logo", "aria-hidden": "true" }), h("div", {}, this.#title, this.#status), this.#sound, close);
    this.node = h("dialog", { class: "panel", "aria-labelledby": "title" }, header, this.#bar, ...content);
    this.node.addEventListener("keydown", (event) => event.key === "Escape" && this.#escape(event));
    this.node.addEventListener("cancel", (event) => this.#escape(event));
    PHONE.addEventListener("change", () => this.isOpen && (this.node.close(), this.#show()));
    for (const event of ["resize", "scroll"]) visualViewport?.addEventListener(event, () => this.#fit());
  }

  get isOpen() {
    return this.node.open;
  }

  open() {
    if (this.isOpen) return;
    this.#show();
    this.#onToggle(true);
  }

  close() {
    if (!this.isOpen) return;
    this.node.close();
    this.#lockPage(false);
    this.#onToggle(false);
  }

  /** Name above, how things are below it, and a bar where something is wrong. */
  describe(name, agent, trouble) {
    const title = name ? words.title(name) : words.human;
    const status = agent ? words.agent(agent) : words.online;
    if (this.#title.textContent !== title) this.#title.textContent = title;
    if (this.#status.textContent !== status) this.#status.textContent = status;
    this.#bar.hidden = !trouble;
    if (this.#bar.textContent !== (trouble ?? "")) this.#bar.textContent = trouble ?? "";
  }

  #show() {
    if (PHONE.matches) this.node.showModal();
    else this.node.show();
    this.#lockPage(PHONE.matches);
    this.#fit();
  }

  #escape(event) {
    event.preventDefault();
    event.stopPropagation();
    this.close();
  }

  /** On a phone the keyboard covers the page: fill what can be seen. */
  #fit() {
    const fit = this.isOpen && PHONE.matches && visualViewport;
    this.node.style.setProperty("--seen-height", fit ? `${visualViewport.height}px` : "");
    this.node.style.setProperty("--seen-top", fit ? `${visualViewport.offsetTop}px` : "");
  }

  #lockPage(locked) {
    document.documentElement.style.overflow = locked ? "hidden" : "";
  }

  #showSound(on) {
    this.#sound.setAttribute("aria-pressed", on);
    this.#sound.title = on ? words.soundOff : words.soundOn;
    this.#sound.classList.toggle("off", !on);
  }
}
