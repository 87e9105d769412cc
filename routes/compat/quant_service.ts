import { type Context, Hono } from "hono";
import { z } from "zod";
import { sourceIsRequest } from "../data_source.ts";
import { bodyBudget } from "./body_budget.ts";
import { ObservationSink, PriceSink } from "./observations.ts";
import { OldError } from "./old_errors.ts";
import { readRows } from "./streamed_rows.ts";
import { knownQuery, StrictParameters } from "./strict_query.ts";
import { suggestedPairs } from "./suggested_pairs.ts";
import { modelTrades } from "./model_trades.ts";
import { trendAnswers } from "./trend_answers.ts";
import { turnstile } from "./turnstile.ts";

/** What one request may ask for: far more than a market has, and what this process can do. */
const MAX_OBSERVATIONS = 50_000;
const MAX_TICKERS = 1_000;
const MAX_CLOSES = 4_000_000;
/** Two markets at a time, or many small bodies: what is made of a body takes about twice its bytes until it is answered. */
const BODIES = { bytes: 64 * 1024 * 1024, maxWaiting: 32 };

const TradeParameters = StrictParameters.extend({
  order: z.enum(["alphabet", "caller"], "Either alphabet or caller is wanted.").default("alphabet")
    .describe("Which ticker is the regressor: the first of the alphabet, or the first of the body"),
});

/** The original quant service: `POST /ml/rlrt`, `/ml/pairs` and `/trading/trade_with_model`. */
export function quantServiceRoutes({ maxBodyBytes }: { maxBodyBytes: number }) {
  const pass = turnstile({ maxWaiting: 8 });
  const budget = bodyBudget({ ...BODIES, maxBodyBytes });
  return new Hono()
    .use("/ml/*", budget)
    .use("/trading/*", budget)
    // The rolling trend of a spread.
    .post("/ml/rlrt", knownQuery(StrictParameters), async (c) => {
      const strict = c.req.valid("query").compat === "strict";
      const observations = new ObservationSink("spread");
      await readData(c, observations, { maxBodyBytes, fewest: "At least 10 data points are required" });
      if (observations.dates.length > MAX_OBSERVATIONS) throw tooMany(observations.dates.length, "data points");
      return c.json(trendAnswers(observations, { strict }), 200, sourceIsRequest);
    })
    // Pairs worth trading among the closes of many tickers.
    .post("/ml/pairs", knownQuery(StrictParameters), async (c) => {
      const strict = c.req.valid("query").compat === "strict";
      const closes = new PriceSink({ strict });
      const fewest = "At least 30 data points are required for clustering";
      await readData(c, closes, { maxBodyBytes, fewest });
      if (closes.rows < 30) throw new OldError(400, fewest);
      const { tickers, sessions } = closes;
      if (tickers.length > MAX_TICKERS || tickers.length * sessions > MAX_CLOSES) {
        throw new OldError(
          400,
          `Invalid input data: ${tickers.length} tickers on ${sessions} dates; at most ${MAX_TICKERS} tickers and ${MAX_CLOSES} closes are looked at.`,
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
    // The backtest of two tickers.
    .post("/trading/trade_with_model", knownQuery(TradeParameters), async (c) => {
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

/** Reads the rows of a body into the sink. @throws {OldError} Where there are none. */
async function readData(
  c: Context,
  sink: ObservationSink | PriceSink,
  { maxBodyBytes, fewest }: { maxBodyBytes: number; fewest: string },
): Promise<void> {
  const body = await readRows(c.req.raw, sink, { maxBodyBytes });
  if (isNothing(body)) throw new OldError(400, "No JSON data provided");
  if (!Array.isArray((body as { data?: unknown }).data)) throw new OldError(400, fewest);
}

/** What the original took for no data: whatever Python counts as false. */
function isNothing(body: unknown): boolean {
  return !body || (typeof body === "object" && Object.keys(body).length === 0);
}

function tooMany(count: number, what: string): OldError {
  return new OldError(
    400,
    `Invalid input data: there are ${count} ${what}; at most ${MAX_OBSERVATIONS} are looked at.`,
  );
}
