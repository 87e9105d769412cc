import { raw } from "hono/html";
import type { Child } from "hono/jsx";

/** Formats of the values of a pane. */
export type ChartFormat = "index" | "usd" | "percent" | "shares" | "points" | "deviations" | "ratio";

/** Colours of lines that are told apart by them; the first two are those of legs. */
export const lineColours = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"] as const;
export type ChartColour = typeof lineColours[number] | "faint" | "loss";

/** A line through the sessions of its chart, or a column per session. */
export interface ChartLine {
  name: string;
  colour: ChartColour;
  /** One per session; `null` if there is none. */
  values: readonly (number | null)[];
  shape?: "line" | "dashed" | "dotted" | "area" | "columns";
  /** Left out of the legend, such as the lower one of two levels. */
  unlisted?: true;
  /** Drawn stronger than other lines. */
  strong?: true;
  /** The part of the chart that can be hidden to which the line belongs. */
  part?: string;
}

/** A candle for each session with all four prices. */
export interface ChartCandles {
  name: string;
  open: readonly (number | null)[];
  high: readonly (number | null)[];
  low: readonly (number | null)[];
  close: readonly (number | null)[];
}

/** An event in a session. */
export interface ChartMarker {
  session: string;
  kind: "long" | "short" | "exit" | "split" | "dividend" | "news";
  /** The event, for the legend. */
  text: string;
  /** Drawn beside the mark. */
  label?: string;
  /** Id of the page's element about the event: clicking the mark goes there. */
  target?: string;
  part?: string;
}

/** A shaded range of sessions. */
export interface ChartShade {
  /** First and last session. */
  from: string;
  to: string;
  kind: "formation" | "long" | "short";
  part?: string;
}

/** A pane of the chart; panes are stacked and share the sessions. */
export interface ChartPane {
  format: ChartFormat;
  candles?: ChartCandles;
  lines: readonly ChartLine[];
  /** Drawn on the candles, or else on the first line, in order of sessions. */
  markers?: readonly ChartMarker[];
  /** Values marked by a horizontal line. */
  levels?: readonly number[];
  shades?: readonly ChartShade[];
  /** Whether its scale can be logarithmic. */
  logarithmic?: true;
  /** Relative height; by default the first pane is two to three times as high as another. */
  stretch?: number;
  part?: string;
}

/** Data for `client/charts.js`. */
export interface ChartData {
  /** Ascending, each once. */
  sessions: readonly string[];
  panes: readonly ChartPane[];
}

/** Ranges of charts, in months; `null` is all. */
export const chartRanges = { "1m": 1, "3m": 3, "1y": 12, "3y": 36, "5y": 60, all: null } as const;
export type ChartRange = keyof typeof chartRanges;
/** The default range. */
export const standingRange = "1y" satisfies ChartRange;

/** Choices of a chart: hidden parts and range. The address keeps both. */
export interface ChartControls {
  parts: readonly { name: string; title: string }[];
  hidden: readonly string[];
  range: ChartRange;
  /** Ranges offered. */
  ranges: readonly ChartRange[];
  /** The default range, if it differs from that of all charts. */
  standing?: ChartRange;
  /** Links to other views of the same data, before the ranges. */
  lead?: Child;
  /** Whether scales are logarithmic; left out if there is no choice. */
  logarithmic?: boolean;
}

export interface ChartProps {
  id: string;
  /** Description of the chart for screen readers. */
  label: string;
  data: ChartData;
  /** All sessions and no controls, unless given. */
  controls?: ChartControls;
  /** Text below the chart, needed to read it. */
  caption?: Child;
  /** The chart's data as a table. */
  children: Child;
}

const marks: Readonly<Record<ChartMarker["kind"], string>> = {
  long: "bought",
  short: "sold",
  exit: "closed",
  split: "split",
  dividend: "dividend, below",
  news: "news, above",
};

const shadeNames: Readonly<Record<ChartShade["kind"], string>> = {
  formation: "formation",
  long: "long the spread",
  short: "short the spread",
};

