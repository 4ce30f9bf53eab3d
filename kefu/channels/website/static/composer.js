// Where the customer writes. Enter sends, Shift+Enter is a new line, and Enter that confirms a Chinese candidate does neither.

import { h, iconButton, X } from "./dom.js";
import { draw, imageOf, newCanvas, prepare, TYPES } from "./images.js";
import words from "./text.js";

const PICTURE = "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15 9h.01";
const PLANE = "M4 12L20 4l-5 16-4-6zM11 14l9-10";
const TALLEST = 140; // px
const MOST = 2000; // characters that the server reads of a message
const SAME_PRESS = 30; // ms after compositionend in which Enter still belongs to the candidate
const TOUCH = matchMedia("(pointer: coarse)");

export class Composer {
  #send;
  #sendImage;
  #keep;
  #image;
  #chosen; // the latest choice of a picture, as long as it counts
  #composed = -Infinity;
  #box = h("textarea", { rows: 1, "aria-label": words.input, placeholder: words.placeholder, enterkeyhint: "send" });
  #choose = iconButton(PICTURE, words.image, { onclick: () => this.#chooser.click() });
  #submit = iconButton(PLANE, words.send, { class: "icon send", onclick: () => this.submit() });
  #hint = h("p", { class: "hint", role: "status" });
  #preview = h("div", { class: "preview", hidden: true });
  #chooser = h("input", { type: "file", accept: TYPES.join(), hidden: true, tabindex: -1, "aria-label": words.image });

  /** `send(text)`, `sendImage(blob)`; `draft` is what was being written before, `keep(text)` remembers it. */
  constructor(send, sendImage, draft, keep) {
    this.#send = send;
    this.#sendImage = sendImage;
    this.#keep = keep;
    this.#submit.addEventListener("pointerdown", (event) => event.preventDefault()); // a phone's keyboard stays open
    this.#chooser.addEventListener("change", () => {
      this.#attach(imageOf(this.#chooser.files) ?? this.#chooser.files[0]);
      this.#chooser.value = "";
    });
    const row = h("div", { class: "row" }, this.#choose, this.#chooser, this.#box, this.#submit);
    this.node = h("div", { class: "composer" }, this.#hint, this.#preview, row);
    this.#listen();
    this.#box.value = draft ?? "";
  }

  /** To the box; on a touch screen, where that brings up a keyboard over what there is to read, to `other`, if any. */
  focus(other) {
    (TOUCH.matches ? other : this.#box)?.focus({ preventScroll: true });
  }

  /** Take what is being written away, for another person. */
  clear() {
    this.#box.value = "";
    this.#chosen = undefined;
    this.#attached(undefined);
    this.#changed();
  }

  /** As tall as its lines; they can only be counted while it is seen. */
  grow() {
    this.#box.style.height = "auto";
    this.#box.style.height = `${Math.min(TALLEST, this.#box.scrollHeight)}px`;
  }

  takeDrops(node) {
    node.addEventListener("dragover", (event) => event.preventDefault());
    node.addEventListener("drop", (event) => this.#take(event, event.dataTransfer));
  }

  async submit() {
    const text = this.#box.value.trim();
    const image = this.#image;
    this.clear();
    this.focus();
    if (image) await this.#sendImage(image); // before the words about it
    if (text) this.#send(text);
  }

  #listen() {
    const box = this.#box;
    box.addEventListener("input", () => this.#changed());
    box.addEventListener("compositionend", (event) => {
      this.#composed = event.timeStamp;
    });
    box.addEventListener("keydown", (event) => {
      if (this.#isComposing(event)) event.stopPropagation(); // Escape only closes the candidates
      else if (event.key === "Enter" && !event.shiftKey) {
        event.preventDefault();
        this.submit();
      }
    });
    box.addEventListener("paste", (event) => {
      const { clipboardData } = event; // cells of a spreadsheet come as text and as a picture of it
      if (!clipboardData?.getData("text/plain")) this.#take(event, clipboardData);
    });
  }

  /** Safari ends the composition before the key that ends it; that key still has the code 229. */
  #isComposing(event) {
    return event.isComposing || event.keyCode === 229 || event.timeStamp - this.#composed < SAME_PRESS;
  }

  #changed() {
    this.#keep(this.#box.value);
    this.#say(this.#box.value.length > MOST ? words.tooLong(MOST) : "");
    this.grow();
  }

  #say(text) {
    if (this.#hint.textContent !== text) this.#hint.textContent = text; // said aloud once, not at every key
  }

  #take(event, data) {
    if (!data?.files.length) return;
    event.preventDefault(); // or the browser leaves the page to show the file
    this.#attach(imageOf(data.files) ?? data.files[0]);
  }

  async #attach(file) {
    if (!file) return;
    const chosen = (this.#chosen = {});
    try {
      const blob = await prepare(file);
      const canvas = await draw(newCanvas(), blob, 240);
      if (chosen !== this.#chosen) return; // meanwhile another was, or somebody else is here
      this.#attached(blob, canvas);
      this.#say("");
    } catch (error) {
      this.#attached(undefined);
      this.#say(error.name === "Error" ? error.message : words.unreadable);
    }
    this.focus(this.#submit);
  }

  #attached(blob, canvas) {
    this.#image = blob;
    this.#preview.hidden = !blob;
    const onclick = () => (this.#attached(undefined), this.focus(this.#choose));
    this.#preview.replaceChildren(...(blob ? [canvas, iconButton(X, words.removeImage, { onclick })] : []));
  }
}
