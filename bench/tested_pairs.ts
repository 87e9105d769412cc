/**
 * Pages of a million tested pairs on both databases: the list of pairs with its filters and orders, and the map of clusters of 5,000
 * tickers, each asked for the first time and again. `deno task bench:tested-pairs [--pairs N] [--database NAME]`.
 *
 * Rows are published by the engine as those of any asset. PostgreSQL does not flush its files.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { cointegratedPairs, pairClusters } from "../assets/mod.ts";
import { databases, type TestDatabase } from "../tests/support/database.ts";
import { knownTable } from "../tests/support/known_tables.ts";
import { manyClusters } from "../tests/support/many_clusters.ts";
import { pageAndApi } from "../tests/support/page_server.ts";
import { pageSessions } from "../tests/support/pair_page_assets.ts";
import { withTinyEngine } from "../tests/support/tiny_engine.ts";
import { tradablePair } from "../tests/support/tradable_pair.ts";
import { median, msOfEach } from "./measured.ts";
import { materialize } from "./bench_engine.ts";

const { values } = parseArgs({
  options: { pairs: { type: "string", default: "1000000" }, database: { type: "string" } },
});
const count = Number(values.pairs);
const tickers = 5_000;
const asOf = pageSessions.at(-1)!;
const tickerOf = (i: number) => `T${String(i).padStart(4, "0")}`;
const clusters = manyClusters(tickers, {
  as_of: asOf,
  ticker: tickerOf,
  clusterOf: (i) => i % 3 === 0 ? -1 : i % 50,
});

const paths = [
  "/pairs",
  "/pairs?page=20",
  "/pairs?page=200",
  "/pairs?accepted=true",
  "/pairs?accepted=false&max_p_value=0.06",
  "/pairs?cluster=3",
  "/pairs?ticker=T004",
  "/pairs?failed=hurst",
  "/pairs?sort=-half_life",
  "/pairs?sort=half_life&max_hurst=0.45",
  "/pairs/clusters",
];

console.log(`${count.toLocaleString("en")} tested pairs, ${tickers.toLocaleString("en")} tickers in clusters.`);
for (const database of databases) {
  if (database.ignore || (values.database && !database.name.toLowerCase().startsWith(values.database))) continue;
  await measure(database);
}
Deno.exit();

async function measure({ name, open }: TestDatabase): Promise<void> {
  const database = await open();
  console.log(`\n${name}\n\n| page | first | again | rows |\n| --- | ---: | ---: | --- |`);
  try {
    const assets = [knownTable(cointegratedPairs, pairs() as never), knownTable(pairClusters, clusters)];
    await withTinyEngine(async ({ engine }) => {
      await materialize(engine);
      const app = pageAndApi(engine);
      for (const path of paths) {
        let html = "";
        const [first, ...again] = await msOfEach(6, async () => html = await (await app.request(path)).text());
        const about = /id="pairs-about">\s*([^<]*?)\.\s/.exec(html)?.[1]?.replace(/\s+/g, " ") ?? "";
        console.log(`| ${path} | ${first!.toFixed(0)} ms | ${median(again).toFixed(0)} ms | ${about} |`);
      }
    }, { assets, database });
    console.log(`\nResident: ${Math.round(process.memoryUsage().rss / 1e6)} MB.`);
  } finally {
    await database.close();
  }
}

/** Columns of pairs whose statistics are spread evenly and in no order. */
function pairs(): Record<string, unknown> {
  const sides = Math.ceil((1 + Math.sqrt(1 + 8 * count)) / 2);
  const ticker = Array.from({ length: sides }, (_, i) => tickerOf(i));
  const [ticker_1, ticker_2]: [string[], string[]] = [[], []];
  for (let i = 0; ticker_1.length < count; i++) {
    for (let j = i + 1; j < sides && ticker_1.length < count; j++) {
      ticker_1.push(ticker[i]!);
      ticker_2.push(ticker[j]!);
    }
  }
  const spread = (place: number) => Float64Array.from({ length: count }, (_, i) => ((i + 1) * place * 0.618034) % 1);
  const p = spread(1);
  const all = <T>(value: T) => new Array<T>(count).fill(value);
  const failures = ["hurst", "adfPValue", "engleGranger"].map((criterion) => [
    { criterion, reason: "The statistic is not below its limit, so that the pair is not accepted." },
    { criterion: "adjustedPValue", reason: "The adjusted p-value 0.812 is not below 0.5." },
  ]);
  const accepted = Array.from(p, (value) => value < 0.001);
  return {
    as_of: all(asOf),
    ticker_1,
    ticker_2,
    cluster: Float64Array.from({ length: count }, (_, i) => i % 50),
    sources: all(["cluster", "neighbours"]),
    slope: spread(2),
    intercept: spread(3),
    adf_statistic: spread(4),
    adf_p_value: spread(5),
    used_lag: new Float64Array(count),
    engle_granger_p_value: p,
    engle_granger_p_value_reversed: p,
    adjusted_p_value: spread(6),
    earlier_p_value: new Float64Array(count).fill(NaN),
    hurst_exponent: spread(7).map((value) => 0.3 + value / 2),
    half_life: spread(8).map((value) => 100 * value - 5),
    half_life_low: new Float64Array(count).fill(NaN),
    half_life_high: new Float64Array(count).fill(NaN),
    mean_crossings: spread(9).map((value) => Math.floor(50 * value)),
    ...Object.fromEntries(
      Object.entries(tradablePair).map(([name, value]) => [name, new Float64Array(count).fill(value ?? NaN)]),
    ),
    accepted,
    failed_criteria: accepted.map((isAccepted, i) => isAccepted ? [] : failures[i % 3]),
  };
}
