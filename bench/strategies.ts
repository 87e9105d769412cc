/**
 * Returns of the strategies on real ETFs in a held-out year: selection and fit on 2019–2022, trading in 2023.
 *
 *     deno run -A bench/strategies.ts
 *
 * Prices are read from the folder TANDEM_SHARED (default ../shared beside the repository); without it the script measures nothing
 * and says so. Everything is computed from closes, so that signals at a close fill at the next close.
 *
 * - The **reference strategy** is fitted on 2023 itself and fills at the close that gives the signal. It shows the effect of
 *   look-ahead, not an achievable return.
 * - The **traditional bands** are fitted on 2019–2022 and fill at the close that gives the signal.
 * - **Walk-forward** rows estimate everything on the formation and fill one session later, legs sized by the hedge ratio.
 *
 * All hold two units of gross exposure per unit of equity, with equal equity per pair. Costs are charged on the traded notional
 * of both legs; borrow is left out. A session's return is in excess of cash, in which the equity could be held.
 *
 * @module
 */
import {
  cleanPrices,
  defaultStrategyNames,
  lookAheadGuard,
  mostCorrelatedPairs,
  pairPortfolio,
  type PortfolioPair,
  type PriceMatrix,
  referenceStrategy,
  type RolledWindow,
  rolledWindows,
  selectByWindow,
  sharpeSample,
  strategyByName,
  type TearSheet,
  tearSheet,
  traditionalBands,
  walkForward,
} from "../quant/mod.ts";
import { readWideCloses } from "../tests/support/wide_closes.ts";
import { realPrices } from "./places.ts";
import { printTable } from "./measured.ts";
import { type Pair, researchCriteria, researchPairs, windowsByPair } from "./research/chosen_pairs.ts";

type Prices = Map<string, Float64Array>;

const COSTS_BPS = [0, 2, 5];

const matrixOf = (prices: Prices): PriceMatrix => ({
  sessions: Array.from({ length: prices.values().next().value!.length }, (_, t) => String(t).padStart(6, "0")),
  tickers: [...prices.keys()],
  closes: [...prices.values()],
});

/** A result before the number of trials is known. */
interface Outcome {
  name: string;
  pairs: number;
  dailyReturn: Float64Array;
  grossExposure: Float64Array;
  turnover: Float64Array;
  trades: number;
}

/** Trades pairs in the given windows with one strategy; returns the rows from the first traded session on. */
function walkForwardOutcome(
  strategyName: string,
  sessions: string[],
  prices: Prices,
  chosen: readonly { window: RolledWindow; pairs: Pair[] }[],
  costBps: number,
): Outcome {
  const strategy = strategyByName(strategyName);
  const results: PortfolioPair[] = [];
  let trades = 0;
  for (const { name, pair, windows } of windowsByPair(chosen)) {
    const { daily, trades: list } = walkForward({
      sessions,
      leg1: { close: prices.get(pair[0])! },
      leg2: { close: prices.get(pair[1])! },
      strategy,
      windows,
      fillAt: "next_close",
      costs: { commissionBps: costBps },
    });
    results.push({ name, daily });
    trades += list.length;
  }
  const { dailyReturn, grossExposure, turnover } = pairPortfolio(results, { rebalanceCostBps: costBps });
  const from = chosen[0]!.window.tradingStart;
  return {
    name: `walk-forward: ${strategyName}`,
    pairs: results.length,
    dailyReturn: dailyReturn.slice(from),
    grossExposure: grossExposure.slice(from),
    turnover: turnover.slice(from),
    trades,
  };
}

/** Rows of a rule that fills at its signal's close and holds a unit of each leg, with costs on its trades. */
function sameCloseOutcome(
  name: string,
  results: readonly { position: Int8Array; dailyReturn: Float64Array }[],
  costBps: number,
): Outcome {
  const n = results[0]!.position.length;
  const total: Outcome = {
    name,
    pairs: results.length,
    dailyReturn: new Float64Array(n),
    grossExposure: new Float64Array(n),
    turnover: new Float64Array(n),
    trades: 0,
  };
  for (const { position, dailyReturn } of results) {
    for (let t = 0; t < n; t++) {
      const moved = 2 * Math.abs(position[t]! - (t === 0 ? 0 : position[t - 1]!));
      const earned = Number.isNaN(dailyReturn[t]!) ? 0 : dailyReturn[t]!;
      total.dailyReturn[t]! += (earned - moved * costBps / 10_000) / results.length;
      total.grossExposure[t]! += 2 * Math.abs(position[t]!) / results.length;
      total.turnover[t]! += moved / results.length;
      if (moved > 0 && position[t] !== 0) total.trades++;
    }
  }
  return total;
}

