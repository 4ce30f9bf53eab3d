// The round button in the corner, and the window it opens: a dialog beside the page, over all of it (modal) on a phone.

import { h, icon, iconButton } from "./dom.js";
import words from "./text.js";

const PHONE = matchMedia("(max-width: 480px)");
const BUBBLE = "M4 5h16v11H11l-5 4v-4H4zM8 9h8M8 12h5";
const CODE = "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM20 14v6h-4"; // a QR code
const BELL = "M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4";

export class Launcher {
  #badge = h("span", { class: "badge", "aria-hidden": "true" });

  constructor(onPress) {
    const text = h("span", { class: "launcher-text", "aria-hidden": "true" }, words.launcher);
    const properties = { type: "button", class: "launcher", "aria-haspopup": "dialog", onclick: onPress };
    this.node = h("button", properties, icon(BUBBLE), text, this.#badge);
  }

  /** With the number of unread lines; away while the window is open. */
  show(unread, open) {
    this.#badge.hidden = !unread;
    this.#badge.textContent = unread > 99 ? "99+" : unread;
    this.node.setAttribute("aria-label", words.launcher + (unread ? words.unread(unread) : ""));
    this.node.setAttribute("aria-expanded", open);
  }
}

export class Panel {
  #title = h("h2", { id: "title" });
  #status = h("p", { class: "status" });
  #bar = h("p", { class: "bar", role: "status" }); // always there, or not every screen reader says what comes into it
  #sound;
  #wechat;
  #pageOverflow; // what the page had, while it is locked
  #onToggle;

  /**
   * `content` are the nodes under the header; `onToggle(open, quietly)` hears; `toWechat` leads on to WeChat;
   * `shelf` remembers whether new lines sound.
   */
  constructor(content, shelf, onToggle, toWechat) {
    this.#onToggle = onToggle;
    this.#wechat = iconButton(CODE, words.wechat, { hidden: true, onclick: toWechat });
    const toggle = () => {
      shelf.set("sound", !shelf.get("sound"));
      this.#showSound(shelf.get("sound"));
      if (shelf.get("sound")) chime(); // browsers want a press before the first tone
    };
    this.#sound = iconButton(BELL, words.sound, { onclick: toggle });
    this.#showSound(shelf.get("sound"));
    const close = iconButton("M6 9l6 6 6-6", words.close, { onclick: () => this.close() });
    const logo = h("span", { class: "logo", "aria-hidden": "true" });
    const top = h("div", { class: "top" }, logo, h("div", {}, this.#title, this.#status), this.#wechat, this.#sound, close);
    this.node = h("dialog", { class: "panel", "aria-labelledby": "title" }, top, this.#bar, ...content);
    this.node.addEventListener("keydown", (event) => event.key === "Escape" && this.#escape(event));
    this.node.addEventListener("cancel", (event) => this.#escape(event));
  }

  /** Follow the screen until `signal`. */
  follow(signal) {
    PHONE.addEventListener("change", () => this.isOpen && (this.node.close(), this.#show()), { signal });
    for (const event of ["resize", "scroll"]) visualViewport?.addEventListener(event, () => this.#fit(), { signal });
  }

  get isOpen() {
    return this.node.open;
  }

  /** `quietly`: the page does so, nobody has pressed anything: leave the focus where it is, if that can be. */
  open(quietly) {
    if (this.isOpen) return;
    this.#show(quietly);
    this.#onToggle(true, quietly);
  }

  close() {
    if (!this.isOpen) return;
    this.leave();
    this.#onToggle(false);
  }

  /** Close without a word: the page has taken the widget away. */
  leave() {
    this.node.close();
    this.#lockPage(false);
  }

  /** Name above, how things are below it, a bar where something is wrong, and whether there is a way to WeChat. */
  describe({ name, trouble, hasWechat }, agent) {
    this.#wechat.hidden = !hasWechat;
    const title = name ? words.title(name) : words.human;
    const status = trouble ? words.away : agent ? words.agent(agent) : words.online;
    if (this.#title.textContent !== title) this.#title.textContent = title;
    if (this.#status.textContent !== status) this.#status.textContent = status;
    if (this.#bar.textContent !== (trouble ?? "")) this.#bar.textContent = trouble ?? "";
  }

  #show(quietly) {
    if (PHONE.matches) this.node.showModal();
    else if (quietly) this.node.open = true; // show() would take the focus
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
    const fit = this.isOpen && PHONE.matches && visualViewport?.scale < 1.1; // not while somebody zooms in
    this.node.style.setProperty("--seen-height", fit ? `${visualViewport.height}px` : "");
    this.node.style.setProperty("--seen-top", fit ? `${visualViewport.offsetTop}px` : "");
  }

  #lockPage(locked) {
    const { style } = document.documentElement;
    if (locked) this.#pageOverflow ??= style.overflow;
    style.overflow = locked ? "hidden" : (this.#pageOverflow ?? style.overflow);
    if (!locked) this.#pageOverflow = undefined;
  }

  #showSound(on) {
    this.#sound.setAttribute("aria-pressed", Boolean(on));
    this.#sound.classList.toggle("off", !on);
  }
}

let context;

/** A short tone, made on the spot. */
export function chime() {
  context ??= new AudioContext();
  const volume = context.createGain();
  volume.connect(context.destination);
  volume.gain.setValueAtTime(0.08, context.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, context.currentTime + 0.4);
  for (const [index, pitch] of [660, 880].entries()) {
    const tone = context.createOscillator();
    tone.frequency.value = pitch;
    tone.connect(volume);
    tone.start(context.currentTime + index * 0.12);
    tone.stop(context.currentTime + 0.4);
  }
}
