import assert from "node:assert/strict";
import { CandidateConfig, candidatesOf, withGroups } from "../../../assets/pairs/candidate_sources.ts";

const line = (slope: number) => Float64Array.from({ length: 5 }, (_, t) => 10 + slope * t);
const universe = {
  tickers: ["A", "B", "C", "D"],
  clusters: new Map([["A", 3], ["B", -1], ["C", 3]]),
  points: new Map(
    [["A", 0], ["B", 1], ["C", 10], ["D", 12]].map(([ticker, x]) =>
      [ticker as string, Float64Array.of(x as number)] as const
    ),
  ),
  prices: new Map([["A", line(1)], ["B", line(5)], ["C", line(9)], ["D", line(1.1)]]),
};
const candidates = (config: Record<string, unknown>, of = universe) =>
  candidatesOf(of, CandidateConfig.parse(config)).map(({ pair, sources }) => `${pair.join("/")} ${sources.join("+")}`);

Deno.test("candidatesOf() takes pairs of a cluster, and none of unclustered tickers", () => {
  assert.deepEqual(candidates({ candidates: ["cluster"] }), ["A/C cluster"]);
});

Deno.test("candidatesOf() takes each ticker with its nearest ones", () => {
  assert.deepEqual(candidates({ candidates: ["neighbours"], neighbours: 1 }), ["A/B neighbours", "C/D neighbours"]);
});

Deno.test("candidatesOf() takes pairs of a group that the settings name", () => {
  const groups = { A: "energy", D: "energy", B: "banks", GONE: "banks" };
  assert.deepEqual(candidates({ candidates: ["group"], groups }), ["A/D group"]);
  assert.deepEqual(candidates({ candidates: ["group"] }), []);
});

Deno.test("withGroups() adds the known groups to those of the settings, which count first", () => {
  const known = [{ ticker: "A", group: "energy" }, { ticker: "B", group: "energy" }, { ticker: "D", group: "energy" }];
  const config = withGroups(CandidateConfig.parse({ candidates: ["group"], groups: { B: "banks" } }), known);
  assert.deepEqual(candidatesOf(universe, config).map(({ pair }) => pair), [["A", "D"]]);
});

Deno.test("candidatesOf() takes the pairs whose prices kept nearest", () => {
  assert.deepEqual(candidates({ candidates: ["distance"], distancePairs: 1 }), ["A/D distance"]);
});

Deno.test("candidatesOf() takes all pairs of a universe that is small, and none of a larger one", () => {
  assert.equal(candidates({ candidates: ["all"], smallUniverse: 4 }).length, 6);
  assert.deepEqual(candidates({ candidates: ["all"], smallUniverse: 3 }), []);
});

Deno.test("candidatesOf() joins its sources by default and says which proposed a pair, in ticker order", () => {
  assert.deepEqual(candidates({ neighbours: 1, smallUniverse: 2 }), [
    "A/B neighbours",
    "A/C cluster",
    "C/D neighbours",
  ]);
  assert.deepEqual(candidates({ candidates: ["all", "cluster"] })[1], "A/C cluster+all");
});

Deno.test("candidatesOf() takes named pairs even if no source proposes them, as far as there are prices", () => {
  const config = CandidateConfig.parse({ candidates: ["cluster"] });
  const found = candidatesOf(universe, config, [["D", "B"], ["C", "A"], ["A", "GONE"]]);
  assert.deepEqual(found.map(({ pair, sources }) => `${pair.join("/")} ${sources.join("+")}`), [
    "A/C cluster+named",
    "B/D named",
  ]);
});

Deno.test("candidatesOf() finds nothing where nothing is known of how tickers move", () => {
  const unknown = { ...universe, clusters: new Map(), points: new Map() };
  assert.deepEqual(candidates({ candidates: ["cluster", "neighbours"] }, unknown), []);
});

Deno.test("candidates are at least one source that there is", () => {
  assert.throws(() => CandidateConfig.parse({ candidates: [] }));
  assert.throws(() => CandidateConfig.parse({ candidates: ["guesses"] }));
});

Deno.test("candidatesOf() refuses more pairs than maxCandidates, a million by default, and names the source", () => {
  const ofSource = /6 pairs are candidates of the source all alone, and at most 5 are tested\./;
  assert.throws(() => candidates({ candidates: ["all"], smallUniverse: 4, maxCandidates: 5 }), ofSource);
  assert.equal(candidates({ candidates: ["all"], smallUniverse: 4, maxCandidates: 6 }).length, 6);
  // Each source has fewer: two pairs of neighbours, and one of a cluster.
  const joined = () => candidates({ neighbours: 1, smallUniverse: 2, maxCandidates: 2 });
  assert.throws(joined, /3 pairs are candidates, and at most 2 are tested\./);
  const tickers = Array.from({ length: 5_000 }, (_, i) => `T${i}`);
  const oneCluster = { tickers, clusters: new Map(tickers.map((ticker) => [ticker, 0])), points: new Map() };
  assert.throws(
    () => candidatesOf({ ...oneCluster, prices: new Map() }, CandidateConfig.parse({ candidates: ["cluster"] })),
    { name: "RangeError", message: /^12,497,500 pairs .* at most 1,000,000 are tested\./ },
  );
  // Recorded settings stay as they are where no limit is set.
  assert.ok(!("maxCandidates" in CandidateConfig.parse({})));
});
