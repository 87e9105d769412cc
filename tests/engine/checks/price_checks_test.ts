import assert from "node:assert/strict";
import { DefinitionError, priceJumpWithoutSplit, stalePrices } from "../../../engine/mod.ts";
import { type Bar, bar, bySession, judged } from "../../support/judged_rows.ts";

const days = ["02", "03", "04", "05", "08", "09", "10"].map((day) => `2024-01-${day}`);
const closes = (ticker: string, values: readonly (number | null)[], volume: number | null = 1000): Bar[] =>
  values.map((close, i) => bar(ticker, days[i]!, { close, volume }));
const jump = priceJumpWithoutSplit({ ...bySession, price: "close", factor: 4 });

Deno.test("priceJumpWithoutSplit() finds jumps up and down from the factor on, within a series", async () => {
  const bars = [...closes("A", [400, 100, 399]), ...closes("B", [1, 3.99, 15.96])];
  const outcome = await judged(jump, bars);
  assert.equal(outcome.message, "2 jumps in 6 rows");
  assert.deepEqual(outcome.failingRows, [
    { ...bars[1], close_before: 400 },
    { ...bars[5], close_before: 3.99 },
  ]);
});

Deno.test("priceJumpWithoutSplit() passes over rows without a price", async () => {
  assert.ok((await judged(jump, closes("A", [100, null, 110, null]))).passed);
  const outcome = await judged(jump, closes("A", [100, null, 400]));
  assert.deepEqual(outcome.failingRows!.map((row) => (row as { session: string }).session), [days[2]]);
});

Deno.test("priceJumpWithoutSplit() lets a split explain the jump of its own session", async () => {
  // The volume stands for the split ratio: 1 is none.
  const check = priceJumpWithoutSplit({ ...bySession, price: "close", factor: 4, split: "volume" });
  const bars = [bar("A", days[0]!, { close: 400, volume: 1 }), bar("A", days[1]!, { close: 100, volume: 4 })];
  assert.ok((await judged(check, bars)).passed);
  for (const volume of [1, null]) {
    assert.equal((await judged(check, [bars[0]!, { ...bars[1]!, volume }])).passed, false, `${volume}`);
  }
});

const stale = stalePrices({ ...bySession, price: "close", volume: "volume", sessions: 3 });

Deno.test("stalePrices() finds stretches of equal prices without trading, each once with its length", async () => {
  for (const volume of [0, null, 500]) {
    const outcome = await judged(stale, closes("A", [9, 10, 10, 10, 10, 11, 11], volume));
    assert.equal(outcome.message, "1 stretch of equal prices in 1 of 1 series", `${volume}`);
    assert.deepEqual(outcome.failingRows, [
      { ticker: "A", close: 10, first_session: days[1], last_session: days[4], sessions: 4 },
    ]);
  }
});

Deno.test("stalePrices() takes a price that was traded at for one that holds", async () => {
  const bars = closes("A", [10, 10, 10, 10]).map((one, i) => ({ ...one, volume: 1000 + i }));
  assert.ok((await judged(stale, bars)).passed);
  assert.equal((await judged(stalePrices({ ...bySession, price: "close", sessions: 3 }), bars)).passed, false);
});

Deno.test("stalePrices() does not join two series, nor what is shorter than its sessions", async () => {
  assert.ok((await judged(stale, [...closes("A", [1, 10, 10], 0), ...closes("B", [10, 10, 1], 0)])).passed);
  assert.ok((await judged(stale, closes("A", [null, null, null, null], 0))).passed);
});

Deno.test("stalePrices() and priceJumpWithoutSplit() say the same of rows in order of sessions", async () => {
  const bars = [...closes("A", [10, 10, 10, 50], 0), ...closes("B", [1, 2, 2, 2], 0), ...closes("C", [5, 1, 1], 0)];
  for (const check of [stale, jump]) {
    const primaryKey: (keyof Bar)[] = ["session", "ticker"];
    assert.deepEqual(await judged(check, bars, { primaryKey }), await judged(check, bars));
  }
});

Deno.test("price checks refuse settings that say nothing", () => {
  assert.throws(() => priceJumpWithoutSplit({ ...bySession, price: "close", factor: 1 }), DefinitionError);
  assert.throws(() => stalePrices({ ...bySession, price: "close", sessions: 1 }), DefinitionError);
});
