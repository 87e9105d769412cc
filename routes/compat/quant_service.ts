import { type Context, Hono } from "hono";
import { z } from "zod";
import { dataSourceHeaders, sourceIsRequest } from "../data_source.ts";
import { describeRoute, objectAnswer } from "../openapi/describe_route.ts";
import { bodyBudget } from "./body_budget.ts";
import { ObservationSink, PriceSink } from "./observations.ts";
import { OldError } from "./old_errors.ts";
import { readRows } from "./streamed_rows.ts";
import { knownQuery, StrictParameters } from "./strict_query.ts";
import { SuggestedPair, suggestedPairs } from "./suggested_pairs.ts";
import { ModelTrades, modelTrades } from "./model_trades.ts";
import { trendAnswers, trendList } from "./trend_answers.ts";
import { turnstile } from "./turnstile.ts";

/** Limits of one request: far more than a market has, and within the capacity of this process. */
const MAX_OBSERVATIONS = 50_000;
const MAX_TICKERS = 1_000;
const MAX_CLOSES = 4_000_000;
/** Two markets at a time, or many small bodies: processing a body takes about twice its bytes until the response. */
const BODIES = { bytes: 64 * 1024 * 1024, maxWaiting: 32 };

const TradeParameters = StrictParameters.extend({
  order: z.enum(["alphabet", "caller"], "Either alphabet or caller is required.").default("alphabet")
    .describe("The regressor: the first ticker in alphabetical order, or the first of the body"),
});

// These bodies are read row by row as they arrive (streamed_rows.ts), without a schema: this one documents the requirements of
// the sinks.
const day = z.union([z.iso.date(), z.string().regex(/^\d{8}$/), z.iso.datetime({ offset: true })])
  .describe("A date; of a date and time, only the date is used");
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

const describeTrend = describeRoute({
  tag: "Original quant service",
  summary: "Rolling trend of a spread",
  body: { description: "At least ten points", schema: spreads },
  example: { body: { data: tenDays } },
  answers: trendList,
  problems: [413],
});
const describePairs = describeRoute({
  tag: "Original quant service",
  summary: "Pairs worth trading among closes",
  body: { description: "At least 30 closes", schema: closes },
  answers: {
    200: objectAnswer(
      "OldSuggestedPairs",
      { suggested_pairs: z.array(SuggestedPair) },
      "The pairs that meet the criteria",
      { headers: dataSourceHeaders },
    ),
  },
  problems: [413, 503],
});
const describeTrades = describeRoute({
  tag: "Original quant service",
  summary: "Backtest of a pair, fitted on the sample that it trades",
  body: { description: "At least 30 closes of two tickers; of more, the first two count", schema: closes },
  example: { body: { data: fifteenDays } },
  answers: { 200: { description: "By session, and in total", schema: ModelTrades, headers: dataSourceHeaders } },
  problems: [413],
});

/** The original quant service: `POST /ml/rlrt`, `/ml/pairs` and `/trading/trade_with_model`. */
export function quantServiceRoutes({ maxBodyBytes }: { maxBodyBytes: number }) {
  const pass = turnstile({ maxWaiting: 8 });
  const budget = bodyBudget({ ...BODIES, maxBodyBytes });
  return new Hono()
    .use("/ml/*", budget)
    .use("/trading/*", budget)
    .post("/ml/rlrt", describeTrend, knownQuery(StrictParameters), async (c) => {
      const strict = c.req.valid("query").compat === "strict";
      const observations = new ObservationSink("spread");
      await readData(c, observations, { maxBodyBytes, fewest: "At least 10 data points are required" });
      if (observations.dates.length > MAX_OBSERVATIONS) throw tooMany(observations.dates.length, "data points");
      return c.json(trendAnswers(observations, { strict }), 200, sourceIsRequest);
    })
    .post("/ml/pairs", describePairs, knownQuery(StrictParameters), async (c) => {
      const strict = c.req.valid("query").compat === "strict";
      const closes = new PriceSink({ strict });
      const fewest = "At least 30 data points are required for clustering";
      await readData(c, closes, { maxBodyBytes, fewest });
      if (closes.rows < 30) throw new OldError(400, fewest);
      const { tickers, sessions } = closes;
      if (tickers.length > MAX_TICKERS || tickers.length * sessions > MAX_CLOSES) {
        throw new OldError(
          400,
          `Invalid input data: ${tickers.length} tickers on ${sessions} dates; at most ${MAX_TICKERS} tickers and ${MAX_CLOSES} closes are allowed.`,
        );
      }
      const { signal } = c.req.raw;
      return c.json(
        {
          suggested_pairs: await pass(signal, () => suggestedPairs(closes.closes, { strict, signal })),
        },
        200,
        sourceIsRequest,
      );
    })
    .post("/trading/trade_with_model", describeTrades, knownQuery(TradeParameters), async (c) => {
      const { compat, order } = c.req.valid("query");
      const strict = compat === "strict";
      const closes = new PriceSink({ strict });
      const fewest = "At least 30 data points are required";
      await readData(c, closes, { maxBodyBytes, fewest });
      if (closes.rows < 30) throw new OldError(400, fewest);
      if (closes.sessions > MAX_OBSERVATIONS) throw tooMany(closes.sessions, "dates");
      return c.json(modelTrades(closes.closes, { tickers: closes.tickers, order }), 200, sourceIsRequest);
    });
}

/** Reads the rows of a body into the sink. @throws {OldError} If there are none. */
async function readData(
  c: Context,
  sink: ObservationSink | PriceSink,
  { maxBodyBytes, fewest }: { maxBodyBytes: number; fewest: string },
): Promise<void> {
  const body = await readRows(c.req.raw, sink, { maxBodyBytes });
  if (isNothing(body)) throw new OldError(400, "No JSON data provided");
  if (!Array.isArray((body as { data?: unknown }).data)) throw new OldError(400, fewest);
}

/** Values that the original treats as missing data: those that are false in Python. */
function isNothing(body: unknown): boolean {
  return !body || (typeof body === "object" && Object.keys(body).length === 0);
}

function tooMany(count: number, what: string): OldError {
  return new OldError(
    400,
    `Invalid input data: there are ${count} ${what}; at most ${MAX_OBSERVATIONS} are allowed.`,
  );
}
