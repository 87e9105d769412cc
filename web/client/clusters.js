import { say } from "./actions.js";
import { drawCharts } from "./charts.js";
import { followGestures, wheelFactor } from "./gestures.js";
import { placeLabels } from "./label_places.js";
import { LiveParts } from "./live_parts.js";

const mostZoom = 24;
const keyStep = 0.15;
/** Sizes in pixels of the screen, at any zoom; `pairs.css` has the same. */
const [radius, numberSize, nameSize] = [4.5, 13, 10];

const svg = document.querySelector("svg[data-cluster-map]");
if (svg instanceof SVGSVGElement) drive(svg);

/**
 * Zooms the map of clusters, highlights clusters under the pointer and chosen ones, and finds tickers.
 *
 * @param {SVGSVGElement} svg
 */
function drive(svg) {
  const figure = /** @type {HTMLElement} */ (svg.closest("figure"));
  const { width, height } = svg.viewBox.baseVal;
  const seen = { x: 0, y: 0, zoom: 1 };
  /** @param {SVGElement} element */
  const clusterOf = (element) => element.dataset.cluster;
  const points = [...svg.querySelectorAll("a[data-ticker]")].filter((one) => one instanceof SVGAElement).map((link) => {
    const circle = /** @type {SVGCircleElement} */ (link.querySelector("circle"));
    return {
      link,
      title: circle.querySelector("title")?.textContent ?? "",
      ticker: link.dataset.ticker ?? "",
      cluster: clusterOf(link),
      x: circle.cx.baseVal.value,
      y: circle.cy.baseVal.value,
    };
  });
  const inside = points.filter(({ cluster }) => cluster !== undefined);
  const numbers = [...svg.querySelectorAll("text.number")].filter((one) => one instanceof SVGTextElement).map((
    text,
  ) => ({
    text,
    cluster: clusterOf(/** @type {SVGElement} */ (text.parentNode)),
    title: text.querySelector("title")?.textContent ?? "",
  }));
  const names = [...svg.querySelectorAll("text.name")].filter((one) => one instanceof SVGTextElement);
  const rows = [...document.querySelectorAll("tr[data-cluster]")].filter((one) => one instanceof HTMLElement);
  /** The cluster that stays highlighted. @type {string | undefined} */
  let pinned = new URL(location.href).searchParams.get("cluster") ?? undefined;
  /** @type {string | undefined} */
  let lit = pinned;
  let frame = 0;

  const unit = () => width / seen.zoom / Math.max(1, svg.clientWidth);
  function draw() {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      seen.x = Math.min(width - width / seen.zoom, Math.max(0, seen.x));
      seen.y = Math.min(height - height / seen.zoom, Math.max(0, seen.y));
      svg.setAttribute("viewBox", `${seen.x} ${seen.y} ${width / seen.zoom} ${height / seen.zoom}`);
      svg.style.setProperty("--unit", String(unit()));
      // Unzoomed, a finger that moves over the map scrolls the page.
      svg.style.touchAction = seen.zoom > 1 ? "none" : "pan-x pan-y";
      label();
    });
  }

  function label() {
    const bounds = {
      left: seen.x,
      right: seen.x + width / seen.zoom,
      top: seen.y,
      bottom: seen.y + height / seen.zoom,
    };
    const isSeen = (/** @type {{ x: number, y: number }} */ { x, y }) =>
      x >= bounds.left && x <= bounds.right && y >= bounds.top && y <= bounds.bottom;
    const visible = points.filter(isSeen);
    const own = visible.filter(({ cluster }) => cluster !== undefined);
    const most = Number(svg.dataset.mostNames);
    const of = (/** @type {string | undefined} */ cluster) => own.filter((point) => point.cluster === cluster);
    const wanted = [
      ...numbers.map(({ text, cluster }) => ({
        text,
        size: numberSize,
        anchors: of(cluster).sort((a, b) => a.y - b.y),
        isLit: cluster === lit,
      })),
      ...names.map((text) => {
        const point = visible.find(({ ticker }) => ticker === text.dataset.names);
        const isLit = point !== undefined &&
          (point.link.classList.contains("found") || point.cluster !== undefined && point.cluster === lit);
        // Names of tickers in no cluster last, where there is room for all.
        const isNamed = (point?.cluster === undefined ? visible : own).length <= most;
        return { text, size: nameSize, anchors: point && (isNamed || isLit) ? [point] : [], isLit };
      }),
    ];
    // Labels of what is highlighted find their places first.
    const ordered = [...wanted.filter(({ isLit }) => isLit), ...wanted.filter(({ isLit }) => !isLit)];
    const labels = ordered.map(({ text, ...more }) => ({ ...more, text: text.firstChild?.textContent ?? "" }));
    const places = placeLabels(labels, { unit: unit(), bounds, points: own, radius });
    ordered.forEach(({ text }, i) => {
      const place = places[i];
      // A link without text has no name.
      (text.parentNode instanceof SVGAElement ? text.parentNode : text).toggleAttribute("hidden", !place);
      if (!place) return;
      text.setAttribute("x", String(place.x));
      text.setAttribute("y", String(place.y));
    });
  }

  /** @param {string | undefined} cluster */
  function light(cluster) {
    if (cluster === lit && svg.classList.contains("dimmed") === (cluster !== undefined)) return;
    lit = cluster;
    svg.classList.toggle("dimmed", cluster !== undefined);
    for (const element of [...svg.querySelectorAll("[data-cluster]"), ...rows]) {
      const own = element instanceof SVGElement || element instanceof HTMLElement ? element.dataset.cluster : undefined;
      element.classList.toggle("lit", cluster !== undefined && own === cluster);
    }
    draw();
  }

  const parts = new LiveParts(drawCharts);
  /** @param {string} cluster */
  async function pin(cluster) {
    pinned = pinned === cluster ? undefined : cluster;
    light(pinned);
    if (pinned === undefined) return;
    rows.find((row) => row.dataset.cluster === pinned)?.scrollIntoView({ block: "nearest" });
    const address = new URL(location.href);
    address.searchParams.set("cluster", pinned);
    history.replaceState(null, "", address);
    try {
      await parts.refresh();
    } catch (error) {
      say(error instanceof Error ? error.message : String(error), { bad: true });
    }
  }

  /**
   * @param {number} factor
   * @param {number} [x] In pixels of the screen, from the map's corner.
   * @param {number} [y]
   */
  function zoom(factor, x = svg.clientWidth / 2, y = svg.clientHeight / 2) {
    const before = unit();
    seen.zoom = Math.min(mostZoom, Math.max(1, seen.zoom * factor));
    seen.x += x * (before - unit());
    seen.y += y * (before - unit());
    draw();
  }
  /**
   * @param {number} x
   * @param {number} y
   */
  function pan(x, y) {
    seen.x -= x * unit();
    seen.y -= y * unit();
    draw();
  }
  function showAll() {
    Object.assign(seen, { x: 0, y: 0, zoom: 1 });
    draw();
  }
  /** @param {readonly { x: number, y: number }[]} wanted */
  function show(wanted) {
    if (wanted.length === 0) return;
    const [left, right] = [Math.min(...wanted.map(({ x }) => x)), Math.max(...wanted.map(({ x }) => x))];
    const [top, bottom] = [Math.min(...wanted.map(({ y }) => y)), Math.max(...wanted.map(({ y }) => y))];
    seen.zoom = Math.min(6, Math.max(1, Math.min(width / (right - left + 80), height / (bottom - top + 80))));
    seen.x = (left + right) / 2 - width / seen.zoom / 2;
    seen.y = (top + bottom) / 2 - height / seen.zoom / 2;
    draw();
  }

  followGestures(svg, { pan, zoom });
  figure.addEventListener("pointerdown", () => figure.focus({ preventScroll: true }));
  svg.addEventListener("wheel", (event) => {
    if (document.activeElement !== figure && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const { left, top } = svg.getBoundingClientRect();
    zoom(wheelFactor(event), event.clientX - left, event.clientY - top);
  }, { passive: false });
  svg.addEventListener("dblclick", showAll);
  figure.addEventListener("keydown", (event) => {
    const [x, y] = [svg.clientWidth * keyStep, svg.clientHeight * keyStep];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") zoom(1.5);
    else if (event.key === "-") zoom(1 / 1.5);
    else if (event.key === "0") showAll();
    else if (event.key === "ArrowLeft") pan(x, 0);
    else if (event.key === "ArrowRight") pan(-x, 0);
    else if (event.key === "ArrowUp") pan(0, y);
    else if (event.key === "ArrowDown") pan(0, -y);
    else if (event.key === "Escape") light(pinned = undefined);
    else return;
    event.preventDefault();
  });
  const tools = figure.querySelector("[data-map-tools]");
  tools?.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button[data-zoom]") : null;
    if (!(button instanceof HTMLButtonElement)) return;
    const factor = Number(button.dataset.zoom);
    if (factor === 0) showAll();
    else zoom(factor);
  });

  /** @param {Event} event */
  const pointed = ({ target }) => {
    const own = target instanceof Element ? target.closest("[data-cluster]") : null;
    return own instanceof SVGElement || own instanceof HTMLElement ? own.dataset.cluster : undefined;
  };
  svg.addEventListener("pointerover", (event) => light(pointed(event) ?? pinned));
  svg.addEventListener("pointerleave", () => light(pinned));
  svg.addEventListener("click", (event) => {
    const cluster = pointed(event);
    if (cluster === undefined || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    pin(cluster);
  });
  for (const row of rows) {
    row.addEventListener("pointerenter", () => light(row.dataset.cluster));
    row.addEventListener("pointerleave", () => light(pinned));
    row.addEventListener("click", (event) => {
      if (event.target instanceof Element && event.target.closest("a")) return;
      const cluster = row.dataset.cluster ?? "";
      pin(cluster);
      if (pinned === cluster) show(inside.filter((point) => point.cluster === cluster));
    });
  }

  const search = document.querySelector("input[data-find]");
  const told = document.querySelector("[data-found]");
  if (search instanceof HTMLInputElement) {
    /** @returns {typeof points} */
    const find = () => {
      const wanted = search.value.trim().toUpperCase();
      if (wanted === "") return [];
      const exact = points.filter(({ ticker, cluster }) => ticker.toUpperCase() === wanted || cluster === wanted);
      return exact.length > 0 ? exact : points.filter(({ ticker }) => ticker.toUpperCase().startsWith(wanted));
    };
    const mark = () => {
      const found = find();
      for (const { link } of points) link.classList.toggle("found", found.some((one) => one.link === link));
      if (told) told.textContent = search.value.trim() === "" ? "" : wordsOf(found);
      pinned = found.length > 0 && found.every(({ cluster }) => cluster === found[0]?.cluster)
        ? found[0]?.cluster
        : undefined;
      light(pinned);
      draw();
      return found;
    };
    /** @param {typeof points} found */
    const wordsOf = (found) => {
      if (found.length === 0) return "No ticker or cluster matches.";
      const number = numbers.find(({ cluster }) => cluster === search.value.trim());
      if (number) return number.title;
      return found.length === 1
        ? found[0]?.title ?? ""
        : `${found.length} tickers match: ${found.map(({ ticker }) => ticker).join(", ")}`;
    };
    search.addEventListener("input", mark);
    search.form?.addEventListener("submit", (event) => {
      event.preventDefault();
      show(mark());
    });
    if (search.value.trim() !== "") mark();
  }

  new ResizeObserver(draw).observe(svg);
  const first = pinned;
  lit = undefined;
  light(first);
  draw();
}
