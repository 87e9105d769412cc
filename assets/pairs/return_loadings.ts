import { type PriceMatrix, principalComponents, returnMatrix, standardize } from "../../quant/mod.ts";

/** Components that the returns are reduced to. */
const componentCount = 5;

/** Tickers as points whose nearness means that they move together. */
export interface ReturnLoadings {
  /** Those whose price ever moved, in the order of `points`. */
  tickers: string[];
  /** Standardized loadings on the leading principal components of the returns; without coordinates for a single ticker. */
  points: Float64Array[];
  /** Tickers that never moved. */
  dropped: string[];
  /** Share of the returns' variance in these components; 0 for a single ticker, which has nothing to move together with. */
  explainedVariance: number;
}

/** Closes without holes → returns → principal components → scaling. */
export function returnLoadings(matrix: PriceMatrix): ReturnLoadings {
  const { tickers, returns, dropped } = returnMatrix(matrix);
  const components = tickers.length < 2 ? null : principalComponents(returns, componentCount);
  return {
    tickers,
    points: components ? standardize(components.loadings) : tickers.map(() => new Float64Array(0)),
    dropped,
    explainedVariance: components?.explainedVarianceRatio.reduce((sum, ratio) => sum + ratio, 0) ?? 0,
  };
}

/** Loadings of a ticker as they stand in a row of clusters. */
export type LoadingsRow = { ticker: string } & Record<`component_${1 | 2 | 3 | 4 | 5}`, number | null>;

/** The points that rows of clusters hold, by ticker, as {@link pointsOf} gives them. */
export function loadingsOf(rows: readonly LoadingsRow[]): Map<string, Float64Array> {
  const loadings = ({ component_1, component_2, component_3, component_4, component_5 }: LoadingsRow) =>
    [component_1, component_2, component_3, component_4, component_5].filter((value) => value !== null);
  return pointsOf(rows.map(({ ticker }) => ticker), rows.map((row) => Float64Array.from(loadings(row))));
}

/** Points by ticker, without those that have no coordinate: a single ticker moves together with nothing. */
export function pointsOf(tickers: readonly string[], points: readonly Float64Array[]): Map<string, Float64Array> {
  return new Map(
    tickers.map((ticker, i): [string, Float64Array] => [ticker, points[i]!]).filter(([, point]) => point.length > 0),
  );
}
