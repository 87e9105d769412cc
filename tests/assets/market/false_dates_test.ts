/**
 * Dates that no exchange had, and sessions of which next to nothing came: no such date is a session of prices, pairs or signals.
 *
 * @module
 */
import assert from "node:assert/strict";
import * as assets from "../../../assets/mod.ts";
import { fixedClock } from "../../../resources/clock.ts";
import { anyDate, everyDay, type SourceCalendar, xnys } from "../../../resources/exchange_calendar/mod.ts";
import { type AssetTables, type ChainConfig, runChain } from "../../support/asset_chain.ts";
import { type RawBar, rawBar } from "../../support/bars.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { marketOf } from "../../support/market_of.ts";
import { eightTickers, eightTickersConfig, inOrder, redated } from "../../support/eight_tickers.ts";

/** Friday, the day after Thanksgiving; the clock shows the Saturday after it. */
const LAST = "2026-11-27";
const NOW = "2026-11-28T12:00:00Z";
const market = eightTickers(LAST);

/** Everything up to the reference backtest. */
function chainOf(
  bars: readonly RawBar[],
  { calendar = xnys, now = NOW, config = eightTickersConfig }: {
    calendar?: SourceCalendar;
    now?: string;
    config?: ChainConfig;
  } = {},
) {
  return runChain(assets.pairMetrics, { bars, calendar, clock: fixedClock(now), config });
}

/** What is said of the newest dates. */
function ends(tables: AssetTables) {
  const newest = (rows: readonly object[], column = "session") =>
    rows.map((row) => String((row as Record<string, unknown>)[column])).sort().at(-1);
  return {
    prices: newest(tables.rows(assets.cleanPrices)),
    chosen: newest(tables.rows(assets.chosenPairs), "as_of"),
    signals: newest(tables.rows(assets.pairSignals)),
  };
}

const rejections = (tables: AssetTables) =>
  tables.rows(assets.rejectedBars).map(({ ticker, session, reason }) => `${ticker} ${session} ${reason}`);

const whole = await chainOf(market);

Deno.test("the market of these tests has pairs as of its last session, and nothing is rejected or filled in on the way", () => {
  assert.deepEqual(ends(whole), { prices: LAST, chosen: LAST, signals: LAST });
  assert.deepEqual(rejections(whole), []);
  assert.ok(whole.rows(assets.chosenPairs).length >= 2);
  const checks = Object.values(whole.checks(assets.sessions)).map(({ passed }) => passed);
  assert.deepEqual(checks, [true, true, true]);
});

// A bar of Tuesday, 2026-11-24 dated otherwise; the file has every other bar, up to 2026-11-27.
for (
  const [title, date, reason] of [
    ["a year that is a slip of the pen", "2062-11-24", "is dated after today"],
    ["a day and month that are swapped, in a month to come", "2026-12-11", "is dated after today"],
    ["a session that is two days ahead", "2026-11-30", "is dated after today"],
    ["a Saturday", "2026-11-21", "is dated on a Saturday"],
    ["a Sunday", "2026-11-22", "is dated on a Sunday"],
    ["Thanksgiving", "2026-11-26", "is dated on a holiday of XNYS"],
    ["Good Friday", "2026-04-03", "is dated on a holiday of XNYS"],
    ["a century too early", "1926-11-24", "is dated far from every other bar"],
    ["a year before all others", "2024-11-22", "is dated far from every other bar"],
  ] as const
) {
  Deno.test(`a bar dated on ${title} is rejected, and everything else is as of the true last session`, async () => {
    const tables = await chainOf(redated(market, "B3", "2026-11-24", date));
    assert.deepEqual(rejections(tables), [`B3 ${date} ${reason}`]);
    assert.deepEqual(ends(tables), { prices: LAST, chosen: LAST, signals: LAST });
    const sessions = (of: AssetTables) => new Set(of.rows(assets.cleanPrices).map((row) => row.session));
    assert.deepEqual(sessions(tables), sessions(whole));
    // The one close that is missing now, between its neighbours; A2 has gaps of its own.
    const filled = (of: AssetTables) => of.rows(assets.cleanPrices).filter((row) => row.filled).length;
    assert.equal(filled(tables), filled(whole) + 1);
  });
}

