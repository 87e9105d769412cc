/**
 * Pairs selected from markets without cointegration, and planted pairs found.
 *
 *     deno run -A bench/noise.ts [--noise 10] [--planted 5] [--first 1] [--sources]
 *       [--strategies all] [--only after] [--settings '{"maxAdjustedPValue": 0.2}'] [--exits '{"timeStopHalfLives": null}']
 *
 * `--noise` and `--planted` are the numbers of markets, the latter for each half-life; `--first` is the first seed, so that
 * settings can be tuned on some seeds and reported on others. `--settings` are settings of `formation_pairs` that differ from the
 * default, `--exits` exits of `walk_forward_daily`. `--sources` also measures every source of candidates alone, which takes three
 * times as long, `--strategies all` also the strategies that the default leaves out; `--only` leaves out the other two of `before`, `after` and
 * `distance`, which is three times as fast.
 *
 * Every market has 120 tickers over 1,008 sessions: 8 windows of 504 sessions of formation and 63 of trading. Tests, criteria and
 * choice are the functions of `cointegrated_pairs` and `formation_pairs`. "Before" are the rules of the originals with the bounds
 * of the default: pairs within clusters, tested on closes in one order, the ten smallest p-values without a bound on them, and
 * strategies without further exits. "Distance" is the preset of that name: the twenty nearest pairs of each window, without a
 * test, traded by the bands of the method, on windows of the others' lengths.
 *
 * @module
 */
import { exitRulesOf, ExitsConfig } from "../assets/backtests/exits.ts";
import type { CandidateSource } from "../assets/pairs/candidate_sources.ts";
import { choosePairs } from "../assets/pairs/choice_rule.ts";
import { SearchConfig } from "../assets/pairs/formation_search.ts";
import { clusterPresets } from "../assets/pairs/pair_clusters.ts";
import { judgePairs } from "../assets/pairs/pair_criteria.ts";
import { testPairs } from "../assets/pairs/pair_tests.ts";
import type { PairTests } from "../assets/pairs/tested_pair.ts";
import { pointsOf, returnLoadings } from "../assets/pairs/return_loadings.ts";
import { original, presets } from "../assets/presets.ts";
import { WalkForwardConfig } from "../assets/pairs/formation_pairs.ts";
import { bestSoFar } from "../assets/backtests/best_so_far.ts";
import {
  defaultStrategyNames,
  optics,
  rolledWindows,
  selectByWindow,
  strategyByName,
  strategyNames,
  withExits,
} from "../quant/mod.ts";
import { type NoiseMarket, noiseMarket } from "./noise/market.ts";
import { type Earned, trade } from "./noise/trade.ts";
import { printTable } from "./measured.ts";

const GATES = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2];
const RATES = [0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9];
const HALF_LIVES = [null, 10, 20, 40] as const;
type Config = ReturnType<typeof SearchConfig.parse>;
type Pair = readonly [string, string];

function textOf(name: string): string | undefined {
  const at = Deno.args.indexOf(`--${name}`);
  return at < 0 ? undefined : Deno.args[at + 1];
}

function numberOf(name: string, fallback: number): number {
  const value = Number(textOf(name) ?? fallback);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new RangeError(`--${name} must be a whole number, got ${textOf(name)}.`);
}

const bySource = Deno.args.includes("--sources");
const after = SearchConfig.parse(JSON.parse(textOf("settings") ?? "{}"));
const before = SearchConfig.parse(original);
const { formationSessions: _, tradingSessions: _2, ...distance } = WalkForwardConfig.parse(
  presets.distance.formation_pairs,
);

const exits = exitRulesOf(ExitsConfig.parse(JSON.parse(textOf("exits") ?? "{}")), { tradingSessions: 63 });
const strategies = textOf("strategies") === "all" ? strategyNames : defaultStrategyNames;
const traded = {
  before: strategies.map((name) => strategyByName(name)),
  after: strategies.map((name) => withExits(strategyByName(name), exits)),
  distance: [strategyByName("distance_bands")],
};
const tested: Config = bySource ? { ...after, candidates: ["cluster", "neighbours", "group", "distance"] } : after;

