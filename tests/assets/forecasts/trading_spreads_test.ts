import assert from "node:assert/strict";
import { formationSpreads } from "../../../assets/forecasts/formation_spreads.ts";
import { longestHorizon } from "../../../assets/forecasts/longest_horizon.ts";
import { tradingSpreads } from "../../../assets/forecasts/trading_spreads.ts";
import * as assets from "../../../assets/mod.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { weekdays } from "../../support/bars.ts";
import { forecastChain, forecastMarket } from "../../support/forecast_chain.ts";

const tables = await forecastChain({}, { target: tradingSpreads });
const spreads = tables.rows(tradingSpreads);
const formations = tables.rows(formationSpreads);
const sessions = weekdays(260);

Deno.test("trading_spreads is made with formation_spreads", () => {
  assert.equal(tradingSpreads.recipe, undefined);
  assert.equal(formationSpreads.recipe!.outs.trading, tradingSpreads);
});

Deno.test("trading_spreads has each pair's window and the sessions after it, as far as a forecast may reach", () => {
  const first = formations.find((row) => row.ticker_1 === "B0")!;
  const { window, ticker_1, ticker_2, trading_first_session } = first;
  const own = spreads.filter((row) => row.window === window && row.ticker_1 === ticker_1 && row.ticker_2 === ticker_2);
  const start = sessions.indexOf(trading_first_session);
  const traded = own.filter((row) => row.in_window).map((row) => row.session);
  assert.equal(traded[0], trading_first_session);
  assert.equal(traded.at(-1), sessions[start + 39]);
  const after = own.filter((row) => !row.in_window).map((row) => row.session);
  assert.equal(after.at(-1), sessions[start + 39 + longestHorizon]);
});

Deno.test("trading_spreads multiplies closes by the splits since the formation's end", () => {
  const held = spreads.filter((row) => row.ticker_1 === "A1" || row.ticker_2 === "A1");
  const split = forecastMarket.find((bar) =>
    bar.ticker === "A1" && bar.split === 3 && held.some((row) => row.session === bar.session && row.in_window)
  )!;
  const row = held.find((one) => one.session === split.session)!;
  const formation = formations.find((one) =>
    one.window === row.window && one.ticker_1 === row.ticker_1 && one.ticker_2 === row.ticker_2
  )!;
  const closeOf = (ticker: string) => {
    const since = forecastMarket.filter((bar) =>
      bar.ticker === ticker && bar.session >= formation.trading_first_session && bar.session <= row.session
    );
    return since.at(-1)!.close! * since.reduce((shares, bar) => shares * bar.split!, 1);
  };
  const spread = closeOf(row.ticker_2) - (formation.slope * closeOf(row.ticker_1) + formation.intercept);
  assert.ok(Math.abs(row.spread - spread) < 1e-9);
  assert.ok(Math.abs(row.scaled_spread - (spread - formation.spread_mean) / formation.spread_deviation) < 1e-9);
});

Deno.test("trading_spreads of a new session is added to the rows before, and made again where a pair is another one", async () => {
  const from = sessions[258]!;
  const inputs = {
    bars: forecastMarket,
    sessions: tables.rows(assets.sessions),
    pairs: tables.rows(assets.walkForwardPairs),
  };
  const run = (pairs: readonly object[], changed: string) =>
    runAsset(formationSpreads, {
      inputs: { ...inputs, pairs },
      previous: { changedFrom: { bars: changed, sessions: changed }, rows: formations, outs: { trading: spreads } },
    });
  const later = await run(inputs.pairs, from);
  assert.deepEqual([later.from, later.outs.trading!.from], [from, from]);
  assert.deepEqual(later.rows, []);
  assert.deepEqual(later.outs.trading!.rows, spreads.filter(({ session }) => session >= from));
  assert.deepEqual(later.checks.not_empty!.passed, true);
  // A window and the formations after it.
  const window = await run(inputs.pairs, sessions[200]!);
  assert.deepEqual(window.rows, formations.filter((row) => row.trading_first_session >= sessions[200]!));
  assert.deepEqual(window.outs.trading!.rows, spreads.filter(({ session }) => session >= sessions[200]!));
  for (const pairs of [inputs.pairs.slice(1), inputs.pairs.with(0, { ...inputs.pairs[0]!, slope: 9 })]) {
    const again = await run(pairs, from);
    assert.equal(again.from, undefined);
    assert.ok(again.outs.trading!.rows[0]!.session as string < from);
  }
});
