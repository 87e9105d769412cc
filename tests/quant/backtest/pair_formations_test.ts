import assert from "node:assert/strict";
import { PairFormations } from "../../../quant/backtest/pair_formations.ts";
import { walkForward } from "../../../quant/backtest/walk_forward.ts";
import { zScoreBands } from "../../../quant/backtest/z_score_bands.ts";

const n = 240;
const sessions = Array.from({ length: n }, (_, t) => new Date(Date.UTC(2024, 0, 1 + t)).toISOString().slice(0, 10));
const x = Float64Array.from({ length: n }, (_, t) => t % 17 === 3 ? NaN : 100 + t / 10);
const leg1 = { close: x, split: Float64Array.from({ length: n }, (_, t) => t === 60 ? 2 : 1) };
const leg2 = { close: x.map((price, t) => (t > 59 ? 2 : 1) * (2 * price + 3 * Math.sin(t / 5))) };
const options = { sessions, leg1, leg2, formationSessions: 100, tradingSessions: 40, fillAt: "next_close" } as const;

Deno.test("PairFormations.of() has common closes in units of the last session, with their days", () => {
  const formations = new PairFormations(sessions, leg1, leg2);
  const { price1, price2, days } = formations.of(50, 70);
  const present = Array.from({ length: 20 }, (_, i) => 50 + i).filter((t) => t % 17 !== 3);
  assert.deepEqual(price1, Float64Array.from(present, (t) => leg1.close[t]! / (t < 60 ? 2 : 1)));
  assert.deepEqual(price2, Float64Array.from(present, (t) => leg2.close[t]!));
  assert.deepEqual(days, Float64Array.from(present, (t) => Date.UTC(2024, 0, 1 + t) / 86_400_000));
  assert.equal(formations.of(50, 70).price1, price1);
  assert.notEqual(formations.of(51, 70).price1.length, price1.length);
});

Deno.test("walkForward() with shared formations gives the same days and trades at each cost", () => {
  const formations = new PairFormations(sessions, leg1, leg2);
  for (const commissionBps of [0, 5]) {
    const costs = { commissionBps };
    assert.deepEqual(
      walkForward({ ...options, costs, strategy: zScoreBands(), formations }),
      walkForward({ ...options, costs, strategy: zScoreBands() }),
    );
  }
});

Deno.test("walkForward() refuses formations of other bars", () => {
  const formations = new PairFormations(sessions.slice(1), leg1, leg2);
  assert.throws(
    () => walkForward({ ...options, strategy: zScoreBands(), formations }),
    /formations have 239 sessions, the walk-forward 240/,
  );
});

Deno.test("new PairFormations() refuses sessions out of order", () => {
  assert.throws(() => new PairFormations([sessions[1]!, sessions[0]!], leg1, leg2), /oldest first/);
});
