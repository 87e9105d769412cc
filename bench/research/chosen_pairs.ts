import {
  optics,
  type PriceMatrix,
  principalComponents,
  returnMatrix,
  type RolledWindow,
  scanPairs,
  standardize,
} from "../../quant/mod.ts";

export type Pair = readonly [ticker1: string, ticker2: string];

/** Criteria by which the research chose its 19 pairs of 2019–2022. */
export const researchCriteria = { maxPValue: 0.1, maxHurst: 0.5, maxHalfLife: 260, minCrossings: 48 };

/** Pairs by the research's rules: in a common cluster by OPTICS of 5 components, and passing every criterion. */
export async function researchPairs(
  matrix: PriceMatrix,
  criteria = researchCriteria,
): Promise<{ pairs: Pair[]; tested: number }> {
  const { tickers, returns } = returnMatrix(matrix);
  const points = standardize(principalComponents(returns, 5).loadings);
  const { labels } = optics(points, { minSamples: 3, maxEps: 5, xi: 0.05 });
  const candidates = tickers.flatMap((first, i) =>
    tickers.slice(i + 1).flatMap((second, k): [string, string][] =>
      labels[i]! >= 0 && labels[i] === labels[i + 1 + k] ? [[first, second]] : []
    )
  );
  const closes = new Map(matrix.tickers.map((ticker, i) => [ticker, matrix.closes[i]!]));
  const { accepted, tested } = await scanPairs(closes, { pairs: candidates, criteria });
  return { pairs: accepted.map(({ ticker_1, ticker_2 }): Pair => [ticker_1, ticker_2]), tested };
}

/** Pairs with the windows that chose them, in the order of their first one. */
export function windowsByPair(
  chosen: readonly { window: RolledWindow; pairs: readonly Pair[] }[],
): { name: string; pair: Pair; windows: RolledWindow[] }[] {
  const all = chosen.flatMap(({ window, pairs }) => pairs.map((pair) => ({ window, pair })));
  return [...Map.groupBy(all, ({ pair }) => pair.join())].map(([name, found]) => ({
    name,
    pair: found[0]!.pair,
    windows: found.map(({ window }) => window),
  }));
}