/**
 * Tear sheets of outcomes at one cost, deflated for the number of achievable rules and the variance of their results. The
 * reference is excluded: it is not achievable in live trading.
 */
function judge(outcomes: readonly Outcome[], benchmarkPrice: Float64Array): { outcome: Outcome; sheet: TearSheet }[] {
  const tried = outcomes.filter(({ name }) => !name.startsWith("reference")).map(({ dailyReturn }) => dailyReturn);
  const sharpes = tried.filter((returns) => returns.some((value) => value !== 0)).map((r) => sharpeSample(r).sharpe);
  const mean = sharpes.reduce((sum, value) => sum + value, 0) / sharpes.length;
  const trialVariance = sharpes.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (sharpes.length - 1);
  return outcomes.map((outcome) => ({
    outcome,
    sheet: tearSheet({ ...outcome, benchmarkPrice, trials: tried.length, trialVariance }),
  }));
}

const percent = (value: number) => `${(100 * value).toFixed(2)} %`;

function printSheets(title: string, rows: readonly { costBps: number; outcome: Outcome; sheet: TearSheet }[]): void {
  console.log(`\n### ${title}\n`);
  const head = "strategy, costs (bp), pairs, total return, a year, Sharpe, max drawdown, trades, turnover a year, beta";
  printTable(
    [...head.split(", "), "deflated Sharpe"],
    rows.map(({ costBps, outcome, sheet }) => [
      outcome.name,
      costBps,
      outcome.pairs,
      percent(sheet.totalReturn),
      percent(sheet.annualizedReturn),
      sheet.sharpe.toFixed(2),
      percent(sheet.maxDrawdown),
      outcome.trades,
      sheet.turnoverPerYear.toFixed(1),
      sheet.benchmark!.beta.toFixed(3),
      sheet.deflatedSharpe?.toFixed(2) ?? "none",
    ]),
  );
}

const prices = realPrices();
const past: PriceMatrix = readWideCloses(`${prices}/nasdaq_etf_closes_2019_2022.csv`);
const heldOut: PriceMatrix = readWideCloses(`${prices}/nasdaq_etf_closes_2023.csv`);
const byTicker = ({ tickers, closes }: PriceMatrix): Prices =>
  new Map(tickers.map((ticker, i) => [ticker, closes[i]!]));
const pastPrices = byTicker(past);
const year = byTicker(heldOut);
const sessions = [...past.sessions, ...heldOut.sessions];
const split = past.sessions.length;
// A ticker that is delisted in 2023 stays, without prices there: leaving it out would be look-ahead.
const gone = new Float64Array(heldOut.sessions.length).fill(NaN);
const joined: Prices = new Map();
for (const [ticker, closes] of pastPrices) joined.set(ticker, Float64Array.of(...closes, ...year.get(ticker) ?? gone));

// The universe is that of 2019–2022 alone; pairs that cannot be traded in 2023 are left out below, and counted.
const universe = byTicker(cleanPrices(past, { rule: "research" }).matrix);
const { pairs: accepted, tested } = await researchPairs(matrixOf(universe));
const pairs = accepted.filter((pair) => pair.every((ticker) => year.has(ticker)));
const correlated = mostCorrelatedPairs(universe, accepted.length)
  .map(({ ticker1, ticker2 }): Pair => [ticker1, ticker2])
  .filter((pair) => pair.every((ticker) => year.has(ticker)));
const benchmark = joined.get("ONEQ")!;
const wholeYear: RolledWindow[] = [{
  formationStart: 0,
  tradingStart: split,
  tradingEnd: sessions.length,
  complete: true,
}];

console.log(
  `Chosen on ${sessions[0]} to ${
    sessions[split - 1]
  }: ${accepted.length} of ${tested} candidate pairs of ${universe.size} ETFs,`,
);
console.log(`${pairs.length} of them still traded in 2023. Held out: ${sessions[split]} to ${sessions.at(-1)}.`);
console.log(
  "Deflated for the rules of the same table and cost, without the reference, which could not have been traded.",
);
console.log("Beta: against ONEQ (NASDAQ Composite).");

