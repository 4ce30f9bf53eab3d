// The round button in the corner, with the number of unread lines.

import { h, icon } from "./dom.js";
import words from "./text.js";

const BUBBLE = "M4 5h16v11H11l-5 4v-4H4zM8 9h8M8 12h5";

export class Launcher {
  #badge = h("span", { class: "badge", "aria-hidden": "true", hidden: true });

  constructor(onPress) {
    this.node = h(
      "button",
      { type: "button", class: "launcher", "aria-haspopup": "dialog", onclick: onPress },
      icon(BUBBLE),
      h("span", { class: "launcher-text", "aria-hidden": "true" }, words.launcher),
      this.#badge,
    );
    this.show(0, false);
  }

  show(unread, open) {
    this.#badge.hidden = !unread;
    this.#badge.textContent = unread > 99 ? "99+" : String(unread);
    const label = words.launcher + (unread ? words.unread(unread) : "");
    if (this.node.getAttribute("aria-label") !== label) this.node.setAttribute("aria-label", label);
    this.node.setAttribute("aria-expanded", open);
    this.node.classList.toggle("away", open);
  }

  focus() {
    this.node.focus();
  }
}
