/** What the original services answered. */
import { z } from "zod";
import { named } from "../components.ts";

const instant = z.iso.datetime({ offset: true });
const date = z.iso.date();

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
  name: z.string().nullable(),
  active: z.boolean().nullable(),
  type: z.string().nullable(),
  created_at: instant,
  updated_at: instant,
};
const OldTicker = named("OldTicker", z.strictObject(oldTicker));
/** Lists may be asked for some of their fields alone. */
const some = <S extends z.ZodObject>(schema: S) => z.array(schema.partial());
export const OldTickerList = named("OldTickerList", some(OldTicker));
export const OldTickerDetails = named(
  "OldTickerDetails",
  z.strictObject({
    ...oldTicker,
    sma: nullableNumber,
    ema: nullableNumber,
    rsi: nullableNumber,
    macd: z.strictObject({ value: nullableNumber, signal: nullableNumber, histogram: nullableNumber }),
  }),
);
export const OldBarList = named(
  "OldBarList",
  some(z.strictObject({
    ticker: z.string(),
    name: z.string().nullable(),
    date,
    open: nullableNumber,
    high: nullableNumber,
    low: nullableNumber,
    close: nullableNumber,
    volume: nullableNumber,
    volume_weighted_price: nullableNumber,
  })),
);
export const OldMentionList = named(
  "OldMentionList",
  some(z.strictObject({
    id: z.string(),
    ticker: z.string(),
    publisher: z.string().nullable(),
    author: z.string().nullable(),
    source_url: z.string().nullable(),
    short_summary: z.string().nullable(),
    publish_time: instant,
  })),
);
const OldPair = z.strictObject({
  id: z.uuid(),
  ticker_1: z.string(),
  ticker_2: z.string(),
  spread_intercept: nullableNumber,
  spread_slope: nullableNumber,
  cointegration_p_value: nullableNumber,
  cointegration_critical_value: nullableNumber,
  half_life: nullableNumber,
  mean_crossings: nullableNumber,
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
    spread: nullableNumber,
    predicted_trend: nullableNumber,
    signal: z.string(),
    position: z.int(),
    budget: nullableNumber,
    date,
  })),
);
export const OldMetrics = named(
  "OldMetrics",
  z.strictObject({
    total_return: nullableNumber,
    annualized_return: nullableNumber,
    max_drawdown: nullableNumber,
  }),
);
