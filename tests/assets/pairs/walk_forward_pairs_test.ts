import assert from "node:assert/strict";
import { chosenPairs } from "../../../assets/pairs/chosen_pairs.ts";
import { cointegratedPairs } from "../../../assets/pairs/cointegrated_pairs.ts";
import { walkForwardPairs } from "../../../assets/pairs/walk_forward_pairs.ts";
import { runChain } from "../../support/asset_chain.ts";
import { type RawBar, weekdays } from "../../support/bars.ts";
import { groupedMarket } from "../../support/grouped_market.ts";
import { runAsset } from "../../../testing/run_asset.ts";

const sessions = weekdays(260);
const market = groupedMarket(260);
const windows = { formationSessions: 120, tradingSessions: 40 };
const choose = async (bars: readonly RawBar[], config: Record<string, unknown> = {}) => {
  const tables = await runChain(walkForwardPairs, { bars, config: { formation_pairs: { ...windows, ...config } } });
  return { rows: tables.rows(walkForwardPairs), checks: tables.checks(walkForwardPairs) };
};
const names = (rows: readonly { ticker_1: string; ticker_2: string }[]) =>
  rows.map((row) => `${row.ticker_1}/${row.ticker_2}`);

Deno.test("walk_forward_pairs chooses in each window what chosen_pairs would have chosen at the formation's end", async () => {
  const { rows } = await choose(market);
  for (const window of [1, 2, 3, 4]) {
    const start = 40 * (window - 1);
    const formation = new Set(sessions.slice(start, start + 120));
    const bars = market.filter(({ session }) => formation.has(session));
    const chain = await runChain(chosenPairs, { bars });
    const expected = chain.rows(chosenPairs);
    const own = rows.filter((row) => row.window === window);
    assert.deepEqual(names(own), names(expected));
    assert.deepEqual(own.map((row) => row.rank), expected.map((row) => row.rank));
    assert.equal(own[0]!.pairs_tested, chain.rows(cointegratedPairs).length);
    own.forEach((row, i) => {
      for (const column of ["slope", "intercept", "half_life", "engle_granger_p_value"] as const) {
        const value = expected[i]![column]!;
        assert.ok(Math.abs(row[column] - value) <= 1e-9 * Math.abs(value), `${column} of ${names([row])}`);
      }
    });
  }
});

Deno.test("walk_forward_pairs states the windows' bounds as sessions", async () => {
  const { rows } = await choose(market);
  const bounds = (window: number) => {
    const { formation_first_session, formation_last_session, trading_first_session, trading_last_session, complete } =
      rows.find((row) => row.window === window)!;
    return [
      ...[formation_first_session, formation_last_session, trading_first_session, trading_last_session].map((session) =>
        sessions.indexOf(session)
      ),
      complete,
    ];
  };
  assert.deepEqual(bounds(1), [0, 119, 120, 159, true]);
  assert.deepEqual(bounds(4), [120, 239, 240, 259, false]);
  assert.equal(new Set(rows.map((row) => row.window)).size, 4);
});

Deno.test("walk_forward_pairs obeys criteria and choice rule", async () => {
  assert.deepEqual((await choose(market, { minCrossings: 10_000 })).rows, []);
  const { rows } = await choose(market, { maxPairs: 2 });
  assert.deepEqual(rows.map((row) => row.rank).sort(), [1, 1, 1, 1, 2, 2, 2, 2]);
  for (const window of [1, 2, 3, 4]) {
    const tickers = rows.filter((row) => row.window === window).flatMap((row) => [row.ticker_1, row.ticker_2]);
    assert.equal(new Set(tickers).size, tickers.length);
  }
});

Deno.test("walk_forward_pairs names the sources of each pair, and bans tickers", async () => {
  const { rows } = await choose(market);
  assert.ok(rows.every(({ sources }) => sources.length > 0));
  assert.ok(rows.every((row) => row.adjusted_p_value! < 0.5 && row.engle_granger_p_value_reversed! < 0.05));
  const banned = rows[0]!.ticker_1;
  const without = await choose(market, { bannedTickers: [banned] });
  assert.ok(without.rows.length > 0);
  assert.ok(without.rows.every((row) => row.ticker_1 !== banned && row.ticker_2 !== banned));
});

Deno.test("walk_forward_pairs has no window, and warns, before there is a session to trade after a formation", async () => {
  for (const count of [50, 120]) {
    const early = new Set(sessions.slice(0, count));
    const { rows, checks } = await choose(market.filter(({ session }) => early.has(session)));
    assert.deepEqual(rows, []);
    assert.equal(checks.not_empty!.passed, false);
  }
  const { metadata } = await runAsset(walkForwardPairs, { inputs: { formations: [], pairs: [], sessions: [] } });
  assert.deepEqual(metadata.windows, { type: "number", value: 0 });
});