Deno.test("a bar is rejected until the day that it is dated on has begun where the exchange is", async () => {
  const early = async (now: string) => rejections(await chainOf(market, { now }));
  assert.equal((await early("2026-11-27T04:59:59Z")).length, 8);
  assert.deepEqual(await early("2026-11-27T05:00:00Z"), []);
});

Deno.test("a date that lies alone after all others is no session, though the exchange was open and it is past", async () => {
  const bars = redated(market, "B3", "2026-11-24", "2026-12-11");
  const tables = await chainOf(bars, { now: "2026-12-20T12:00:00Z" });
  assert.deepEqual(rejections(tables), []);
  assert.deepEqual(ends(tables), { prices: LAST, chosen: LAST, signals: LAST });
  const alone = tables.rows(assets.sessions).at(-1)!;
  assert.deepEqual([alone.session, alone.tickers, alone.usual, alone.complete], ["2026-12-11", 1, 8, false]);
  const { passed, message } = tables.checks(assets.sessions).session_complete!;
  assert.equal(passed, false);
  assert.match(
    message,
    /^1 of the usual 8 tickers have a usable close in 2026-12-11; without A0, A1, A2, A3, B0 and 2 more/,
  );
  assert.match(message, /pairs and prices stay as of the session before/);
});

for (const [there, complete] of [[0, false], [1, false], [5, false], [6, true], [7, true]] as const) {
  Deno.test(`the last row has ${there} of 8 tickers: no close is repeated, and no signal given on one`, async () => {
    const kept = [...new Set(market.map(({ ticker }) => ticker))].slice(0, there);
    // As a bulk download has it: the row is there, the value is not.
    const bars = market.map((bar) =>
      bar.session === LAST && !kept.includes(bar.ticker) ? rawBar(bar.ticker, LAST, null, { volume: null }) : bar
    );
    const tables = await chainOf(bars);
    const end = complete ? LAST : "2026-11-25";
    assert.deepEqual(ends(tables), {
      prices: end,
      chosen: complete ? LAST : "2026-11-20",
      signals: ends(tables).signals,
    });
    const prices = Map.groupBy(tables.rows(assets.cleanPrices), (row) => row.ticker);
    for (const [ticker, rows] of prices) {
      assert.equal(rows.at(-1)!.session, complete && !kept.includes(ticker) ? "2026-11-25" : end, ticker);
      assert.equal(rows.at(-1)!.filled, false);
    }
    for (const row of tables.rows(assets.pairSignals)) {
      const [first, second] = [row.ticker_1, row.ticker_2].map((ticker) => prices.get(ticker)!.at(-1)!.session);
      assert.ok(row.session <= first! && row.session <= second!, `${row.ticker_1} ${row.ticker_2} ${row.session}`);
    }
    const { passed, message } = tables.checks(assets.sessions).session_complete!;
    assert.equal(passed, false);
    assert.ok(
      message.startsWith(`${there} of the usual 8 tickers have a usable close in ${LAST}; ${8 - there} of its 8 bars`),
    );
  });
}

/** The same tickers with one that trades every day of the year, as often as the exchange is open too. */
function withCoin(): RawBar[] {
  const first = market[0]!.session;
  const coin: RawBar[] = [];
  for (
    let day = Temporal.PlainDate.from(first), t = 0;
    day.toString() <= "2026-11-28";
    day = day.add({ days: 1 }), t++
  ) {
    coin.push(rawBar("COIN", day.toString(), 50_000 + 100 * (t % 17)));
  }
  return inOrder([...market, ...coin]);
}

const everyDayFormations = {
  pair_clusters: { formationSessions: 200 },
  cointegrated_pairs: { formationSessions: 200, minCrossings: 5 },
};

