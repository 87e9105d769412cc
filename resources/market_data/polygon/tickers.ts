import { z } from "zod";
import type { TickersQuery, VendorTicker } from "../market_vendor.ts";
import { currencyOrNull, symbol, textOrNull } from "./envelope.ts";
import { newYorkDateOf } from "./new_york_dates.ts";
import { allRows, type ListingPage, pageOf } from "./paging.ts";
import type { Transport } from "./transport.ts";

/** Fields common to listed instruments and their details. */
export const tickerFields = {
  ticker: symbol,
  name: textOrNull,
  type: textOrNull,
  active: z.boolean().nullish(),
  primary_exchange: textOrNull,
  currency_name: currencyOrNull,
  cik: textOrNull,
  composite_figi: textOrNull,
  share_class_figi: textOrNull,
  delisted_utc: textOrNull,
};

const TickerRow = z.object(tickerFields);
export type TickerRow = z.output<typeof TickerRow>;

const PATH = "/v3/reference/tickers";
const LIMIT = 1000;

/** See {@link MarketVendor.tickers}. The vendor has no query for active and delisted instruments together: they take two listings. */
export async function tickers(transport: Transport, query: TickersQuery): Promise<VendorTicker[]> {
  const found = new Map<string, VendorTicker>();
  const wanted = query.tickers && [...new Set(query.tickers)].sort(byCodeUnits);
  for (const active of query.active === undefined ? [true, false] : [query.active]) {
    // Do not request active symbols among the delisted ones.
    const open = wanted?.filter((ticker) => !found.has(ticker));
    const rows = open === undefined
      ? await listed(transport, active, query)
      : await named(transport, active, open, wanted!.length, query);
    for (const row of rows) {
      const ticker = tickerOf(row, active);
      const known = found.get(ticker.ticker);
      if (known === undefined || isPreferred(ticker, known)) found.set(ticker.ticker, ticker);
    }
  }
  return [...found.values()].sort((a, b) => byCodeUnits(a.ticker, b.ticker));
}

function listed(transport: Transport, active: boolean, query: TickersQuery): Promise<TickerRow[]> {
  return allRows(transport, requestOf(active, query, {}), query);
}

/**
 * The instruments with the symbols `names`, in few calls: a page of a thousand symbols from the first wanted one on may contain
 * many of them, and the gap to the next wanted one is skipped. So neither a few names nor a few thousand take more calls than
 * necessary.
 */
async function named(
  transport: Transport,
  active: boolean,
  names: readonly string[],
  total: number,
  query: TickersQuery,
): Promise<TickerRow[]> {
  const rows: TickerRow[] = [];
  const wanted = new Set(names);
  let ordered = true;
  for (let open = [...names]; open.length > 0;) {
    const first: string = open[0]!;
    const alone: boolean = open.length === 1 || !ordered;
    const range = alone ? { ticker: first } : { "ticker.gte": first, "ticker.lte": open.at(-1) };
    const page: ListingPage<typeof TickerRow> = await pageOf(transport, requestOf(active, query, range), query);
    for (const row of page.rows) if (wanted.has(row.ticker)) rows.push(row);
    // Names can be skipped only if the vendor's order is ours; else each is requested separately.
    ordered &&= page.rows.every(({ ticker }, i) => i === 0 || page.rows[i - 1]!.ticker <= ticker);
    // The first wanted symbol is settled in any case: the page starts with it, or the vendor does not have it.
    const settled = !ordered ? first : page.next === null ? open.at(-1)! : page.rows.at(-1)?.ticker ?? first;
    open = open.filter((name) => name !== first && name > settled);
    query.onProgress?.(total - open.length, total);
  }
  return rows;
}

function requestOf(active: boolean, { type, exchange }: TickersQuery, range: Record<string, string | undefined>) {
  return {
    path: PATH,
    query: { market: "stocks", active, type, exchange, ...range, sort: "ticker", order: "asc", limit: LIMIT },
    row: TickerRow,
    tickersIn: "ticker",
  };
}

/** Converts a row. @param asked Whether active ones were requested, for rows that do not say whether they are. */
export function tickerOf(row: TickerRow, asked: boolean): VendorTicker {
  const active = row.active ?? asked;
  return {
    ticker: row.ticker,
    name: row.name,
    type: row.type,
    exchange: row.primary_exchange,
    currency: row.currency_name,
    active,
    delistedOn: active || row.delisted_utc === null ? null : newYorkDateOf(row.delisted_utc),
    cik: row.cik,
    compositeFigi: row.composite_figi,
    shareClassFigi: row.share_class_figi,
  };
}

function isPreferred(one: VendorTicker, other: VendorTicker): boolean {
  if (one.active !== other.active) return one.active;
  return (one.delistedOn ?? "") > (other.delistedOn ?? "");
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
