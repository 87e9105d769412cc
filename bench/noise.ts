/**
 * What the selection of pairs takes from markets in which nothing is cointegrated, and what it finds where pairs are planted.
 *
 *     deno run -A bench/noise.ts [--noise 10] [--planted 5] [--first 1] [--source neighbours] [--gate 0.005]
 *
 * `--noise` and `--planted` are the numbers of markets, the latter for each half-life; `--first` is the first seed, so that settings
 * are tuned on some seeds and reported on others. `--source` and `--gate` say which selection is traded beside the default.
 *
 * Every market has 120 tickers over 1,008 sessions: 8 windows of 504 sessions to form and 63 to trade. The first table is the present
 * default: pairs within the clusters, the four criteria, the best ten by the Engle–Granger p-value in one order, no bound on it. The
 * others ask for a p-value below a gate in both orders, over several sources of candidates. Sharpe ratios are of the strategies at
 * 2 basis points of commission and slippage and 50 of borrow a year, equal weights, fills at the next open.
 *
 * @module
 */
import { ChoiceConfig, choosePairs } from "../assets/pairs/choice_rule.ts";
import { clusterPresets } from "../assets/pairs/pair_clusters.ts";
import { residualPValue } from "../assets/pairs/residual_p_value.ts";
import { PairCriteriaConfig } from "../assets/pairs/cointegrated_pairs.ts";
import {
  candidatePairs,
  deflatedSharpeRatio,
  distancePairs,
  groupPairs,
  neighbourPairs,
  optics,
  pairPortfolio,
  principalComponents,
  returnMatrix,
  type RolledWindow,
  rolledWindows,
  scanPairs,
  selectByWindow,
  sharpeRatio,
  sharpeSample,
  sharpeTrials,
  standardize,
  strategyByName,
  strategyNames,
  type TickerPair,
  walkForward,
} from "../quant/mod.ts";
import { type NoiseMarket, noiseMarket } from "./noise/market.ts";

const GATES = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2];
const SOURCES = ["cluster", "group", "neighbours", "distance", "union"] as const;
type Source = typeof SOURCES[number];
const HALF_LIVES = [null, 10, 20, 40] as const;
const CHOICE = ChoiceConfig.parse({});
const CRITERIA = PairCriteriaConfig.parse({});

/** A pair that was tested in a window. */
interface Tested {
  ticker_1: string;
  ticker_2: string;
  sources: readonly string[];
  slope: number | null;
  accepted: boolean;
  /** With ticker_2 on ticker_1, as the present default ranks; `null` where it is not accepted or has none. */
  engle_granger_p_value: number | null;
  /** The larger of both orders. */
  both: number | null;
}

function argument(name: string, fallback: number): number {
  const at = Deno.args.indexOf(`--${name}`);
  const value = at < 0 ? fallback : Number(Deno.args[at + 1]);
  if (!Number.isInteger(value) || value < 0) {
    throw new RangeError(`--${name} must be a whole number, got ${Deno.args[at + 1]}.`);
  }
  return value;
}

/** The selection that is traded beside the present default. */
function tradedSelection(): { source: Source; gate: number } {
  const at = (name: string) => Deno.args.indexOf(`--${name}`) + 1;
  const source = at("source") === 0 ? "neighbours" : SOURCES.find((name) => name === Deno.args[at("source")]);
  if (source === undefined) throw new RangeError(`--source must be one of ${SOURCES.join(", ")}.`);
  const gate = at("gate") === 0 ? 0.005 : Number(Deno.args[at("gate")]);
  if (!(gate > 0 && gate <= 1)) {
    throw new RangeError(`--gate must be above 0 and at most 1, got ${Deno.args[at("gate")]}.`);
  }
  return { source, gate };
}

const traded = tradedSelection();

async function testPairs(prices: Map<string, Float64Array>, { sectors }: NoiseMarket): Promise<Tested[]> {
  const tickers = [...prices.keys()];
  const { returns } = returnMatrix({
    sessions: Array.from({ length: prices.get(tickers[0]!)!.length }, (_, t) => String(t).padStart(6, "0")),
    tickers,
    closes: [...prices.values()],
  });
  const points = standardize(principalComponents(returns, 5).loadings);
  const { labels } = optics(points, clusterPresets[CRITERIA.clusterPreset]);
  const clusters = new Map(tickers.map((ticker, i) => [ticker, labels[i]! < 0 ? null : `cluster ${labels[i]}`]));
  const candidates = candidatePairs(tickers, {
    cluster: groupPairs(clusters),
    group: groupPairs(sectors),
    neighbours: neighbourPairs(new Map(tickers.map((ticker, i) => [ticker, points[i]!])), 5).map(({ pair }) => pair),
    distance: distancePairs(prices, { count: tickers.length }).map(({ pair }) => pair),
  });
  const { clusterPreset: _, ...criteria } = CRITERIA;
  const scan = await scanPairs(prices, { pairs: candidates.map(({ pair }) => pair), criteria, workers: 1 });
  return [...scan].map((pair, i) => {
    const [first, second] = candidates[i]!.pair.map((ticker) => prices.get(ticker)!) as [Float64Array, Float64Array];
    const forward = pair.accepted ? residualPValue(second, first) : null;
    const backward = forward === null ? null : residualPValue(first, second);
    return {
      ticker_1: pair.ticker_1,
      ticker_2: pair.ticker_2,
      sources: candidates[i]!.sources,
      slope: pair.slope,
      accepted: pair.accepted,
      engle_granger_p_value: forward,
      both: backward === null ? null : Math.max(forward!, backward),
    };
  });
}

