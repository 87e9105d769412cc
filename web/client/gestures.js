/** A movement of at most this many pixels counts as a click. */
const clickSlack = 4;

/**
 * Pans by dragging, and zooms by a pinch of two fingers. A click at the end of a drag is ignored.
 *
 * @param {HTMLElement | SVGElement} view
 * @param {object} moves In pixels of the screen; points from the view's corner.
 * @param {(x: number, y: number) => void} moves.pan
 * @param {(factor: number, x: number, y: number) => void} moves.zoom
 */
export function followGestures(view, { pan, zoom }) {
  /** Position of each touch or mouse button that is down. @type {Map<number, { x: number, y: number }>} */
  const down = new Map();
  let moved = 0;
  view.addEventListener("pointerdown", (event) => {
    if (!(event instanceof PointerEvent) || event.button !== 0) return;
    if (down.size === 0) moved = 0;
    down.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  view.addEventListener("pointermove", (event) => {
    if (!(event instanceof PointerEvent)) return;
    const from = down.get(event.pointerId);
    if (!from) return;
    const to = { x: event.clientX, y: event.clientY };
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    moved += Math.hypot(to.x - from.x, to.y - from.y);
    // Capture the pointer only after a movement: the click of a captured pointer goes to the view instead of what is in it.
    if (moved > clickSlack) view.setPointerCapture(event.pointerId);
    down.set(event.pointerId, to);
    if (!other) return pan(to.x - from.x, to.y - from.y);
    const { left, top } = view.getBoundingClientRect();
    zoom(
      Math.hypot(to.x - other.x, to.y - other.y) / Math.max(1, Math.hypot(from.x - other.x, from.y - other.y)),
      (to.x + other.x) / 2 - left,
      (to.y + other.y) / 2 - top,
    );
    pan((to.x - from.x) / 2, (to.y - from.y) / 2);
  });
  for (const kind of /** @type {const} */ (["pointerup", "pointercancel"])) {
    view.addEventListener(kind, (event) => {
      if (event instanceof PointerEvent) down.delete(event.pointerId);
    });
  }
  view.addEventListener("click", (event) => {
    if (moved > clickSlack) event.preventDefault(), event.stopImmediatePropagation();
  }, { capture: true });
  // Prevent the browser's own drag of links and images.
  view.addEventListener("dragstart", (event) => event.preventDefault());
}

/**
 * Factor by which a turn of the wheel zooms; a pinch on a touchpad comes as a wheel with Ctrl.
 *
 * @param {WheelEvent} event
 */
export function wheelFactor(event) {
  return Math.exp(-wheelPixels(event) * (event.ctrlKey ? 0.01 : 0.0016));
}

/**
 * The turn of a wheel in pixels: some mice report lines or pages.
 *
 * @param {WheelEvent} event
 */
export function wheelPixels({ deltaY, deltaMode }) {
  return deltaY *
    (deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : deltaMode === WheelEvent.DOM_DELTA_PAGE ? 400 : 1);
}
