import { z } from "zod";
import type { DateRange, VendorBar, VendorOptions } from "../market_vendor.ts";
import { listOf, numberOrNaN, numberOrNull, text } from "./envelope.ts";
import { newYorkDates } from "./new_york_dates.ts";
import { allRows } from "./paging.ts";
import { datePart, tickerPart } from "./path_parts.ts";
import type { Transport } from "./transport.ts";

const candle = {
  o: numberOrNaN,
  h: numberOrNaN,
  l: numberOrNaN,
  c: numberOrNaN,
  v: numberOrNaN,
  vw: numberOrNull,
  n: numberOrNull,
  t: z.int(),
};
const Bar = z.object(candle);
const TickerBars = listOf(Bar);
const SessionBars = listOf(z.object({ T: text, ...candle }));

/** See {@link MarketVendor.sessionBars}. */
export async function sessionBars(
  transport: Transport,
  session: string,
  options: VendorOptions,
): Promise<VendorBar[]> {
  const path = `/v2/aggs/grouped/locale/us/market/stocks/${datePart(session)}`;
  const rows = await allRows(
    transport,
    { path, query: { adjusted: false }, schema: SessionBars, dated: true },
    options,
  );
  const dateOf = newYorkDates();
  return rows.map((row) => barOf(row.T, row, dateOf));
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
    schema: TickerBars,
    dated: true,
  }, options);
  const dateOf = newYorkDates();
  return rows.map((row) => barOf(ticker, row, dateOf));
}

function barOf(ticker: string, row: z.output<typeof Bar>, dateOf: (ms: number) => string): VendorBar {
  return {
    ticker,
    session: dateOf(row.t),
    open: row.o,
    high: row.h,
    low: row.l,
    close: row.c,
    volume: row.v,
    vwap: row.vw,
    trades: row.n,
  };
}
