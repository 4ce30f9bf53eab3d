// The chat widget: <script src="…/webhooks/website/widget.js" data-brand="post" async></script>
(() => {
  const script = document.currentScript;
  const base = new URL(".", script.src).href;
  const brand = script.dataset.brand || "post";
  const memory = `kefu.${brand}`;

  const STYLE = `
    :host { font: 16px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "WenQuanYi Zen Hei", sans-serif; }
    .panel { position: fixed; right: 1rem; bottom: 1rem; width: min(24rem, calc(100vw - 2rem)); height: min(36rem, calc(100vh - 2rem));
      display: flex; flex-direction: column; background: #fff; color: #1c2430; border-radius: 12px; box-shadow: 0 8px 30px #0003; overflow: hidden; }
    h2 { margin: 0; padding: .75rem 1rem; font-size: 1rem; background: #0b6b4f; color: #fff; }
    ol { flex: 1; margin: 0; padding: 1rem; overflow-y: auto; list-style: none; }
    li { margin: 0 0 .75rem; white-space: pre-wrap; overflow-wrap: anywhere; }
    li p { display: inline-block; margin: 0; padding: .5rem .75rem; border-radius: 10px; background: #eef2f5; max-width: 85%; text-align: left; }
    li.me { text-align: right; } li.me p { background: #d7f0e5; }
    li.error p { background: #fde8e8; }
    .replies { margin-top: .5rem; display: flex; flex-wrap: wrap; gap: .5rem; }
    form { display: flex; gap: .5rem; padding: .75rem; border-top: 1px solid #e3e8ee; }
    input { flex: 1; min-width: 0; } input, button { font: inherit; padding: .45rem .75rem; }
    button { cursor: pointer; border: 1px solid #0b6b4f; color: #0b6b4f; background: #fff; border-radius: 8px; }
    button:focus-visible, input:focus-visible { outline: 3px solid #f2a900; outline-offset: 1px; }`;

  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];

  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  const log = make("ol", { role: "log", ariaLive: "polite", ariaLabel: "对话" });
  const input = make("input", { type: "text", maxLength: 2000, placeholder: "请输入问题", ariaLabel: "输入问题", autocomplete: "off" });
  const form = make("form", {}, input, make("button", { type: "submit", textContent: "发送" }));
  const heading = make("h2", { textContent: "客服" });
  root.append(make("section", { className: "panel", ariaLabel: "客服" }, heading, log, form));
  document.body.append(host);

  const show = (text, who, buttons = []) => {
    const item = make("li", { className: who }, make("p", { textContent: text }));
    if (buttons.length) {
      const row = make("div", { className: "replies" });
      for (const { title, payload } of buttons) {
        row.append(make("button", { type: "button", textContent: title, onclick: () => send(payload, title) }));
      }
      item.append(row);
    }
    log.append(item);
    item.scrollIntoView({ block: "end" });
  };

  const post = async (path, body, token) => {
    const headers = { "Content-Type": "application/json" };
    if (token) headers.Authorization = `Bearer ${token}`;
    const answer = await fetch(base + path, { method: "POST", headers, body: JSON.stringify(body) });
    if (!answer.ok) throw Object.assign(new Error(`HTTP ${answer.status}`), { status: answer.status });
    return answer.json();
  };

  const session = async (fresh = false) => {
    let stored = fresh ? null : sessionStorage.getItem(memory);
    if (!stored) {
      stored = JSON.stringify(await post("session", { brand }));
      sessionStorage.setItem(memory, stored);
    }
    return JSON.parse(stored);
  };

  const deliver = async (message) => {
    try {
      return await post("messages", message, (await session()).token);
    } catch (error) {
      if (error.status !== 401) throw error;
      return post("messages", message, (await session(true)).token); // the session has expired: start another
    }
  };

  // A repeated id is answered once, so that a message of unknown fate may be sent again.
  const exchange = async (message) => {
    try {
      for (const reply of (await deliver(message)).replies) show(reply.text, "bot", reply.buttons);
    } catch {
      show("没有发出去，请检查网络。", "error");
      const failed = log.lastElementChild;
      const retry = () => { failed.remove(); exchange(message); };
      failed.append(make("button", { type: "button", textContent: "重发", onclick: retry }));
    }
  };

  const send = (text, title = text) => {
    show(title, "me");
    return exchange({ id: crypto.randomUUID(), text });
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return;
    input.value = "";
    send(text);
  });
  input.addEventListener("keydown", (event) => {
    // Enter that only confirms a Chinese candidate must not send (some browsers report key code 229).
    if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.preventDefault();
  });

  show("您好，有什么可以帮您？直接打字就行。", "bot");
  session().then(({ name }) => { heading.textContent = `${name}客服`; }, () => {});
})();
