import assert from "node:assert/strict";
import { pairCapacity } from "../../../quant/tradability/pair_capacity.ts";

const PAIR = { price1: 20, price2: 50, dollarVolume1: 1e6, dollarVolume2: 4e6, notional: 10_000 };

Deno.test("pairCapacity() divides the notional as the hedge ratio does and reaches the participation at its capacity", () => {
  for (const hedgeRatio of [undefined, 0.8, 3, -1.5]) {
    const { shares1, shares2, maxNotional } = pairCapacity({ ...PAIR, hedgeRatio });
    assert.ok(Math.abs(Math.abs(shares1) * 20 + shares2 * 50 - 10_000) < 1e-9);
    if (hedgeRatio !== undefined) assert.ok(Math.abs(-shares1 / shares2 - hedgeRatio) < 1e-12);
    const full = pairCapacity({ ...PAIR, hedgeRatio, notional: maxNotional });
    assert.ok(Math.abs(Math.max(full.participation1, full.participation2) - 0.01) < 1e-12);
  }
});

Deno.test("pairCapacity() is that of the less liquid leg, and 0 where it never trades", () => {
  assert.equal(pairCapacity(PAIR).maxNotional, 20_000);
  assert.equal(pairCapacity({ ...PAIR, maxParticipation: 0.05 }).maxNotional, 100_000);
  const dead = pairCapacity({ ...PAIR, dollarVolume2: 0 });
  assert.deepEqual([dead.maxNotional, dead.participation2], [0, Infinity]);
  const alone = pairCapacity({ ...PAIR, hedgeRatio: 0, dollarVolume1: 0 });
  assert.deepEqual([alone.shares1, alone.shares2, alone.participation1, alone.maxNotional], [0, 200, 0, 40_000]);
});

Deno.test("pairCapacity() refuses numbers that mean nothing and names them", () => {
  const refuses = (part: Partial<typeof PAIR> & { hedgeRatio?: number; maxParticipation?: number }, name: RegExp) =>
    assert.throws(() => pairCapacity({ ...PAIR, ...part }), name);
  refuses({ price1: 0 }, /price1 must be positive/);
  refuses({ price2: NaN }, /price2/);
  refuses({ dollarVolume1: -1 }, /dollarVolume1 must be 0 or more/);
  refuses({ notional: Infinity }, /notional/);
  refuses({ hedgeRatio: NaN }, /hedgeRatio/);
  for (const maxParticipation of [0, 1.1, NaN]) refuses({ maxParticipation }, /maxParticipation/);
});
