// The help page's questions open the chat: what a wallet's own page would do through window.Kefu.
function ask(question) {
  window.Kefu?.open();
  if (question.trim()) window.Kefu?.send(question);
}

document.addEventListener("click", ({ target }) => {
  const question = target.closest("[data-question]")?.dataset.question;
  if (question) ask(question);
});

document.getElementById("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const { question } = event.target.elements;
  ask(question.value);
  question.value = "";
});
