import assert from "node:assert/strict";
import { walkForwardDaily } from "../../../assets/backtests/walk_forward_daily.ts";
import { walkForwardTrades } from "../../../assets/backtests/walk_forward_trades.ts";
import { walkForwardWindows } from "../../../assets/pairs/walk_forward_windows.ts";
import { runChain } from "../../support/asset_chain.ts";
import { groupedMarket } from "../../support/grouped_market.ts";

const tables = await runChain(walkForwardTrades, {
  bars: groupedMarket(260),
  config: { formation_pairs: { formationSessions: 120, tradingSessions: 40 } },
});
const trades = tables.rows(walkForwardTrades);
const daily = tables.rows(walkForwardDaily);
const windows = tables.rows(walkForwardWindows);
const nameOf = (row: { strategy: string; ticker_1: string; ticker_2: string }) =>
  `${row.strategy} ${row.ticker_1} ${row.ticker_2}`;

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

Deno.test("walk_forward_trades is made with walk_forward_daily", () => {
  assert.equal(walkForwardTrades.recipe, undefined);
  assert.equal(walkForwardDaily.recipe!.outs.trades, walkForwardTrades);
});

Deno.test("walk_forward_trades earn and cost together what the daily rows say", () => {
  const sums = Map.groupBy(trades, nameOf);
  assert.ok(sums.size > 20);
  for (const [name, rows] of Map.groupBy(daily, nameOf)) {
    const own = sums.get(name) ?? [];
    const [pnl, costs] = [own.map((trade) => trade.pnl), own.map((trade) => trade.costs)].map(sum);
    assert.ok(Math.abs(pnl! - sum(rows.map((row) => row.pnl))) < 1e-6, name);
    assert.ok(Math.abs(costs! - sum(rows.map((row) => row.commission + row.slippage + row.borrow))) < 1e-6, name);
  }
});

Deno.test("walk_forward_trades are entered the session after their signal and lie in their window", () => {
  for (const trade of trades) {
    const window = windows.find((row) => row.window === trade.window)!;
    assert.ok(trade.signal_session < trade.entry_session);
    assert.ok(trade.signal_session >= window.trading_first_session);
    assert.ok((trade.exit_session ?? trade.entry_session) <= window.trading_last_session);
    assert.equal(Math.sign(trade.shares_2), trade.side);
  }
});

Deno.test("walk_forward_trades are open only in a window that is not complete", () => {
  const incomplete = windows.find((row) => !row.complete)!.window;
  const open = trades.filter((trade) => trade.exit_session === null);
  assert.ok(open.length > 0);
  for (const trade of open) {
    assert.equal(trade.window, incomplete);
    assert.deepEqual([trade.exit_reason, trade.exit_price_1, trade.exit_price_2], [null, null, null]);
  }
  const inDelisted = trades.filter((trade) => trade.ticker_2 === "C3").map((trade) => trade.exit_reason);
  assert.ok(inDelisted.includes("stopped_trading"), "a position in the delisted C3 is closed for that reason");
});
