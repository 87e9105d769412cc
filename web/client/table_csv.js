/** Parts of a table that are left out of its CSV. */
const notSaid = "[aria-hidden=true], button, form, svg, details";

/**
 * A table as shown, as CSV (RFC 4180). Times are written in full.
 *
 * @param {HTMLTableElement} table
 */
function csvOf(table) {
  const shown = [...table.rows[0]?.cells ?? []].map((cell) => cell.querySelector(".read") === null);
  const lines = [...table.rows].map((row) =>
    [...row.cells].filter((_, column) => shown[column] ?? true).map((cell) => quoted(textOf(cell))).join(",")
  );
  return lines.join("\r\n") + "\r\n";
}

/** @param {HTMLTableCellElement} cell */
function textOf(cell) {
  const copy = /** @type {HTMLElement} */ (cell.cloneNode(true));
  for (const element of copy.querySelectorAll(notSaid)) element.remove();
  const times = /** @type {NodeListOf<HTMLTimeElement>} */ (copy.querySelectorAll("time[data-relative]"));
  for (const time of times) time.textContent = time.dateTime;
  return (copy.textContent ?? "").replace(/\s+/g, " ").trim();
}

/** @param {string} text */
function quoted(text) {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button[data-csv]") : null;
  const table = button?.closest(".table-place")?.querySelector("table");
  if (!(button instanceof HTMLButtonElement) || !table) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([csvOf(table)], { type: "text/csv; charset=utf-8" }));
  link.download = `${button.dataset.csv}.csv`;
  link.click();
  // A download that has begun no longer needs the URL.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
});
