import "./table_csv.js";
import { followChanges, showProgress } from "./changes.js";
import { GraphNodes } from "./graph_nodes.js";
import { GraphView } from "./graph_view.js";
import { keepTimes, LiveParts, updateTimes } from "./live_parts.js";
import { Minimap } from "./minimap.js";
import { listenToRunButtons } from "./run_buttons.js";
import { onThemeChange } from "./theme.js";

/** A view of fewer pixels gets the graph from top to bottom. */
const narrowPixels = 600;

/** The drawn graph, if the page has one. @type {{ nodes: GraphNodes, view: GraphView, minimap: Minimap } | undefined} */
let drawn;

const parts = new LiveParts(refreshed, () => {
  const address = new URL(location.href);
  // The graph is drawn already: request only its states.
  address.searchParams.set("parts", "1");
  return address.pathname + address.search;
});
const changes = followChanges({
  changed: () => parts.refresh(),
  progressed,
});
listenToRunButtons({
  async begun(runId) {
    const key = document.getElementById("asset-panel")?.dataset.selected;
    await goTo(addressOf({ selected: key, run: String(runId) }));
  },
  changed: () => changes.refresh(),
});

/** @param {string} key @param {import("./changes.js").Progress} progress */
function progressed(key, progress) {
  showProgress(key, progress);
  drawn?.nodes.showProgress(key, progress);
}

function refreshed() {
  updateTimes();
  const text = document.getElementById("graph-states")?.textContent ?? "";
  if (drawn && text.trim() !== "") {
    // Another version of the service may have other assets.
    if (!drawn.nodes.update(JSON.parse(text))) return location.reload();
    drawn.minimap.redraw();
    read(readNode);
  }
  for (const [key, progress] of changes.progress) progressed(key, progress);
}

/**
 * The page's address with another selected asset or run.
 *
 * @param {{ selected?: string, run?: string }} [wanted]
 */
function addressOf({ selected, run } = {}) {
  const address = new URL(location.href);
  for (const name of ["selected", "scope", "run"]) address.searchParams.delete(name);
  if (selected) address.searchParams.set("selected", selected);
  if (run) address.searchParams.set("run", run);
  return address.href;
}

/**
 * Shows another asset, plan or run beside the graph.
 *
 * @param {string} address
 * @param {{ focus?: boolean, push?: boolean }} [how] Whether to move the focus there, and whether to add an entry to the history.
 */
async function goTo(address, { focus = false, push = true } = {}) {
  if (push) history.pushState(null, "", address);
  const key = new URL(location.href).searchParams.get("selected") ?? undefined;
  drawn?.nodes.choose(key);
  await changes.refresh();
  // The panel takes a part of the view.
  const chosen = drawn?.nodes.of(key);
  if (chosen) requestAnimationFrame(() => drawn?.view.show(chosen));
  const title = document.getElementById("asset-panel-title");
  if (focus && title) {
    title.focus({ preventScroll: true });
    title.scrollIntoView({ block: "nearest" });
  }
}

async function closePanel() {
  const key = document.getElementById("asset-panel")?.dataset.selected;
  if (!key) return;
  await goTo(addressOf());
  // Return the focus to where it was before the panel opened.
  (drawn?.nodes.of(key)?.element ?? document.getElementById("graph-view"))?.focus({ preventScroll: true });
}

/** The focused or hovered node. @type {import("./graph_nodes.js").GraphNode | undefined} */
let readNode;

/** Shows the state of the focused or hovered node. @param {import("./graph_nodes.js").GraphNode | undefined} node */
function read(node) {
  readNode = node;
  const place = document.getElementById("graph-read");
  if (place) place.textContent = node?.element.getAttribute("aria-label") ?? "";
}

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const target = event.target instanceof Element ? event.target : null;
  const link = target?.closest("a[data-panel-link]");
  if (link instanceof HTMLAnchorElement) {
    event.preventDefault();
    if (link.id === "close-panel") closePanel();
    else goTo(link.href);
    return;
  }
  const key = /** @type {SVGAElement | null | undefined} */ (target?.closest("a.node:not([data-group])"))?.dataset.key;
  if (!key || !drawn) return;
  event.preventDefault();
  goTo(addressOf({ selected: key }), { focus: true });
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target instanceof Element ? event.target : document.body;
  const typing = target.closest("input, select, textarea") !== null;
  if (event.key === "Escape" && !typing) return void closePanel();
  if (!drawn || !drawn.view.view.contains(target)) return;
  const { nodes, view } = drawn;
  const from = nodes.focused;
  const next = from && nodes.neighbour(from, event.key);
  if (next) {
    next.element.focus({ preventScroll: true });
    view.show(next);
  } else if (!view.press(event.key, { arrows: from === undefined })) return;
  event.preventDefault();
});

for (
  const [id, act] of /** @type {const} */ ([
    ["zoom-in", (/** @type {GraphView} */ view) => view.press("+", { arrows: false })],
    ["zoom-out", (/** @type {GraphView} */ view) => view.press("-", { arrows: false })],
    ["fit", (/** @type {GraphView} */ view) => view.fit()],
  ])
) {
  document.getElementById(id)?.addEventListener("click", () => drawn && act(drawn.view));
}

// A changed filter applies at once; without JavaScript the button submits it.
document.getElementById("graph-filters")?.addEventListener("change", (event) => {
  if (event.target instanceof HTMLSelectElement) event.target.form?.requestSubmit();
});
addEventListener("popstate", () => goTo(location.href, { push: false }));

function draw() {
  const view = document.getElementById("graph-view");
  const graph = view?.querySelector("svg.asset-graph");
  const canvas = document.getElementById("minimap");
  if (!view || !(graph instanceof SVGSVGElement) || !(canvas instanceof HTMLCanvasElement)) return;
  const nodes = new GraphNodes(view, graph, read);
  const seen = new GraphView(view, graph, () => {
    minimap.frame();
    const level = document.getElementById("zoom-level");
    if (level) level.textContent = `${Math.round(seen.scale * 100)} %`;
  });
  const minimap = new Minimap(canvas, seen, nodes);
  minimap.redraw();
  onThemeChange(() => minimap.redraw());
  // A node focused by the Tab key may be out of view.
  view.addEventListener("focusin", () => {
    const node = nodes.focused;
    if (node && node.element.matches(":focus-visible")) seen.show(node);
  });
  const selected = nodes.of(new URL(location.href).searchParams.get("selected"));
  if (selected) seen.show(selected);
  drawn = { nodes, view: seen, minimap };
}

/** Replaces the graph by one from top to bottom where there is no place for one from left to right. */
async function narrow() {
  const view = document.getElementById("graph-view");
  const wide = view?.querySelector("svg.asset-graph");
  if (!view || !wide || view.clientWidth === 0 || view.clientWidth >= narrowPixels) return;
  const address = new URL(location.href);
  address.searchParams.set("narrow", "1");
  const response = await fetch(address, { headers: { accept: "text/html" } }).catch(() => undefined);
  if (!response?.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const graph = page.querySelector("svg.asset-graph");
  if (graph) wide.replaceWith(document.adoptNode(graph));
}

keepTimes();
narrow().then(draw);
