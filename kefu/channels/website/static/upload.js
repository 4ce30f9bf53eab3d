// An image from file chooser, clipboard or drop, made fit to send.

import { draw } from "./picture.js";
import words from "./text.js";

export const TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif"];
const LIMIT = 5 * 1024 * 1024; // bytes, the server's
const LONGEST_SIDE = 2560; // px: a receipt stays readable

/** The image among files, if any. */
export const imageOf = (files) => [...(files ?? [])].find(({ type }) => type.startsWith("image/"));

/** The blob to send: a photo that is too big is made smaller. Throws an Error with a text for the customer. */
export async function prepare(file) {
  if (!TYPES.includes(file.type)) throw new Error(words.badType);
  if (file.size <= LIMIT) return file;
  if (file.type === "image/gif") throw new Error(words.tooBig);
  const canvas = await draw(document.createElement("canvas"), file, LONGEST_SIDE).catch(() => {
    throw new Error(words.unreadable);
  });
  const smaller = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
  if (!smaller || smaller.size > LIMIT) throw new Error(words.tooBig);
  return smaller;
}
