import assert from "node:assert/strict";
import { rawDailyBars } from "../../../assets/market/raw_daily_bars.ts";
import { MarketDataError } from "../../../resources/market_data/mod.ts";
import { fixedClock } from "../../../resources/clock.ts";
import { everyDay, weekdays, xnys } from "../../../resources/exchange_calendar/mod.ts";
import { rawBar } from "../../support/bars.ts";
import { marketOf } from "../../support/market_of.ts";
import { runAsset } from "../../../testing/run_asset.ts";

Deno.test("raw_daily_bars keeps impossible values, and numbers repeated bars", async () => {
  const bars = [
    rawBar("A", "2024-01-02", -5),
    rawBar("A", "2024-01-02", 10),
    rawBar("A", "2024-01-02", 10),
    rawBar("A", "2024-01-03", null, { low: 3, high: 2 }),
    rawBar("B", "2024-01-03", 7, { vwap: 6.5 }),
  ];
  const { rows, metadata } = await runAsset(rawDailyBars, {
    resources: { marketData: marketOf({ bars, version: "v1" }) },
  });
  assert.deepEqual(rows.map((row) => [row.ticker, row.session, row.occurrence, row.close]), [
    ["A", "2024-01-02", 1, -5],
    ["A", "2024-01-02", 2, 10],
    ["A", "2024-01-02", 3, 10],
    ["A", "2024-01-03", 1, null],
    ["B", "2024-01-03", 1, 7],
  ]);
  assert.deepEqual(rows.map(({ vwap }) => vwap), [null, null, null, null, 6.5]);
  assert.deepEqual(metadata.source_version, { type: "text", value: "v1" });
});

Deno.test("raw_daily_bars is not in order without bars", async () => {
  const { checks } = await runAsset(rawDailyBars, { resources: { marketData: marketOf({}) } });
  assert.equal(checks.not_empty!.passed, false);
});

Deno.test("raw_daily_bars fails with the source's own words", async () => {
  const marketData = {
    ...marketOf({}),
    dailyBars: () => Promise.reject(new MarketDataError("line 7 of prices.csv has 3 fields, not 7")),
  };
  await assert.rejects(runAsset(rawDailyBars, { resources: { marketData } }), /line 7 of prices\.csv/);
});

Deno.test("raw_daily_bars refuses a session that is no date", async () => {
  const marketData = marketOf({ bars: [rawBar("A", "2024-02-30", 1)] });
  await assert.rejects(runAsset(rawDailyBars, { resources: { marketData } }), /"2024-02-30"/);
});

Deno.test("raw_daily_bars hands the signal and the progress on", async () => {
  const { promise: seen, resolve } = Promise.withResolvers<AbortSignal | undefined>();
  const stop = new AbortController();
  const market = marketOf({ bars: [rawBar("A", "2024-01-02", 1)] });
  const { progress } = await runAsset(rawDailyBars, {
    signal: stop.signal,
    resources: {
      marketData: {
        ...market,
        dailyBars(options: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void }) {
          resolve(options.signal);
          options.onProgress?.(1, 2);
          return market.dailyBars();
        },
      },
    },
  });
  assert.equal(await seen, stop.signal);
  assert.deepEqual(progress, [[1, 2]]);
});

Deno.test("raw_daily_bars is stale by its source and calendar, and each day while a bar is dated ahead", async () => {
  const { source } = rawDailyBars.recipe!;
  const version = (newest: string, now: string, calendar = xnys) =>
    source!({
      config: {},
      resources: {
        marketData: { ...marketOf({ version: "v7" }), newestDate: () => Promise.resolve(newest) },
        calendar,
      },
      clock: fixedClock(now),
    });
  assert.equal(await version("2026-11-27", "2026-11-28T12:00:00Z"), "v7, XNYS");
  assert.equal(await version("2026-11-27", "2026-11-29T12:00:00Z", everyDay), "v7, 24/7");
  assert.equal(
    await version("2026-11-27", "2026-11-28T12:00:00Z", { ...xnys, version: "sessions:a.txt 12ab" }),
    "v7, sessions:a.txt 12ab",
  );
  assert.equal(await version("2062-11-27", "2026-11-28T04:59:00Z"), "v7, XNYS on 2026-11-27");
  assert.equal(await version("2062-11-27", "2026-11-28T05:01:00Z"), "v7, XNYS on 2026-11-28");
});

Deno.test("no_session_missing names the sessions of the calendar of which no ticker has a bar", async () => {
  const run = async (sessions: string[], calendar = xnys) => {
    const bars = sessions.map((session) => rawBar("A", session, 10));
    const { checks } = await runAsset(rawDailyBars, {
      resources: { marketData: marketOf({ bars }), calendar },
      clock: fixedClock("2026-12-05T12:00:00Z"),
    });
    return checks.no_session_missing!;
  };
  assert.equal((await run(["2026-11-24", "2026-11-25", "2026-11-27", "2026-11-30"])).passed, true);
  const { passed, message } = await run(["2026-11-24", "2026-11-30", "2026-12-02"]);
  assert.equal(passed, false);
  assert.match(
    message,
    /^3 sessions of XNYS have no bar of any ticker: 2026-11-25, 2026-11-27, 2026-12-01\. Get their/,
  );
  // A year that is wrong in all bars of some sessions leaves a gap that is told, too.
  assert.match(
    (await run(["2016-11-23", "2026-11-24", "2026-11-25"])).message,
    /^25\d\d sessions of XNYS .* 2026-11-23 and 25/,
  );
  assert.equal((await run(["2026-11-24", "2026-11-27"], weekdays)).passed, true);
  assert.match((await run(["2026-11-24", "2026-11-26"], everyDay)).message, /^1 session of 24\/7 has no bar/);
});
