import assert from "node:assert/strict";
import { readNewestSignals } from "../../web/newest_signals.ts";
import { pageTestOver } from "../support/materialized_pages.ts";
import { pairPageAssets } from "../support/pair_page_assets.ts";

type SignalEngine = Parameters<typeof readNewestSignals>[0];

Deno.test("readNewestSignals() has the z-score with the level of entry, orders first, and “hold” only of a position", async () => {
  const row = { ticker_1: "KO", ticker_2: "PEP", signal: "hold", position: 0, target: 0, hedge_ratio: 2 };
  const engine = {
    graph: { keys: ["walk_forward_daily"] },
    read: () =>
      Promise.resolve({
        rows: [
          { ...row, z_score: 0.4, entry_z: 1 },
          { ...row, ticker_1: "P", position: 1, target: 1, z_score: -1.2, entry_z: 1 },
          { ...row, ticker_1: "A", signal: "enter_short", target: -1, z_score: 1.3, entry_z: null },
        ],
      }),
  } as unknown as SignalEngine;
  const found = await readNewestSignals(engine, { strategy: "rolling_trend", session: "2026-05-08" });
  assert.deepEqual(
    found!.signals.map(({ tickers: [first], says, z, entryZ, acts }) => [first, says, z, entryZ, acts]),
    [
      ["A", "enter short", 1.3, null, true],
      ["P", "hold", -1.2, 1, false],
      ["KO", "flat", 0.4, 1, false],
    ],
  );
});

pageTestOver(pairPageAssets)(
  "GET / has the z-score and levels of a pair's page in the last session of a window, in which nothing is decided",
  async (ask) => {
    const [overview, pair] = [await ask("/"), await ask("/pairs/KO/PEP")];
    const row = /<tr[^>]*><th[^>]*><a href="\/pairs\/KO\/PEP">.*?<\/tr>/s.exec(overview.html)![0];
    const shown = [...row.matchAll(/<td class="number">([^<]*)</g)].map((match) => match[1]);
    const z = /class="z">([^<]+)</.exec(pair.html)![1];
    assert.match(z!, /^−?\d\.\d\d$/);
    assert.deepEqual(shown.slice(0, 2), [z, "±1.00"]);
  },
);
