// @ts-check
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

const mostScale = 2;
/** Below these scales nodes lose their words, then their names, and then all but their colours. */
const wordScale = 0.6;
const nameScale = 0.34;
const boxScale = 0.12;
/** Which part of the view one press of a key or a button moves or zooms by. */
const keyStep = 0.15;
const zoomStep = 1.25;
/** Movement up to so many pixels is a click. */
const clickSlack = 4;
/** So long after the last movement it is drawn sharply again. */
const restMs = 160;

/**
 * Moves and zooms a graph: by wheel, by one finger or two, by mouse, by keys and by calls. The graph itself is moved as one layer, so
 * that its thousands of elements are not drawn anew with each frame.
 */
export class GraphView {
  #x = 0;
  #y = 0;
  #scale = 1;
  /** Where each finger or the mouse is down. @type {Map<number, { x: number, y: number }>} */
  #down = new Map();
  #moved = 0;
  #frame = 0;
  /** Of the view: asked for while it is moved, the browser would measure everything each time. */
  #size = { width: 0, height: 0 };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #rest;

  /**
   * @param {HTMLElement} view What it is seen through.
   * @param {SVGSVGElement} graph
   * @param {() => void} moved Called after each frame in which it was moved.
   */
  constructor(view, graph, moved) {
    this.view = view;
    this.graph = graph;
    this.moved = moved;
    this.width = graph.viewBox.baseVal.width;
    this.height = graph.viewBox.baseVal.height;
    view.classList.add("driven");
    view.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    view.addEventListener("pointerdown", (event) => this.#press(event));
    view.addEventListener("pointermove", (event) => this.#drag(event));
    for (const kind of /** @type {const} */ (["pointerup", "pointercancel"])) {
      view.addEventListener(kind, (event) => this.#release(event));
    }
    // A click at the end of a drag is none.
    view.addEventListener("click", (event) => {
      if (this.#moved > clickSlack) event.preventDefault(), event.stopImmediatePropagation();
    }, { capture: true });
    // Links and images would be dragged out of the page.
    view.addEventListener("dragstart", (event) => event.preventDefault());
    // The browser scrolls what is focused into a view that it believes to scroll.
    view.addEventListener("scroll", () => view.scrollTo(0, 0));
    const measure = () => this.#size = { width: view.clientWidth, height: view.clientHeight };
    measure();
    new ResizeObserver(() => {
      measure();
      this.#draw();
    }).observe(view);
    this.fit();
  }

  get scale() {
    return this.#scale;
  }

  /** What is seen, in the pixels of the graph. */
  get seen() {
    const { width, height } = this.#size;
    return {
      x: -this.#x / this.#scale,
      y: -this.#y / this.#scale,
      width: width / this.#scale,
      height: height / this.#scale,
    };
  }

  get #leastScale() {
    return Math.min(1, this.#size.width / this.width, this.#size.height / this.height);
  }

  /** Shows all of it, no larger than it is. */
  fit() {
    this.#scale = this.#leastScale;
    this.centre(this.width / 2, this.height / 2);
  }

  /**
   * @param {number} x In the pixels of the graph.
   * @param {number} y
   */
  centre(x, y) {
    this.#x = this.#size.width / 2 - x * this.#scale;
    this.#y = this.#size.height / 2 - y * this.#scale;
    this.#draw();
  }

  /**
   * Zooms, with a point of the view staying where it is: its middle unless told otherwise.
   *
   * @param {number} factor
   * @param {number} [x]
   * @param {number} [y]
   */
  zoom(factor, x = this.#size.width / 2, y = this.#size.height / 2) {
    const scale = Math.min(mostScale, Math.max(this.#leastScale, this.#scale * factor));
    const by = scale / this.#scale;
    this.#x = x - (x - this.#x) * by;
    this.#y = y - (y - this.#y) * by;
    this.#scale = scale;
    this.#draw();
  }

  /**
   * @param {number} x In pixels of the screen.
   * @param {number} y
   */
  pan(x, y) {
    this.#x += x;
    this.#y += y;
    this.#draw();
  }

  /**
   * Brings a box of the graph into view, large enough to be read, if it is not there already.
   *
   * @param {{ x: number, y: number, width: number, height: number }} box
   */
  show({ x, y, width, height }) {
    const seen = this.seen;
    const there = x >= seen.x && y >= seen.y && x + width <= seen.x + seen.width && y + height <= seen.y + seen.height;
    if (there && this.#scale >= nameScale) return;
    this.#scale = Math.max(this.#scale, Math.min(1, wordScale + 0.1));
    this.centre(x + width / 2, y + height / 2);
  }

  /**
   * Does what a key stands for.
   *
   * @param {string} key
   * @param {{ arrows: boolean }} options Whether the arrow keys move the graph.
   * @returns {boolean} Whether it stands for something.
   */
  press(key, { arrows }) {
    const { width, height } = this.#size;
    if (key === "+" || key === "=") this.zoom(zoomStep);
    else if (key === "-" || key === "_") this.zoom(1 / zoomStep);
    else if (key === "0") this.fit();
    else if (arrows && key === "ArrowLeft") this.pan(width * keyStep, 0);
    else if (arrows && key === "ArrowRight") this.pan(-width * keyStep, 0);
    else if (arrows && key === "ArrowUp") this.pan(0, height * keyStep);
    else if (arrows && key === "ArrowDown") this.pan(0, -height * keyStep);
    else return false;
    return true;
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    const { left, top } = this.view.getBoundingClientRect();
    // Lines and pages of those mice that count in them.
    const pixels = event.deltaY * (event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1);
    if (event.shiftKey) return this.pan(-pixels, 0);
    this.zoom(Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.0016)), event.clientX - left, event.clientY - top);
  }

  /** @param {PointerEvent} event */
  #press(event) {
    if (event.button !== 0) return;
    if (this.#down.size === 0) this.#moved = 0;
    this.#down.set(event.pointerId, { x: event.clientX, y: event.clientY });
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    const from = this.#down.get(event.pointerId);
    if (!from) return;
    const to = { x: event.clientX, y: event.clientY };
    const other = [...this.#down].find(([id]) => id !== event.pointerId)?.[1];
    this.#moved += Math.hypot(to.x - from.x, to.y - from.y);
    // Only now, because a captured click goes to the view and not to the node.
    if (this.#moved > clickSlack) this.view.setPointerCapture(event.pointerId);
    this.#down.set(event.pointerId, to);
    if (!other) return this.pan(to.x - from.x, to.y - from.y);
    const { left, top } = this.view.getBoundingClientRect();
    this.zoom(
      Math.hypot(to.x - other.x, to.y - other.y) / Math.max(1, Math.hypot(from.x - other.x, from.y - other.y)),
      (to.x + other.x) / 2 - left,
      (to.y + other.y) / 2 - top,
    );
    this.pan((to.x - from.x) / 2, (to.y - from.y) / 2);
  }

  /** @param {PointerEvent} event */
  #release(event) {
    this.#down.delete(event.pointerId);
  }

  #draw() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      // Some of it stays in sight, whatever is done.
      const kept = 80;
      this.#x = Math.min(this.#size.width - kept, Math.max(kept - this.width * this.#scale, this.#x));
      this.#y = Math.min(this.#size.height - kept, Math.max(kept - this.height * this.#scale, this.#y));
      this.graph.style.transform = `translate(${this.#x}px, ${this.#y}px) scale(${this.#scale})`;
      this.graph.style.willChange = "transform";
      const { dataset } = this.view;
      const detail = this.#scale < boxScale
        ? "farthest"
        : this.#scale < nameScale
        ? "far"
        : this.#scale < wordScale
        ? "middle"
        : "near";
      if (dataset.detail !== detail) dataset.detail = detail;
      clearTimeout(this.#rest);
      this.#rest = setTimeout(() => this.graph.style.willChange = "", restMs);
      this.moved();
    });
  }
}