function proposedBy(tested: readonly Tested[], source: Source): Tested[] {
  return source === "union" ? [...tested] : tested.filter(({ sources }) => sources.includes(source));
}

/** Chosen by the larger p-value of both orders, below the gate. */
function chooseBelow(tested: readonly Tested[], gate: number): Tested[] {
  const ranked = tested.filter(({ both }) => both !== null && both < gate)
    .map((pair) => ({ ...pair, engle_granger_p_value: pair.both }));
  return choosePairs(ranked, CHOICE).chosen;
}

/** Sharpe ratio a year of each strategy, and whether the best and the first one survive deflation for their number. */
function trade(market: NoiseMarket, chosen: readonly { window: RolledWindow; choice: readonly Tested[] }[]) {
  const windowsOf = new Map<string, { pair: TickerPair; windows: RolledWindow[] }>();
  for (const { window, choice } of chosen) {
    for (const { ticker_1, ticker_2 } of choice) {
      const key = `${ticker_1},${ticker_2}`;
      const entry = windowsOf.get(key) ?? { pair: [ticker_1, ticker_2], windows: [] };
      entry.windows.push(window);
      windowsOf.set(key, entry);
    }
  }
  const from = chosen[0]!.window.tradingStart;
  const legOf = (ticker: string) => ({ close: market.close.get(ticker)!, open: market.open.get(ticker)! });
  const returns = strategyNames.map((name) => {
    const pairs = [...windowsOf].map(([key, { pair, windows }]) => ({
      name: key,
      daily: walkForward({
        sessions: market.sessions,
        leg1: legOf(pair[0]),
        leg2: legOf(pair[1]),
        strategy: strategyByName(name),
        windows,
        costs: { commissionBps: 1, slippageBps: 1, borrowBpsPerYear: 50 },
      }).daily,
    }));
    if (pairs.length === 0) return new Float64Array(market.sessions.length - from);
    return pairPortfolio(pairs, { rebalanceCostBps: 2 }).dailyReturn.slice(from);
  });
  const varies = (values: Float64Array) => values.some((value) => value !== values[0]);
  const samples = returns.map((values) => varies(values) ? sharpeSample(values) : null);
  const trials = sharpeTrials(Float64Array.from(samples, (sample) => sample?.sharpe ?? 0));
  const claims = samples.map((sample) =>
    sample !== null && deflatedSharpeRatio(sample, trials).deflatedSharpeRatio > 0.95
  );
  return { sharpes: returns.map((values) => sharpeRatio(values)), claims };
}

/** Sums over the windows and markets of one half-life. */
class Tally {
  windows = 0;
  markets = 0;
  tested = 0;
  accepted = 0;
  chosen = 0;
  chosenTrue = 0;
  readonly candidates = new Map<Source, { pairs: number; planted: number }>();
  readonly gates = new Map<string, { chosen: number; chosenTrue: number }>();
  planted = 0;
  readonly sharpes = { before: strategyNames.map(() => 0), after: strategyNames.map(() => 0) };
  readonly claims = { before: strategyNames.map(() => 0), after: strategyNames.map(() => 0) };

  window(tested: readonly Tested[], market: NoiseMarket): { before: Tested[]; after: Tested[] } {
    const isPlanted = ({ ticker_1, ticker_2 }: Tested) => market.planted.has(`${ticker_1},${ticker_2}`);
    const trueOf = (pairs: readonly Tested[]) => pairs.filter(isPlanted).length;
    this.windows++;
    this.planted += market.planted.size;
    for (const source of SOURCES) {
      const pairs = proposedBy(tested, source);
      const sum = this.candidates.get(source) ?? { pairs: 0, planted: 0 };
      sum.pairs += pairs.length;
      sum.planted += trueOf(pairs);
      this.candidates.set(source, sum);
      for (const gate of GATES) {
        const chosen = chooseBelow(pairs, gate);
        const key = `${source} ${gate}`;
        const found = this.gates.get(key) ?? { chosen: 0, chosenTrue: 0 };
        found.chosen += chosen.length;
        found.chosenTrue += trueOf(chosen);
        this.gates.set(key, found);
      }
    }
    const clustered = proposedBy(tested, "cluster");
    const before = choosePairs(clustered, CHOICE).chosen;
    this.tested += clustered.length;
    this.accepted += clustered.filter(({ accepted }) => accepted).length;
    this.chosen += before.length;
    this.chosenTrue += trueOf(before);
    return { before, after: chooseBelow(proposedBy(tested, traded.source), traded.gate) };
  }

