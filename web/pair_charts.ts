import type { ChartData, ChartMarker } from "./components/chart.tsx";
import type { PairBacktest, PairCloses, PairTrade } from "./pair_record.ts";

/** How far each equity is below its highest so far, as fractions of 0 or less. */
export function underwater(equity: readonly number[]): number[] {
  let highest = -Infinity;
  return equity.map((value) => {
    highest = Math.max(highest, value);
    return value / highest - 1;
  });
}

/** Legs from 100 on, to compare them; or in USD, as they cost. */
export type LegScale = "index" | "usd";

/** The closes of a leg, from 100 on. */
export function from100(closes: readonly number[]): number[] {
  return closes.map((close) => 100 * close / closes[0]!);
}

/** Both legs: from 100 on on one scale, in USD each on its own. */
export function pricesChart(
  [ticker1, ticker2]: readonly [string, string],
  { sessions, first, second }: PairCloses,
  scale: LegScale,
): ChartData {
  const line = (name: string, colour: "first" | "second", closes: readonly number[]) => ({
    name,
    colour,
    values: scale === "usd" ? [...closes] : from100(closes),
  });
  const [one, two] = [line(ticker1, "first", first), line(ticker2, "second", second)];
  return {
    sessions,
    panes: scale === "usd"
      ? [{ format: "usd", lines: [one] }, { format: "usd", lines: [two] }]
      : [{ format: "index", lines: [one, two] }],
  };
}

/** What is left of ticker 2 beside its line on ticker 1, with its mean and standard deviation over the same sessions. */
export interface PairSpread {
  sessions: readonly string[];
  /** USD a share of ticker 2. */
  values: number[];
  mean: number;
  /** Of the population, as the mean is of all that there is. */
  standardDeviation: number;
}

/** The spread by a line that was fitted before. */
export function pairSpread(closes: PairCloses, { slope, intercept }: { slope: number; intercept: number }): PairSpread {
  const values = closes.second.map((y, t) => y - slope * closes.first[t]! - intercept);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { sessions: closes.sessions, values, mean, standardDeviation: Math.sqrt(variance) };
}

/** The spread between its bands, with the entries and exits of `trades`. */
export function spreadChart(spread: PairSpread, trades: readonly PairTrade[]): ChartData {
  const { sessions, values, mean, standardDeviation } = spread;
  const level = (value: number) => sessions.map(() => value);
  return {
    sessions,
    panes: [{
      format: "usd",
      lines: [
        { name: "Spread", colour: "first", values },
        { name: "Mean", colour: "faint", values: level(mean) },
        { name: "+1 deviation", colour: "faint", shape: "dashed", values: level(mean + standardDeviation) },
        { name: "−1 deviation", colour: "faint", shape: "dashed", values: level(mean - standardDeviation) },
      ],
      markers: markersOf(trades, new Set(sessions)),
    }],
  };
}

function markersOf(trades: readonly PairTrade[], sessions: ReadonlySet<string>): ChartMarker[] {
  const markers = trades.flatMap(({ entry, exit, side }): ChartMarker[] => [
    { session: entry, kind: side > 0 ? "long" : "short", text: side > 0 ? "Spread bought" : "Spread sold" },
    ...(exit === null ? [] : [{ session: exit, kind: "exit" as const, text: "Position closed" }]),
  ]);
  return markers.filter(({ session }) => sessions.has(session))
    .sort((a, b) => a.session < b.session ? -1 : a.session > b.session ? 1 : 0);
}

/** Equity above, and below it how far it is under its highest. */
export function equityChart({ sessions, equity }: PairBacktest): ChartData {
  return {
    sessions,
    panes: [
      { format: "usd", lines: [{ name: "Equity in USD", colour: "first", values: equity }] },
      {
        format: "percent",
        lines: [{ name: "Below its highest", colour: "loss", shape: "area", values: underwater(equity) }],
      },
    ],
  };
}