for (const calendar of [xnys, anyDate, everyDay]) {
  Deno.test(`shares and a coin in one file by the calendar ${calendar.name} make up no close`, async () => {
    // Formations count dates, of which two in seven are no session here.
    const config = { ...eightTickersConfig, ...everyDayFormations };
    const tables = await chainOf(withCoin(), { calendar, config });
    const sessions = (of: AssetTables) => [...new Set(of.rows(assets.cleanPrices).map((row) => row.session))].sort();
    assert.deepEqual(sessions(tables), sessions(whole));
    const filled = tables.rows(assets.cleanPrices).filter((row) => row.filled);
    assert.deepEqual(filled, whole.rows(assets.cleanPrices).filter((row) => row.filled));
    // Where a weekend may have sessions, the week is not over with its Friday.
    const chosen = calendar === xnys ? LAST : "2026-11-20";
    assert.deepEqual(ends(tables), { prices: LAST, chosen, signals: LAST });
    const clean = tables.rows(assets.cleanPrices).filter((row) => row.ticker !== "COIN");
    assert.deepEqual(clean, whole.rows(assets.cleanPrices));
    const weekends = tables.rows(assets.rejectedBars).filter((row) => /Saturday|Sunday|holiday/.test(row.reason));
    assert.equal(weekends.length > 80, calendar === xnys);
  });
}

Deno.test("a share among coins is left out with its reason: most of its closes would be made up", async () => {
  const coins = ["BTC", "ETH", "SOL", "XRP"].flatMap((ticker, i) =>
    withCoin().filter((bar) => bar.ticker === "COIN").map((bar) => ({ ...bar, ticker, close: bar.close! * (1 + i) }))
  ).map((bar) => rawBar(bar.ticker, bar.session, bar.close));
  const tables = await runChain(assets.cleanPrices, {
    bars: inOrder([...coins, ...market.filter(({ ticker }) => ticker === "A0")]),
    calendar: everyDay,
    clock: fixedClock(NOW),
  });
  const tickers = new Set(tables.rows(assets.cleanPrices).map((row) => row.ticker));
  assert.deepEqual([...tickers], ["BTC", "ETH", "SOL", "XRP"]);
});

Deno.test("most bars on days that the calendar does not know are kept back, and the setting is named", async () => {
  const weekends = withCoin().filter((bar) => bar.ticker === "COIN" && new Date(bar.session).getUTCDay() % 6 === 0);
  const resources = { marketData: marketOf({ bars: weekends }), calendar: xnys };
  const { checks } = await runAsset(assets.rawDailyBars, { resources, clock: fixedClock(NOW) });
  const { passed, message } = checks.most_bars_usable!;
  assert.equal(passed, false);
  assert.match(
    message,
    /\(100 %\) have none, because a bar is dated on a S\w+day \(\d+\), .*set CALENDAR to weekdays, 24\/7, none/,
  );
  assert.equal(assets.rawDailyBars.checks.find(({ name }) => name === "most_bars_usable")!.blocking, true);
});

Deno.test("a split or dividend of a bar that is dated on no session is told, for it counts in none; one that lies ahead is not lost", async () => {
  const bars = inOrder([
    ...market,
    rawBar("A0", "2026-11-21", 50, { split: 2 }),
    rawBar("B0", "2026-11-26", null, { dividend: 0.4 }),
    rawBar("B1", "2026-11-22", 50),
    rawBar("B2", "2026-12-01", null, { dividend: 0.3 }),
  ]);
  const resources = { marketData: marketOf({ bars }), calendar: xnys };
  const { checks, outs } = await runAsset(assets.rawDailyBars, { resources, clock: fixedClock(NOW) });
  assert.equal(outs.rejected!.rows.length, 4);
  const { passed, message } = checks.rows_usable!;
  assert.equal(passed, false);
  assert.match(
    message,
    /^2 rows need attention: A0 2026-11-21 \(bar of 2026-11-21\): its split of 2 counts in no session, for the bar/,
  );
  assert.match(message, /B0 .*: its dividend of 0\.4 counts in no session, for the bar is dated on a holiday of XNYS$/);
});
