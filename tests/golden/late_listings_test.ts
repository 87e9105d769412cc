import assert from "node:assert/strict";
import * as assets from "../../assets/mod.ts";
import { fixedClock } from "../../resources/clock.ts";
import { xnys } from "../../resources/exchange_calendar/mod.ts";
import { marketDataFrom } from "../../resources/market_data/mod.ts";
import { runChain } from "../support/asset_chain.ts";
import { rawBar } from "../support/bars.ts";
import { sharedFolder } from "../support/shared_folder.ts";

const shared = sharedFolder();

Deno.test({
  name: `every chosen pair has signals from its later listing on, however many tickers lack the file's first session${
    shared === null ? " (ignored: no shared folder)" : ""
  }`,
  ignore: shared === null,
  async fn() {
    const clock = fixedClock("2021-04-22T12:00:00Z");
    const all = await marketDataFrom(`csv:${shared}/market/sp500_daily_2017_2021.csv.gz`, { clock }).dailyBars();
    const sessions = [...new Set(all.session)].sort();
    const tickers = [...new Set(all.ticker)].slice(0, 60);
    // One ticker alone has the first session; the others list one after the other over more than a year.
    const listedOn = new Map(tickers.map((ticker, i) => [ticker, sessions[i === 0 ? 0 : 1 + 6 * i]!]));
    const bars = all.ticker.flatMap((ticker, i) => {
      const from = listedOn.get(ticker);
      const session = all.session[i]!;
      if (from === undefined || session < from) return [];
      const { open, high, low, close, volume, dividend, split } = all;
      return [rawBar(ticker, session, close[i]!, {
        open: open[i]!,
        high: high[i]!,
        low: low[i]!,
        volume: volume[i]!,
        dividend: dividend[i]!,
        split: split[i]!,
      })];
    });
    // Some were listed later still.
    const firstBar = new Map<string, string>();
    for (const { ticker, session } of bars) if (!firstBar.has(ticker)) firstBar.set(ticker, session);
    const tables = await runChain(assets.pairMetrics, { bars, calendar: xnys, clock });

    const clean = Map.groupBy(tables.rows(assets.cleanPrices), (row) => row.ticker);
    assert.equal(clean.size, tickers.length);
    for (const [ticker, rows] of clean) assert.equal(rows[0]!.session, firstBar.get(ticker));
    const chosen = tables.rows(assets.chosenPairs);
    assert.ok(chosen.length >= 5, `${chosen.length} pairs`);
    const signals = Map.groupBy(tables.rows(assets.pairSignals), (row) => `${row.ticker_1} ${row.ticker_2}`);
    const metrics = tables.rows(assets.pairMetrics).map((row) => `${row.ticker_1} ${row.ticker_2}`).sort();
    assert.deepEqual(metrics, chosen.map((row) => `${row.ticker_1} ${row.ticker_2}`).sort());
    for (const { ticker_1, ticker_2 } of chosen) {
      const rows = signals.get(`${ticker_1} ${ticker_2}`)!;
      const from = [ticker_1, ticker_2].map((ticker) => firstBar.get(ticker)!).sort().at(-1);
      assert.deepEqual([rows[0]!.session, rows.at(-1)!.session], [from, "2021-04-21"]);
    }
  },
});
