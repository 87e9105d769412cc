/** @typedef {import("../components/chart.tsx").ChartFormat} ChartFormat */

/** Formatters for the values of a pane. @type {Record<ChartFormat, (value: number) => string>} */
export const formats = {
  index: (value) => decimal(value, Math.abs(value) < 10 ? 2 : 1),
  usd: (value) => decimal(value, Math.abs(value) < 1000 ? 2 : 0),
  percent: (value) => `${decimal(100 * value, 1)} %`,
  shares: (value) => {
    const [size, unit] = [[1e9, "B"], [1e6, "M"], [1e3, "k"]].find(([least]) => value >= Number(least)) ?? [1, ""];
    const scaled = value / Number(size);
    return `${decimal(scaled, unit === "" || scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2)}${unit}`;
  },
  points: (value) => decimal(value, 1),
  deviations: (value) => decimal(value, 2),
  ratio: (value) => decimal(value, 2),
};

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * Label of a mark on an axis of sessions: the year, the month, or the day with its month.
 *
 * @param {any} time The session as given, `YYYY-MM-DD`.
 * @param {number} kind Of the mark: 0 for the start of a year, 1 for a month, otherwise a day.
 */
export function tickText(time, kind) {
  const [year, month, day] = String(time).split("-");
  const name = months[Number(month) - 1] ?? "";
  return kind === 0 ? String(year) : kind === 1 ? name : `${name} ${Number(day)}`;
}

/**
 * @param {number} value
 * @param {number} decimals
 */
function decimal(value, decimals) {
  const options = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return value.toLocaleString("en-US", { ...options, signDisplay: "negative" }).replace("-", "−");
}

/**
 * The computed value of a custom property of the style sheet in the current colour scheme.
 *
 * @param {HTMLElement} plot
 * @param {string} name
 */
export function colour(plot, name) {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  plot.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/**
 * @param {string} rgb
 * @param {number} opacity
 */
export function faded(rgb, opacity) {
  return rgb.replace(/^rgb\((.*)\)$/, `rgba($1, ${opacity})`);
}
