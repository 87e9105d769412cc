import assert from "node:assert/strict";
import { dailyBars } from "../../../assets/market/daily_bars.ts";
import { type RawBar, rawBar, weekdays } from "../../support/bars.ts";
import { runAsset } from "../../../testing/run_asset.ts";

const [first, second, third] = weekdays(3) as [string, string, string];

/** With the splits that the bars tell of, as `raw_splits` has them. */
const make = (raw: readonly RawBar[]) => {
  const splits = raw.filter(({ split, occurrence }) => split !== 1 && occurrence === 1)
    .map(({ ticker, session, split }) => ({ ticker, session, ratio: split }));
  return runAsset(dailyBars, { inputs: { raw, splits } });
};

Deno.test("daily_bars holds the usable bars adjusted for splits, and reports the ones left out", async () => {
  const raw = [
    rawBar("A", first, 100, { dividend: 4, volume: 10 }),
    rawBar("A", second, 50, { split: 2 }),
    rawBar("A", second, 50, { split: 2, occurrence: 2 }),
    rawBar("A", third, -1),
    rawBar("B", first, 3),
  ];
  const { rows, metadata, checks } = await make(raw);
  assert.deepEqual(
    rows.map((row) => [row.ticker, row.session, row.close, row.dividend, row.volume, row.split_factor]),
    [
      ["A", first, 50, 2, 20, 2],
      ["A", second, 50, 0, 1_000_000, 1],
      ["B", first, 3, 0, 1_000_000, 1],
    ],
  );
  assert.deepEqual(metadata, {
    tickers: { type: "number", value: 2 },
    sessions: { type: "number", value: 2 },
    rejected: { type: "number", value: 2 },
    splits: { type: "table", columns: ["ticker", "session", "ratio"], rows: [["A", second, 2]] },
  });
  assert.ok(checks.price_jump_without_split!.passed);
});

Deno.test("daily_bars keeps the volume-weighted price, adjusted for splits as prices are, and judges no bar by it", async () => {
  const { rows } = await make([
    rawBar("A", first, 100, { vwap: 101.5 }),
    rawBar("A", second, 50, { split: 2, vwap: 49.25 }),
    // Far from its prices, impossible, and not there: the bars stay.
    rawBar("B", first, 3, { vwap: 900 }),
    rawBar("B", second, 3, { vwap: -1 }),
    rawBar("B", third, 3, { vwap: 0 }),
    rawBar("C", first, 3),
  ]);
  assert.deepEqual(rows.map(({ ticker, vwap }) => [ticker, vwap]), [
    ["A", 50.75],
    ["A", 49.25],
    ["B", 900],
    ["B", null],
    ["B", null],
    ["C", null],
  ]);
});

Deno.test("daily_bars does not depend on the order in which bars come", async () => {
  const raw = [
    rawBar("A", first, 4),
    rawBar("A", second, 1, { split: 4 }),
    rawBar("B", second, 8),
    rawBar("C", third, 9),
  ];
  const forwards = await make(raw);
  const backwards = await make(raw.toReversed());
  assert.equal(backwards.dataVersion, forwards.dataVersion);
});

Deno.test("daily_bars warns of a jump that no split explains, within a ticker only", async () => {
  const raw = [
    rawBar("A", first, 400),
    rawBar("A", second, 100),
    rawBar("B", first, 1),
    rawBar("B", second, 3.9),
    rawBar("B", third, 1),
  ];
  const { checks: { price_jump_without_split: check } } = await make(raw);
  assert.equal(check!.passed, false);
  assert.deepEqual(
    check!.failingRows!.map((row) => [(row as { ticker: string }).ticker, (row as { session: string }).session]),
    [
      ["A", second],
    ],
  );
  assert.equal(dailyBars.checks.find(({ name }) => name === "price_jump_without_split")!.severity, "warn");
});

Deno.test("daily_bars is not in order when every bar is rejected", async () => {
  const run = await make([rawBar("A", first, null), rawBar("A", second, 0)]);
  assert.deepEqual([run.rows, run.checks.not_empty!.passed], [[], false]);
  // A part may be one corrected bar: it must be possible to reject it.
  assert.equal(dailyBars.checks.find(({ name }) => name === "not_empty")!.severity, "warn");
});

Deno.test("daily_bars takes the splits from raw_splits, whatever the bars say of them", async () => {
  const { rows } = await runAsset(dailyBars, {
    inputs: {
      raw: [rawBar("A", first, 100), rawBar("A", second, 50, { split: null })],
      splits: [{ ticker: "A", session: second, ratio: 2 }, { ticker: "A", session: third, ratio: 5 }],
    },
  });
  assert.deepEqual(rows.map((row) => [row.close, row.split_factor]), [[10, 10], [10, 5]]);
});

Deno.test("dividends_plausible names the large dividend that shows in no price, with ticker and day", async () => {
  const judge = async (before: number, dividend: number, more: readonly RawBar[] = []) => {
    const raw = [rawBar("A", first, before), rawBar("A", second, 50, { dividend }), ...more];
    return (await make(raw)).checks.dividends_plausible!;
  };
  for (const dividend of [0, 0.42, 12.5]) assert.equal((await judge(51, dividend)).passed, true);
  // A spin-off that is recorded as a dividend.
  for (const before of [75, 72.5, 62.5]) assert.equal((await judge(before, 25)).passed, true);
  const { passed, message, failingRows } = await judge(51, 42);
  assert.equal(passed, false);
  const said =
    `^1 large dividend did not move the price: A on ${second} \\(42 beside a close of 50\\)\\. Correct them at the source`;
  assert.match(message, new RegExp(said));
  assert.deepEqual((failingRows![0] as { ticker: string }).ticker, "A");
  // Another ticker's price, and one of long before, tell nothing.
  const alone = [
    rawBar("B", third, 1, { dividend: 0.3 }),
    rawBar("C", first, 90),
    rawBar("C", weekdays(9)[8]!, 50, { dividend: 40 }),
  ];
  assert.match(
    (await judge(75, 25, alone)).message,
    /^2 large dividends did not move the price: B on .* \(0\.3 beside .*, C on /,
  );
});