function fixedRows(traded: Pair[], rules: ("reference" | "traditional" | "walk_forward")[]) {
  return COSTS_BPS.flatMap((costBps) => {
    const legs = traded.map(([ticker1, ticker2]) => ({
      formation: { price1: pastPrices.get(ticker1)!, price2: pastPrices.get(ticker2)! },
      trading: { price1: year.get(ticker1)!, price2: year.get(ticker2)! },
    }));
    const outcomes: Outcome[] = [];
    if (rules.includes("reference")) {
      const results = legs.map(({ trading }) => referenceStrategy({ sessions: heldOut.sessions, ...trading }));
      outcomes.push(sameCloseOutcome("reference (looks ahead)", results, costBps));
    }
    if (rules.includes("traditional")) {
      outcomes.push(sameCloseOutcome("traditional bands (fills at the signal)", legs.map(traditionalBands), costBps));
    }
    if (rules.includes("walk_forward")) {
      for (const name of defaultStrategyNames) {
        const chosen = wholeYear.map((window) => ({ window, pairs: traded }));
        outcomes.push(walkForwardOutcome(name, sessions, joined, chosen, costBps));
      }
    }
    return judge(outcomes, benchmark.slice(split - 1)).map((row) => ({ costBps, ...row }));
  });
}

printSheets(
  "The research preset's pairs, formation 2019–2022, trading 2023",
  fixedRows(pairs, ["reference", "traditional", "walk_forward"]),
);
printSheets(
  "The most correlated pairs, formation 2019–2022, trading 2023",
  fixedRows(correlated, ["reference", "traditional", "walk_forward"]),
);

// Windows over all years: pairs are chosen for each quarter on the 252 sessions before it. The required crossings shrink with the
// formation, from 48 in 918 sessions to 13 in 252.
const windows = rolledWindows(sessions.length, { formationSessions: 252, tradingSessions: 63 });
const criteria = { ...researchCriteria, minCrossings: 13 };
let candidates = 0;
const selections = await selectByWindow(joined, windows, async (formation) => {
  const complete: Prices = new Map([...formation].filter(([, closes]) => closes.every((close) => close > 0)));
  const { pairs, tested } = await researchPairs(matrixOf(complete), criteria);
  candidates += tested;
  return pairs;
});
const chosen = selections.map(({ window, choice }) => ({ window, pairs: choice }));
const rolled = COSTS_BPS.flatMap((costBps) => {
  const outcomes = defaultStrategyNames.map((name) => walkForwardOutcome(name, sessions, joined, chosen, costBps));
  return judge(outcomes, benchmark.slice(windows[0]!.tradingStart - 1)).map((row) => ({ costBps, ...row }));
});
console.log(
  `\nRolled: ${windows.length} windows, ${candidates} candidate pairs tested, ${
    chosen.map(({ pairs }) => pairs.length).join(", ")
  } chosen.`,
);
printSheets(`Pairs chosen anew each quarter, ${sessions[windows[0]!.tradingStart]} to ${sessions.at(-1)}`, rolled);

console.log("\n### Does it look ahead?\n");
console.log("All closes after a random session changed at random, 20 cuts a strategy, on the first chosen pair:\n");
console.log("| strategy | outputs that changed before the cut |\n|---|---|");
const [first, second] = pairs[0]!;
const guarded = { sessions, columns: { close1: joined.get(first)!, close2: joined.get(second)! } };
const changed = async (compute: Parameters<typeof lookAheadGuard>[0], data: typeof guarded) => {
  const change = (value: number, _column: string, random: () => number) => value * Math.exp(random() - 0.5);
  const { violations } = await lookAheadGuard(compute, data, { seed: 2023, trials: 20, change });
  return [...new Set(violations.map(({ column }) => column))].join(", ") || "none";
};
const typed = (values: ArrayLike<unknown>) => Float64Array.from(values as ArrayLike<number>);
const reference = await changed(({ sessions, columns }) => {
  const price1 = typed(columns.close1!);
  const { scaledSpread, signal, position, budget } = referenceStrategy({
    sessions,
    price1,
    price2: typed(columns.close2!),
  });
  return { sessions, columns: { scaledSpread, signal, position, budget } };
}, { sessions: heldOut.sessions, columns: { close1: year.get(first)!, close2: year.get(second)! } });
console.log(`| reference | ${reference} |`);
for (const name of defaultStrategyNames) {
  const found = await changed(({ sessions, columns }) => {
    const { daily } = walkForward({
      sessions,
      leg1: { close: typed(columns.close1!) },
      leg2: { close: typed(columns.close2!) },
      strategy: strategyByName(name),
      formationSessions: 252,
      tradingSessions: 63,
      fillAt: "next_close",
    });
    return { sessions, columns: { ...daily } };
  }, guarded);
  console.log(`| walk-forward: ${name} | ${found} |`);
}
