// A second tap within a moment of the first sends nothing again.

const MOMENT = 1500;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (Date.now() - Number(form.dataset.sentAt ?? 0) < MOMENT) event.preventDefault();
  else form.dataset.sentAt = Date.now();
}, { capture: true });
