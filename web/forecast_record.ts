import { forecastScores, spreadForecasts, trendAccuracy } from "../assets/views.ts";
import { type ColumnOf, type Engine, equalTo, type Filter, type RowOf } from "../engine/mod.ts";
import { ofPair } from "./pair_filter.ts";

/** Parts of the engine used by pages of forecasts. */
export type ForecastsEngine = Pick<Engine, "graph" | "read">;

/** Errors of a model at a horizon, beside those of the baseline. */
export type ForecastScore = RowOf<typeof forecastScores>;

/** Share of right directions of the rolling trend by one rule. */
export type TrendAccuracy = RowOf<typeof trendAccuracy>;

/** A forecast of a pair's spread, in standard deviations of the formation's spread. */
export type SpreadForecast = RowOf<typeof spreadForecasts>;

/** Model and horizon that a person asks for. */
export interface AskedForecasts {
  model?: string;
  horizon?: number;
}

/** Models and horizons to choose from, and the choice. */
export interface ForecastChoice {
  models: string[];
  horizons: number[];
  model: string;
  horizon: number;
}

/** Forecasts of one pair by one model at one horizon. */
export interface PairForecasts extends ForecastChoice {
  tickers: readonly [string, string];
  /** Ascending by as-of session. */
  forecasts: SpreadForecast[];
}

/** Data for the page of forecasts. */
export interface ForecastsRecord {
  /** By model, then by horizon; empty until a forecast has come true. */
  scores: ForecastScore[];
  /** In key order; empty until a forecast has come true. */
  trend: TrendAccuracy[];
  /** `null` while there is no forecast. */
  newest:
    | ForecastChoice & {
      asOf: string;
      /** Of all pairs, by the chosen model at the chosen horizon. */
      forecasts: SpreadForecast[];
    }
    | null;
  /** The requested pair, or the first of the newest. */
  tickers: readonly [string, string] | null;
  /** Its forecasts; `null` if it has none. */
  pair: PairForecasts | null;
}

/** The default model, if it has forecasts. */
const standingModel = "arima";

/** Reads the page of forecasts; `null` for a project without them. */
export async function readForecasts(
  engine: ForecastsEngine,
  { pair: asked, ...choice }: AskedForecasts & { pair?: readonly [string, string] } = {},
): Promise<ForecastsRecord | null> {
  if (!engine.graph.keys.includes(spreadForecasts.key)) return null;
  const scores = engine.graph.keys.includes(forecastScores.key) ? (await engine.read(forecastScores)).rows : [];
  const trend = engine.graph.keys.includes(trendAccuracy.key) ? (await engine.read(trendAccuracy)).rows : [];
  const newest = await readNewest(engine, choice);
  const first = newest?.forecasts[0];
  const tickers = asked ?? (first ? [first.ticker_1, first.ticker_2] as const : null);
  return { scores, trend, newest, tickers, pair: tickers && await readPairForecasts(engine, tickers, choice) };
}

/** Reads a pair's forecasts by the requested model and horizon; `null` if there are none. */
export async function readPairForecasts(
  engine: ForecastsEngine,
  tickers: readonly [string, string],
  asked: AskedForecasts = {},
): Promise<PairForecasts | null> {
  if (!engine.graph.keys.includes(spreadForecasts.key)) return null;
  const last = await newestOf(engine, ofPair(tickers));
  if (last.length === 0) return null;
  const choice = choose(last, asked);
  const filters = [...ofPair(tickers), ...equalTo({ model: choice.model, horizon: String(choice.horizon) })];
  const { rows } = await engine.read(spreadForecasts, { filters, order: ["as_of"] });
  return { ...choice, tickers, forecasts: rows };
}

async function readNewest(engine: ForecastsEngine, asked: AskedForecasts): Promise<ForecastsRecord["newest"]> {
  const all = await newestOf(engine, []);
  if (all.length === 0) return null;
  const choice = choose(all, asked);
  const forecasts = all.filter(({ model, horizon }) => model === choice.model && horizon === choice.horizon);
  return { ...choice, asOf: all[0]!.as_of, forecasts };
}

/** Forecasts of the newest as-of session that meet the filters, in key order. */
async function newestOf(
  engine: ForecastsEngine,
  filters: readonly Filter<ColumnOf<SpreadForecast>>[],
): Promise<SpreadForecast[]> {
  const { rows: [last] } = await engine.read(spreadForecasts, { filters, order: ["-as_of"], limit: 1 });
  if (!last) return [];
  const { rows } = await engine.read(spreadForecasts, { filters: [...filters, ...equalTo({ as_of: last.as_of })] });
  return rows;
}

function choose(forecasts: readonly SpreadForecast[], { model, horizon }: AskedForecasts): ForecastChoice {
  const models = [...new Set(forecasts.map((row) => row.model))];
  const horizons = [...new Set(forecasts.map((row) => row.horizon))].sort((a, b) => a - b);
  const among = <T>(values: readonly T[], wanted: readonly (T | undefined)[]) =>
    wanted.find((value): value is T => value !== undefined && values.includes(value)) ?? values[0]!;
  return {
    models,
    horizons,
    model: among(models, [model, standingModel]),
    horizon: among(horizons, [horizon]),
  };
}
