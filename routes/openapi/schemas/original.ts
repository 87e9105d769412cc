/** What the original services answered. */
import { z } from "zod";
import { named } from "../../../engine/mod.ts";

const instant = z.iso.datetime({ offset: true });
/** As Go writes it with `compat=strict`. */
const date = z.union([z.iso.date(), instant]);
const times = { created_at: instant, updated_at: instant };

const nullableNumber = z.number().nullable();

export const OldTrendList = named(
  "OldTrendList",
  z.array(z.strictObject({ date: z.string(), trend: z.enum(["positive", "negative"]), confidence: nullableNumber })),
);
export const OldSuggestedPairs = named(
  "OldSuggestedPairs",
  z.strictObject({
    suggested_pairs: z.array(z.strictObject({
      ticker_1: z.string(),
      ticker_2: z.string(),
      spread_statistics: z.strictObject({ slope: z.number(), intercept: z.number() }),
      cointegration_critical_value: z.number().describe("A p-value, whatever its name says"),
      hurst_exponent: z.number(),
      half_life: z.number(),
      mean_crossings: z.int(),
    })),
  }),
);
export const OldModelTrades = named(
  "OldModelTrades",
  z.strictObject({
    results: z.array(z.strictObject({
      date: z.string(),
      spread: nullableNumber,
      predicted_trend: nullableNumber,
      signal: z.string(),
      position: z.int(),
      budget: nullableNumber,
      ticker_1: z.number(),
      ticker_2: z.number(),
      daily_return: nullableNumber,
      cumulative_return: nullableNumber,
    })),
    max_drawdown: nullableNumber,
    total_return: nullableNumber,
    annualized_return: nullableNumber,
  }),
);

const oldTicker = {
  ticker: z.string(),
  name: z.string(),
  active: z.boolean(),
  type: z.string(),
  ...times,
};
const OldTicker = named("OldTicker", z.strictObject(oldTicker));
/** Lists may be asked for some of their fields alone. */
const some = <S extends z.ZodObject>(schema: S) => z.array(schema.partial());
export const OldTickerList = named("OldTickerList", some(OldTicker));
export const OldTickerDetails = named(
  "OldTickerDetails",
  z.strictObject({
    ...oldTicker,
    sma: z.number(),
    ema: z.number(),
    rsi: z.number(),
    macd: z.number().describe("The line itself, without signal and histogram"),
  }),
);
export const OldBarList = named(
  "OldBarList",
  some(z.strictObject({
    ticker: z.string(),
    name: z.string(),
    date,
    open: z.number(),
    high: z.number(),
    low: z.number(),
    close: z.number(),
    volume: z.number(),
    volume_weighted_price: z.number().describe("0 where the source has none"),
    ...times,
  })),
);
export const OldMentionList = named(
  "OldMentionList",
  some(z.strictObject({
    id: z.uuid(),
    ticker: z.string(),
    publisher: z.string(),
    author: z.string(),
    source_url: z.string(),
    short_summary: z.string(),
    publish_time: instant,
    ...times,
  })),
);
const OldPair = z.strictObject({
  id: z.uuid(),
  ticker_1: z.string(),
  ticker_2: z.string(),
  spread_intercept: z.number(),
  spread_slope: z.number(),
  cointegration_p_value: z.number(),
  cointegration_critical_value: z.number(),
  half_life: z.number(),
  mean_crossings: z.number(),
  ...times,
});
export const OldPairSchema = named("OldPair", OldPair);
export const OldPairList = named("OldPairList", some(OldPair));
export const OldChosenPairList = named(
  "OldChosenPairList",
  some(z.strictObject({ id: z.uuid(), ticker_1: z.string(), ticker_2: z.string() })),
);
export const OldTradeList = named(
  "OldTradeList",
  some(z.strictObject({
    ticker_1: z.string(),
    ticker_2: z.string(),
    spread: z.number(),
    predicted_trend: z.number(),
    signal: z.string(),
    position: z.int(),
    budget: z.number(),
    date,
  })),
);
export const OldMetrics = named(
  "OldMetrics",
  z.strictObject({
    ticker_1: z.string(),
    ticker_2: z.string(),
    total_return: z.number(),
    annualized_return: z.number(),
    max_drawdown: z.number(),
  }),
);
