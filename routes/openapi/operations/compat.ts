import { z } from "zod";
import { DatedListParameters, ListParameters } from "../../compat/asset_answers.ts";
import { compat } from "../../compat/strict_query.ts";
import * as schemas from "../schemas/mod.ts";
import type { Operations } from "../operation.ts";

const strict = z.object({ compat });
const ticker = { ticker: "Symbol, such as `QQQ`" };
const pair = z.object({ ticker_1: z.string().min(1), ticker_2: z.string().min(1) });
const list = { ETag: "Made of the versions that were read", Link: 'The next page, as `rel="next"`' };
const unchanged = { 304: { description: "Nothing has changed since the ETag that was sent" } };

const closes = z.object({
  data: z.array(z.object({ ticker: z.string(), date: z.string(), price: z.number() })).min(30),
});
const spreads = z.object({ data: z.array(z.object({ date: z.string(), spread: z.number() })).min(10) });
const tenDays = Array.from({ length: 10 }, (_, i) => ({
  date: `2024-01-${String(i + 2).padStart(2, "0")}`,
  spread: i / 10,
}));

/** Routes of the original services, which answer as these did: docs/compatibility.md. */
export const compatOperations: Operations = {
  "POST /ml/rlrt": {
    tag: "Original quant service",
    summary: "Rolling trend of a spread",
    query: strict,
    body: { description: "At least ten points", schema: spreads },
    example: { body: { data: tenDays } },
    answers: { 200: { description: "The trend of each window of ten", schema: schemas.OldTrendList } },
    problems: [413, 415],
  },
  "POST /ml/pairs": {
    tag: "Original quant service",
    summary: "Pairs worth trading among closes",
    query: strict,
    body: { description: "At least 30 closes", schema: closes },
    answers: { 200: { description: "The pairs that meet the criteria", schema: schemas.OldSuggestedPairs } },
    problems: [413, 415, 503],
  },
  "POST /trading/trade_with_model": {
    tag: "Original quant service",
    summary: "Backtest of a pair, fitted on the sample that it trades",
    query: strict,
    body: { description: "At least 30 closes of two tickers", schema: closes },
    answers: { 200: { description: "Session by session, and in all", schema: schemas.OldModelTrades } },
    problems: [413, 415],
  },
  "GET /api/ticker/all": {
    tag: "Original backend",
    summary: "Every ticker",
    query: ListParameters,
    example: { query: { limit: "5" } },
    answers: { 200: { description: "The tickers", schema: schemas.OldTickerList, headers: list }, ...unchanged },
    problems: [404, 503],
  },
  "GET /api/ticker/:ticker/details": {
    tag: "Original backend",
    summary: "A ticker with the latest values of its indicators",
    path: ticker,
    query: strict,
    answers: { 200: { description: "The ticker", schema: schemas.OldTickerDetails, headers: list }, ...unchanged },
    problems: [404, 503],
  },
  "GET /api/ticker/:ticker/daily-ohlc": {
    tag: "Original backend",
    summary: "Bars of a ticker",
    path: ticker,
    query: DatedListParameters,
    answers: { 200: { description: "The bars", schema: schemas.OldBarList, headers: list }, ...unchanged },
    problems: [404, 503],
  },
  "GET /api/ticker/:ticker/news-mentions": {
    tag: "Original backend",
    summary: "News that mention a ticker",
    path: ticker,
    query: ListParameters,
    answers: { 200: { description: "The mentions", schema: schemas.OldMentionList, headers: list }, ...unchanged },
    problems: [404, 503],
  },
  "GET /api/pairs": {
    tag: "Original backend",
    summary: "Suggested pairs, as of the newest session",
    query: ListParameters,
    answers: { 200: { description: "The pairs", schema: schemas.OldPairList, headers: list }, ...unchanged },
    problems: [404, 503],
  },
  "GET /api/pairs/:id": {
    tag: "Original backend",
    summary: "One suggested pair",
    path: { id: "UUID of the pair" },
    answers: { 200: { description: "The pair", schema: schemas.OldPairSchema, headers: list }, ...unchanged },
    problems: [404, 503],
  },
  "POST /api/ml/fit-rlrt": {
    tag: "Original backend",
    summary: "Rolling trend of the spread of two tickers over their last thirty common closes",
    query: strict,
    answers: { 200: { description: "The trend of each window of ten", schema: schemas.OldTrendList } },
    problems: [404, 415, 503],
  },
  "GET /api/model-chosen-pairs": {
    tag: "Original backend",
    summary: "Pairs that are traded, as of the newest session",
    query: ListParameters,
    answers: { 200: { description: "The pairs", schema: schemas.OldChosenPairList, headers: list }, ...unchanged },
    problems: [404, 503],
  },
  "GET /api/model-chosen-pairs/trades": {
    tag: "Original backend",
    summary: "Backtest of a pair, day by day",
    query: DatedListParameters.extend(pair.shape),
    answers: { 200: { description: "The days", schema: schemas.OldTradeList, headers: list }, ...unchanged },
    problems: [404, 503],
  },
  "GET /api/model-chosen-pairs/metrics": {
    tag: "Original backend",
    summary: "How the backtest of a pair came out",
    query: pair,
    answers: { 200: { description: "The totals", schema: schemas.OldMetrics, headers: list }, ...unchanged },
    problems: [404, 503],
  },
};
