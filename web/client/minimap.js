/**
 * The whole graph in small with a frame around the visible part, drawn on a canvas because a second SVG would cost as much as the
 * first.
 */
export class Minimap {
  /** The nodes without the frame. @type {ImageBitmap | HTMLCanvasElement | undefined} */
  #nodes;
  #colour = "";

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import("./graph_view.js").GraphView} view
   * @param {import("./graph_nodes.js").GraphNodes} nodes
   */
  constructor(canvas, view, nodes) {
    this.canvas = canvas;
    this.view = view;
    this.nodes = nodes;
    this.scale = Math.min(canvas.width / view.width, canvas.height / view.height);
    canvas.width = Math.ceil(view.width * this.scale);
    canvas.height = Math.ceil(view.height * this.scale);
    const centre = (/** @type {PointerEvent} */ event) => {
      if (event.buttons !== 1) return;
      event.stopPropagation();
      const { left, top } = canvas.getBoundingClientRect();
      view.centre((event.clientX - left) / this.scale, (event.clientY - top) / this.scale);
    };
    canvas.addEventListener("pointerdown", centre);
    canvas.addEventListener("pointermove", centre);
  }

  /** Redraws the nodes after a change of states or colours. */
  redraw() {
    const picture = document.createElement("canvas");
    picture.width = this.canvas.width;
    picture.height = this.canvas.height;
    const context = picture.getContext("2d");
    if (!context) return;
    this.#colour = getComputedStyle(this.canvas).color;
    // Computed colours: the value of a custom property need not be a colour that a canvas accepts.
    /** @type {Map<string, string>} */
    const colours = new Map();
    for (const { x, y, width, height, element } of this.nodes.all) {
      const state = (element.getAttribute("class") ?? "").split(" ")[1] ?? "missing";
      const colour = colours.get(state) ?? getComputedStyle(element).color;
      colours.set(state, colour);
      context.fillStyle = colour;
      const s = this.scale;
      context.fillRect(x * s, y * s, Math.max(1, width * s), Math.max(1, height * s));
    }
    this.#nodes = picture;
    this.frame();
  }

  /** Draws the frame around the visible part; none if the whole graph is visible. */
  frame() {
    const { x, y, width, height } = this.view.seen;
    this.canvas.hidden = width >= this.view.width && height >= this.view.height;
    const context = this.canvas.getContext("2d");
    if (!context || !this.#nodes || this.canvas.hidden) return;
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.drawImage(this.#nodes, 0, 0);
    context.strokeStyle = this.#colour;
    context.lineWidth = 1.5;
    const s = this.scale;
    context.strokeRect(x * s, y * s, width * s, height * s);
  }
}
