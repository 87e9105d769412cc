/** @typedef {import("../components/chart.tsx").ChartShade} ChartShade */
/** @typedef {import("lightweight-charts").IPanePrimitivePaneView} PaneView */

/** @typedef {import("lightweight-charts").IPanePrimitive<any>} PanePrimitive */

/**
 * Shaded ranges of sessions, behind everything else in a pane.
 *
 * @implements {PanePrimitive}
 */
export class Shades {
  /** Colours by kind. @type {Readonly<Record<string, string>>} */
  #tones = {};
  /** @type {(() => void) | undefined} */
  #requestUpdate;

  /**
   * @param {import("lightweight-charts").IChartApi} chart
   * @param {readonly ChartShade[]} shades
   * @param {readonly string[]} sessions Ascending.
   */
  constructor(chart, shades, sessions) {
    const last = sessions.length - 1;
    // Half a session on either side, so that adjacent ranges touch.
    const stretches = shades.map(({ from, to, kind }) => ({
      kind,
      from: Math.max(0, sessions.findIndex((session) => session >= from)) - 0.5,
      to: Math.min(last, sessions.findLastIndex((session) => session <= to)) + 0.5,
    }));
    /** @type {PaneView} */
    this.view = {
      zOrder: () => "bottom",
      renderer: () => ({
        draw: (target) =>
          target.useBitmapCoordinateSpace(({ context, bitmapSize, horizontalPixelRatio }) => {
            const scale = chart.timeScale();
            for (const { kind, from, to } of stretches) {
              const x = at(scale, from) * horizontalPixelRatio;
              context.fillStyle = this.#tones[kind] ?? "transparent";
              context.fillRect(x, 0, at(scale, to) * horizontalPixelRatio - x, bitmapSize.height);
            }
          }),
      }),
    };
  }

  /** @param {{ requestUpdate: () => void }} around */
  attached({ requestUpdate }) {
    this.#requestUpdate = requestUpdate;
  }

  paneViews() {
    return [this.view];
  }

  /** @param {Readonly<Record<string, string>>} tones Colours by kind. */
  paint(tones) {
    this.#tones = tones;
    this.#requestUpdate?.();
  }
}

/**
 * The coordinate of a fractional position: the library has coordinates of whole sessions only.
 *
 * @param {import("lightweight-charts").ITimeScaleApi<any>} scale
 * @param {number} place
 */
function at(scale, place) {
  const logical = (/** @type {number} */ t) => scale.logicalToCoordinate(/** @type {any} */ (t)) ?? 0;
  return (logical(Math.floor(place)) + logical(Math.ceil(place))) / 2;
}
