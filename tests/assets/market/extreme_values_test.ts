import assert from "node:assert/strict";
import * as assets from "../../../assets/mod.ts";
import { runChain } from "../../support/asset_chain.ts";
import { rawBar } from "../../support/bars.ts";
import { eightTickers, eightTickersConfig } from "../../support/eight_tickers.ts";

const LAST = "2026-11-20";
const market = eightTickers(LAST);
/** The last session of the market but two. */
const DAY = "2026-11-18";

const cases: [title: string, values: { close: number; next?: number; split?: number; dividend?: number }][] = [
  ["a close of 1e300", { close: 1e300 }],
  ["a close of 5e-324", { close: 5e-324 }],
  ["a close of 1e308 before a reverse split", { close: 1e308, next: 0.1 }],
  ["a split of 1e300", { close: 50, split: 1e300 }],
  ["a dividend of 1e308", { close: 50, dividend: 1e308 }],
];

for (const [title, { close, next = 1, ...events }] of cases) {
  Deno.test(`${title} costs its bar, and nothing of the chain behind it`, async () => {
    const bars = market.map((bar) => {
      if (bar.ticker !== "B3" || bar.session < DAY) return bar;
      const alone = { open: null, high: null, low: null };
      if (bar.session === DAY) return rawBar("B3", DAY, close, { ...alone, ...events });
      return bar.session === "2026-11-19" ? { ...bar, split: next } : bar;
    });
    const tables = await runChain(assets.pairMetrics, { bars, config: eightTickersConfig });
    const rejected = tables.rows(assets.rejectedBars).map(({ ticker, session, reason }) => [ticker, session, reason]);
    assert.equal(rejected.length, 1);
    assert.deepEqual(rejected[0]!.slice(0, 2), ["B3", DAY]);
    assert.match(rejected[0]![2]!, /^(close|split ratio|dividend) is out of range$/);
    assert.equal(tables.rows(assets.chosenPairs)[0]!.as_of, LAST);
  });
}