  traded(selection: "before" | "after", { sharpes, claims }: ReturnType<typeof trade>): void {
    sharpes.forEach((sharpe, s) => this.sharpes[selection][s]! += sharpe);
    claims.forEach((claim, s) => this.claims[selection][s]! += Number(claim));
  }
}

async function measure(halfLife: number | null, markets: number, first: number): Promise<Tally> {
  const tally = new Tally();
  for (let seed = first; seed < first + markets; seed++) {
    const market = noiseMarket(seed, halfLife);
    const windows = rolledWindows(market.sessions.length, { formationSessions: 504, tradingSessions: 63 });
    const choices = await selectByWindow(market.close, windows, async (formation) => {
      return tally.window(await testPairs(formation, market), market);
    });
    for (const selection of ["before", "after"] as const) {
      tally.traded(
        selection,
        trade(market, choices.map(({ window, choice }) => ({ window, choice: choice[selection] }))),
      );
    }
    tally.markets++;
  }
  return tally;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  console.log(`| ${head.join(" | ")} |\n|${head.map(() => "---").join("|")}|`);
  for (const row of rows) console.log(`| ${row.join(" | ")} |`);
  console.log();
}

const markets = { noise: argument("noise", 10), planted: argument("planted", 5) };
const first = argument("first", 1);
const tallies: Tally[] = [];
for (const halfLife of HALF_LIVES) {
  tallies.push(await measure(halfLife, halfLife === null ? markets.noise : markets.planted, first));
}
const head = [
  "a window's mean",
  ...HALF_LIVES.map((halfLife, i) =>
    `${halfLife === null ? "noise" : `half-life ${halfLife}`} (${tallies[i]!.markets})`
  ),
];
const row = (
  name: string,
  valueOf: (tally: Tally) => string,
) => [name, ...tallies.map((tally) => tally.markets === 0 ? "–" : valueOf(tally))];
const mean = (sum: number, tally: Tally) => (sum / tally.windows).toFixed(2);
const percent = (part: number, whole: number) => whole === 0 ? "–" : `${(100 * part / whole).toFixed(1)} %`;

console.log("Present default: clusters, four criteria, the best ten in one order\n");
table(head, [
  row("tested", (tally) => mean(tally.tested, tally)),
  row("accepted", (tally) => `${mean(tally.accepted, tally)} (${percent(tally.accepted, tally.tested)})`),
  row("chosen / true", (tally) => `${mean(tally.chosen, tally)} / ${mean(tally.chosenTrue, tally)}`),
  ...strategyNames.flatMap((name, s) => [
    row(`Sharpe, ${name}`, (tally) => (tally.sharpes.before[s]! / tally.markets).toFixed(2)),
    row(`deflated above 0.95, ${name}`, (tally) => percent(tally.claims.before[s]!, tally.markets)),
  ]),
]);
console.log("Candidates tested, and the share of planted pairs among them\n");
table(
  head,
  SOURCES.map((source) =>
    row(source, (tally) => {
      const { pairs, planted } = tally.candidates.get(source)!;
      return `${mean(pairs, tally)} (${percent(planted, tally.planted)})`;
    })
  ),
);
for (const source of SOURCES) {
  console.log(`Chosen / true, Engle–Granger below a gate in both orders, candidates: ${source}\n`);
  table(
    head,
    GATES.map((gate) =>
      row(`below ${100 * gate} %`, (tally) => {
        const { chosen, chosenTrue } = tally.gates.get(`${source} ${gate}`)!;
        return `${mean(chosen, tally)} / ${mean(chosenTrue, tally)}`;
      })
    ),
  );
}
console.log(`Traded: below ${100 * traded.gate} % in both orders, candidates: ${traded.source}\n`);
table(
  head,
  strategyNames.flatMap((name, s) => [
    row(`Sharpe, ${name}`, (tally) => (tally.sharpes.after[s]! / tally.markets).toFixed(2)),
    row(`deflated above 0.95, ${name}`, (tally) => percent(tally.claims.after[s]!, tally.markets)),
  ]),
);
