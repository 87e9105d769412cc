import assert from "node:assert/strict";
import { noPartition } from "../../../assets/market/no_partition.ts";
import { cointegratedPairs } from "../../../assets/pairs/cointegrated_pairs.ts";
import { formationPairs, WalkForwardConfig } from "../../../assets/pairs/formation_pairs.ts";
import { formations } from "../../../assets/pairs/formations.ts";
import { everything } from "../../../engine/mod.ts";
import { type RawBar, sessionRows, weekdays } from "../../support/bars.ts";
import { groupedMarket } from "../../support/grouped_market.ts";
import { runAsset } from "../../../testing/run_asset.ts";

const sessions = weekdays(260);
const market = groupedMarket(260);
const windows = { formationSessions: 120, tradingSessions: 40 };
/** The last sessions of the four formations. */
const ends = [119, 159, 199, 239].map((at) => sessions[at]!);
const search = (
  dates: readonly string[],
  { bars = market, signal }: { bars?: readonly RawBar[]; signal?: AbortSignal } = {},
) =>
  runAsset(formationPairs, {
    inputs: { bars, sessions: sessionRows(bars), groups: [] },
    config: windows,
    partitions: { dates },
    signal,
  });

Deno.test("formation_pairs finds in each formation the same by itself as with the others, and regardless of later data", async () => {
  const together = await search(ends);
  assert.ok(together.rows.length > 4);
  for (const end of ends) {
    const known = market.filter(({ session }) => session <= end);
    const alone = await search([end], { bars: known });
    assert.deepEqual(alone.rows, together.rows.filter((row) => row.formation_last_session === end));
    assert.deepEqual(
      alone.outs.formations!.rows,
      together.outs.formations!.rows.filter((row) => row.formation_last_session === end),
    );
  }
});

Deno.test("formation_pairs counts tried, accepted and chosen pairs in each formation", async () => {
  const { rows, outs, metadata } = await search(ends);
  const found = outs.formations!.rows;
  assert.equal(formationPairs.recipe!.outs.formations, formations);
  assert.deepEqual(found.map((row) => row.formation_last_session), ends);
  assert.deepEqual(found.map((row) => row.formation_first_session), [0, 40, 80, 120].map((at) => sessions[at]));
  for (const { formation_last_session, pairs_chosen } of found) {
    assert.equal(rows.filter((row) => row.formation_last_session === formation_last_session).length, pairs_chosen);
  }
  const tested = found.reduce((sum, row) => sum + Number(row.pairs_tested), 0);
  assert.deepEqual(metadata.pairs_tested, { type: "number", value: tested });
});

Deno.test("formation_pairs counts an incomplete session in no formation, and a split in it for the next session", async () => {
  const { rows } = await search([ends[1]!]);
  const tickers = [...new Set(market.map(({ ticker }) => ticker))];
  // A session between two others of which one ticker alone has a bar, and in it a split of that ticker.
  const [before, after] = [sessions[100]!, sessions[101]!];
  const shifted = new Map(sessions.map((session) => [session, session > before ? dayAfter(session) : session]));
  const [ticker] = tickers;
  const bars = market.flatMap((bar) => {
    const session = shifted.get(bar.session)!;
    const moved = { ...bar, session };
    if (bar.ticker !== ticker) return [moved];
    const halved = bar.session > before
      ? { ...moved, open: bar.open! / 2, high: bar.high! / 2, low: bar.low! / 2, close: bar.close! / 2 }
      : moved;
    return bar.session === after ? [{ ...halved, session: after, split: 2 }, halved] : [halved];
  });
  const withSplit = await runAsset(formationPairs, {
    inputs: {
      groups: [],
      bars,
      sessions: sessionRows(bars).map((row) => ({ ...row, complete: row.session !== after })),
    },
    config: windows,
    partitions: { dates: [shifted.get(ends[1]!)!] },
  });
  const names = (found: readonly { ticker_1: string; ticker_2: string }[]) =>
    found.map((row) => `${row.ticker_1} ${row.ticker_2}`);
  assert.deepEqual(names(withSplit.rows), names(rows));
});

Deno.test("formation_pairs refuses formations too short for its statistics", async () => {
  const short = runAsset(formationPairs, {
    inputs: { bars: [], sessions: [], groups: [] },
    config: { formationSessions: 99 },
  });
  await assert.rejects(short, /formationSessions/);
});

Deno.test("formation_pairs reports its progress formation by formation, and stops when it is cancelled", async () => {
  assert.deepEqual((await search(ends)).progress, [[1, 4], [2, 4], [3, 4], [4, 4]]);
  const signal = AbortSignal.abort(new Error("no longer wanted"));
  await assert.rejects(search(ends, { signal }), /no longer wanted/);
});

function dayAfter(date: string): string {
  return Temporal.PlainDate.from(date).add({ days: 1 }).toString();
}

Deno.test("formation_pairs and cointegrated_pairs search within the known groups where a setting asks for them", async () => {
  const groups = ["A0", "A1", "C0"].map((ticker) => ({ ticker, group: "GOLD AND SILVER ORES", source: "details" }));
  const config = { ...windows, candidates: ["group"], minCrossings: 5 };
  const found = await runAsset(formationPairs, {
    inputs: { bars: market, sessions: sessionRows(market), groups },
    config: { ...config, maxEngleGrangerPValue: null, maxAdjustedPValue: null, groups: { C0: "SOFTWARE" } },
    partitions: { dates: ends },
  });
  assert.deepEqual(found.outs.formations!.rows.map(({ pairs_tested }) => pairs_tested), [1, 1, 1, 1]);
  assert.deepEqual(found.rows[0]!.sources, ["group"]);
  const mapping = (config: object) => formationPairs.recipe!.mappings.groups!(WalkForwardConfig.parse(config));
  assert.deepEqual([mapping(config), mapping({})], [everything, noPartition]);

  const asOf = ends[0]!;
  const { rows } = await runAsset(cointegratedPairs, {
    inputs: {
      bars: market.filter(({ session }) => session <= asOf),
      sessions: sessionRows(market).filter(({ session }) => session <= asOf),
      clusters: [],
      groups,
    },
    config: { candidates: ["group"], formationSessions: 120 },
    partitions: { dates: [asOf] },
  });
  assert.deepEqual(rows.map((row) => [row.ticker_1, row.ticker_2, row.sources.join()]), [
    ["A0", "A1", "group"],
    ["A0", "C0", "group"],
    ["A1", "C0", "group"],
  ]);
});
