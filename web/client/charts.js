import "./table_csv.js";

/** Drawn charts, each with a function that removes it. @type {Map<HTMLElement, () => void>} */
const drawn = new Map();
/**
 * Elements drawn or about to be. Not stored as an attribute, which would make the element differ from the server's.
 *
 * @type {WeakSet<Element>}
 */
const begun = new WeakSet();

/** Draws every chart of the page that is not drawn yet. Loads the library only if there is one. */
export async function drawCharts() {
  for (const [plot, end] of drawn) {
    if (plot.isConnected) continue;
    end();
    drawn.delete(plot);
  }
  const plots = [...document.querySelectorAll("[data-chart]")].filter((plot) => plot instanceof HTMLElement)
    .filter((plot) => !begun.has(plot));
  if (plots.length === 0) return;
  for (const plot of plots) begun.add(plot);
  try {
    const [{ drawChart }, { drawControlled }] = await Promise.all([
      import("./drawn_chart.js"),
      import("./chart_controls.js"),
    ]);
    for (const plot of plots) drawn.set(plot, drawControlled(plot, drawChart));
  } catch (error) {
    for (const plot of plots) plot.append("The chart could not be drawn. The figures are in the table below.");
    throw error;
  }
}

drawCharts();
