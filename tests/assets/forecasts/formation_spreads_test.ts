import assert from "node:assert/strict";
import { formationSpreads } from "../../../assets/forecasts/formation_spreads.ts";
import { walkForwardPairs } from "../../../assets/pairs/walk_forward_pairs.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { sessionRows, weekdays } from "../../support/bars.ts";
import { forecastChain, forecastMarket } from "../../support/forecast_chain.ts";

const tables = await forecastChain({}, { target: formationSpreads });
const formations = tables.rows(formationSpreads);
const pairs = tables.rows(walkForwardPairs);
const sessions = weekdays(260);

Deno.test("formation_spreads has each walk-forward pair once, by the line of its formation", () => {
  const identity = (
    { window, ticker_1, ticker_2, slope, intercept }: typeof pairs[number] | typeof formations[number],
  ) => `${window} ${ticker_1} ${ticker_2} ${slope} ${intercept}`;
  assert.ok(formations.length > 10);
  assert.deepEqual(formations.map(identity).sort(), pairs.map(identity).sort());
  assert.deepEqual(
    new Set(formations.map((row) => row.trading_first_session)),
    new Set([120, 160, 200, 240].map((t) => sessions[t]!)),
  );
});

Deno.test("formation_spreads are the closes' distances from the line, in shares of the formation's end", () => {
  // A1 is split in three every seventy sessions, once or twice in each formation.
  const row = formations.find((one) => one.ticker_1 === "A1" || one.ticker_2 === "A1")!;
  const start = sessions.indexOf(row.formation_first_session);
  const end = sessions.indexOf(row.trading_first_session);
  const closeOf = (ticker: string, t: number) => {
    const bar = forecastMarket.find((one) => one.ticker === ticker && one.session === sessions[t])!;
    const later = forecastMarket.filter((one) =>
      one.ticker === ticker && one.session > sessions[t]! && one.session < sessions[end]!
    );
    return bar.close! / later.reduce((shares, { split }) => shares * split!, 1);
  };
  assert.ok(
    forecastMarket.some((one) =>
      one.ticker === "A1" && one.split === 3 && one.session > sessions[start]! && one.session < sessions[end]!
    ),
  );
  assert.equal(row.scaled_spread.length, 120);
  assert.deepEqual(row.dates, sessions.slice(start, end));
  for (const t of [start, start + 50, end - 1]) {
    const spread = closeOf(row.ticker_2, t) - (row.slope * closeOf(row.ticker_1, t) + row.intercept);
    const scaled = (spread - row.spread_mean) / row.spread_deviation;
    assert.ok(Math.abs(row.scaled_spread[t - start]! - scaled) < 1e-9, `${t}`);
  }
});

Deno.test("formation_spreads are scaled to mean 0 and deviation 1 on the formation alone", () => {
  for (const { scaled_spread } of formations) {
    const mean = scaled_spread.reduce((sum, value) => sum + value, 0) / scaled_spread.length;
    const variance = scaled_spread.reduce((sum, value) => sum + (value - mean) ** 2, 0) / scaled_spread.length;
    assert.ok(Math.abs(mean) < 1e-9 && Math.abs(variance - 1) < 1e-9, `${mean} ${variance}`);
  }
});

Deno.test("formation_spreads leaves out sessions in which a leg has no close", () => {
  const row = formations.find((one) => one.ticker_1 === "A2" || one.ticker_2 === "A2")!;
  const missing = Array.from({ length: 120 }, (_, t) => t + sessions.indexOf(row.formation_first_session))
    .filter((t) => t % 37 === 5);
  assert.ok(missing.length >= 3);
  assert.equal(row.scaled_spread.length, 120 - missing.length);
});

Deno.test("formation_spreads is empty, and warns, where no window has a pair", async () => {
  const { rows, outs, checks } = await runAsset(formationSpreads, {
    inputs: { bars: forecastMarket, sessions: sessionRows(forecastMarket), pairs: [] },
  });
  assert.deepEqual([rows, outs.trading!.rows], [[], []]);
  assert.equal(checks.not_empty!.passed, false);
});

Deno.test("formation_spreads names the asset to make first if pairs are of other bars", async () => {
  const bars = forecastMarket.filter(({ session }) => session !== pairs[0]!.trading_first_session);
  const made = runAsset(formationSpreads, { inputs: { bars, sessions: sessionRows(bars), pairs } });
  await assert.rejects(made, /Materialize walk_forward_pairs first/);
});
