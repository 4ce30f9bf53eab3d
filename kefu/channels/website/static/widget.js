// The loader: <script src="https://…/webhooks/website/widget.js" data-brand="post" async></script>
// The one global it leaves is window.Kefu, which can be called before the rest has arrived.
(() => {
  if (window.Kefu) return; // the tag stands twice on the page: one widget is enough
  const script = document.currentScript;
  const base = new URL(".", script.src).href;
  const chat = document.createElement("kefu-chat"); // becomes the widget when chat.js defines it
  Object.assign(chat.dataset, script.dataset);

  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const css = async () => {
    const answer = await fetch(`${base}static/chat.css`);
    if (!answer.ok) throw new Error(`chat.css: HTTP ${answer.status}`);
    return answer.text();
  };
  const load = async () => {
    for (let tries = 0; ; tries++) {
      try {
        // Browsers remember a module that failed to load by its address: each try has another.
        return await Promise.all([import(`${base}static/chat.js${tries ? `?${tries}` : ""}`), css()]);
      } catch (error) {
        if (tries > 4) throw error;
        await pause(2000 * 2 ** tries);
      }
    }
  };
  const ready = load().then(async ([{ define }, style]) => {
    if (!document.body) await new Promise((done) => addEventListener("DOMContentLoaded", done, { once: true }));
    define(base, style);
    const place = () => chat.isConnected || document.body?.append(chat);
    place();
    // Some frameworks change pages by changing the body.
    new MutationObserver(place).observe(document.documentElement, { childList: true });
    return chat;
  });
  ready.catch((error) => console.error("[kefu] 客服窗口没有加载成功", error));

  const later = (name) => (...values) => ready.then((element) => element[name](...values));
  window.Kefu = Object.freeze({
    open: later("open"),
    close: later("close"),
    send: later("send"),
    setUserToken: later("setUserToken"),
    on(event, listener) {
      const heard = ({ detail }) => listener(detail);
      chat.addEventListener(`kefu:${event}`, heard);
      return () => chat.removeEventListener(`kefu:${event}`, heard);
    },
  });
})();
