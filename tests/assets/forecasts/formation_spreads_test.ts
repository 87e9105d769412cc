import assert from "node:assert/strict";
import { formationSpreads, FormationSpreadsConfig } from "../../../assets/forecasts/formation_spreads.ts";
import { tradingSpreads } from "../../../assets/forecasts/trading_spreads.ts";
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

Deno.test("formation_spreads with refits has further rows inside a window, of as many sessions up to the one before", async () => {
  const refitted = await forecastChain({ formation_spreads: { refitSessions: 15 } }, { target: formationSpreads });
  const rows = refitted.rows(formationSpreads);
  const firsts = [120, 135, 150, 160, 175, 190, 200, 215, 230, 240, 255].map((t) => sessions[t]!);
  assert.deepEqual([...new Set(rows.map((row) => row.trading_first_session))].sort(), firsts);
  const isFirst = ({ trading_first_session: first }: typeof rows[number]) => (sessions.indexOf(first) - 120) % 40 === 0;
  assert.deepEqual(rows.filter(isFirst), formations);
  assert.deepEqual(refitted.rows(tradingSpreads), tables.rows(tradingSpreads));
  const ofPair = (row: { window: number; ticker_1: string; ticker_2: string }) =>
    `${row.window} ${row.ticker_1} ${row.ticker_2}`;
  const first = new Map(formations.map((row) => [ofPair(row), row]));
  const traded = Map.groupBy(tables.rows(tradingSpreads), ofPair);
  for (const row of rows.filter((one) => !isFirst(one))) {
    const formation = first.get(ofPair(row))!;
    for (const name of ["slope", "intercept", "spread_mean", "spread_deviation"] as const) {
      assert.equal(row[name], formation[name]);
    }
    const end = sessions.indexOf(row.trading_first_session);
    assert.deepEqual([row.formation_first_session, row.formation_last_session], [
      sessions[end - 120],
      sessions[end - 1],
    ]);
    const values = new Map([
      ...formation.dates.map((date, i) => [date, formation.scaled_spread[i]!] as const),
      ...traded.get(ofPair(row))!.map((one) => [one.session, one.scaled_spread] as const),
    ]);
    const dates = [...values.keys()].filter((date) => date >= sessions[end - 120]! && date < sessions[end]!).sort();
    assert.deepEqual(row.dates, dates);
    assert.deepEqual(row.scaled_spread, dates.map((date) => values.get(date)));
  }
});

for (const refitSessions of [0, 251, 1.5]) {
  Deno.test(`formation_spreads refuses refits after ${refitSessions} sessions`, () => {
    assert.equal(FormationSpreadsConfig.safeParse({ refitSessions }).success, false);
  });
}

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
