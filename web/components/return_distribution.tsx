import { count, decimal, sessionChange } from "../figures.ts";
import type { StrategySheet } from "../tear_sheet.ts";
import { at } from "../time_axis.ts";

const [width, height] = [520, 220];
const inner = { left: 40, right: 8, top: 18, bottom: 26 };
const plotWidth = width - inner.left - inner.right;
const plotHeight = height - inner.top - inner.bottom;

/** Histogram of daily returns, with the mean and the value at risk. */
export function ReturnDistribution(
  { of: { bins, meanReturn }, valueAtRisk }: {
    of: Pick<StrategySheet, "bins" | "meanReturn">;
    /** A positive fraction; `null` if unknown. */
    valueAtRisk: number | null;
  },
) {
  const [least, most] = [bins[0]!.from, bins.at(-1)!.to];
  const highest = Math.max(...bins.map(({ sessions }) => sessions));
  const x = (value: number) => at(inner.left + plotWidth * (value - least) / (most - least));
  const y = (value: number) => at(inner.top + plotHeight * (1 - value / highest));
  const marks = [
    { value: meanReturn, title: `mean ${sessionChange(meanReturn)}`, anchor: "start" as const },
    ...valueAtRisk === null || -valueAtRisk < least
      ? []
      : [{ value: -valueAtRisk, title: `value at risk ${sessionChange(-valueAtRisk)}`, anchor: "end" as const }],
  ];
  return (
    <figure class="drawing">
      <svg
        class="chart-drawing"
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`Distribution of daily returns, from ${sessionChange(least)} to ${sessionChange(most)}: ${
          marks.map(({ title }) => title).join(", ")
        }`}
      >
        {bins.map(({ from, to, sessions }) => (
          <rect
            class={to <= 0 ? "bar down" : "bar"}
            x={at(x(from) + 0.5)}
            y={y(sessions)}
            width={at(Math.max(0.5, x(to) - x(from) - 1))}
            height={at(inner.top + plotHeight - y(sessions))}
            key={from}
          >
            <title>{`${sessionChange(from)} to ${sessionChange(to)}: ${count(sessions)} sessions`}</title>
          </rect>
        ))}
        {marks.map(({ value, title, anchor }) => (
          <g key={title}>
            <line class="mark" x1={x(value)} x2={x(value)} y1={inner.top} y2={inner.top + plotHeight} />
            <text x={x(value) + (anchor === "start" ? 4 : -4)} y={inner.top - 6} text-anchor={anchor}>{title}</text>
          </g>
        ))}
        <line class="axis" x1={inner.left} x2={width - inner.right} y1={y(0)} y2={y(0)} />
        <text x={inner.left - 6} y={at(y(highest) + 9)} text-anchor="end">{count(highest)}</text>
        <text x={inner.left - 6} y={y(0)} text-anchor="end">0</text>
        <text x={x(least)} y={height - 8}>{`${decimal(100 * least, 1)} %`}</text>
        <text x={x(most)} y={height - 8} text-anchor="end">{`${decimal(100 * most, 1)} %`}</text>
      </svg>
      <figcaption class="faint">Sessions by their return.</figcaption>
    </figure>
  );
}
