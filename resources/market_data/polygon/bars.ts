import { z } from "zod";
import type { DateRange, VendorBar, VendorOptions } from "../market_vendor.ts";
import { numberOrNaN, numberOrNull, problems, refuseMostUnusable, symbol } from "./envelope.ts";
import { newYorkDates } from "./new_york_dates.ts";
import { allRows } from "./paging.ts";
import { datePart, tickerPart } from "./path_parts.ts";
import type { Transport } from "./transport.ts";

/** The last moment with a four-digit year. */
const LAST_MS = Date.parse("9999-12-31T00:00:00Z");
/** The required fields of a bar. */
const TickerBar = z.looseObject({ t: z.int().min(0).max(LAST_MS), T: z.unknown().optional() });
const SessionBar = z.looseObject({ T: symbol, t: TickerBar.shape.t });

const Candle = z.object({
  o: numberOrNaN,
  h: numberOrNaN,
  l: numberOrNaN,
  c: numberOrNaN,
  v: numberOrNaN,
  vw: numberOrNull,
  n: numberOrNull,
});
const NO_VALUES = Candle.parse({});

/** See {@link MarketVendor.sessionBars}. */
export async function sessionBars(
  transport: Transport,
  session: string,
  options: VendorOptions,
): Promise<VendorBar[]> {
  const path = `/v2/aggs/grouped/locale/us/market/stocks/${datePart(session)}`;
  const rows = await allRows(
    transport,
    { path, query: { adjusted: false }, row: SessionBar, tickersIn: "T", dated: true, barsOf: {} },
    options,
  );
  const { onUnusable } = options;
  return barsOf(rows.map((row) => ({ ticker: row.T, row })), { path, from: session, to: session, onUnusable });
}

/** See {@link MarketVendor.tickerBars}. */
export async function tickerBars(
  transport: Transport,
  ticker: string,
  { from, to, ...options }: DateRange & VendorOptions,
): Promise<VendorBar[]> {
  const path = `/v2/aggs/ticker/${tickerPart(ticker)}/range/1/day/${datePart(from)}/${datePart(to)}`;
  const { onUnusable } = options;
  const rows = await allRows(transport, {
    path,
    query: { adjusted: false, sort: "asc", limit: 50_000 },
    row: TickerBar,
    tickersIn: "T",
    dated: true,
    barsOf: { ticker },
  }, { ...options, onUnusable: (row) => onUnusable?.({ ...row, ticker }) });
  return barsOf(rows.map((row) => ({ ticker, row })), { path, from, to, onUnusable });
}

/**
 * The bars of the requested sessions; a bar with an invalid number has no values. Unusable rows are reported.
 *
 * @throws {VendorError} If most rows are unusable.
 */
function barsOf(
  rows: readonly { ticker: string; row: { t: number; T?: unknown } }[],
  { path, from, to, onUnusable }: { path: string } & DateRange & Pick<VendorOptions, "onUnusable">,
): VendorBar[] {
  const dateOf = newYorkDates();
  const bars: VendorBar[] = [];
  let unusable = 0;
  let first = "";
  const tell = (ticker: string, session: string, reason: string) => {
    unusable++;
    first ||= reason;
    onUnusable?.({ ticker, session, place: `bar of ${session}`, reason });
  };
  for (const { ticker, row } of rows) {
    const date = dateOf(row.t);
    if (date < from || date > to) {
      // If one session was requested, it is the missing one.
      tell(ticker, from === to ? from : date, `t: it is of ${date}, which was not requested`);
      continue;
    }
    if (typeof row.T === "string" && row.T !== ticker) {
      tell(ticker, date, `T: it is of ${JSON.stringify(row.T.slice(0, 40))}`);
      continue;
    }
    const checked = Candle.safeParse(row);
    if (!checked.success) tell(ticker, date, problems(checked.error));
    const { o, h, l, c, v, vw, n } = checked.data ?? NO_VALUES;
    bars.push({ ticker, session: date, open: o, high: h, low: l, close: c, volume: v, vwap: vw, trades: n });
  }
  refuseMostUnusable(path, { unusable, all: rows.length, first });
  return bars;
}
