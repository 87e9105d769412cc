import { raw } from "hono/html";
import type { Child } from "hono/jsx";

/** How the values of a pane are written. */
export type ChartFormat = "index" | "usd" | "percent";

/** A line through the sessions of its chart. */
export interface ChartLine {
  name: string;
  colour: "first" | "second" | "faint" | "loss";
  /** One for each session; `null` where there is none. */
  values: readonly (number | null)[];
  shape?: "line" | "dashed" | "area";
}

/** Something that happened in a session. */
export interface ChartMarker {
  session: string;
  kind: "long" | "short" | "exit";
  text: string;
}

/** One of the panes that stand above each other on the same sessions. */
export interface ChartPane {
  format: ChartFormat;
  lines: readonly ChartLine[];
  /** Drawn on the first line. */
  markers?: readonly ChartMarker[];
}

/** What `client/charts.js` draws. */
export interface ChartData {
  /** Ascending, each once. */
  sessions: readonly string[];
  panes: readonly ChartPane[];
}

export interface ChartProps {
  id: string;
  /** What is to be seen, for those who cannot see it too. */
  label: string;
  data: ChartData;
  /** Below the chart: what must be known to read it. */
  caption?: Child;
  /** The table behind the chart. */
  children: Child;
}

/** A chart with its legend and the table behind it. */
export function Chart({ id, label, data, caption, children }: ChartProps) {
  const marks = new Set(data.panes.flatMap((pane) => pane.markers ?? []).map((marker) => marker.kind));
  return (
    <figure class="chart" id={id}>
      <ul class="legend">
        {data.panes.flatMap((pane, p) =>
          pane.lines.map((line, l) => (
            <li class={`${line.colour} ${line.shape === "dashed" ? "dashed" : ""}`.trim()}>
              {line.name} <span data-value={`${p}.${l}`} aria-hidden="true"></span>
            </li>
          ))
        )}
        {marks.has("long") && <li class="mark long">bought</li>}
        {marks.has("short") && <li class="mark short">sold</li>}
        {marks.has("exit") && <li class="mark exit">closed</li>}
        <li class="session" data-session aria-hidden="true"></li>
      </ul>
      <div
        class={data.panes.length > 1 ? "plot tall" : "plot"}
        data-chart
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
      {caption && <figcaption class="faint">{caption}</figcaption>}
      <details>
        <summary>The figures behind this chart</summary>
        {children}
      </details>
    </figure>
  );
}

/** Said once on each page that has charts, as the licence of the library asks. */
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
  /** The texts of a session by its position; asked for only where they are shown. */
  cells(position: number): readonly string[];
  /** Where every session is to be had. */
  csv: readonly { title: string; href: string }[];
}

/** Figures of a chart, where it has many sessions those of each month's end, and the way to all of them. */
export function ChartTable({ label, columns, sessions, cells, csv }: ChartTableProps) {
  const all = sessions.map((_, t) => t);
  const shown = all.length > 60 ? all.filter((t) => month(sessions[t]) !== month(sessions[t + 1])) : all;
  return (
    <>
      <p class="faint">
        {shown.length < all.length ? "The last session of each month. " : ""}Every session as CSV:{" "}
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

/** As JSON that no value in it can end early; six digits are more than a screen shows. */
function embedded(data: ChartData): string {
  const json = JSON.stringify(
    data,
    (_, value) => typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value,
  );
  return json.replaceAll("<", "\\u003c");
}
