// Images: made fit to send, kept until sent (in IndexedDB: they survive a reload), and drawn on a canvas, so that the
// page's Content-Security-Policy needs no blob: and no image address carries a token.

import { h, iconButton, X } from "./dom.js";
import words from "./text.js";

export const TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif"];
const LIMIT = 5 * 1024 * 1024; // bytes, the server's
const LIGHT = 1.5 * 1024 * 1024; // bytes that a slow line still carries in a while
const SENT_SIDE = 2560; // px: a receipt stays readable
const SHOWN_SIDE = 1600;

/** The image among files, if any. */
export const imageOf = (files) => [...(files ?? [])].find(({ type }) => type.startsWith("image/"));

/** The blob to send: a heavy photo is made smaller. Throws an Error with a text for the customer. */
export async function prepare(file) {
  if (!TYPES.includes(file.type)) throw new Error(words.badType);
  const moves = file.type === "image/gif";
  if (file.size <= (moves ? LIMIT : LIGHT)) return file;
  const canvas = await draw(document.createElement("canvas"), file, SENT_SIDE);
  const smaller = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
  const sent = smaller?.size < file.size ? smaller : file;
  if (sent.size > LIMIT) throw new Error(words.tooBig);
  return sent;
}

const memory = new Map(); // what this page has sent, it shows without asking the server

const stored = (mode, act) =>
  new Promise((resolve, reject) => {
    const opening = indexedDB.open("kefu", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("images");
    opening.onerror = reject;
    opening.onsuccess = () => {
      const work = opening.result.transaction("images", mode);
      const request = act(work.objectStore("images"));
      work.oncomplete = () => resolve(request.result);
      work.onabort = reject;
      opening.result.close(); // once the work is done
    };
  }).catch(() => {}); // no database: memory has to do

export function keep(id, blob) {
  memory.set(id, blob);
  return stored("readwrite", (images) => images.put(blob, id));
}

export const recall = async (id) => memory.get(id) ?? stored("readonly", (images) => images.get(id));

/** Of what is sent this page may show its copy further; `forgetAll` ends that, for the next person. */
export const forget = (id) => stored("readwrite", (images) => images.delete(id));

export const forgetAll = () => memory.clear();

export async function draw(canvas, blob, longest) {
  const bitmap = await createImageBitmap(blob);
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  canvas.width = Math.max(1, bitmap.width * scale);
  canvas.height = Math.max(1, bitmap.height * scale);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas;
}

export const newCanvas = () => h("canvas", { role: "img", "aria-label": words.picture });

/** A canvas that shows `blob()` as soon as it is here; pressing it enlarges. */
export function picture(blob) {
  const canvas = newCanvas();
  const show = () => enlarge(frame, canvas);
  const frame = h("button", { type: "button", class: "picture", "aria-label": words.openPicture, onclick: show }, canvas);
  blob()
    .then((data) => draw(canvas, data, SHOWN_SIDE))
    .catch(() => frame.replaceWith(h("p", { class: "note" }, words.pictureGone)));
  return frame;
}

/** The canvas itself goes into the viewer and comes back. */
function enlarge(frame, canvas) {
  const close = () => {
    frame.append(canvas);
    viewer.remove();
    frame.focus();
  };
  const button = iconButton(X, words.closePicture);
  const viewer = h("dialog", { class: "viewer", "aria-label": words.picture, onclick: close, onclose: close }, canvas, button);
  viewer.addEventListener("keydown", (event) => event.stopPropagation()); // Escape closes this alone
  frame.getRootNode().append(viewer);
  viewer.showModal();
}
