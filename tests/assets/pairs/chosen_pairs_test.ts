import assert from "node:assert/strict";
import fc from "fast-check";
import { pairMetrics, pairSignals, pairTrades } from "../../../assets/mod.ts";
import { chosenPairs } from "../../../assets/pairs/chosen_pairs.ts";
import { runChain } from "../../support/asset_chain.ts";
import { tradablePair } from "../../support/tradable_pair.ts";
import { groupedMarket } from "../../support/grouped_market.ts";
import { runAsset } from "../../../testing/run_asset.ts";

const asOf = "2024-06-28";

/** A row of `cointegrated_pairs` that is accepted, unless told otherwise. */
function pair(names: string, engleGrangerPValue: number | null, more: Record<string, unknown> = {}) {
  const [ticker_1, ticker_2] = names.split("/") as [string, string];
  return {
    as_of: asOf,
    ticker_1,
    ticker_2,
    cluster: 0,
    sources: ["cluster"],
    slope: 1.5,
    intercept: 2,
    adf_statistic: -5,
    adf_p_value: 0.001,
    used_lag: 1,
    engle_granger_p_value: engleGrangerPValue,
    engle_granger_p_value_reversed: null,
    adjusted_p_value: engleGrangerPValue,
    earlier_p_value: null,
    hurst_exponent: 0.3,
    half_life: 8,
    half_life_low: null,
    half_life_high: null,
    mean_crossings: 60,
    ...tradablePair,
    accepted: true,
    failed_criteria: [],
    ...more,
  };
}

async function choose(pairs: readonly object[], config: Record<string, unknown> = {}) {
  const run = await runAsset(chosenPairs, { inputs: { pairs }, config, partitions: { dates: [asOf] } });
  const byRank = run.rows.toSorted((a, b) => a.rank - b.rank);
  return { ...run, names: byRank.map((row) => `${row.rank} ${row.ticker_1}/${row.ticker_2}`) };
}

Deno.test("chosen_pairs ranks accepted pairs by their Engle–Granger p-value, equal ones by ticker", async () => {
  const { names, rows, metadata } = await choose([
    pair("E/F", 0.02),
    pair("A/B", 0.03),
    pair("G/H", 0.01),
    pair("C/D", 0.02),
  ]);
  assert.deepEqual(names, ["1 G/H", "2 C/D", "3 E/F", "4 A/B"]);
  assert.deepEqual(rows[0], {
    as_of: asOf,
    rank: 4,
    ticker_1: "A",
    ticker_2: "B",
    slope: 1.5,
    intercept: 2,
    adf_p_value: 0.001,
    engle_granger_p_value: 0.03,
    engle_granger_p_value_reversed: null,
    adjusted_p_value: 0.03,
    half_life: 8,
    notional: 10_000,
    // 1.5 shares of the first at 58.9 for one of the second at 127.8.
    shares_1: -69,
    shares_2: 46,
    max_notional: 480_000,
    pinned: false,
    reason: null,
  });
  assert.deepEqual(metadata, {
    as_of: { type: "table", columns: ["as of", "candidates", "chosen", "pinned"], rows: [[asOf, 4, 4, 0]] },
  });
});

Deno.test("chosen_pairs orders equal p-values by the second ticker where the first is the same", async () => {
  const pairs = [pair("A/D", 0.01), pair("A/B", 0.01), pair("A/C", 0.01)];
  assert.deepEqual((await choose(pairs, { maxPairsPerTicker: 3 })).names, ["1 A/B", "2 A/C", "3 A/D"]);
});

Deno.test("chosen_pairs ranks a pair by the larger p-value of both orders", async () => {
  const pairs = [
    pair("A/B", 0.001, { engle_granger_p_value_reversed: 0.03 }),
    pair("C/D", 0.02, { engle_granger_p_value_reversed: 0.001 }),
    pair("E/F", 0.025),
  ];
  const { names, rows } = await choose(pairs);
  assert.deepEqual(names, ["1 C/D", "2 E/F", "3 A/B"]);
  assert.deepEqual(rows.map((row) => row.engle_granger_p_value_reversed), [0.03, 0.001, null]);
});

Deno.test("chosen_pairs reports the shares of the notional that is set, and none where prices are not known", async () => {
  const { rows: [row] } = await choose([pair("A/B", 0.01)], { notional: 1_000_000 });
  assert.deepEqual([row!.notional, row!.shares_1, row!.shares_2], [1_000_000, -6940, 4626]);
  const { rows: [unknown] } = await choose([pair("A/B", 0.01, { price_1: null, max_notional: null })]);
  assert.deepEqual([unknown!.shares_1, unknown!.shares_2, unknown!.max_notional], [null, null, null]);
});

Deno.test("chosen_pairs has a ticker in one pair only, the surest", async () => {
  const pairs = [pair("A/B", 0.02), pair("B/C", 0.01), pair("C/D", 0.03), pair("A/D", 0.04)];
  assert.deepEqual((await choose(pairs)).names, ["1 B/C", "2 A/D"]);
  assert.deepEqual((await choose(pairs, { maxPairsPerTicker: 2 })).names, ["1 B/C", "2 A/B", "3 C/D", "4 A/D"]);
});

