import { type PriceMatrix, principalComponents, returnMatrix, standardize } from "../../quant/mod.ts";

/** Number of principal components. */
const componentCount = 5;

/** Tickers as points; close points move together. */
export interface ReturnLoadings {
  /** Tickers whose price ever moved, in the order of `points`. */
  tickers: string[];
  /** Standardized loadings on the leading principal components of returns; without coordinates for a single ticker. */
  points: Float64Array[];
  /** Tickers whose price never moved. */
  dropped: string[];
  /** Share of the variance of returns in these components; 0 for a single ticker. */
  explainedVariance: number;
}

/** Closes without gaps → returns → principal components → scaling. */
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

/** Loadings of a ticker in a row of clusters. */
export type LoadingsRow = { ticker: string } & Record<`component_${1 | 2 | 3 | 4 | 5}`, number | null>;

/** The points in rows of clusters, by ticker, as returned by {@link pointsOf}. */
export function loadingsOf(rows: readonly LoadingsRow[]): Map<string, Float64Array> {
  const loadings = ({ component_1, component_2, component_3, component_4, component_5 }: LoadingsRow) =>
    [component_1, component_2, component_3, component_4, component_5].filter((value) => value !== null);
  return pointsOf(rows.map(({ ticker }) => ticker), rows.map((row) => Float64Array.from(loadings(row))));
}

/** Points by ticker. A single ticker has no coordinates and is omitted. */
export function pointsOf(tickers: readonly string[], points: readonly Float64Array[]): Map<string, Float64Array> {
  return new Map(
    tickers.map((ticker, i): [string, Float64Array] => [ticker, points[i]!]).filter(([, point]) => point.length > 0),
  );
}
