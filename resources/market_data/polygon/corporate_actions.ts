import { z } from "zod";
import type { CorporateActionsQuery, VendorDividend, VendorSplit } from "../market_vendor.ts";
import { possible } from "../possible.ts";
import { currencyOrNull, isoDate, isoDateOrNull, numberOrNull, symbol, text, textOrNull } from "./envelope.ts";
import { allRows } from "./paging.ts";
import type { Transport } from "./transport.ts";

const Split = z.object({
  id: text,
  ticker: symbol,
  execution_date: isoDate,
  split_from: z.number().positive(),
  split_to: z.number().positive(),
}).refine(({ split_from, split_to }) => {
  const ratio = split_to / split_from;
  // The fields' own schemas report this fault.
  if (!(split_from > 0 && split_to > 0)) return true;
  return ratio >= possible.split.least && ratio <= possible.split.most;
}, { path: ["split_to"], error: "no split has such a ratio" });

const Dividend = z.object({
  id: text,
  ticker: symbol,
  ex_dividend_date: isoDate,
  cash_amount: z.number().min(0).max(possible.price.most),
  currency: currencyOrNull,
  record_date: isoDateOrNull,
  pay_date: isoDateOrNull,
  frequency: numberOrNull,
  distribution_type: textOrNull,
});

/** See {@link MarketVendor.splits}. */
export async function splits(transport: Transport, query: CorporateActionsQuery): Promise<VendorSplit[]> {
  const request = { tickersIn: "ticker", ...requestOf("/stocks/v1/splits", "execution_date", query), row: Split };
  const found = (await allRows(transport, request, query)).map((row): VendorSplit => ({
    id: row.id,
    ticker: row.ticker,
    executionDate: row.execution_date,
    splitFrom: row.split_from,
    splitTo: row.split_to,
    ratio: row.split_to / row.split_from,
  }));
  return inOrder(found, ({ executionDate }) => executionDate);
}

/** See {@link MarketVendor.dividends}. */
export async function dividends(transport: Transport, query: CorporateActionsQuery): Promise<VendorDividend[]> {
  const request = {
    tickersIn: "ticker",
    ...requestOf("/stocks/v1/dividends", "ex_dividend_date", query),
    row: Dividend,
  };
  const found = (await allRows(transport, request, query)).map((row): VendorDividend => ({
    id: row.id,
    ticker: row.ticker,
    exDate: row.ex_dividend_date,
    cash: row.cash_amount,
    currency: row.currency,
    recordDate: row.record_date,
    payDate: row.pay_date,
    frequency: row.frequency,
    distributionType: row.distribution_type,
  }));
  return inOrder(found, ({ exDate }) => exDate);
}

function requestOf(path: string, date: string, { ticker, from, to }: CorporateActionsQuery) {
  return { path, query: { ticker, [`${date}.gte`]: from, [`${date}.lte`]: to, sort: `${date}.asc`, limit: 5000 } };
}

/** Actions by date, ticker and id, without duplicate ids of a ticker. */
function inOrder<Action extends { id: string; ticker: string }>(
  actions: readonly Action[],
  dateOf: (action: Action) => string,
): Action[] {
  const key = (action: Action) => [dateOf(action), action.ticker, action.id];
  return [...new Map(actions.map((action) => [`${action.ticker} ${action.id}`, action])).values()].sort((a, b) => {
    const [ofA, ofB] = [key(a), key(b)];
    const at = ofA.findIndex((part, i) => part !== ofB[i]);
    return at < 0 ? 0 : ofA[at]! < ofB[at]! ? -1 : 1;
  });
}
