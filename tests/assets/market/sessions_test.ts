import assert from "node:assert/strict";
import { sessions as asset } from "../../../assets/market/sessions.ts";
import { type RawBar, rawBar, weekdays } from "../../support/bars.ts";
import { runAsset } from "../../../testing/run_asset.ts";

const days = weekdays(40);

/** Bars of so many tickers in each session. */
function counts(numbers: readonly number[]): RawBar[] {
  return numbers.flatMap((count, t) => Array.from({ length: count }, (_, i) => rawBar(`T${i + 10}`, days[t]!, 10)));
}

async function judge(
  bars: readonly RawBar[],
  { dates = days.slice(0, 40), ...more }: { dates?: string[]; completeShare?: number } = {},
) {
  const wanted = dates.filter((date) => bars.some(({ session }) => session === date));
  return await runAsset(asset, { inputs: { bars }, partitions: { dates: wanted }, config: more });
}

/** `x` for each session that is complete. */
const marks = async (numbers: readonly number[]) =>
  (await judge(counts(numbers))).rows.map(({ complete }) => complete ? "x" : ".").join("");

Deno.test("sessions are complete for a file of one ticker, and for one of two that both trade", async () => {
  assert.equal(await marks(Array(12).fill(1)), "x".repeat(12));
  assert.equal(await marks(Array(12).fill(2)), "x".repeat(12));
});

Deno.test("sessions are complete while the number of tickers grows", async () => {
  assert.equal(await marks([1, 1, 2, 5, 8, 20, 40, 100, 101, 300, 500, 500]), "x".repeat(12));
});

Deno.test("sessions with fewer than two thirds of the usual tickers are not complete, wherever they lie", async () => {
  assert.equal(await marks([6, 6, 6, 4, 6, 6, 3, 6, 6, 6, 1]), "xxxxxx.xxx.");
  assert.equal(await marks([2, 2, 2, 1]), "xxx.");
  assert.equal(await marks([3, 3, 3, 2]), "xxxx");
});

Deno.test("sessions are complete again some sessions after their number has fallen for good", async () => {
  assert.equal(await marks([...Array(12).fill(9), ...Array(9).fill(3)]), "xxxxxxxxxxxx......xxx");
});

Deno.test("sessions of a weekend of four days do not become usual", async () => {
  const weeks = [8, 8, 8, 8, 8, 2, 2, 8, 8, 8, 8, 2, 2, 2, 2, 8, 8, 8, 8];
  assert.equal(await marks(weeks), "xxxxx..xxxx....xxxx");
});

Deno.test("sessions count usable closes alone, and name what has vanished since the complete one before", async () => {
  const bars = [
    ...counts([3, 3, 1, 3]).slice(0, -1),
    rawBar("T12", days[3]!, null),
    rawBar("T10", days[3]!, 10, { occurrence: 2 }),
  ].sort((a, b) => a.ticker < b.ticker ? -1 : Number(a.ticker > b.ticker));
  const { rows } = await judge(bars);
  assert.deepEqual(rows.slice(2), [
    {
      session: days[2],
      tickers: 1,
      usual: 3,
      complete: false,
      received: 1,
      rejected: 0,
      vanished: 2,
      vanished_tickers: ["T11", "T12"],
    },
    {
      session: days[3],
      tickers: 2,
      usual: 3,
      complete: true,
      received: 4,
      rejected: 2,
      vanished: 1,
      vanished_tickers: ["T12"],
    },
  ]);
});

Deno.test("sessions without any usable close are not complete, also where nothing was usual before", async () => {
  assert.deepEqual(
    (await judge([rawBar("A", days[0]!, null)])).rows.map(({ tickers, complete }) => [tickers, complete]),
    [
      [0, false],
    ],
  );
});

Deno.test("sessions take the share that is configured", async () => {
  const bars = counts([10, 10, 10, 5]);
  const complete = async (completeShare: number) => (await judge(bars, { completeShare })).rows.at(-1)!.complete;
  assert.deepEqual([await complete(0.5), await complete(0.51), await complete(1)], [true, false, false]);
  await assert.rejects(judge(bars, { completeShare: 0 }));
});

Deno.test("sessions come out the same one by one, from the eleven dates that each reads", async () => {
  const bars = counts([5, 6, 6, 2, 7, 8, 8, 8, 3, 8, 9, 9, 9, 9, 1, 9]);
  const together = (await judge(bars)).rows;
  for (const [at, row] of together.entries()) {
    const read = bars.filter(({ session }) => days.slice(Math.max(0, at - 10), at + 1).includes(session));
    assert.deepEqual((await judge(read, { dates: [days[at]!] })).rows, [row]);
  }
});

Deno.test("the checks of sessions warn of the newest, of thin ones in between and of tickers that vanish", async () => {
  const { checks } = await judge(counts([20, 20, 4, 20, 20, 17]));
  const said = Object.fromEntries(
    Object.entries(checks).map(([name, { passed, message }]) => [name, [passed, message]]),
  );
  assert.deepEqual(said, {
    session_complete: [
      false,
      `17 of the usual 20 tickers have a usable close in ${
        days[5]
      }; without T27, T28, T29. It counts as a session nevertheless.`,
    ],
    sessions_complete: [
      false,
      `1 of 6 sessions have too few tickers and are left out of prices and windows: ${
        days[2]
      } (4 of 20). If these are of a market with other trading days, give it its own file and CALENDAR`,
    ],
    few_tickers_vanished: [
      false,
      `3 tickers have none in ${days[5]}: T27, T28, T29. Get their bars, or the reason for their end, from the source`,
    ],
  });
  assert.ok(asset.checks.every(({ severity }) => severity === "warn"));
  const sound = await judge(counts([20, 20, 20, 19]));
  assert.deepEqual(Object.values(sound.checks).map(({ passed }) => passed), [true, true, true]);
  assert.equal(sound.checks.few_tickers_vanished!.message, `1 tickers have none in ${days[3]}: T29`);
});
