// One line of the conversation → one list item.

import { h, unseen } from "./dom.js";
import { picture } from "./images.js";
import { markdown } from "./markdown.js";
import words from "./text.js";

const LONG = 1500; // characters that are shown before 展开全文
const PLAIN = 20_000; // characters from which on nobody formats
const RECEIPT = /KF[0-9A-HJKMNP-TV-Z]{10}/;
const GAP = 5 * 60 * 1000; // ms; within it lines share one time stamp

/** When something was said, as people write it: 09:30 today, else with the day. */
export function showTime(at, now = new Date()) {
  const time = at.toTimeString().slice(0, 5);
  if (at.toDateString() === now.toDateString()) return time;
  const year = at.getFullYear() === now.getFullYear() ? "" : `${at.getFullYear()}年`;
  return `${year}${at.getMonth() + 1}月${at.getDate()}日 ${time}`;
}

export const needsTime = (at, before) => !before || at - before > GAP || at.toDateString() !== before.toDateString();

/** `actions`: press(button), image(line), pendingImage(id), retry(item), drop(item), say(text) aloud. */
export function render(line, { at, time, settled }, actions) {
  const mine = line.who === "customer";
  const item = h("li", { class: `item ${line.who}` });
  if (time) item.append(h("time", { datetime: at.toISOString() }, time));
  if (line.who === "notice" && !line.copy) item.append(h("p", { class: "note" }, line.text ?? ""));
  else {
    if (line.who === "agent") item.append(h("span", { class: "name" }, line.agent || words.human));
    else item.append(unseen(mine ? words.customer : words.bot));
    item.append(...content(line, settled, mine, actions));
  }
  if (!settled && line.buttons?.length) item.append(replies(line.buttons, actions.press));
  if (mine) item.append(mark(line, actions));
  return item;
}

function content(line, settled, mine, actions) {
  const parts = [];
  if (line.image) parts.push(picture(() => (line.state ? actions.pendingImage(line.id) : actions.image(line))));
  const text = settled ? line.text : withoutMenu(line);
  if (text && !(mine && line.image)) parts.push(h("div", { class: "bubble" }, ...long(text, mine), mine ? null : receipt(line, actions.say)));
  return parts;
}

/** A menu's lines are in the text for channels without buttons; here the buttons show them. */
function withoutMenu({ text, buttons }) {
  if (!text || !buttons?.length) return text;
  const titles = new Set(buttons.map(({ title }) => title));
  const kept = text.split("\n").filter((line) => !titles.has(line.trim()));
  return kept.join("\n").trim() || text;
}

function long(text, mine) {
  const isPlain = mine || text.length > PLAIN;
  const show = (part) => (isPlain ? [h("p", { dir: "auto", class: "plain" }, part)] : markdown(part));
  if (text.length <= LONG) return show(text);
  const start = text.slice(0, LONG).replace(/[\ud800-\udbff]$/, ""); // not half an emoji
  const shown = h("div", {}, ...show(`${start}…`));
  const more = h("button", { type: "button", class: "link" }, words.more);
  more.addEventListener("click", () => {
    shown.replaceChildren(...show(text));
    more.remove();
    shown.tabIndex = -1;
    shown.focus({ preventScroll: true }); // reading goes on where the button was
  });
  return [shown, more];
}

function receipt(line, say) {
  const number = line.copy ?? RECEIPT.exec(line.receipt ?? line.text ?? "")?.[0];
  if (!number) return null;
  const shown = h("code", {}, number);
  const copy = h("button", { type: "button", class: "chip", "aria-label": line.copy ? `${words.copy} ${number}` : words.copyReceipt(number) }, words.copy);
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(number);
    } catch {
      getSelection().selectAllChildren(shown); // on http pages there is no clipboard
      if (!document.execCommand("copy")) return; // what is selected is ready for Ctrl-C
    }
    copy.textContent = words.copied;
    copy.removeAttribute("aria-label");
    say(words.copied);
  });
  return h("div", { class: "receipt" }, shown, copy);
}

function replies(buttons, press) {
  if (buttons.map(({ title }) => title).join("") === "12345") return stars(buttons, press);
  const menu = buttons.some(({ title }) => /^\d /.test(title));
  const button = (each) => {
    const [, number, title] = /^(\d) (.*)$/s.exec(each.title) ?? [undefined, undefined, each.title];
    const label = number ? [h("b", {}, number), " ", title] : [title];
    return h("button", { type: "button", class: "chip", onclick: () => press(each) }, ...label);
  };
  return h("div", { class: menu ? "replies menu" : "replies" }, ...buttons.map(button));
}

function stars(buttons, press) {
  const star = (button, index) => {
    const label = words.stars(index + 1);
    return h("button", { type: "button", "aria-label": label, title: label, onclick: () => press(button) }, "★");
  };
  return h("div", { class: "stars", role: "group", "aria-label": words.rate }, ...buttons.map(star));
}

/** How far an own message has come. */
function mark(item, { retry, drop }) {
  const action = (does, name) => h("button", { type: "button", class: "link", onclick: () => does(item) }, name);
  if (item.state === "failed") {
    const reason = item.failed.startsWith("HTTP ") ? "" : `：${item.failed}`;
    const then = [action(retry, words.retry), action(drop, words.drop)];
    return h("div", { class: "mark failed", role: "alert" }, `${words.failed}${reason} `, ...then);
  }
  const upload = item.state === "sending" && item.image;
  const bar = upload ? h("progress", { max: 1, value: 0, "aria-label": words.sending, "data-id": item.id }) : null;
  const withdraw = upload || item.state === "waiting" ? action(drop, words.withdraw) : null;
  return h("div", { class: `mark ${item.state ?? ""}` }, bar, words[item.state ?? "sent"], withdraw);
}
