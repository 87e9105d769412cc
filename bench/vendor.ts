/**
 * Filling an empty database from a vendor: calls and seconds for 500 tickers and two years of sessions, with the double and
 * without a rate limit, and the duration on the free plan.
 *
 *     deno run -A bench/vendor.ts [tickers] [first session] [last session]
 *
 * The double runs in the same process: the seconds include generating its data.
 */
import { assetsOf } from "../assets/of_source.ts";
import { barCalls } from "../assets/polled/bar_calls.ts";
import type { VendorResources } from "../assets/polled/vendor_resources.ts";
import { Engine, PartitionSet, PartitionSpace } from "../engine/mod.ts";
import type { Database } from "../resources/database/mod.ts";
import { polygonVendor } from "../resources/market_data/polygon/mod.ts";
import { unlimitedRate } from "../resources/rate_limit/mod.ts";
import { nyse, xnys } from "../resources/exchange_calendar/mod.ts";
import { databases } from "../tests/support/database.ts";
import { startVendor, type VendorDouble } from "../tests/support/vendor/mod.ts";
import { machine, msOf } from "./measured.ts";
import { materialize, openEngine } from "./bench_engine.ts";

const [tickers = "500", from = "2024-01-02", to = "2025-12-31"] = Deno.args;
const FREE_PLAN_CALLS_A_MINUTE = 5;

console.log(`${machine()} before the first run.`);
for (const { name, ignore, openBare } of databases) {
  if (ignore) continue;
  const database = await openBare();
  await using double = await startVendor({ tickers: Number(tickers), from, to });
  try {
    await measure(name, database, double);
  } finally {
    await database.close();
  }
}

/** Fills an empty database and reports the cost; then one more session. */
async function measure(name: string, database: Database, double: VendorDouble): Promise<void> {
  const resources: VendorResources = {
    vendor: polygonVendor({
      apiKey: double.apiKey,
      baseUrl: double.url,
      rateLimit: unlimitedRate,
      clock: { now: () => double.market.now },
    }),
    universe: { type: "ETF", exchange: "XNAS" },
    historyFrom: from!,
    barsAfterCloseMinutes: 120,
    calendar: xnys,
  };
  const clock = { now: () => double.market.now };
  const engine = await openEngine({ assets: assetsOf("vendor"), database, resources, clock });
  try {
    const measured = async (selection: string) => {
      double.calls.splice(0);
      const ms = await msOf(() => materialize(engine, selection));
      return { seconds: ms / 1000, calls: double.calls.length };
    };
    console.log(`\n${name}: ${tickers} tickers, ${double.market.sessions().length} sessions from ${from} to ${to}`);
    say("raw_tickers, raw_splits and raw_dividends", await measured("+raw_splits raw_dividends"));
    const state = (await engine.states(["raw_daily_bars"]))[0]!;
    const planned = plannedCalls(await listed(engine));
    console.log(
      `  plan of raw_daily_bars: ${state.partitions!.expected} partitions in ${planned} calls, ` +
        `${duration(planned / FREE_PLAN_CALLS_A_MINUTE)} at ${FREE_PLAN_CALLS_A_MINUTE} calls a minute`,
    );
    const bars = await measured("raw_daily_bars");
    say("raw_daily_bars from empty", bars);
    if (bars.calls !== planned) throw new Error(`${bars.calls} calls were made, ${planned} planned.`);
    say("raw_ticker_details", await measured("raw_ticker_details"));
    say("raw_news", await measured("raw_news"));
    say("daily_bars, daily_ohlc and indicators of them", await measured("daily_bars daily_ohlc indicators"));
    double.market.advanceSessions(1);
    say("a session more, all of these", await measured("+daily_ohlc +indicators"));
    say("nothing more", await measured("+daily_ohlc +indicators"));
  } finally {
    await engine.close();
  }
}

function say(what: string, { seconds, calls }: { seconds: number; calls: number }): void {
  console.log(`  ${what.padEnd(46)} ${String(calls).padStart(5)} calls ${seconds.toFixed(1).padStart(7)} s`);
}

/** The listing as seen by the plan. */
async function listed(engine: Engine): Promise<{ ticker: string; delisted_on: string | null }[]> {
  const { rows } = await engine.rows("raw_tickers", { limit: 10_000 });
  return rows as { ticker: string; delisted_on: string | null }[];
}

/** Calls for all bars of the listed tickers. */
function plannedCalls(rows: readonly { ticker: string; delisted_on: string | null }[]): number {
  const space = new PartitionSpace(rows.map(({ ticker }) => ticker), nyse.sessionsBetween(from!, to!));
  const partitions = PartitionSet.of(space, (at) => {
    const { delisted_on } = rows[at]!;
    const end = delisted_on === null ? space.dates.length : space.firstFrom(delisted_on);
    return end === 0 ? [] : [0, end];
  });
  return barCalls(partitions).length;
}

function duration(minutes: number): string {
  return `${Math.floor(minutes / 60)} h ${Math.round(minutes % 60)} min`;
}
