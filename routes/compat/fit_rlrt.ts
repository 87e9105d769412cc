import { Hono } from "hono";
import { z } from "zod";
import { dailyBars } from "../../assets/views.ts";
import { equalTo, type RowVersion } from "../../engine/mod.ts";
import { linearRegression } from "../../quant/mod.ts";
import { sourceOfVersions } from "../data_source.ts";
import { describeRoute } from "../openapi/describe_route.ts";
import { jsonBody } from "../validation.ts";
import { type OldEngine, wantedVersion } from "./asset_answers.ts";
import { OldError } from "./old_errors.ts";
import { knownQuery, StrictParameters } from "./strict_query.ts";
import { unknownTicker } from "./tickers.ts";
import { TREND_WINDOW, trendAnswers, trendList } from "./trend_answers.ts";

/** Number of closes that the line of the pair is fitted to. */
const CLOSES = 30;
/** Number of closes of each ticker that are searched for common sessions. */
const LOOKBACK = 250;

const ticker = z.string("A ticker is required.").min(1, "A ticker is required.").max(64);
const Request = z.object({
  ticker_1: ticker.describe("The regressor"),
  ticker_2: ticker.describe("The dependent leg"),
});

const describeFit = describeRoute({
  tag: "Original backend",
  summary: "Rolling trend of the spread of two tickers over their last thirty common closes",
  example: { body: { ticker_1: "QQQ", ticker_2: "SPY" } },
  answers: trendList,
  problems: [404, 503],
});

/** `POST /api/ml/fit-rlrt`. */
export function fitRlrtRoutes(engine: OldEngine) {
  return new Hono()
    .post("/fit-rlrt", describeFit, knownQuery(StrictParameters), jsonBody(Request), async (c) => {
      const strict = c.req.valid("query").compat === "strict";
      const { ticker_1, ticker_2 } = c.req.valid("json");
      const bars = await wantedVersion(engine, dailyBars);
      // The original took the last thirty of each ticker, and then their common sessions.
      const lookback = strict ? CLOSES : LOOKBACK;
      const [first, second] = await Promise.all([
        lastCloses(engine, bars, ticker_1, lookback),
        lastCloses(engine, bars, ticker_2, lookback),
      ]);
      const dates = [...first.keys()].filter((date) => second.has(date)).sort().slice(-CLOSES);
      if (dates.length < TREND_WINDOW) {
        throw new OldError(
          400,
          `${ticker_1} and ${ticker_2} have ${dates.length} closes on common dates; a trend takes ${TREND_WINDOW}.`,
        );
      }
      const x = Float64Array.from(dates, (date) => first.get(date)!);
      const y = Float64Array.from(dates, (date) => second.get(date)!);
      if (x.every((close) => close === x[0])) {
        throw new OldError(400, `The closes of ${ticker_1} are all the same: a line through them has no slope.`);
      }
      const { slope, intercept } = linearRegression(x, y);
      return c.json(
        trendAnswers({ dates, values: Array.from(y, (close, t) => close - (slope * x[t]! + intercept)) }, { strict }),
        200,
        { "Cache-Control": "no-store", ...await sourceOfVersions(engine, [bars]) },
      );
    });
}

/** The last closes of a ticker by session. */
async function lastCloses(
  engine: OldEngine,
  bars: RowVersion,
  ticker: string,
  count: number,
): Promise<Map<string, number>> {
  const { rows } = await engine.read(dailyBars, {
    filters: equalTo({ ticker }),
    fields: ["session", "close"],
    order: ["-session"],
    limit: count,
  }, { version: bars });
  if (rows.length === 0) throw unknownTicker(ticker);
  return new Map(rows.map(({ session, close }) => [session, close]));
}
