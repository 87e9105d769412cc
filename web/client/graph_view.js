import { followGestures, wheelFactor, wheelPixels } from "./gestures.js";

const mostScale = 2;
/** The smallest scale at which a graph opens. */
const readableScale = 11 / 12;
/** Below these scales nodes hide first their words, then their names, then all but their colours. */
const wordScale = 0.6;
const nameScale = 0.34;
const boxScale = 0.12;
/** Fraction of the view by which a key or button moves, and factor by which it zooms. */
const keyStep = 0.15;
const zoomStep = 1.25;
/** Delay after the last movement before the graph is rendered sharply again. */
const restMs = 160;

/**
 * Pans and zooms a graph by wheel, touch, mouse, keys and calls. The graph moves as one layer, so that its thousands of elements
 * are not rendered for each frame.
 */
export class GraphView {
  #x = 0;
  #y = 0;
  #scale = 1;
  #frame = 0;
  /** Whether the graph is as it opened: then it follows the size of the view. */
  #untouched = true;
  /** Size of the view, cached: reading it during a movement would force a layout each time. */
  #size = { width: 0, height: 0 };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #rest;

  /**
   * @param {HTMLElement} view The viewport.
   * @param {SVGSVGElement} graph
   * @param {() => void} moved Called after each frame with a movement.
   */
  constructor(view, graph, moved) {
    this.view = view;
    this.graph = graph;
    this.moved = moved;
    this.width = graph.viewBox.baseVal.width;
    this.height = graph.viewBox.baseVal.height;
    view.classList.add("driven");
    view.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    followGestures(view, { pan: (x, y) => this.pan(x, y), zoom: (factor, x, y) => this.zoom(factor, x, y) });
    // Undo the browser's scrolling to a focused element: the view does not scroll, it transforms the graph.
    view.addEventListener("scroll", () => view.scrollTo(0, 0));
    const measure = () => this.#size = { width: view.clientWidth, height: view.clientHeight };
    measure();
    new ResizeObserver(() => {
      measure();
      if (this.#untouched) this.begin();
      else this.#draw();
    }).observe(view);
    this.begin();
  }

  get scale() {
    return this.#scale;
  }

  /** The visible rectangle, in pixels of the graph. */
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

  /** Shows the whole graph if it is readable at that size, else its beginning, as wide as the view as far as that is readable. */
  begin() {
    this.#untouched = true;
    if (this.#leastScale >= readableScale) return this.fit();
    const { width, height } = this.#size;
    this.#scale = Math.min(1, Math.max(readableScale, width / this.width));
    // The middle of the view, in pixels of the graph.
    this.centre(Math.min(this.width / 2, width / 2 / this.#scale), height / 2 / this.#scale);
  }

  /** Shows the whole graph from the upper edge of the view, at most at its natural size. */
  fit() {
    this.#scale = this.#leastScale;
    this.centre(this.width / 2, this.#size.height / 2 / this.#scale);
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
   * Zooms around a point of the view, its centre by default.
   *
   * @param {number} factor
   * @param {number} [x]
   * @param {number} [y]
   */
  zoom(factor, x = this.#size.width / 2, y = this.#size.height / 2) {
    this.#untouched = false;
    const scale = Math.min(mostScale, Math.max(this.#leastScale, this.#scale * factor));
    const by = scale / this.#scale;
    this.#x = x - (x - this.#x) * by;
    this.#y = y - (y - this.#y) * by;
    this.#scale = scale;
    this.#draw();
  }

  /**
   * @param {number} x In screen pixels.
   * @param {number} y
   */
  pan(x, y) {
    this.#untouched = false;
    this.#x += x;
    this.#y += y;
    this.#draw();
  }

  /**
   * Brings a box of the graph into view at a readable size, unless it is visible already.
   *
   * @param {{ x: number, y: number, width: number, height: number }} box
   */
  show({ x, y, width, height }) {
    const seen = this.seen;
    const there = x >= seen.x && y >= seen.y && x + width <= seen.x + seen.width && y + height <= seen.y + seen.height;
    if (there && this.#scale >= nameScale) return;
    this.#untouched = false;
    if (this.#scale >= nameScale) {
      // No further than needed, so that what was in view stays there.
      const rest = 32 / this.#scale;
      const way = (
        /** @type {number} */ from,
        /** @type {number} */ to,
        /** @type {number} */ start,
        /** @type {number} */ length,
      ) => from - rest < start ? start - from + rest : to + rest > start + length ? start + length - to - rest : 0;
      return this.pan(
        way(x, x + width, seen.x, seen.width) * this.#scale,
        way(y, y + height, seen.y, seen.height) * this.#scale,
      );
    }
    this.#scale = Math.max(this.#scale, Math.min(1, wordScale + 0.1));
    this.centre(x + width / 2, y + height / 2);
  }

  /**
   * Performs the action of a key.
   *
   * @param {string} key
   * @param {{ arrows: boolean }} options Whether the arrow keys move the graph.
   * @returns {boolean} Whether the key has an action.
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
    if (event.shiftKey) return this.pan(-wheelPixels(event), 0);
    this.zoom(wheelFactor(event), event.clientX - left, event.clientY - top);
  }

  #draw() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      // Keep this much of the graph visible.
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
