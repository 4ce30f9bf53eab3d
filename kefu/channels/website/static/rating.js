// Five buttons titled 1 to 5 are stars.

import { h } from "./dom.js";
import words from "./text.js";

export const isRating = (buttons) => buttons?.length === 5 && buttons.every(({ title }, index) => title === String(index + 1));

export function stars(buttons, press) {
  const star = (button, index) => {
    const label = words.stars(index + 1);
    return h("button", { type: "button", "aria-label": label, title: label, onclick: () => press(button) }, "★");
  };
  return h("div", { class: "stars", role: "group", "aria-label": words.rate }, ...buttons.map(star));
}
