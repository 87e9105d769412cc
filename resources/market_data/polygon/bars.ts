import { z } from "zod";
import type { DateRange, VendorBar, VendorOptions } from "../market_vendor.ts";
import { numberOrNaN, numberOrNull, problems, symbol } from "./envelope.ts";
import { newYorkDates } from "./new_york_dates.ts";
import { allRows } from "./paging.ts";
import { datePart, tickerPart } from "./path_parts.ts";
import type { Transport } from "./transport.ts";

/** The last moment whose date has four digits in its year. */
const LAST_MS = Date.parse("9999-12-31T00:00:00Z");
/** What a bar must have to be anybody's. */
const TickerBar = z.looseObject({ t: z.int().min(0).max(LAST_MS) });
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
    { path, query: { adjusted: false }, row: SessionBar, tickersIn: "T", dated: true },
    options,
  );
  const dateOf = newYorkDates();
  return rows.map((row) => barOf(row.T, row, { session: dateOf(row.t), onUnusable: options.onUnusable }));
}

/** See {@link MarketVendor.tickerBars}. */
export async function tickerBars(
  transport: Transport,
  ticker: string,
  { from, to, ...options }: DateRange & VendorOptions,
): Promise<VendorBar[]> {
  const range = `${datePart(from)}/${datePart(to)}`;
  const rows = await allRows(transport, {
    path: `/v2/aggs/ticker/${tickerPart(ticker)}/range/1/day/${range}`,
    query: { adjusted: false, sort: "asc", limit: 50_000 },
    row: TickerBar,
    tickersIn: "T",
    dated: true,
  }, { ...options, onUnusable: (row) => options.onUnusable?.({ ...row, ticker }) });
  const dateOf = newYorkDates();
  return rows.map((row) => barOf(ticker, row, { session: dateOf(row.t), onUnusable: options.onUnusable }));
}

/** A bar of known ticker and session; without values, and told, where one of them is no number. */
function barOf(
  ticker: string,
  row: unknown,
  { session, onUnusable }: { session: string } & Pick<VendorOptions, "onUnusable">,
): VendorBar {
  const checked = Candle.safeParse(row);
  if (!checked.success) {
    onUnusable?.({ ticker, session, place: `bar of ${session}`, reason: problems(checked.error) });
  }
  const { o, h, l, c, v, vw, n } = checked.data ?? NO_VALUES;
  return { ticker, session, open: o, high: h, low: l, close: c, volume: v, vwap: vw, trades: n };
}
