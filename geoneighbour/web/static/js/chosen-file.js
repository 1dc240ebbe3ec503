// Says which file is chosen: its field lies out of sight under a button of ours (css/parts.css, .file).

for (const input of document.querySelectorAll(".file > input")) {
  const told = input.closest("label").querySelector("[data-slot=file]");
  const tell = () => { told.textContent = [...input.files].map((file) => file.name).join(", "); };
  input.addEventListener("change", tell);
  // A browser that comes back to the page may keep what was chosen.
  addEventListener("pageshow", tell);
}
