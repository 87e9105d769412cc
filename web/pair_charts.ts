import type { ChartData, ChartLine, ChartMarker, ChartPane, ChartShade } from "./components/chart.tsx";
import type { LegEvent } from "./pair_events.ts";
import { deviationsOf, type PairFormation } from "./pair_formation.ts";
import type { PairBacktest, PairTrade } from "./pair_backtest.ts";
import type { PairCloses, PairRecord } from "./pair_record.ts";
import type { PairDay, WalkForward } from "./pair_walk_forward.ts";
import { ratioInWords, sessionAt, usd } from "./ticker_charts.ts";

/** Drawdown of an equity curve, as fractions of 0 or less. */
export function underwater(equity: readonly number[]): number[] {
  let highest = -Infinity;
  return equity.map((value) => {
    highest = Math.max(highest, value);
    return value / highest - 1;
  });
}

/** Scale of the legs: index from 100, to compare them, or USD. */
export type LegScale = "index" | "usd";

/** The closes of a leg as an index from 100. */
export function from100(closes: readonly number[]): number[] {
  return closes.map((close) => 100 * close / closes[0]!);
}

/**
 * Legs over the spread in deviations, on the same sessions, with positions and formation shaded, the strategy's levels, and
 * dividends and splits of the legs.
 *
 * In sessions with a decision the spread is that of the strategy, in each window by its own formation. From the newest formation
 * on, other sessions have the spread by that formation's least-squares line.
 */
export function pairChart(record: PairRecord, closes: PairCloses, { formation, scale }: {
  formation: PairFormation | null;
  scale: LegScale;
}): ChartData {
  const { tickers, walkForward, events } = record;
  const { sessions } = closes;
  const shades = shadesOf(sessions, { walkForward, formation });
  const legs = legLines(tickers, closes, scale);
  const marks = eventMarkers(events, sessions);
  const legPanes: ChartPane[] = scale === "usd"
    ? legs.map((line, i) => ({
      format: "usd",
      stretch: 2,
      logarithmic: true,
      shades,
      lines: [line],
      markers: marks.filter(({ text }) => text.startsWith(`${tickers[i]} `)),
    }))
    : [{ format: "index", stretch: 3, logarithmic: true, shades, lines: legs, markers: marks }];
  const spread = spreadPane({ closes, walkForward, formation });
  return { sessions, panes: [...legPanes, ...spread ? [{ ...spread, stretch: 2, shades }] : []] };
}

function legLines(tickers: readonly [string, string], { first, second }: PairCloses, scale: LegScale): ChartLine[] {
  return ([["first", first], ["second", second]] as const).map(([colour, closes], i) => ({
    name: tickers[i]!,
    colour,
    values: scale === "usd" ? [...closes] : from100(closes),
  }));
}

function shadesOf(
  sessions: readonly string[],
  { walkForward, formation }: { walkForward: WalkForward | null; formation: PairFormation | null },
): ChartShade[] {
  const last = sessions.at(-1)!;
  const positions = (walkForward?.trades ?? []).map(({ entry, exit, side }): ChartShade => ({
    from: entry,
    // Held until its exit fills; another position may be entered in that session.
    to: exit === null || exit === entry ? exit ?? last : sessions.findLast((session) => session < exit) ?? last,
    kind: side > 0 ? "long" : "short",
    part: "positions",
  }));
  if (formation === null) return positions;
  return [{ from: formation.first, to: formation.last, kind: "formation", part: "formation" }, ...positions];
}

