import {
  alignCloses,
  cleanPrices,
  mackinnonPValue,
  optics,
  type OpticsOptions,
  type PairCriteria,
  type PairStatistics,
  principalComponents,
  returnMatrix,
  scanPairs,
  standardize,
} from "../../quant/mod.ts";
import { fixedClock } from "../../resources/clock.ts";
import { type DailyBars, simulatedMarket } from "../../resources/market_data/mod.ts";
import { simulatedTruth } from "./simulated_truth.ts";

/** The project's two searches for pairs. */
export const SEARCHES = {
  service: {
    clusters: { minSamples: 5, maxEps: 10, xi: 0.1 },
    criteria: { maxPValue: 0.05, maxHurst: 0.5, maxHalfLife: 260, minCrossings: 12 },
  },
  research: {
    clusters: { minSamples: 3, maxEps: 5, xi: 0.05 },
    criteria: { maxPValue: 0.1, maxHurst: 0.5, maxHalfLife: 260, minCrossings: 48 },
  },
} satisfies Record<string, { clusters: OpticsOptions; criteria: PairCriteria }>;

/** Score of a search for pairs against the composition of a simulated market. */
export interface PairSearchScore {
  planted: number;
  /** Number of planted pairs with both legs kept by the cleaning. */
  complete: number;
  /** Number of planted pairs with both legs in one cluster. */
  clustered: number;
  tested: number;
  accepted: number;
  /** Number of planted pairs among the accepted ones. */
  found: number;
  decoysAccepted: number;
  /** Accepted and planted pairs with the false-discovery rate of the criterion's own p-values limited to `fdr`. */
  acceptedUnderFdr: number;
  foundUnderFdr: number;
  /** The same with MacKinnon's p-values for a residual: the criterion's are those of an observed series and too small. */
  acceptedUnderResidualFdr: number;
  foundUnderResidualFdr: number;
}

/**
 * Searches for pairs in the simulated market of `seed` from bars alone — reject impossible rows, adjust splits, clean, cluster,
 * test — and counts the planted ones found.
 */
export async function searchSimulatedPairs(
  seed: number,
  { search = "service", until = "2026-11-20", fdr = 0.05 }: {
    search?: keyof typeof SEARCHES;
    until?: string;
    fdr?: number;
  } = {},
): Promise<PairSearchScore> {
  const options = { clock: fixedClock(`${until}T23:00:00Z`), seed };
  const closes = adjustedCloses(await simulatedMarket(options).dailyBars());
  const { matrix } = cleanPrices(alignCloses(closes));
  const returns = returnMatrix(matrix);
  const { loadings } = principalComponents(returns.returns, 5);
  const { labels } = optics(standardize(loadings), SEARCHES[search].clusters);
  const prices = new Map(matrix.tickers.map((ticker, i) => [ticker, matrix.closes[i]!]));
  const pairs = pairsWithin(returns.tickers, labels);
  const scan = await scanPairs(prices, { pairs, criteria: SEARCHES[search].criteria, workers: 1 });
  const statistics = [...scan];

  const truth = simulatedTruth(options);
  const planted = new Set(truth.plantedPairs.map(nameOf));
  const decoys = new Set(truth.decoys.map(nameOf));
  const accepted = statistics.filter((pair) => pair.accepted);
  const underFdr = controlled(statistics, (pair) => pair.adfPValue!, fdr);
  const underResidualFdr = controlled(statistics, (pair) => mackinnonPValue(pair.adfStatistic!, { variables: 2 }), fdr);
  const plantedAmong = (pairs: PairStatistics[]) => pairs.filter((pair) => planted.has(nameOf(pair))).length;
  return {
    planted: planted.size,
    complete: truth.plantedPairs.filter((pair) => prices.has(pair.ticker_1) && prices.has(pair.ticker_2)).length,
    clustered: plantedAmong(statistics),
    tested: statistics.length,
    accepted: accepted.length,
    found: plantedAmong(accepted),
    decoysAccepted: accepted.filter((pair) => decoys.has(nameOf(pair))).length,
    acceptedUnderFdr: underFdr.length,
    foundUnderFdr: plantedAmong(underFdr),
    acceptedUnderResidualFdr: underResidualFdr.length,
    foundUnderResidualFdr: plantedAmong(underResidualFdr),
  };
}

/** Closes in the shares of each ticker's last session; NaN for an impossible row. Of two rows of one session the first counts. */
export function adjustedCloses(bars: DailyBars): { ticker: string[]; session: string[]; close: Float64Array } {
  const close = new Float64Array(bars.ticker.length);
  let sharesForOne = 1;
  for (let row = close.length - 1; row >= 0; row--) {
    if (bars.ticker[row] !== bars.ticker[row + 1]) sharesForOne = 1;
    const [open, high, low, last] = [bars.open[row]!, bars.high[row]!, bars.low[row]!, bars.close[row]!];
    const possible = low > 0 && low <= Math.min(open, last) && high >= Math.max(open, last);
    close[row] = possible ? last / sharesForOne : NaN;
    sharesForOne *= bars.split[row]!;
  }
  return { ticker: bars.ticker, session: bars.session, close };
}

function pairsWithin(tickers: readonly string[], labels: Int32Array): [string, string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i < tickers.length; i++) {
    if (labels[i] === -1) continue;
    for (let j = i + 1; j < tickers.length; j++) if (labels[j] === labels[i]) pairs.push([tickers[i]!, tickers[j]!]);
  }
  return pairs;
}

/** The accepted pairs whose p-value passes the procedure of Benjamini & Hochberg (1995) over all tested pairs. */
function controlled(tested: PairStatistics[], pValueOf: (pair: PairStatistics) => number, rate: number) {
  const sorted = tested.map(pValueOf).sort((a, b) => a - b);
  const bound = sorted.findLast((p, i) => p <= rate * (i + 1) / sorted.length) ?? -1;
  return tested.filter((pair) => pair.accepted && pValueOf(pair) <= bound);
}

function nameOf({ ticker_1, ticker_2 }: { ticker_1: string; ticker_2: string }): string {
  return `${ticker_1} ${ticker_2}`;
}
