import "./table_csv.js";

// Copies the text of the element that a button names.
document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("button[data-copy]") : null;
  if (!(button instanceof HTMLButtonElement)) return;
  const source = document.getElementById(button.dataset.copy ?? "");
  try {
    await navigator.clipboard.writeText(source?.textContent ?? "");
    button.textContent = "Copied";
  } catch {
    // If the clipboard is unavailable, select the text.
    if (source) getSelection()?.selectAllChildren(source);
  }
});