/** Candidate sources whose pairs a row of the tables covers. */
const candidateRows: readonly { name: string; candidates: readonly CandidateSource[] }[] = [
  { name: "as set", candidates: after.candidates },
  ...(bySource ? tested.candidates.map((source) => ({ name: source, candidates: [source] })) : []),
];

const selections = ["before", "after", "distance"] as const;
type Selection = typeof selections[number];
const only = textOf("only");
if (only !== undefined && !selections.some((name) => name === only)) {
  throw new RangeError(`--only must be one of ${selections.join(", ")}, got ${only}.`);
}
const selected = selections.filter((name) => only === undefined || name === only);

type Tests = Partial<Record<Selection, PairTests>>;

/** Settings of what is tested and of what is chosen of it. */
const configs: Record<Selection, { tested: Config; chosen: Config }> = {
  before: { tested: before, chosen: before },
  after: { tested, chosen: after },
  distance: { tested: distance, chosen: distance },
};

async function testsOf(prices: Map<string, Float64Array>, market: NoiseMarket): Promise<Tests> {
  const sessions = Array.from({ length: 504 }, (_, t) => String(t).padStart(6, "0"));
  const matrix = { sessions, tickers: [...prices.keys()], closes: [...prices.values()] };
  const { tickers, points } = returnLoadings(matrix);
  const { labels } = optics(points, clusterPresets[after.clusterPreset]);
  const clusters = new Map(tickers.map((ticker, i) => [ticker, labels[i]!]));
  const test = (config: Config) =>
    testPairs(
      { matrix, dividends: new Map(), tradability: new Map() },
      { clusters, points: pointsOf(tickers, points) },
      {
        ...config,
        groups: Object.fromEntries(market.sectors),
      },
    );
  const tests: Tests = {};
  for (const selection of selected) tests[selection] = await test(configs[selection].tested);
  return tests;
}

function proposedBy({ pairs, series, tradability }: PairTests, candidates: readonly CandidateSource[]): PairTests {
  const wanted = new Set<string>(candidates);
  const kept = pairs.filter(({ sources }) => sources.some((source) => wanted.has(source)));
  return { pairs: kept, series, tradability };
}

const choose = (tests: PairTests, config: Config): Pair[] =>
  choosePairs(judgePairs(tests, config), config).chosen.map(({ ticker_1, ticker_2 }) => [ticker_1, ticker_2]);

/** Sums over the windows and markets of one half-life. */
class Tally {
  windows = 0;
  markets = 0;
  planted = 0;
  readonly sums = new Map<string, { pairs: number; planted: number }>();
  /** Sums by selection and strategy. */
  readonly earnings = new Map<string, { sharpe: number; claims: number }>();

  window(tests: Tests, market: NoiseMarket): Record<Selection, Pair[]> {
    const add = (key: string, pairs: readonly Pair[]) => {
      const sum = this.sums.get(key) ?? { pairs: 0, planted: 0 };
      sum.pairs += pairs.length;
      sum.planted += pairs.filter((pair) => market.planted.has(pair.join())).length;
      this.sums.set(key, sum);
    };
    const namesOf = (pairs: readonly { ticker_1: string; ticker_2: string }[]) =>
      pairs.map(({ ticker_1, ticker_2 }): Pair => [ticker_1, ticker_2]);
    this.windows++;
    this.planted += market.planted.size;
    for (const { name, candidates } of tests.after ? candidateRows : []) {
      const own = proposedBy(tests.after!, candidates);
      add(`tested ${name}`, namesOf(own.pairs));
      const off = { maxEngleGrangerPValue: null, maxAdjustedPValue: null };
      for (const gate of GATES) {
        add(`gate ${gate} ${name}`, choose(own, { ...after, ...off, maxEngleGrangerPValue: gate }));
      }
      for (const rate of RATES) add(`rate ${rate} ${name}`, choose(own, { ...after, maxAdjustedPValue: rate }));
    }
    return Object.fromEntries(selected.map((selection) => {
      const config = configs[selection].chosen;
      const own = proposedBy(tests[selection]!, config.candidates);
      const pairs = choose(own, config);
      add(`tested ${selection}`, namesOf(own.pairs));
      add(`accepted ${selection}`, namesOf(judgePairs(own, config).filter(({ accepted }) => accepted)));
      add(`chosen ${selection}`, pairs);
      return [selection, pairs];
    })) as Record<Selection, Pair[]>;
  }

