// A button beside a link that takes it to the clipboard. Without a script, or a page that may not, the field is there to select.

for (const part of document.querySelectorAll("[data-copy]")) {
  const field = part.querySelector("input");
  const told = part.querySelector("[role=status]");
  const button = part.querySelector("button");
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    // Said anew each time: the same words again would not be read out.
    told.textContent = "";
    try {
      await navigator.clipboard.writeText(field.value);
      told.textContent = part.dataset.copied;
    } catch {
      field.select();
      told.textContent = part.dataset.failed;
    }
  });
}
