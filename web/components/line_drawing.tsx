import type { ChartPane } from "./chart.tsx";
import { decimal, percent } from "../figures.ts";

const width = 960;
const inner = { left: 8, right: 56, top: 8, bottom: 22 };
const plotWidth = width - inner.left - inner.right;

/** A pane of a chart as SVG without scripts, for pages saved as a file. */
export function LineDrawing(
  { label, sessions, pane, height = 180 }: {
    label: string;
    sessions: readonly string[];
    pane: ChartPane;
    height?: number;
  },
) {
  const plotHeight = height - inner.top - inner.bottom;
  const values = pane.lines.flatMap((line) => line.values).filter((value) => value !== null);
  const [least, most] = boundsOf([...values, ...pane.levels ?? []]);
  const last = Math.max(1, sessions.length - 1);
  const x = (t: number) => at(inner.left + plotWidth * t / last);
  const y = (value: number) => at(inner.top + plotHeight * (1 - (value - least) / (most - least)));
  const text = (value: number) => pane.format === "percent" ? percent(value) : decimal(value, 2);
  return (
    <figure class="drawing">
      <figcaption>
        {pane.lines.map(({ name, colour }) => <span class={`key ${colour}`} key={name}>{name}</span>)}
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
        {ticksOf(least, most, Math.round(plotHeight / 40)).map((value) => (
          <g key={value}>
            <line class="grid" x1={inner.left} x2={width - inner.right} y1={y(value)} y2={y(value)} />
            <text x={width - inner.right + 6} y={at(y(value) + 4)}>{text(value)}</text>
          </g>
        ))}
        {datesOf(sessions).map(({ t, label }) => (
          <text x={Math.max(x(t), inner.left + 20)} y={height - 6} text-anchor="middle" key={t}>{label}</text>
        ))}
        {pane.lines.map(({ name, colour, shape, values }) => (
          <path
            class={`line ${colour}${shape === "area" ? " area" : ""}`}
            d={shape === "area" ? areaOf(values, { x, y, base: y(0) }) : pathOf(values, { x, y })}
            key={name}
          />
        ))}
      </svg>
    </figure>
  );
}

interface Scales {
  x(t: number): number;
  y(value: number): number;
}

/** Sessions without a value break the line. */
function pathOf(values: readonly (number | null)[], { x, y }: Scales): string {
  let path = "";
  values.forEach((value, t) => {
    if (value !== null) path += `${t > 0 && values[t - 1] !== null ? "L" : "M"}${x(t)} ${y(value)}`;
  });
  return path;
}

function areaOf(values: readonly (number | null)[], { x, y, base }: Scales & { base: number }): string {
  const path = pathOf(values.map((value) => value ?? 0), { x, y });
  return path === "" ? "" : `${path}L${x(values.length - 1)} ${base}L${x(0)} ${base}Z`;
}

function boundsOf(values: readonly number[]): [least: number, most: number] {
  const [least, most] = values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [
    Infinity,
    -Infinity,
  ]);
  if (!(least < most)) return [(Number.isFinite(least) ? least : 0) - 1, (Number.isFinite(most) ? most : 0) + 1];
  const margin = (most - least) / 20;
  return [least - margin, most + margin];
}

/** Round values within bounds, about as many as wanted. */
function ticksOf(least: number, most: number, wanted: number): number[] {
  const raw = (most - least) / Math.max(2, wanted);
  const unit = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * unit).find((step) => step >= raw)!;
  const ticks: number[] = [];
  for (let i = Math.ceil(least / step); i * step <= most; i++) ticks.push(i * step);
  return ticks;
}

/** Starts of months, far enough apart for their labels. */
function datesOf(sessions: readonly string[]): { t: number; label: string }[] {
  const begins = sessions.flatMap((session, t) =>
    t > 0 && session.slice(0, 7) !== sessions[t - 1]!.slice(0, 7) ? [{ t, label: session.slice(0, 7) }] : []
  );
  const every = Math.max(1, Math.ceil(begins.length / 8));
  return begins.filter((_, i) => i % every === 0);
}

/** Rounded to a tenth of a pixel. */
function at(value: number): number {
  return Math.round(10 * value) / 10;
}
