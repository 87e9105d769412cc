import assert from "node:assert/strict";
import { formationSpreads } from "../../../assets/forecasts/formation_spreads.ts";
import { tradingSpreads } from "../../../assets/forecasts/trading_spreads.ts";
import { trendAccuracy } from "../../../assets/forecasts/trend_accuracy.ts";
import { trendTallies } from "../../../assets/forecasts/trend_tallies.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { runChain } from "../../support/asset_chain.ts";
import { groupedMarket } from "../../support/grouped_market.ts";

const tables = await runChain(trendAccuracy, {
  bars: groupedMarket(260),
  config: { formation_pairs: { formationSessions: 120, tradingSessions: 40 } },
});
const inputs = { formations: tables.rows(formationSpreads), spreads: tables.rows(tradingSpreads) };
const rows = tables.rows(trendAccuracy);
const tallies = tables.rows(trendTallies);
const nameOf = (row: { measure: string; horizon: number; sample: string; rule: string }) =>
  [row.measure, row.horizon, row.sample, row.rule].join(" ");
const starts = [...new Set(inputs.formations.map((row) => row.trading_first_session))].sort();

Deno.test("trend_tallies has the counts of each window, of which trend_accuracy has the sums", () => {
  assert.equal(starts.length, 4);
  assert.deepEqual(new Set(tallies.map((row) => row.trading_first_session)), new Set(starts));
  const byName = Map.groupBy(tallies, nameOf);
  assert.equal(byName.size, rows.length);
  for (const row of rows) {
    for (const column of ["lines", "signals", "right", "pairs"] as const) {
      assert.equal(row[column], byName.get(nameOf(row))!.reduce((sum, tally) => sum + tally[column], 0));
    }
  }
});

Deno.test("trend_tallies of windows without a changed spread are not counted again", async () => {
  const last = inputs.spreads.at(-1)!.session;
  const run = (changed: Record<string, string>, outs = tallies) =>
    runAsset(trendAccuracy, { inputs, previous: { changedFrom: changed, rows, outs: { tallies: outs } } });
  const made = await run({ spreads: last });
  // The third window ends 20 sessions before the last one: its spreads range to a month after it.
  assert.equal(made.outs.tallies!.from, starts[2]);
  assert.deepEqual(made.rows, rows);
  assert.deepEqual(made.outs.tallies!.rows, tallies.filter((row) => row.trading_first_session >= starts[2]!));
  // What is not counted again is taken from the stored rows.
  const doubled = tallies.map((row) => ({ ...row, lines: 2 * row.lines }));
  const taken = await run({ spreads: last }, doubled);
  assert.ok(taken.rows.some((row, i) => row.lines > rows[i]!.lines));
  // The spreads of the window before range to a month after it, and have sessions from there on.
  assert.equal((await run({ formations: starts[1]! })).outs.tallies!.from, starts[0]);
  assert.equal((await run({ formations: "" })).outs.tallies!.from, undefined);
});
