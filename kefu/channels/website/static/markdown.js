// A safe subset of Markdown as DOM nodes: lists, **bold**, [links](https://…), bare https:// addresses and hotlines (who
// was robbed wants to press the number). No HTML from anyone: what is not of the subset is text. One pass over each line, every pattern linear in its length.

import { h } from "./dom.js";

const ITEM = /^\s{0,3}(?:([-*•])|(\d{1,3})[.、])\s+(.*)$/;
const BOLD = String.raw`\*\*([^*\n]{1,500})\*\*`;
const LINK = String.raw`\[([^[\]\n]{1,200})\]\(([^()\s]{1,1000})\)`;
const ADDRESS = String.raw`(https?:\/\/[^\s<>"'，。；！？、（）【】《》]{0,1000}[^\s<>"'，。；！？、（）【】《》.,;:!?)])`;
const HOTLINE = String.raw`(?<![\d-])([48]00-\d{3}-\d{4})(?![\d-])`;
const SPAN = new RegExp(`${BOLD}|${LINK}|${ADDRESS}|${HOTLINE}`, "g");
const SAFE = /^(?:https?:\/\/[^/]|tel:\+?[\d-]+$)/i;

export function link(href, text) {
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, text);
}

function inline(text) {
  const nodes = [];
  let done = 0;
  for (const match of text.matchAll(SPAN)) {
    const [all, bold, label, target, bare, hotline] = match;
    let node;
    if (bold) node = h("strong", {}, bold);
    else if (bare) node = link(bare, bare);
    else if (hotline) node = link(`tel:${hotline}`, hotline);
    else if (SAFE.test(target)) node = link(target, label);
    if (!node) continue; // an address of another kind stays text
    nodes.push(text.slice(done, match.index), node);
    done = match.index + all.length;
  }
  return [...nodes, text.slice(done)];
}

export function markdown(text) {
  const blocks = [];
  let list; // the list that the last line belonged to
  for (const line of text.split(/\r?\n/)) {
    const [, bullet, number, content] = ITEM.exec(line) ?? [];
    const tag = bullet ? "ul" : number && "ol";
    if (!tag) {
      list = undefined;
      blocks.push(h("p", { dir: "auto" }, ...inline(line)));
      continue;
    }
    if (list?.localName !== tag) {
      list = h(tag, { start: number });
      blocks.push(list);
    }
    list.append(h("li", { dir: "auto" }, ...inline(content)));
  }
  return blocks;
}