  earned(selection: Selection, results: Earned): void {
    for (const [name, { sharpe, claim }] of results) {
      const sum = this.earnings.get(`${selection} ${name}`) ?? { sharpe: 0, claims: 0 };
      sum.sharpe += sharpe;
      sum.claims += Number(claim);
      this.earnings.set(`${selection} ${name}`, sum);
    }
  }
}

async function measure(halfLife: number | null, markets: number, first: number): Promise<Tally> {
  const tally = new Tally();
  for (let seed = first; seed < first + markets; seed++) {
    const market = noiseMarket(seed, halfLife);
    const windows = rolledWindows(market.sessions.length, { formationSessions: 504, tradingSessions: 63 });
    const choices = await selectByWindow(market.close, windows, async (formation) => {
      return tally.window(await testsOf(formation, market), market);
    });
    for (const selection of selected) {
      const chosen = choices.map(({ window, choice }) => ({ window, pairs: choice[selection] }));
      tally.earned(selection, trade(market, chosen, traded[selection]));
    }
    tally.markets++;
  }
  return tally;
}

function table(rows: readonly (readonly string[])[]): void {
  printTable(head, rows);
  console.log();
}

const markets = { noise: numberOf("noise", 10), planted: numberOf("planted", 5) };
const first = numberOf("first", 1);
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
const pairsAndTrue = (key: string) => (tally: Tally) => {
  const { pairs, planted } = tally.sums.get(key)!;
  return `${mean(pairs, tally)} / ${mean(planted, tally)}`;
};

const titles = { before: "Before", after: `After: ${textOf("settings") ?? "the default"}`, distance: "Distance" };
for (const selection of selected) {
  console.log(`${titles[selection]}\n`);
  table([
    row("tested, share of planted pairs", (tally) => {
      const { pairs, planted } = tally.sums.get(`tested ${selection}`)!;
      return `${mean(pairs, tally)} (${percent(planted, tally.planted)})`;
    }),
    row("accepted / true", pairsAndTrue(`accepted ${selection}`)),
    row("chosen / true", pairsAndTrue(`chosen ${selection}`)),
    ...[...traded[selection].map(({ name }) => name), ...selection === "distance" ? [] : [bestSoFar]].flatMap(
      (name) => {
        const of = (tally: Tally) => tally.earnings.get(`${selection} ${name}`)!;
        return [
          row(`Sharpe, ${name}`, (tally) => (of(tally).sharpe / tally.markets).toFixed(2)),
          row(`deflated above 0.95, ${name}`, (tally) => percent(of(tally).claims, tally.markets)),
        ];
      },
    ),
  ]);
}
for (const { name, candidates } of selected.includes("after") ? candidateRows : []) {
  console.log(`Chosen / true by gate, candidates ${name}: ${candidates.join(", ")}\n`);
  table([
    row("tested, share of planted pairs", (tally) => {
      const { pairs, planted } = tally.sums.get(`tested ${name}`)!;
      return `${mean(pairs, tally)} (${percent(planted, tally.planted)})`;
    }),
    ...GATES.map((gate) => row(`p below ${100 * gate} %, no rate`, pairsAndTrue(`gate ${gate} ${name}`))),
    ...RATES.map((rate) => row(`adjusted p below ${100 * rate} %, p as set`, pairsAndTrue(`rate ${rate} ${name}`))),
  ]);
}
