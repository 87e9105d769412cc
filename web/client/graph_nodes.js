/**
 * @typedef {object} GraphNode
 * @property {string} key
 * @property {SVGAElement} element
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {GraphNode[]} upstream
 * @property {GraphNode[]} downstream
 * @property {SVGPathElement[]} edges
 */

/** The nodes of a graph drawn by the server: their states, navigation along edges by keyboard, and highlights. */
export class GraphNodes {
  /** @type {Map<string, GraphNode>} */
  #nodes = new Map();
  /** The node in the tab order. @type {GraphNode | undefined} */
  #entry;
  /** @type {GraphNode | undefined} */
  #pointed;

  /**
   * @param {HTMLElement} view The viewport.
   * @param {SVGSVGElement} graph
   * @param {(node: GraphNode | undefined) => void} pointed Called with the focused or hovered node.
   */
  constructor(view, graph, pointed) {
    for (const element of /** @type {NodeListOf<SVGAElement>} */ (graph.querySelectorAll("a.node"))) {
      const key = element.dataset.key ?? "";
      const [x = 0, y = 0] = (element.getAttribute("transform")?.match(/-?[\d.]+/g) ?? []).map(Number);
      const { width, height } = /** @type {SVGRectElement} */ (element.firstElementChild);
      const node = { key, element, x, y, width: width.baseVal.value, height: height.baseVal.value };
      this.#nodes.set(key, { ...node, upstream: [], downstream: [], edges: [] });
      element.setAttribute("tabindex", "-1");
    }
    for (const edge of /** @type {NodeListOf<SVGPathElement>} */ (graph.querySelectorAll(".edges path"))) {
      const [from, to] = [this.of(edge.dataset.from), this.of(edge.dataset.to)];
      if (!from || !to) continue;
      from.downstream.push(to);
      to.upstream.push(from);
      from.edges.push(edge);
      to.edges.push(edge);
    }
    this.#enterAt([...this.#nodes.values()][0]);
    const nodeOf = (/** @type {Event} */ { target }) =>
      target instanceof Element
        ? this.of(/** @type {SVGAElement | null} */ (target.closest("a.node"))?.dataset.key)
        : undefined;
    const point = (/** @type {GraphNode | undefined} */ node) => {
      if (node === this.#pointed) return;
      for (const edge of this.#pointed?.edges ?? []) edge.classList.remove("lit");
      for (const edge of node?.edges ?? []) edge.classList.add("lit");
      this.#pointed = node;
      pointed(node);
    };
    // Listen on the view: an SVG element with a focus listener becomes a tab stop of its own.
    view.addEventListener("focusin", (event) => {
      const node = nodeOf(event);
      if (node) this.#enterAt(node);
      point(node);
    });
    view.addEventListener("focusout", () => point(undefined));
    graph.addEventListener("pointerover", (event) => point(nodeOf(event) ?? this.focused));
    graph.addEventListener("pointerleave", () => point(this.focused));
  }

  /** @param {string | null | undefined} key */
  of(key) {
    return this.#nodes.get(key ?? "");
  }

  get all() {
    return this.#nodes.values();
  }

  /** The focused node. */
  get focused() {
    const element = document.activeElement;
    return element instanceof SVGAElement ? this.of(element.dataset.key) : undefined;
  }

  /**
   * The node that an arrow key leads to: left to an upstream asset, right to a downstream one, up and down to the next node
   * there.
   *
   * @param {GraphNode} from
   * @param {string} key
   */
  neighbour(from, key) {
    if (key === "ArrowLeft" || key === "ArrowRight") {
      const next = key === "ArrowLeft" ? from.upstream : from.downstream;
      return next.toSorted((a, b) => Math.abs(a.y - from.y) - Math.abs(b.y - from.y))[0];
    }
    if (key !== "ArrowUp" && key !== "ArrowDown") return undefined;
    const below = key === "ArrowDown";
    let best;
    let least = Infinity;
    for (const node of this.#nodes.values()) {
      const dy = below ? node.y - from.y : from.y - node.y;
      // Horizontal distance weighs more: prefer nodes directly above or below.
      const distance = dy + 4 * Math.abs(node.x - from.x);
      if (dy > 0 && distance < least) [best, least] = [node, distance];
    }
    return best;
  }

  /**
   * Shows states sent by the server.
   *
   * @param {import("../components/asset_graph.tsx").NodeTexts[]} texts
   * @returns {boolean} Whether their keys are those of the drawn nodes.
   */
  update(texts) {
    if (texts.length !== this.#nodes.size || texts.some(({ key }) => !this.#nodes.has(key))) return false;
    for (const { key, state, mark, detail, label, faded, checks, checksClass } of texts) {
      const { element, width } = /** @type {GraphNode} */ (this.#nodes.get(key));
      const name = `node ${state}${faded ? " faded" : ""}`;
      if (element.getAttribute("class") !== name) element.setAttribute("class", name);
      if (element.getAttribute("aria-label") === label) continue;
      element.setAttribute("aria-label", label);
      const [markText, , word] = element.querySelectorAll("text");
      if (markText && word) [markText.textContent, word.textContent] = [mark, detail];
      markChecks(element, width, checks, checksClass);
      if (state !== "running") element.querySelector(".progress")?.remove();
    }
    return true;
  }

  /**
   * Shows the progress of a node.
   *
   * @param {string} key
   * @param {{ done: number, total: number }} progress
   */
  showProgress(key, { done, total }) {
    const node = this.of(key);
    if (!node || !(total > 0) || !node.element.classList.contains("running")) return;
    const { element, width, height } = node;
    const bar = element.querySelector(".progress") ??
      element.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "rect"));
    const attributes = { class: "progress", x: 0, y: height - 3, height: 3, width: (width * done) / total };
    for (const [name, value] of Object.entries(attributes)) bar.setAttribute(name, String(value));
    const word = element.querySelector(".word");
    if (word) word.textContent = `running ${Math.floor((100 * done) / total)} %`;
  }

  /**
   * Marks the node whose asset the panel shows.
   *
   * @param {string | undefined} key
   */
  choose(key) {
    for (const { element, key: own } of this.#nodes.values()) {
      if (own === key) element.setAttribute("aria-current", "true");
      else if (element.hasAttribute("aria-current")) element.removeAttribute("aria-current");
    }
  }

  /** Puts only this node into the tab order, instead of thousands. @param {GraphNode | undefined} node */
  #enterAt(node) {
    this.#entry?.element.setAttribute("tabindex", "-1");
    this.#entry = node;
    node?.element.setAttribute("tabindex", "0");
  }
}

/**
 * Shows the badge of a node's checks, as the server does (`components/asset_graph.tsx`).
 *
 * @param {SVGAElement} element
 * @param {number} width
 * @param {string} checks Empty if it has none.
 * @param {string} outcome Class of the badge.
 */
function markChecks(element, width, checks, outcome) {
  const old = element.querySelector(".checks");
  if (checks === "") return old?.remove();
  const text = old ?? element.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "text"));
  const attributes = { class: outcome, x: width - 8, y: 30, "aria-hidden": "true" };
  for (const [name, value] of Object.entries(attributes)) text.setAttribute(name, String(value));
  text.textContent = checks;
}
