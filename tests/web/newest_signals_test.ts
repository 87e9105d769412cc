import assert from "node:assert/strict";
import { readNewestSignals } from "../../web/newest_signals.ts";

type SignalEngine = Parameters<typeof readNewestSignals>[0];

Deno.test("readNewestSignals() has the z-score with the level of entry, and orders first", async () => {
  const row = { ticker_1: "KO", ticker_2: "PEP", signal: "hold", position: 0, target: 0, hedge_ratio: 2 };
  const engine = {
    graph: { keys: ["walk_forward_daily"] },
    read: () =>
      Promise.resolve({
        rows: [
          { ...row, z_score: 0.4, entry_z: 1 },
          { ...row, ticker_1: "A", signal: "enter_short", target: -1, z_score: 1.3, entry_z: null },
        ],
      }),
  } as unknown as SignalEngine;
  const found = await readNewestSignals(engine, { strategy: "rolling_trend", session: "2026-05-08" });
  assert.deepEqual(found!.signals.map(({ tickers: [first], z, entryZ, acts }) => [first, z, entryZ, acts]), [
    ["A", 1.3, null, true],
    ["KO", 0.4, 1, false],
  ]);
});
