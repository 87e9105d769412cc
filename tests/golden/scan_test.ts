import assert from "node:assert/strict";
import { type CleaningRule, cleanPrices, type PairStatistics, scanPairs } from "../../quant/mod.ts";
import { sharedFolder } from "../support/shared_folder.ts";
import { readWideCloses } from "../support/wide_closes.ts";

const shared = sharedFolder();
const absent = shared === null ? " (ignored: no shared folder)" : "";

/** The criteria by which the golden file marks its accepted pairs: `valid19`. */
const RESEARCH = { maxPValue: 0.1, maxHurst: 0.5, maxHalfLife: 260, minCrossings: 48 };

type GoldenRow = Record<string, string>;

function goldenPairs(): GoldenRow[] {
  const [header, ...lines] = Deno.readTextFileSync(`${shared}/reference/golden/pair_statistics.csv`).trim()
    .split(/\r?\n/);
  const names = header!.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((partition, i) => [names[i]!, partition])));
}

function prices(rule: CleaningRule): Map<string, Float64Array> {
  const { matrix } = cleanPrices(readWideCloses(`${shared}/market/nasdaq_etf_closes_2019_2022.csv`), { rule });
  return new Map(matrix.tickers.map((ticker, i) => [ticker, matrix.closes[i]!]));
}

function assertWithin(actual: number | null, expected: string, tolerance: number, what: string) {
  assert.ok(
    actual !== null && Math.abs(actual - Number(expected)) <= tolerance,
    `${what}: ${actual}, golden ${expected}`,
  );
}

function assertGolden(actual: PairStatistics, row: GoldenRow) {
  const pair = `${row.ticker_1}/${row.ticker_2}`;
  assert.equal(actual.ticker_1, row.ticker_1);
  assert.equal(actual.ticker_2, row.ticker_2);
  assertWithin(actual.slope, row.slope!, 1e-9 * Math.abs(Number(row.slope)), `slope of ${pair}`);
  assertWithin(
    actual.intercept,
    row.intercept!,
    1e-9 * Math.max(1, Math.abs(Number(row.intercept))),
    `intercept of ${pair}`,
  );
  assert.equal(actual.usedLag, Number(row.adf_usedlag), `lag of ${pair}`);
  assertWithin(actual.adfStatistic, row.adf_stat!, 1e-9, `statistic of ${pair}`);
  assertWithin(actual.adfPValue, row.adf_p!, 1e-9, `p-value of ${pair}`);
  assertWithin(actual.hurst, row.hurst_H!, 1e-9 * Math.abs(Number(row.hurst_H)), `Hurst exponent of ${pair}`);
  assertWithin(actual.halfLife, row.half_life!, 1e-9 * Math.abs(Number(row.half_life)), `half-life of ${pair}`);
  assert.equal(actual.meanCrossings, Number(row.mean_crossings), `crossings of ${pair}`);
}

for (const implementation of ["typescript", "wasm"] as const) {
  for (
    const [rule, sets] of [["research", ["research_clusters"]], ["service", ["service_clusters", "random"]]] as const
  ) {
    Deno.test({
      name: `scanPairs() in ${implementation} equals the golden statistics of the ${rule} universe's pairs${absent}`,
      ignore: shared === null,
      async fn() {
        const golden = goldenPairs().filter((row) => (sets as readonly string[]).includes(row.set!));
        assert.ok(golden.length > 100);
        const scan = await scanPairs(prices(rule), {
          pairs: golden.map((row) => [row.ticker_1!, row.ticker_2!]),
          criteria: RESEARCH,
          implementation,
        });
        golden.forEach((row, i) => assertGolden(scan.at(i), row));
      },
    });
  }

  Deno.test({
    name: `scanPairs() in ${implementation} accepts exactly the 19 golden pairs by the research preset${absent}`,
    ignore: shared === null,
    async fn() {
      const golden = goldenPairs().filter((row) => row.set === "research_clusters");
      const scan = await scanPairs(prices("research"), {
        pairs: golden.map((row) => [row.ticker_1!, row.ticker_2!]),
        criteria: RESEARCH,
        implementation,
      });
      assert.equal(scan.accepted.length, 19);
      assert.deepEqual(
        [...scan].map((pair) => pair.accepted),
        golden.map((row) => row.valid19 === "1"),
      );
    },
  });
}