Deno.test("chosen_pairs never has a pair with both legs on the same side", async () => {
  const pairs = [pair("A/B", 0.001, { slope: -0.7 }), pair("A/C", 0.002, { slope: 0 }), pair("A/D", 0.003)];
  assert.deepEqual((await choose(pairs)).names, ["1 A/D"]);
});

Deno.test("chosen_pairs has neither refused pairs nor pairs without a p-value", async () => {
  const pairs = [pair("A/B", 0.001, { accepted: false }), pair("C/D", null), pair("E/F", 0.2)];
  assert.deepEqual((await choose(pairs)).names, ["1 E/F"]);
});

Deno.test("chosen_pairs stops at the configured number, ten by default", async () => {
  const pairs = Array.from({ length: 12 }, (_, i) => pair(`A${i}/B${i}`, 0.001 * (i + 1)));
  assert.equal((await choose(pairs)).rows.length, 10);
  const { names, metadata } = await choose(pairs, { maxPairs: 2 });
  assert.deepEqual(names, ["1 A0/B0", "2 A1/B1"]);
  assert.ok(metadata.as_of?.type === "table");
  assert.deepEqual(metadata.as_of.rows, [[asOf, 12, 2, 0]]);
  await assert.rejects(choose(pairs, { maxPairs: 0 }));
});

Deno.test("chosen_pairs chooses as of each session from the pairs of that session", async () => {
  const before = "2024-06-21";
  const pairs = [pair("A/B", 0.02), pair("C/D", 0.01), pair("A/B", 0.01, { as_of: before })];
  const { rows } = await runAsset(chosenPairs, {
    inputs: { pairs },
    partitions: { dates: [before, asOf, "2024-07-05"] },
  });
  assert.deepEqual(rows.map((row) => `${row.as_of} ${row.rank} ${row.ticker_1}`), [
    `${before} 1 A`,
    `${asOf} 2 A`,
    `${asOf} 1 C`,
  ]);
});

Deno.test("chosen_pairs is empty, with a warning, where nothing is accepted", async () => {
  for (const pairs of [[], [pair("A/B", 0.001, { accepted: false })]]) {
    const { rows, checks } = await choose(pairs);
    assert.deepEqual([rows, checks.not_empty!.passed], [[], false]);
  }
  assert.deepEqual(chosenPairs.checks.map(({ severity }) => severity), ["warn"]);
});

Deno.test("chosen_pairs keeps its rule whatever pairs there are", async () => {
  const tickers = ["A", "B", "C", "D", "E", "F"];
  const all = tickers.flatMap((first, i) => tickers.slice(i + 1).map((second) => `${first}/${second}`));
  const anyPairs = fc.subarray(all).chain((names) =>
    fc.tuple(
      ...names.map((name) =>
        fc.record({ p: fc.constantFrom(0.01, 0.02, 0.03, null), slope: fc.constantFrom(-1, 1), accepted: fc.boolean() })
          .map(({ p, ...more }) => pair(name, p, more))
      ),
    )
  );
  await fc.assert(fc.asyncProperty(anyPairs, fc.integer({ min: 1, max: 3 }), async (pairs, maxPairsPerTicker) => {
    const { rows } = await choose(pairs, { maxPairsPerTicker, maxPairs: 4 });
    const byRank = rows.toSorted((a, b) => a.rank - b.rank);
    assert.deepEqual(byRank.map((row) => row.rank), byRank.map((_, i) => i + 1));
    const uses = Map.groupBy(rows.flatMap((row) => [row.ticker_1, row.ticker_2]), (ticker) => ticker);
    assert.ok([...uses.values()].every((own) => own.length <= maxPairsPerTicker));
    const chosen = new Set(rows.map((row) => `${row.ticker_1}/${row.ticker_2}`));
    const worst = Math.max(0, ...rows.map((row) => row.engle_granger_p_value!));
    for (const candidate of pairs) {
      const eligible = candidate.accepted && candidate.slope > 0 && candidate.engle_granger_p_value !== null;
      if (chosen.has(`${candidate.ticker_1}/${candidate.ticker_2}`)) assert.ok(eligible);
      else if (eligible && rows.length < 4) {
        // Passed over for a ticker that has its share, never for one that is less sure.
        const full = [candidate.ticker_1, candidate.ticker_2].some((ticker) =>
          uses.get(ticker)?.length === maxPairsPerTicker
        );
        assert.ok(full, `${candidate.ticker_1}/${candidate.ticker_2} was passed over`);
      } else if (eligible && candidate.engle_granger_p_value! < worst) {
        const full = [candidate.ticker_1, candidate.ticker_2].some((ticker) => uses.has(ticker));
        assert.ok(full, `${candidate.ticker_1}/${candidate.ticker_2} is surer than a chosen pair`);
      }
    }
  }));
});

