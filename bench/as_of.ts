/**
 * Selections as of every week from 2018 on, on the real prices of TANDEM_SHARED or ../shared: seconds, and whether other later
 * prices change any of them.
 *
 *     deno run -A bench/as_of.ts [cut …]
 *
 * From each cut (by default 2019-06-03 and 2020-08-31) on every price is replaced; every selection before it is forced and must
 * have the same rows.
 */
import * as assets from "../assets/mod.ts";
import { xnys } from "../resources/exchange_calendar/mod.ts";
import { fixedClock } from "../resources/clock.ts";
import { openDatabase } from "../resources/database/mod.ts";
import { type MarketData, marketDataFrom } from "../resources/market_data/mod.ts";
import { otherFuture } from "../tests/support/other_future.ts";
import { pseudoRandom } from "../tests/support/pseudo_random.ts";
import { realPrices } from "./places.ts";
import { materialize, openEngine, rowsOf } from "./bench_engine.ts";
import { msOf } from "./measured.ts";

const searches = "pair_clusters cointegrated_pairs chosen_pairs";
const prices = realPrices();
const cuts = Deno.args.length > 0 ? Deno.args : ["2019-06-03", "2020-08-31"];
const clock = fixedClock("2022-01-03T23:00:00Z");
const source = marketDataFrom(`csv:${prices}/sp500_daily_2017_2021.csv.gz`, { clock });
let cut: string | null = null;
const marketData: MarketData = {
  name: source.name,
  version: () => Promise.resolve(cut ?? "as it was"),
  tickers: () => source.tickers(),
  dailyBars: async (options) => {
    const bars = await source.dailyBars(options);
    return cut === null ? bars : otherFuture(bars, { from: cut, random: pseudoRandom(7) });
  },
};
const folder = await Deno.makeTempDir({ prefix: "tandem-as-of-" });
const database = await openDatabase({ dataDir: folder });
try {
  const engine = await openEngine({
    assets: Object.values(assets),
    database,
    resources: { marketData, calendar: xnys },
    clock,
  });
  const run = async (selection: string, more: { range?: { from: string; to?: string }; force?: boolean } = {}) =>
    await msOf(() => materialize(engine, selection, more)) / 1000;
  const selections = async () => {
    const found = new Map<string, string>();
    for (const key of searches.split(" ")) {
      for (const row of await rowsOf(engine, key)) {
        found.set(`${row.as_of}`, `${found.get(`${row.as_of}`) ?? ""}${JSON.stringify(row)}`);
      }
    }
    return found;
  };
  console.log(`what is received: ${(await run("raw_daily_bars sessions +ticker_groups")).toFixed(1)} s`);
  const seconds = await run(searches, { range: { from: "2018-01-01" } });
  const before = await selections();
  console.log(
    `${before.size} weeks: ${seconds.toFixed(1)} s, ${(1000 * seconds / before.size).toFixed(0)} ms a week`,
  );
  for (cut of cuts) {
    await run("raw_daily_bars sessions");
    const last = new Date(Date.parse(cut) - 86_400_000).toISOString().slice(0, 10);
    const again = await run(searches, { range: { from: "2018-01-01", to: last }, force: true });
    const after = await selections();
    const earlier = [...before].filter(([week]) => week < cut!);
    const changed = earlier.filter(([week, rows]) => after.get(week) !== rows);
    console.log(
      `another future from ${cut}: ${earlier.length} weeks before it again in ${again.toFixed(1)} s, ` +
        `${changed.length} changed`,
    );
    if (changed.length > 0) Deno.exitCode = 1;
  }
  await engine.close();
} finally {
  await database.close();
  await Deno.remove(folder, { recursive: true });
}
