import type { z } from "zod";
import type { Input } from "../../engine/mod.ts";
import {
  alignCloses,
  type CleanPricesOptions,
  type CloseSpan,
  closeSpan,
  fillGaps,
  reasonToDrop,
} from "../../quant/mod.ts";
import type { CleanPriceSpan } from "./clean_price_spans.ts";
import { completeSessions } from "./sessions.ts";

type Span = z.output<typeof CleanPriceSpan>;

/** Columns of `clean_prices`. */
export interface CleanColumns {
  ticker: string[];
  session: string[];
  close: Float64Array;
  filled: boolean[];
}

/**
 * Sessions before the first change whose rows are returned again: checks compare a move with the twenty before it, and a gap up to
 * the new close may begin among them.
 */
const sessionsAgain = 25;

/** The rows from a session on, and the new spans of all tickers. */
export interface CarriedPrices {
  from: string;
  rows: CleanColumns;
  spans: Span[];
}

/**
 * Carries `clean_prices` with the rule `tradable` on: new closes are added to the spans of their tickers, and gaps before them are
 * filled. `null` if rows before the last sessions would change: an earlier close is another one, as after a split, or a ticker is
 * no longer dropped, or dropped now.
 *
 * @param changedFrom The first date with a change of bars or sessions; `null` for none.
 */
export async function carriedPrices(
  { bars, sessions, rows, spans, changedFrom }: {
    bars: Input<{ ticker: string; session: string; close: number }>;
    sessions: readonly { session: string; complete: boolean }[];
    /** Of the version to carry on. */
    rows: Input<Record<string, unknown>>;
    spans: readonly Span[];
    changedFrom: string | null;
  },
  options: CleanPricesOptions,
): Promise<CarriedPrices | null> {
  if (changedFrom === null) return null;
  const complete = completeSessions(sessions);
  const known = complete.filter((session) => session < changedFrom).length;
  if (known < sessionsAgain || spans.some(({ last_session }) => last_session !== null && last_session >= changedFrom)) {
    return null;
  }
  const { tickers, sessions: found, closes } = alignCloses(
    await bars.where("session", { from: changedFrom }).columns("ticker", "session", "close"),
  );
  const place = new Map(complete.map((session, t) => [session, t]));
  const spanOf = new Map(spans.map((span) => [span.ticker, span]));
  const columnOf = new Map(tickers.map((ticker, i) => [ticker, closes[i]!]));
  const firstAgain = known - sessionsAgain;
  const added: { ticker: string; t: number; close: number; filled: boolean }[] = [];
  const spansNow: Span[] = [];
  for (const ticker of new Set([...spanOf.keys(), ...tickers])) {
    const before = spanOf.get(ticker);
    const column = columnOf.get(ticker);
    // Its last close, and those of the changed sessions.
    const start = before?.last_session ? place.get(before.last_session)! : known;
    const own = new Float64Array(complete.length - start).fill(NaN);
    if (before?.last_close) own[0] = before.last_close;
    column?.forEach((close, i) => {
      const t = place.get(found[i]!);
      if (t !== undefined) own[t - start] = close;
    });
    const { first, last, closes } = closeSpan(own);
    const span = {
      first: before?.first_session ? place.get(before.first_session)! : first < 0 ? -1 : start + first,
      last: last < 0 ? -1 : start + last,
      closes: (before?.closes ?? 0) + closes - (before?.last_close ? 1 : 0),
    };
    const reason = reasonToDrop(span, complete, { ...options, span: "own" });
    if (before && (before.dropped === null) !== (reason === null)) return null;
    spansNow.push(cleanSpan(ticker, span, { sessions: complete, close: own[last] ?? NaN, dropped: reason }));
    if (reason !== null) continue;
    const { column: filled } = fillGaps(own, { repeat: false });
    for (let i = before?.last_close ? 1 : first; i <= last; i++) {
      if (start + i < firstAgain) return null;
      added.push({ ticker, t: start + i, close: filled[i]!, filled: Number.isNaN(own[i]!) });
    }
  }
  const again = await rows.where("session", { from: complete[firstAgain]! })
    .columns("ticker", "session", "close", "filled") as unknown as CleanColumns;
  return {
    from: complete[firstAgain]!,
    rows: {
      ticker: [...again.ticker, ...added.map(({ ticker }) => ticker)],
      session: [...again.session, ...added.map(({ t }) => complete[t]!)],
      close: Float64Array.from([...again.close, ...added.map(({ close }) => close)]),
      filled: [...again.filled, ...added.map(({ filled }) => filled)],
    },
    spans: spansNow,
  };
}

/**
 * A row of `clean_price_spans`.
 *
 * @param of.close The last close; `NaN` without one.
 * @param of.repeats Whether the last close is repeated to the end.
 */
export function cleanSpan(
  ticker: string,
  { first, last, closes }: CloseSpan,
  { sessions, close, dropped, repeats = false }: {
    sessions: readonly string[];
    close: number;
    dropped: string | null;
    repeats?: boolean;
  },
): Span {
  const isEmpty = closes === 0;
  const end = repeats ? sessions.length - 1 : last;
  return {
    ticker,
    first_session: isEmpty ? null : sessions[first]!,
    last_session: isEmpty ? null : sessions[last]!,
    last_close: isEmpty ? null : close,
    sessions: isEmpty ? 0 : end - first + 1,
    closes,
    dropped,
  };
}
