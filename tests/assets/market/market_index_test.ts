import assert from "node:assert/strict";
import { indexOf, marketIndex } from "../../../assets/market/market_index.ts";
import { tradedBars } from "../../../assets/market/traded_bars.ts";
import { rawBar, sessionRows, weekdays } from "../../support/bars.ts";
import { groupedMarket } from "../../support/grouped_market.ts";
import { runAsset } from "../../../testing/run_asset.ts";

const days = weekdays(4);
const near = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-12, `${actual}`);

Deno.test("market_index is the mean return of the tickers that have both closes, dividends and splits included", async () => {
  const bars = [
    rawBar("A", days[0]!, 100),
    rawBar("A", days[1]!, 55, { split: 2 }),
    rawBar("A", days[2]!, 66),
    rawBar("B", days[0]!, 10),
    rawBar("B", days[1]!, 9, { dividend: 2 }),
    rawBar("B", days[2]!, 9),
    rawBar("C", days[0]!, 5),
    rawBar("C", days[2]!, 7),
  ];
  const { rows } = await runAsset(marketIndex, {
    inputs: { bars, sessions: sessionRows(bars) },
    partitions: { dates: days.slice(0, 3) },
  });
  assert.deepEqual(rows.map(({ session, tickers }) => [session, tickers]), [[days[0], 0], [days[1], 2], [days[2], 2]]);
  near(rows[0]!.daily_return, 0);
  near(rows[1]!.daily_return, 0.1);
  near(rows[2]!.daily_return, 0.1);
});

Deno.test("market_index says of a session by itself, from the sessions that it reads, what it says with all others", async () => {
  const bars = groupedMarket(60);
  const sessions = weekdays(60);
  const incomplete = sessions[40]!;
  const rowsOf = (some: typeof bars) =>
    sessionRows(some).map((row) => row.session === incomplete ? { ...row, complete: false } : row);
  const columns = await runAsset(marketIndex, {
    inputs: { bars, sessions: rowsOf(bars) },
    partitions: { dates: sessions.filter((session) => session !== incomplete) },
  });
  assert.equal(columns.rows.length, 59);
  for (const at of [39, 41, 42, 59]) {
    const read = new Set(sessions.slice(Math.max(0, at - 29), at + 1));
    const some = bars.filter(({ session }) => read.has(session));
    const alone = await runAsset(marketIndex, {
      inputs: { bars: some, sessions: rowsOf(some) },
      partitions: { dates: [sessions[at]!] },
    });
    assert.deepEqual(alone.rows, columns.rows.filter(({ session }) => session === sessions[at]));
  }
});

Deno.test("indexOf() is 0 in the first session and has a row for each", () => {
  const none = { ticker: [], session: [], occurrence: new Float64Array(), open: new Float64Array() };
  const empty = new Float64Array();
  const bars = { ...none, high: empty, low: empty, close: empty, volume: empty, dividend: empty, split: empty };
  assert.deepEqual(indexOf(tradedBars(bars)), []);
});
