import assert from "node:assert/strict";
import {
  check,
  type CheckedRows,
  DefinitionError,
  priceJumpWithoutSplit,
  splitsMatchJumps,
  stalePrices,
} from "../../../engine/mod.ts";
import { pseudoRandom } from "../../support/pseudo_random.ts";
import { type Bar, bar, bySession, judged } from "../../support/judged_rows.ts";

const days = ["02", "03", "04", "05", "08", "09", "10"].map((day) => `2024-01-${day}`);
const closes = (ticker: string, values: readonly (number | null)[], volume: number | null = 1000): Bar[] =>
  values.map((close, i) => bar(ticker, days[i]!, { close, volume }));
const jump = priceJumpWithoutSplit({ ...bySession, price: "close", factor: 4 });

Deno.test("priceJumpWithoutSplit() finds jumps up and down from the factor on, within a series", async () => {
  const bars = [...closes("A", [400, 100, 399]), ...closes("B", [1, 3.99, 15.96])];
  const outcome = await judged(jump, bars);
  assert.equal(outcome.message, "2 jumps in 6 rows: A on 2024-01-03 (400 to 100), B on 2024-01-04 (3.99 to 15.96)");
  assert.deepEqual(outcome.failingRows, [
    { ...bars[1], close_before: 400 },
    { ...bars[5], close_before: 3.99 },
  ]);
});

Deno.test("priceJumpWithoutSplit() ignores rows without a price", async () => {
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

Deno.test("stalePrices() does not join two series, and ignores shorter stretches", async () => {
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

/** Prices that move by up to two per cent a day, and by these factors into the sessions of these numbers. */
function walk(ticker: string, jumps: Readonly<Record<number, number>>, { length = 60, daily = 0.02 } = {}): Bar[] {
  const random = pseudoRandom(7);
  let close = 100;
  return Array.from({ length }, (_, i) => {
    close *= (1 + daily * (2 * random() - 1)) * (jumps[i] ?? 1);
    const session = Temporal.PlainDate.from("2024-01-01").add({ days: i }).toString();
    return bar(ticker, session, { close, volume: 1 });
  });
}
const session = (i: number) => Temporal.PlainDate.from("2024-01-01").add({ days: i }).toString();
/** The volume stands for the split ratio: 1 is none. */
const splits = splitsMatchJumps({ ...bySession, price: "close", split: "volume" });

Deno.test("splitsMatchJumps() reports a jump that a usual split would make, with ticker, day and ratio", async () => {
  const ratios = { "2:1": 1 / 2, "3:1": 1 / 3, "3:2": 2 / 3, "1:10": 10, "1:4": 4, "2:5": 5 / 2, "20:1": 1 / 20 };
  for (const [ratio, factor] of Object.entries(ratios)) {
    for (const at of [3, 30, 59]) {
      const { passed, message, failingRows } = await judged(splits, walk("A", { [at]: factor }));
      assert.equal(passed, false);
      assert.equal(message, `1 jump: A on ${session(at)} (looks like ${ratio}, which is not recorded)`);
      assert.equal((failingRows![0] as { session: string }).session, session(at));
    }
  }
});

Deno.test("splitsMatchJumps() reports a split that is recorded without a price move, and one on a wrong day", async () => {
  // Adjusted for a split of 2:1 that never was: the prices before it are halved.
  const recorded = (bars: Bar[], at: number, volume: number) =>
    bars.map((one, i) => i === at ? { ...one, volume } : one);
  const vain = await judged(splits, recorded(walk("A", { 30: 2 }), 30, 2));
  assert.equal(vain.message, `1 jump: A on ${session(30)} (2:1 is recorded, but the price did not jump)`);
  const reverse = await judged(splits, recorded(walk("A", { 30: 0.1 }), 30, 0.1));
  assert.equal(reverse.message, `1 jump: A on ${session(30)} (1:10 is recorded, but the price did not jump)`);
  const late = await judged(splits, recorded(walk("A", { 30: 2, 31: 1 / 2 }), 30, 2));
  assert.equal(
    late.message,
    `2 jumps: A on ${session(30)} (2:1 is recorded, but the price did not jump), A on ${
      session(31)
    } (looks like 2:1, which is not recorded)`,
  );
  assert.ok((await judged(splits, recorded(walk("A", {}), 30, 2))).passed, "a split that shows");
});

Deno.test("splitsMatchJumps() says both where it is not told of splits, and ignores prices that were filled in", async () => {
  const blind = splitsMatchJumps({ ...bySession, price: "close" });
  const { message } = await judged(blind, walk("A", { 30: 2 }));
  assert.equal(message, `1 jump: A on ${session(30)} (looks like 1:2 that is not recorded, or a wrongly recorded 2:1)`);
  // Half of the way is made up in the session before.
  const bars = walk("A", { 30: 1 / 2 }).map((one, i) =>
    i === 29 ? { ...one, close: one.close! * 0.75, volume: 0 } : one
  );
  const filled = check("filled", "", (rows: CheckedRows<Bar>) => {
    const isFilled = Array.from({ length: rows.count }, (_, i) => rows.value(i, "volume") === 0);
    const column = (name: keyof Bar | "filled") => name === "filled" ? isFilled : rows.column(name);
    const judgeSplits = splitsMatchJumps({ ...bySession, price: "close", filled: "filled" });
    return judgeSplits.check({ ...rows, column } as never);
  });
  assert.match((await judged(filled, bars)).message, new RegExp(`1 jump: A on ${session(30)}`));
});

Deno.test("splitsMatchJumps() takes no ordinary move for a split: none of a hundred thousand wild days, no crash of a wild series", async () => {
  // Some of these move by a quarter in a day.
  const wild = Array.from({ length: 100 }, (_, i) => {
    const random = pseudoRandom(i + 1);
    let close = 100;
    return Array.from({ length: 1000 }, (_, t) => {
      // The difference of two exponentials: tails as heavy as those of shares.
      close *= Math.exp(0.03 * (Math.log(1 - random()) - Math.log(1 - random())));
      return bar(`T${i}`, session(t), { close, volume: 1 });
    });
  }).flat();
  assert.equal((await judged(splits, wild)).message, "no such jump in 100000 rows");
  assert.ok((await judged(splits, walk("A", { 30: 1 / 2 }, { daily: 0.25 }))).passed);
  // A fall of 45 % is no usual split; five rows are too few to tell what is ordinary; and a year's gap may hold anything.
  assert.ok((await judged(splits, walk("A", { 30: 0.55 }))).passed);
  assert.ok((await judged(splits, walk("A", { 3: 1 / 2 }, { length: 5 }))).passed);
  const late = walk("A", { 30: 1 / 2 }).map((one, i) => i < 30 ? one : { ...one, session: session(i + 365) });
  assert.ok((await judged(splits, late)).passed);
});