/** `null` if no session has a spread in deviations. */
function spreadPane({ closes: { sessions, first, second }, walkForward, formation }: {
  closes: PairCloses;
  walkForward: WalkForward | null;
  formation: PairFormation | null;
}): ChartPane | null {
  const days = new Map(walkForward?.days.map((day) => [day.session, day]));
  const judged = sessions.map((session) => days.get(session)?.z ?? null);
  const isFitted = (session: string) => formation !== null && session >= formation.first;
  const fitted = sessions.map((session, t) =>
    isFitted(session) && judged[t] === null ? deviationsOf(formation!, first[t]!, second[t]!) : null
  );
  const any = (values: readonly (number | null)[]) => values.some((value) => value !== null);
  if (!any(judged) && !any(fitted)) return null;
  const level = (name: string, shape: "dashed" | "dotted", of: (day: PairDay) => number | null): ChartLine[] => {
    const upper = sessions.map((session) => {
      const day = days.get(session);
      return day ? of(day) : null;
    });
    if (!any(upper)) return [];
    const lower = upper.map((value) => value === null ? null : -value);
    const line = { colour: "faint", shape, part: "bands" } as const;
    return [{ ...line, name, values: upper }, { ...line, name, values: lower, unlisted: true }];
  };
  return {
    format: "deviations",
    levels: [0],
    lines: [
      ...any(judged) ? [{ name: "Z-score", colour: "third" as const, values: judged }] : [],
      ...any(fitted)
        ? [{
          name: "Z-score by the formation",
          colour: "faint" as const,
          values: fitted,
        }]
        : [],
      ...level("Entry ±", "dashed", ({ entryZ }) => entryZ),
      ...level("Exit ±", "dotted", ({ exitZ }) => exitZ),
    ],
    markers: tradeMarkers(walkForward?.trades ?? [], new Set(sessions)),
  };
}

function eventMarkers(events: readonly LegEvent[], sessions: readonly string[]): ChartMarker[] {
  return events.flatMap(({ ticker, session: day, kind, value }): ChartMarker[] => {
    // Announced events and events after the last close are not on the chart.
    const session = sessionAt(day, sessions);
    if (session === null || day < sessions[0]!) return [];
    const text = kind === "split" ? `${ticker} split ${ratioInWords(value)}` : `${ticker} dividend ${usd(value)} USD`;
    return [{ session, kind, text, part: "events", ...(kind === "split" && { label: text }) }];
  });
}

function tradeMarkers(trades: readonly PairTrade[], sessions: ReadonlySet<string>): ChartMarker[] {
  const part = "positions";
  const markers = trades.flatMap(({ entry, exit, side }): ChartMarker[] => [
    { session: entry, kind: side > 0 ? "long" : "short", text: side > 0 ? "Spread bought" : "Spread sold", part },
    ...(exit === null ? [] : [{ session: exit, kind: "exit" as const, text: "Position closed", part }]),
  ]);
  return markers.filter(({ session }) => sessions.has(session))
    .sort((a, b) => a.session < b.session ? -1 : a.session > b.session ? 1 : 0);
}

/** Residuals of ticker 2 on ticker 1, with their mean and standard deviation over the same sessions. */
export interface PairSpread {
  sessions: readonly string[];
  /** USD per share of ticker 2. */
  values: number[];
  mean: number;
  /** Of the population. */
  standardDeviation: number;
}

/** The spread by a given line. */
export function pairSpread(closes: PairCloses, { slope, intercept }: { slope: number; intercept: number }): PairSpread {
  const values = closes.second.map((y, t) => y - slope * closes.first[t]! - intercept);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { sessions: closes.sessions, values, mean, standardDeviation: Math.sqrt(variance) };
}

/** Equity, and its drawdown below; `beside` is drawn fainter. */
export function equityChart(
  { sessions, equity }: PairBacktest,
  beside?: { name: string; backtest: PairBacktest },
): ChartData {
  const other = new Map(beside?.backtest.sessions.map((session, t) => [session, beside.backtest.equity[t]!]));
  return {
    sessions,
    panes: [
      {
        format: "usd",
        lines: [
          { name: "Equity in USD", colour: "first", values: equity },
          ...beside
            ? [{
              name: beside.name,
              colour: "faint" as const,
              values: sessions.map((session) => other.get(session) ?? null),
            }]
            : [],
        ],
      },
      {
        format: "percent",
        lines: [{ name: "Drawdown", colour: "loss", shape: "area", values: underwater(equity) }],
      },
    ],
  };
}
