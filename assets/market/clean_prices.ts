import { z } from "zod";
import {
  eager,
  noGaps,
  notEmpty,
  priceJumpWithoutSplit,
  rowCountBand,
  splitsMatchJumps,
  table,
} from "../../engine/mod.ts";
import { alignCloses, cleanPrices as clean, type PriceMatrix } from "../../quant/mod.ts";
import { asset } from "../resources.ts";
import { enoughSessions, fewFilled } from "./coverage_checks.ts";
import { dailyBars } from "./daily_bars.ts";
import { completeSessions, sessions } from "./sessions.ts";

const CleanPrice = z.object({
  ticker: z.string().min(1),
  session: z.iso.date(),
  close: z.number().positive().describe(
    "USD, adjusted for splits; interpolated or repeated where the session had none",
  ),
  filled: z.boolean().describe("Whether the close was filled in for a missing bar"),
});

/** Settings of `clean_prices`. */
export const CleaningConfig = z.strictObject({
  rule: z.enum(["tradable", "service", "research"]).default("tradable").describe(
    "research: tickers without any gap. service: gaps interpolated, the end repeated. tradable: gaps interpolated on complete sessions, without tickers that stopped trading or have too many gaps.",
  ),
  maxStaleSessions: z.int().min(1).max(1000).default(5).describe(
    "tradable: a ticker without a close in this many last sessions is left out",
  ),
  maxFilledShare: z.number().min(0).max(1).default(0.1).describe(
    "tradable: a ticker with a larger share of interpolated closes is left out",
  ),
});

/** The Hurst exponent of a shorter spread is meaningless. */
export const fewestSessions = 100;

/**
 * The aligned session × ticker matrix of closes, without gaps.
 *
 * With the rule `tradable`, closes of a ticker range from its first bar to its last, on complete sessions only: no close is
 * repeated beyond the last trade or interpolated for a date on which few tickers traded. The rules of the originals have every
 * ticker on every date.
 */
export const cleanPrices = asset({
  key: "clean_prices",
  module: import.meta,
  group: "market",
  layer: "silver",
  description: "Closes of all tickers on the same sessions, without holes.",
  deps: { bars: dailyBars, sessions },
  automation: eager(),
  config: CleaningConfig,
  row: CleanPrice,
  primaryKey: ["ticker", "session"],
  codeVersion: "2",
  checks: [
    notEmpty(),
    rowCountBand({ within: 0.5, severity: "warn" }),
    // The table guarantees closes without gaps: a failure is an error in this file.
    noGaps({ series: "ticker", date: "session" }),
    // Checked here instead of on the bars, which are published in parts: the previous bar may be in another part.
    priceJumpWithoutSplit({ series: "ticker", date: "session", price: "close", factor: 4, severity: "warn" }),
    splitsMatchJumps({ series: "ticker", date: "session", price: "close", filled: "filled", severity: "warn" }),
    fewFilled(),
    enoughSessions(fewestSessions),
  ],

  async materialize({ inputs, config }) {
    const closes = alignCloses(await inputs.bars.columns("ticker", "session", "close"));
    const tradable = config.rule === "tradable";
    const complete = new Set(completeSessions(await inputs.sessions.rows()));
    const matrix = tradable ? onSessions(closes, complete) : closes;
    const cleaned = clean(matrix, { ...config, span: tradable ? "own" : "all" });
    const before = new Map(matrix.tickers.map((ticker, i) => [ticker, matrix.closes[i]!]));
    const rows = { ticker: [] as string[], session: [] as string[], filled: [] as boolean[] };
    const close = new Float64Array(cleaned.matrix.tickers.length * matrix.sessions.length);
    for (const [i, ticker] of cleaned.matrix.tickers.entries()) {
      const received = before.get(ticker)!;
      const closes = cleaned.matrix.closes[i]!;
      for (let t = 0; t < closes.length; t++) {
        if (Number.isNaN(closes[t]!)) continue;
        close[rows.ticker.length] = closes[t]!;
        rows.ticker.push(ticker);
        rows.session.push(matrix.sessions[t]!);
        rows.filled.push(Number.isNaN(received[t]!));
      }
    }
    return {
      rows: { ...rows, close: close.slice(0, rows.ticker.length) },
      metadata: {
        rule: cleaned.rule,
        tickers: cleaned.matrix.tickers.length,
        sessions: matrix.sessions.length,
        last_session: matrix.sessions.at(-1) ?? "none",
        incomplete_sessions_left_out: closes.sessions.length - matrix.sessions.length,
        filled_cells: cleaned.filledCells,
        dropped_tickers: cleaned.dropped.length,
        dropped: table(["ticker", "reason"], cleaned.dropped.slice(0, 200).map((d) => [d.ticker, d.reason])),
      },
    };
  },
});

/** The same closes, restricted to some sessions. */
function onSessions({ sessions, tickers, closes }: PriceMatrix, kept: ReadonlySet<string>): PriceMatrix {
  const places = Array.from(sessions.keys()).filter((t) => kept.has(sessions[t]!));
  if (places.length === sessions.length) return { sessions, tickers, closes };
  return {
    sessions: places.map((t) => sessions[t]!),
    tickers,
    closes: closes.map((column) => Float64Array.from(places, (t) => column[t]!)),
  };
}