Deno.test("chosen_pairs has pinned pairs first, in their order, regardless of the tests, with their results", async () => {
  const pairs = [
    pair("A/B", 0.01),
    pair("C/D", 0.4, {
      accepted: false,
      slope: -1,
      failed_criteria: [
        { criterion: "adfPValue", reason: "p-value 0.3 is not below 0.05." },
        { criterion: "engleGranger", reason: "Engle–Granger p-value 0.4 of D on C is not below 0.05." },
      ],
    }),
    pair("E/F", 0.02),
  ];
  const { names, rows, metadata } = await choose(pairs, { pinnedPairs: [["Z", "Y"], ["C", "D"], ["F", "E"]] });
  assert.deepEqual(names, ["1 Z/Y", "2 C/D", "3 F/E", "4 A/B"]);
  const of = (ticker: string) => rows.find((row) => row.ticker_1 === ticker)!;
  assert.deepEqual(
    [of("C").pinned, of("C").slope, of("C").engle_granger_p_value, of("C").reason],
    [true, -1, 0.4, "p-value 0.3 is not below 0.05. Engle–Granger p-value 0.4 of D on C is not below 0.05."],
  );
  assert.deepEqual(
    [of("C").shares_1, of("C").shares_2],
    [54, 54],
    "a negative hedge ratio holds both legs on one side",
  );
  assert.deepEqual([of("F").shares_1, of("F").max_notional], [null, 480_000], "capacity knows no order of the legs");
  assert.deepEqual([of("Z").shares_1, of("Z").max_notional], [null, null]);
  assert.deepEqual([of("Z").slope, of("Z").reason], [
    null,
    "Not tested: no source of candidates proposes it, nor does namedPairs of cointegrated_pairs.",
  ]);
  assert.deepEqual([of("F").slope, of("F").reason], [null, "Tested as E / F, and accepted."]);
  assert.deepEqual([of("A").pinned, of("A").reason], [false, null]);
  assert.ok(metadata.as_of?.type === "table");
  assert.deepEqual(metadata.as_of.rows, [[asOf, 1, 1, 3]]);
});

Deno.test("chosen_pairs has a pinned pair that the tests accept without a reason, and once", async () => {
  const { names, rows } = await choose([pair("A/B", 0.01), pair("C/D", 0.001)], { pinnedPairs: [["A", "B"]] });
  assert.deepEqual(names, ["1 A/B", "2 C/D"]);
  assert.equal(rows[0]!.reason, null);
});

Deno.test("chosen_pairs counts pinned pairs among its places and their tickers among those in use", async () => {
  const pairs = [pair("A/B", 0.01), pair("C/D", 0.02), pair("E/F", 0.03)];
  assert.deepEqual((await choose(pairs, { pinnedPairs: [["A", "Z"]] })).names, ["1 A/Z", "2 C/D", "3 E/F"]);
  assert.deepEqual((await choose(pairs, { pinnedPairs: [["A", "Z"]], maxPairs: 2 })).names, ["1 A/Z", "2 C/D"]);
  const many = { pinnedPairs: [["A", "Z"], ["A", "Y"]], maxPairs: 1 };
  assert.deepEqual((await choose(pairs, many)).names, ["1 A/Z", "2 A/Y"], "pinned pairs are never left out");
});

Deno.test("chosen_pairs has pinned pairs as of a session of which nothing was tested", async () => {
  const { names, rows } = await choose([], { pinnedPairs: [["A", "B"]] });
  assert.deepEqual([names, rows[0]!.half_life], [["1 A/B"], null]);
});

Deno.test("chosen_pairs has no pair of a banned ticker", async () => {
  const pairs = [pair("A/B", 0.01), pair("B/C", 0.02), pair("C/D", 0.03)];
  assert.deepEqual((await choose(pairs, { bannedTickers: ["B"] })).names, ["1 C/D"]);
});

Deno.test("chosen_pairs refuses to pin a banned ticker, a pair of one ticker, and a pair twice", async () => {
  for (
    const [config, message] of [
      [{ pinnedPairs: [["A", "B"]], bannedTickers: ["B"] }, /pins B, which bannedTickers bans/],
      [{ pinnedPairs: [["A", "A"]] }, /pairs A with itself/],
      [{ pinnedPairs: [["A", "B"], ["B", "A"]] }, /pins B and A twice/],
      [{ pinnedPairs: [["A"]] }, /pinnedPairs/],
    ] as const
  ) await assert.rejects(choose([], config), message);
});

Deno.test("chosen_pairs gives a pinned pair signals, trades and metrics, in its order, though no test accepts it", async () => {
  const config = { chosen_pairs: { pinnedPairs: [["C1", "A0"]] }, cointegrated_pairs: { minCrossings: 10_000 } };
  const chain = await runChain(pairTrades, { bars: groupedMarket(260), config });
  const chosen = chain.rows(chosenPairs);
  assert.deepEqual(chosen.map(({ ticker_1, ticker_2, pinned }) => [ticker_1, ticker_2, pinned]), [["C1", "A0", true]]);
  assert.match(chosen[0]!.reason!, /^Tested as A0 \/ C1: /);
  for (const rows of [chain.rows(pairSignals), chain.rows(pairTrades), chain.rows(pairMetrics)]) {
    assert.ok(rows.length > 0 && rows.every((row) => row.ticker_1 === "C1" && row.ticker_2 === "A0"));
  }
});
