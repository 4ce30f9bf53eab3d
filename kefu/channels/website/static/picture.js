// Images are drawn on a canvas, so that the page's Content-Security-Policy needs no blob: and no image address carries a token.

import { h, iconButton } from "./dom.js";
import words from "./text.js";

const LONGEST_SIDE = 1600; // px

/** A canvas that shows `blob()` as soon as it is here; pressing it enlarges. */
export function picture(blob) {
  const canvas = h("canvas", { role: "img", "aria-label": words.picture, width: 240, height: 160 });
  const frame = h("button", { type: "button", class: "picture", "aria-label": words.openPicture }, canvas);
  frame.addEventListener("click", () => enlarge(frame, canvas));
  blob()
    .then((data) => draw(canvas, data))
    .catch(() => frame.replaceWith(h("p", { class: "gone" }, words.pictureGone)));
  return frame;
}

export async function draw(canvas, blob, longest = LONGEST_SIDE) {
  const bitmap = await createImageBitmap(blob);
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas;
}

function enlarge(frame, canvas) {
  const large = h("canvas", { role: "img", "aria-label": words.picture, width: canvas.width, height: canvas.height });
  large.getContext("2d").drawImage(canvas, 0, 0);
  const close = iconButton("M6 6l12 12M18 6L6 18", words.closePicture, { onclick: () => viewer.close() });
  const viewer = h("dialog", { class: "viewer", "aria-label": words.picture }, large, close);
  viewer.addEventListener("click", () => viewer.close());
  viewer.addEventListener("keydown", (event) => event.stopPropagation()); // Escape closes this alone
  viewer.addEventListener("close", () => (viewer.remove(), frame.focus()));
  frame.getRootNode().append(viewer);
  viewer.showModal();
}
