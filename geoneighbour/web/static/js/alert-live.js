// The open page of an alert: a word that comes meanwhile is told, and read at a touch.

const here = document.querySelector("article[data-post]")?.dataset.post;

addEventListener("alert", ({ detail }) => {
  if (String(detail?.post_id) !== here) return;
  document.getElementById("live").replaceChildren(document.getElementById("word-note").content.cloneNode(true));
});
