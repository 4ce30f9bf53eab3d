// Chat as a WeChat user: asks the simulator once a second what is on the screen.
const $ = (id) => document.getElementById(id);
const WAYS = { passive: "被动回复", api: "客服消息" };
let drawn = "";

const address = () => `/chat/${encodeURIComponent($("account").value)}/${encodeURIComponent($("openid").value)}`;

async function post(url, body) {
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  if (!answer.ok) alert((await answer.json()).error);
  await refresh();
}

const act = (action) => post(address(), action);

function line(message) {
  const box = document.createElement("div");
  box.className = `line ${message.who}`;
  if (message.media) {
    const picture = document.createElement("img");
    picture.src = `/chat/media/${message.media}`;
    picture.alt = message.text;
    box.append(picture);
  } else box.append(message.text);
  for (const [id, title] of message.menu) {
    const button = document.createElement("button");
    button.textContent = title;
    button.onclick = () => act({ kind: "text", text: title, menu: id });
    box.append(button);
  }
  if (WAYS[message.way]) {
    const note = document.createElement("small");
    note.textContent = WAYS[message.way];
    box.append(note);
  }
  return box;
}

async function refresh() {
  const answer = await fetch(address());
  if (!answer.ok) return;
  const text = await answer.text();
  if (text === drawn) return;
  drawn = text;
  const { shown, left, codes } = JSON.parse(text);
  $("screen").replaceChildren(...shown.map(line));
  $("screen").scrollTop = $("screen").scrollHeight;
  $("codes").replaceChildren(...codes.slice(-3).map((code) => {
    const button = document.createElement("button");
    button.textContent = `扫 …${code.slice(-6)}`;
    button.title = code;
    button.onclick = () => act({ kind: "scan", code });
    return button;
  }));
  $("left").textContent = `客服消息还能发 ${left} 条`;
}

async function showMenu() {
  const accounts = await (await fetch("/chat/accounts")).json();
  if (!$("account").options.length) $("account").replaceChildren(...accounts.map(({ name }) => new Option(name)));
  const chosen = accounts.find(({ name }) => name === $("account").value);
  const items = (chosen?.menu.button ?? []).flatMap((one) => one.sub_button ?? [one]);
  $("menu").replaceChildren(...items.map((item) => {
    const button = document.createElement("button");
    button.textContent = item.name;
    button.onclick = () => (item.type === "view" ? open(item.url) : act({ kind: "event", event: "CLICK", key: item.key }));
    return button;
  }));
}

$("openid").value = localStorage.openid ??= `o-${Math.random().toString(36).slice(2, 10)}`;
$("openid").onchange = () => { localStorage.openid = $("openid").value; refresh(); };
$("account").onchange = () => { showMenu(); refresh(); };
$("write").onsubmit = (event) => {
  event.preventDefault();
  if ($("text").value) act({ kind: "text", text: $("text").value });
  $("text").value = "";
};
$("voice").onclick = () => { act({ kind: "voice", text: $("text").value }); $("text").value = ""; };
$("location").onclick = () => act({ kind: "location", text: $("text").value || "北京市西城区" });
$("image").onchange = () => {
  const reader = new FileReader();
  reader.onload = () => act({ kind: "image", data: reader.result });
  reader.readAsDataURL($("image").files[0]);
  $("image").value = "";
};
for (const button of document.querySelectorAll("[data-event]")) {
  button.onclick = () => act({ kind: "event", event: button.dataset.event });
}
for (const button of document.querySelectorAll("[data-fault]")) {
  button.onclick = () => post("/chat/faults", JSON.parse(button.dataset.fault));
}
await showMenu();
await refresh();
setInterval(refresh, 1000);
setInterval(showMenu, 5000);
