/**
 * @typedef {object} PartitionData
 * @property {string[]} dates
 * @property {Record<string, string>} words What each state means.
 * @property {{ names: string[], spans: [state: string, start: number, end: number][] }[]} strips
 */

const svgNamespace = "http://www.w3.org/2000/svg";

/** Aborts the listeners of replaced strips. */
let reading = new AbortController();
/** Position of the reader, kept when the strips are replaced. @type {{ strip: number, date: number } | undefined} */
let place;

/** Makes the strips readable partition by partition, by mouse and arrow keys; `Enter` explains a partition. */
export function readPartitions() {
  reading.abort();
  reading = new AbortController();
  const list = /** @type {HTMLElement | null} */ (document.querySelector("[data-partitions]"));
  const text = document.getElementById("partition-data")?.textContent;
  if (!list || !text) return;
  /** @type {PartitionData} */
  const data = JSON.parse(text);
  const strips = [...list.querySelectorAll("svg")];
  const key = list.dataset.partitions ?? "";
  const { signal } = reading;
  for (const [at, strip] of strips.entries()) {
    strip.setAttribute("tabindex", at === (place?.strip ?? 0) ? "0" : "-1");
    strip.addEventListener("pointermove", (event) => {
      const { left, width } = strip.getBoundingClientRect();
      show(at, Math.floor(((event.clientX - left) / width) * data.dates.length));
    }, { signal });
    strip.addEventListener("click", () => why(), { signal });
    strip.addEventListener("keydown", (event) => press(event, at), { signal });
    strip.addEventListener("focus", () => show(at, place?.date ?? data.dates.length - 1), { signal });
  }

  /** @param {number} at @param {number} date */
  function show(at, date) {
    const day = Math.min(data.dates.length - 1, Math.max(0, date));
    place = { strip: at, date: day };
    const { names, spans } = data.strips[at] ?? { names: [], spans: [] };
    const state = spans.find(([, start, end]) => start <= day && day < end)?.[0];
    const read = document.getElementById("partition-read");
    if (!read) return;
    const told = data.dates[day] ?? "";
    const who = names.length === 0
      ? ""
      : names.length === 1
      ? `${names[0]} `
      : `${names[0]} and ${names.length - 1} more, `;
    read.textContent = `${who}${told}: ${state ? data.words[state] ?? state : "no partition"} `;
    const link = document.createElement("a");
    link.href = addressOf();
    link.textContent = `Why ${[names[0], told].filter(Boolean).join(" ")}?`;
    read.append(link);
    mark(at);
  }

  /** Draws a line at the reader's position. @param {number} at */
  function mark(at) {
    const strip = strips[at];
    if (!strip || !place) return;
    const line = list?.querySelector(".reader") ?? document.createElementNS(svgNamespace, "rect");
    const width = Math.max(1, data.dates.length / Math.max(1, strip.clientWidth) * 2);
    const attributes = { class: "reader", x: place.date + 0.5 - width / 2, y: 0, width, height: 12 };
    for (const [name, value] of Object.entries(attributes)) line.setAttribute(name, String(value));
    strip.append(line);
  }

  function addressOf() {
    const parameters = new URLSearchParams();
    const name = data.strips[place?.strip ?? 0]?.names[0];
    if (name) parameters.set("name", name);
    parameters.set("date", data.dates[place?.date ?? 0] ?? "");
    return `/assets/${key}?${parameters}#why`;
  }

  function why() {
    if (place) location.assign(addressOf());
  }

  /** @param {KeyboardEvent} event @param {number} at */
  function press(event, at) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const date = place?.date ?? 0;
    const spans = data.strips[at]?.spans ?? [];
    const bounds = spans.flatMap(([, start, end]) => [start, end]);
    const steps = /** @type {Record<string, () => number>} */ ({
      ArrowLeft: () => event.shiftKey ? Math.max(0, ...bounds.filter((bound) => bound < date)) : date - 1,
      ArrowRight: () =>
        event.shiftKey ? Math.min(data.dates.length - 1, ...bounds.filter((bound) => bound > date)) : date + 1,
      Home: () => 0,
      End: () => data.dates.length - 1,
    });
    const step = Object.hasOwn(steps, event.key) ? steps[event.key] : undefined;
    const next = event.key === "ArrowUp" ? strips[at - 1] : event.key === "ArrowDown" ? strips[at + 1] : undefined;
    if (step) show(at, step());
    else if (next) {
      strips[at]?.setAttribute("tabindex", "-1");
      next.setAttribute("tabindex", "0");
      next.focus();
    } else if (event.key === "Enter") why();
    else return;
    event.preventDefault();
  }
}
