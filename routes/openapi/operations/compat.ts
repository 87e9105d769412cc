import { z } from "zod";
import * as schemas from "../schemas/original.ts";
import { dataSourceHeaders } from "../../data_source.ts";
import type { Operation } from "../describe_route.ts";

const ticker = { ticker: { description: "Symbol, such as `QQQ`", schema: z.string() } };
const list = {
  ...dataSourceHeaders,
  ETag: "Made of the versions that were read",
  Link: 'The next page, as `rel="next"`',
};
const unchanged = {
  304: {
    description: "Nothing has changed since the ETag that was sent",
    headers: { ...dataSourceHeaders, ETag: "The same" },
  },
};

// These bodies are read row by row as they arrive (streamed_rows.ts), which no schema does: this is what its sinks demand.
const day = z.union([z.iso.date(), z.string().regex(/^\d{8}$/), z.iso.datetime({ offset: true })])
  .describe("A date; of a date and time, the date counts");
const closes = z.object({
  data: z.array(z.object({ ticker: z.string().min(1).max(64), date: day, price: z.number() })).min(30),
});
const spreads = z.object({ data: z.array(z.object({ date: day, spread: z.number() })).min(10) });
const tenDays = Array.from({ length: 10 }, (_, i) => ({
  date: `2024-01-${String(i + 2).padStart(2, "0")}`,
  spread: i / 10,
}));

const fifteenDays = Array.from({ length: 30 }, (_, i) => {
  const day = Math.floor(i / 2);
  const date = `2024-01-${String(day + 1).padStart(2, "0")}`;
  return i % 2 === 0
    ? { ticker: "QQQ", date, price: 400 + 4 * Math.round(Math.sin(day) * 5) }
    : { ticker: "SPY", date, price: 470 + 3 * Math.round(Math.cos(day) * 5) };
});

/** Routes of the original services, which answer as these did: docs/compatibility.md. */
export const compatOperations: Readonly<Record<string, Operation>> = {
  "POST /ml/rlrt": {
    tag: "Original quant service",
    summary: "Rolling trend of a spread",
    body: { description: "At least ten points", schema: spreads },
    example: { body: { data: tenDays } },
    answers: {
      200: { description: "The trend of each window of ten", schema: schemas.OldTrendList, headers: dataSourceHeaders },
    },
    problems: [413],
  },
  "POST /ml/pairs": {
    tag: "Original quant service",
    summary: "Pairs worth trading among closes",
    body: { description: "At least 30 closes", schema: closes },
    answers: {
      200: {
        description: "The pairs that meet the criteria",
        schema: schemas.OldSuggestedPairs,
        headers: dataSourceHeaders,
      },
    },
    problems: [413, 503],
  },
  "POST /trading/trade_with_model": {
    tag: "Original quant service",
    summary: "Backtest of a pair, fitted on the sample that it trades",
    body: { description: "At least 30 closes of two tickers; of more, the first two count", schema: closes },
    example: { body: { data: fifteenDays } },
    answers: {
      200: {
        description: "Session by session, and in all",
        schema: schemas.OldModelTrades,
        headers: dataSourceHeaders,
      },
    },
    problems: [413],
  },
  "GET /api/ticker/all": {
    tag: "Original backend",
    summary: "Every ticker",
    example: { query: { limit: "5" } },
    answers: { 200: { description: "The tickers", schema: schemas.OldTickerList, headers: list }, ...unchanged },
    problems: [404, 503],
  },
  "GET /api/ticker/:ticker/details": {
    tag: "Original backend",
    summary: "A ticker with the latest values of its indicators",
    path: ticker,
    example: { path: { ticker: "QQQ" } },
    answers: { 200: { description: "The ticker", schema: schemas.OldTickerDetails, headers: list }, ...unchanged },
    problems: [404, 503],
  },
  "GET /api/ticker/:ticker/daily-ohlc": {
    tag: "Original backend",
    summary: "Bars of a ticker",
    path: ticker,
    example: { path: { ticker: "QQQ" } },
    answers: { 200: { description: "The bars", schema: schemas.OldBarList, headers: list }, ...unchanged },
    problems: [404, 503],
  },
  "GET /api/ticker/:ticker/news-mentions": {
    tag: "Original backend",
    summary: "News that mention a ticker",
    path: ticker,
    example: { path: { ticker: "QQQ" } },
    answers: { 200: { description: "The mentions", schema: schemas.OldMentionList, headers: list }, ...unchanged },
    problems: [404, 503],
  },
  "GET /api/pairs": {
    tag: "Original backend",
    summary: "Suggested pairs, as of the newest session",
    answers: { 200: { description: "The pairs", schema: schemas.OldPairList, headers: list }, ...unchanged },
    problems: [404, 503],
  },
  "GET /api/pairs/:id": {
    tag: "Original backend",
    summary: "One suggested pair",
    path: { id: { description: "UUID of the pair", schema: z.uuid() } },
    answers: { 200: { description: "The pair", schema: schemas.OldPairSchema, headers: list }, ...unchanged },
    problems: [404, 503],
  },
  "POST /api/ml/fit-rlrt": {
    tag: "Original backend",
    summary: "Rolling trend of the spread of two tickers over their last thirty common closes",
    example: { body: { ticker_1: "QQQ", ticker_2: "SPY" } },
    answers: {
      200: { description: "The trend of each window of ten", schema: schemas.OldTrendList, headers: dataSourceHeaders },
    },
    problems: [404, 503],
  },
  "GET /api/model-chosen-pairs": {
    tag: "Original backend",
    summary: "Pairs that are traded, as of the newest session",
    answers: { 200: { description: "The pairs", schema: schemas.OldChosenPairList, headers: list }, ...unchanged },
    problems: [404, 503],
  },
  "GET /api/model-chosen-pairs/trades": {
    tag: "Original backend",
    summary: "Backtest of a pair, day by day",
    example: { query: { ticker_1: "QQQ", ticker_2: "SPY" } },
    answers: { 200: { description: "The days", schema: schemas.OldTradeList, headers: list }, ...unchanged },
    problems: [404, 503],
  },
  "GET /api/model-chosen-pairs/metrics": {
    tag: "Original backend",
    summary: "How the backtest of a pair came out",
    example: { query: { ticker_1: "QQQ", ticker_2: "SPY" } },
    answers: { 200: { description: "The totals", schema: schemas.OldMetrics, headers: list }, ...unchanged },
    problems: [404, 503],
  },
};
