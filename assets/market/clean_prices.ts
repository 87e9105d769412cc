import { z } from "zod";
import {
  eager,
  earliest,
  type Metadata,
  noGaps,
  notEmpty,
  priceJumpWithoutSplit,
  rowCountBand,
  splitsMatchJumps,
  table,
} from "../../engine/mod.ts";
import { alignCloses, cleanPrices as clean, closeSpan, type PriceMatrix } from "../../quant/mod.ts";
import { asset } from "../resources.ts";
import { carriedPrices, cleanSpan } from "./carried_prices.ts";
import { type CleanPriceSpan, cleanPriceSpans } from "./clean_price_spans.ts";
import { enoughSessions } from "./coverage_checks.ts";
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
 *
 * With that rule new sessions are added to the rows before, unless an earlier close changes, as by a split, or a ticker is dropped or
 * returns. Checks then see the last 25 sessions.
 */
export const cleanPrices = asset({
  key: "clean_prices",
  module: import.meta,
  group: "market",
  layer: "silver",
  description: "Closes of all tickers on the same sessions, without holes.",
  deps: { bars: dailyBars, sessions },
  outs: { spans: cleanPriceSpans },
  automation: eager(),
  config: CleaningConfig,
  row: CleanPrice,
  primaryKey: ["ticker", "session"],
  partitionedBy: { date: "session" },
  codeVersion: "3",
  carriedOn: true,
  checks: [
    notEmpty(),
    rowCountBand({ within: 0.5, severity: "warn" }),
    // The table guarantees closes without gaps: a failure is an error in this file.
    noGaps({ series: "ticker", date: "session" }),
    // Checked here instead of on the bars, which are published in parts: the previous bar may be in another part.
    priceJumpWithoutSplit({ series: "ticker", date: "session", price: "close", factor: 4, severity: "warn" }),
    splitsMatchJumps({ series: "ticker", date: "session", price: "close", filled: "filled", severity: "warn" }),
    enoughSessions(fewestSessions),
  ],

  async materialize({ inputs, previous, config }) {
    const received = await inputs.sessions.rows();
    if (previous && config.rule === "tradable") {
      const carried = await carriedPrices({
        bars: inputs.bars,
        sessions: received,
        rows: previous.rows,
        spans: await previous.outs.spans!.rows() as z.output<typeof CleanPriceSpan>[],
        changedFrom: earliest(previous.changedFrom.bars, previous.changedFrom.sessions),
      }, config);
      if (carried) {
        const { rows, from, spans } = carried;
        const incomplete = received.filter(({ complete, tickers }) => !complete && tickers > 0).length;
        const facts = { sessions: completeSessions(received), incomplete };
        return { rows, from, metadata: metadataOf(config.rule, spans, facts), outs: { spans: { rows: spans } } };
      }
    }
    const closes = alignCloses(await inputs.bars.columns("ticker", "session", "close"));
    const tradable = config.rule === "tradable";
    const complete = new Set(completeSessions(received));
    const matrix = tradable ? onSessions(closes, complete) : closes;
    const cleaned = clean(matrix, { ...config, span: tradable ? "own" : "all" });
    const before = new Map(matrix.tickers.map((ticker, i) => [ticker, matrix.closes[i]!]));
    let count = 0;
    for (const closes of cleaned.matrix.closes) for (const close of closes) if (!Number.isNaN(close)) count++;
    const rows = {
      ticker: new Array<string>(count),
      session: new Array<string>(count),
      close: new Float64Array(count),
      filled: new Array<boolean>(count),
    };
    let row = 0;
    for (const [i, ticker] of cleaned.matrix.tickers.entries()) {
      const received = before.get(ticker)!;
      const closes = cleaned.matrix.closes[i]!;
      for (let t = 0; t < closes.length; t++) {
        if (Number.isNaN(closes[t]!)) continue;
        rows.ticker[row] = ticker;
        rows.session[row] = matrix.sessions[t]!;
        rows.close[row] = closes[t]!;
        rows.filled[row++] = Number.isNaN(received[t]!);
      }
    }
    const reasons = new Map(cleaned.dropped.map(({ ticker, reason }) => [ticker, reason]));
    const spans = matrix.tickers.map((ticker, i) => {
      const span = closeSpan(matrix.closes[i]!);
      const dropped = reasons.get(ticker) ?? null;
      const close = matrix.closes[i]![span.last] ?? NaN;
      return cleanSpan(ticker, span, { sessions: matrix.sessions, close, dropped, repeats: !tradable });
    });
    const incomplete = closes.sessions.length - matrix.sessions.length;
    return {
      rows,
      metadata: metadataOf(cleaned.rule, spans, { sessions: matrix.sessions, incomplete }),
      outs: { spans: { rows: spans } },
    };
  },
});

function metadataOf(
  rule: string,
  spans: readonly z.output<typeof CleanPriceSpan>[],
  { sessions, incomplete }: { sessions: readonly string[]; incomplete: number },
): Metadata {
  const [kept, dropped] = [spans.filter((one) => one.dropped === null), spans.filter((one) => one.dropped !== null)];
  return {
    rule,
    tickers: kept.length,
    sessions: sessions.length,
    last_session: sessions.at(-1) ?? "none",
    incomplete_sessions_left_out: incomplete,
    filled_cells: kept.reduce((sum, one) => sum + one.sessions - one.closes, 0),
    dropped_tickers: dropped.length,
    dropped: table(
      ["ticker", "reason"],
      dropped.toSorted((a, b) => a.ticker < b.ticker ? -1 : 1).slice(0, 200).map((one) => [one.ticker, one.dropped!]),
    ),
  };
}

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
