import assert from "node:assert/strict";
import { marketIndex } from "../../../assets/market/market_index.ts";
import { sessions as sessionsAsset } from "../../../assets/market/sessions.ts";
import { type RawBar, rawBar, weekdays } from "../../support/bars.ts";
import { groupedMarket } from "../../support/grouped_market.ts";
import { runAsset } from "../../../testing/run_asset.ts";

const days = weekdays(60);
const near = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-12, `${actual}`);
const indexOf = async (bars: readonly RawBar[], dates: readonly string[]) => {
  const { rows, outs } = await runAsset(sessionsAsset, { inputs: { bars }, partitions: { dates } });
  return { sessions: rows, index: outs.index!.rows as { session: string; daily_return: number; tickers: number }[] };
};

Deno.test("market_index is made with sessions", () => {
  assert.equal(sessionsAsset.recipe!.outs.index, marketIndex);
});

Deno.test("market_index is the mean return of the tickers that have both closes, dividends and splits included", async () => {
  const { index } = await indexOf([
    rawBar("A", days[0]!, 100),
    rawBar("A", days[1]!, 55, { split: 2 }),
    rawBar("A", days[2]!, 66),
    rawBar("B", days[0]!, 10),
    rawBar("B", days[1]!, 9, { dividend: 2 }),
    rawBar("B", days[2]!, 9),
    rawBar("C", days[0]!, 5),
    rawBar("C", days[2]!, 7),
  ], days.slice(0, 3));
  assert.deepEqual(index.map(({ session, tickers }) => [session, tickers]), [[days[0], 0], [days[1], 2], [days[2], 2]]);
  [0, 0.1, 0.1].forEach((expected, t) => near(index[t]!.daily_return, expected));
});

Deno.test("market_index gives the same for a session alone as with all others", async () => {
  const market = groupedMarket(60);
  const tickers = [...new Set(market.map(({ ticker }) => ticker))];
  // Sessions in which two tickers alone traded: the return of the next one is over all of them.
  const thin = new Set([days[40]!, days[41]!, days[50]!]);
  const bars = market.filter(({ ticker, session }) => !thin.has(session) || tickers.indexOf(ticker) < 2);
  const { sessions, index } = await indexOf(bars, days);
  assert.deepEqual(new Set(sessions.filter(({ complete }) => !complete).map(({ session }) => session)), thin);
  assert.deepEqual(index.map(({ session }) => session), days.filter((day) => !thin.has(day)));
  const traded = (day: string) =>
    bars.filter((bar) => bar.session === day && bar.close! > 0).map(({ ticker }) => ticker);
  const both = new Set(traded(days[39]!)).intersection(new Set(traded(days[42]!)));
  assert.equal(index.find(({ session }) => session === days[42])!.tickers, both.size);
  assert.ok(both.size > 2);
  for (let at = 25; at < days.length; at++) {
    const read = new Set(days.slice(at - 20, at + 1));
    const alone = await indexOf(bars.filter(({ session }) => read.has(session)), [days[at]!]);
    assert.deepEqual(alone.index, index.filter(({ session }) => session === days[at]), days[at]);
    assert.deepEqual(alone.sessions, sessions.filter(({ session }) => session === days[at]));
  }
});
