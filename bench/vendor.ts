/**
 * Filling an empty database from a vendor: calls and seconds for 500 tickers and two years of sessions, against the double and
 * without a limit of rate, and how long the same takes on the free plan.
 *
 *     deno run -A bench/vendor.ts [tickers] [first session] [last session]
 *
 * The double runs in a process of its own, so that its work is not counted as Tandem's.
 */
import { availableParallelism, loadavg } from "node:os";
import { assetsOf } from "../assets/of_source.ts";
import { barCalls } from "../assets/vendor/bar_calls.ts";
import { rawDailyBars } from "../assets/vendor/raw_daily_bars.ts";
import { rawTickers } from "../assets/vendor/raw_tickers.ts";
import type { VendorResources } from "../assets/vendor/vendor_resources.ts";
import { CellSet, CellSpace, Engine, type Run, silentLogger } from "../engine/mod.ts";
import { type Database, migrate } from "../resources/database/mod.ts";
import { polygonVendor } from "../resources/market_data/polygon/mod.ts";
import { unlimitedRate } from "../resources/rate_limit/mod.ts";
import { nyse } from "../resources/exchange_calendar/mod.ts";
import { databases } from "../tests/support/database.ts";
import { startVendor, type VendorDouble } from "../tests/support/vendor/mod.ts";

const [tickers = "500", from = "2024-01-02", to = "2025-12-31"] = Deno.args;
const FREE_PLAN_CALLS_A_MINUTE = 5;
const migrations = new URL("../sql/migrations/", import.meta.url);

console.log(
  `${availableParallelism()} cores, load ${loadavg().map((load) => load.toFixed(1)).join(" ")} before the first run.`,
);
for (const { name, ignore, open } of databases) {
  if (ignore) continue;
  const database = await open();
  await using double = await startVendor({ tickers: Number(tickers), from, to });
  try {
    await measure(name, database, double);
  } finally {
    await database.close();
  }
}