/** A chart with its legend and a table of its data. */
export function Chart({ id, label, data, controls, caption, children }: ChartProps) {
  const { panes } = data;
  const kinds = new Set(panes.flatMap((pane) => pane.markers ?? []).map((marker) => marker.kind));
  const shades = new Map(panes.flatMap((pane) => pane.shades ?? []).map(({ kind, part }) => [kind, part]));
  const shown = panes.filter(({ part }) => part === undefined || !controls?.hidden.includes(part));
  return (
    <figure class="chart" id={id}>
      {controls && <Controls id={id} controls={controls} />}
      <ul class="legend">
        {panes.map(({ candles }, p) =>
          candles && (
            <li class="candles" key={candles.name}>
              {candles.name} <span data-candles={p} aria-hidden="true"></span>
            </li>
          )
        )}
        {panes.flatMap((pane, p) =>
          pane.lines.map((line, l) =>
            !line.unlisted && (
              <li class={`${line.colour} shape-${line.shape ?? "line"}`} data-part={line.part ?? pane.part}>
                {line.name} <span data-value={`${p}.${l}`} aria-hidden="true"></span>
              </li>
            )
          )
        )}
        {Object.entries(marks).map(([kind, title]) =>
          kinds.has(kind as ChartMarker["kind"]) && <li class={`mark mark-${kind}`} key={kind}>{title}</li>
        )}
        {[...shades].map(([kind, part]) => (
          <li class={`shade shade-${kind}`} data-part={part} key={kind}>{shadeNames[kind]}</li>
        ))}
        <li class="session" aria-hidden="true">
          <span data-events></span> <span data-session></span>
        </li>
      </ul>
      <div
        class="plot"
        data-chart
        data-panes={shown.length}
        tabindex={0}
        role="group"
        aria-label={`${label}. Chart: the left and right arrow keys read its sessions, the table is below.`}
      >
        <script type="application/json">{raw(embedded(data))}</script>
        <noscript>
          <p class="empty">Charts are drawn by JavaScript. The figures are in the table below.</p>
        </noscript>
      </div>
      <p class="read" data-read role="status"></p>
      {(caption || controls) && (
        <figcaption class="faint">
          {caption}
          {controls && " Drag to move. The wheel zooms once the chart is clicked. A double click shows all."}
        </figcaption>
      )}
      <details>
        <summary>Data of this chart</summary>
        {children}
      </details>
    </figure>
  );
}

/** Without JavaScript there is no chart to control. */
function Controls(
  { id, controls: { parts, hidden, range, ranges, standing = standingRange, lead, logarithmic } }: {
    id: string;
    controls: ChartControls;
  },
) {
  return (
    <form class="controls scripted" data-chart-controls aria-label="Parts of the chart">
      {lead}
      <fieldset class="segments">
        <legend>Range</legend>
        {ranges.map((name) => (
          <label key={name}>
            <input
              type="radio"
              name="range"
              id={`${id}-${name}`}
              value={name}
              data-months={chartRanges[name] ?? undefined}
              data-standing={name === standing ? "" : undefined}
              checked={name === range}
            />
            <span>{chartRanges[name] === null ? "All" : name.toUpperCase()}</span>
          </label>
        ))}
      </fieldset>
      <fieldset>
        <legend>Shown</legend>
        {parts.map(({ name, title }) => (
          <label key={name}>
            <input type="checkbox" name="part" value={name} checked={!hidden.includes(name)} />
            <span>{title}</span>
          </label>
        ))}
        {logarithmic !== undefined && (
          <label>
            <input type="checkbox" name="log" value="1" checked={logarithmic} />
            <span>Log scale</span>
          </label>
        )}
      </fieldset>
    </form>
  );
}

/** Attribution on each page that has charts, which the library's licence requires. */
export function ChartCredit() {
  return (
    <p class="faint credit">
      Charts by{" "}
      <a href="https://www.tradingview.com/" rel="noreferrer">TradingView Lightweight Charts™</a>, copyright © 2026
      TradingView, Inc., Apache License 2.0.
    </p>
  );
}

export interface ChartTableProps {
  label: string;
  columns: readonly string[];
  sessions: readonly string[];
  /** The texts of a session by its index; called only for the sessions shown. */
  cells(position: number): readonly string[];
  /** Addresses of all sessions as CSV; empty if they have none. */
  csv: readonly { title: string; href: string }[];
}

/** Values of a chart. With many sessions it has only the last one of each month, and links to all of them. */
export function ChartTable({ label, columns, sessions, cells, csv }: ChartTableProps) {
  const all = sessions.map((_, t) => t);
  const shown = all.length > 60 ? all.filter((t) => month(sessions[t]) !== month(sessions[t + 1])) : all;
  return (
    <>
      <p class="faint">
        {shown.length < all.length ? "The last session of each month. " : ""}
        {csv.length > 0 && "Every session as CSV: "}
        {csv.map(({ title, href }, i) => (
          <>
            {i > 0 ? ", " : ""}
            <a href={href}>{title}</a>
          </>
        ))}
      </p>
      <div class="scroller bounded" tabindex={0} role="region" aria-label={`${label}, may scroll`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Session</th>
              {columns.map((name) => <th scope="col" class="number" key={name}>{name}</th>)}
            </tr>
          </thead>
          <tbody>
            {shown.map((t) => (
              <tr>
                <th scope="row">{sessions[t]}</th>
                {cells(t).map((cell, i) => <td class="number" key={i}>{cell}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function month(session: string | undefined): string | undefined {
  return session?.slice(0, 7);
}

/** JSON that no value can end early. Rounded to six digits, more than a screen can show. */
function embedded(data: ChartData): string {
  const json = JSON.stringify(
    data,
    (_, value) => typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value,
  );
  return json.replaceAll("<", "\\u003c");
}
