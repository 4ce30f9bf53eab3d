// Building DOM without HTML: text stays text, whoever wrote it.

export function h(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

export function icon(path) {
  const svg = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

export const iconButton = (path, label, properties) =>
  h("button", { type: "button", class: "icon", "aria-label": label, title: label, ...properties }, icon(path));

export const X = "M6 6l12 12M18 6L6 18";

export const unseen = (text) => h("span", { class: "unseen" }, text); // for screen readers only
