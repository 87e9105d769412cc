/**
 * Selections as of sessions on the real engine: what is made when, what a change of the market makes stale, and that nothing which
 * happened later changes what was known.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Run } from "../../engine/mod.ts";
import { fixedClock } from "../../resources/clock.ts";
import { weekdays as anyWeekday } from "../../resources/exchange_calendar/mod.ts";
import { type MarketData, marketDataFrom, simulatedMarket } from "../../resources/market_data/mod.ts";
import { type RawBar, weekdays } from "../support/bars.ts";
import { changingMarket } from "../support/changing_market.ts";
import { databases, withEmbedded } from "../support/database.ts";
import { type AssetChain, withAssetChain } from "../support/engine_chain.ts";
import { groupedMarket } from "../support/grouped_market.ts";
import { otherFuture } from "../support/other_future.ts";
import { pseudoRandom } from "../support/pseudo_random.ts";
import { sharedFolder } from "../support/shared_folder.ts";

const clock = fixedClock("2025-01-03T23:00:00Z");
const searches = ["pair_clusters", "cointegrated_pairs", "chosen_pairs"];
const formationSessions = 120;
const config = {
  pair_clusters: { formationSessions },
  cointegrated_pairs: { formationSessions, minCrossings: 5 },
  formation_pairs: { formationSessions, tradingSessions: 40 },
};
/** Weekdays of 2024: the last is Friday 2024-12-27. */
const sessions = weekdays(260);
const market = groupedMarket(260);

/** Partitions that each step of a run has made. */
function made(run: Run): Record<string, unknown> {
  return Object.fromEntries(run.steps.flatMap(({ key, done }) => done ? [[key, done.partitions]] : []));
}

function succeeded(run: Run): Run {
  assert.deepEqual([run.status, run.steps.flatMap(({ error }) => error ?? [])], ["succeeded", []]);
  return run;
}

/** Rows of the searches by as-of session. */
async function selections({ rows }: AssetChain): Promise<Map<string, unknown[]>> {
  const all = await Promise.all(searches.map(async (key) => (await rows(key)).map((row) => ({ key, ...row }))));
  return Map.groupBy(all.flat(), (row) => (row as unknown as { as_of: string }).as_of);
}

async function stalePartitions({ engine }: AssetChain, key: string) {
  const [state] = await engine.states([key]);
  return state!.reasons.flatMap((reason) =>
    reason.kind === "upstream_changed"
      ? [{
        upstream: reason.upstream,
        materialization: reason.materialization,
        partitions: reason.partitions?.partitions,
      }]
      : []
  );
}

for (const { name, ignore, open } of databases) {
  const test = (
    title: string,
    first: readonly RawBar[],
    body: (
      chain: AssetChain,
      marketData: ReturnType<typeof changingMarket>,
    ) => Promise<void>,
  ) =>
    Deno.test({
      name: `Selections on ${name}: ${title}`,
      ignore,
      async fn() {
        const database = await open();
        try {
          const marketData = changingMarket(first);
          await withAssetChain({ database, marketData, calendar: anyWeekday, clock, config }, (chain) =>
            body(chain, marketData));
        } finally {
          await database.close();
        }
      },
    });

  test(
    "one more session makes that session and, where a week ends, its selection",
    market.filter((bar) => bar.session < "2024-12-26"),
    async (chain, marketData) => {
      const first = made(succeeded(await chain.materialize()));
      for (const key of searches) {
        assert.deepEqual(first[key], [{ names: null, dates: [["2024-12-20", "2024-12-20"]] }]);
      }
      const before = await selections(chain);
      const names = [...new Set(market.map((bar) => bar.ticker))].sort();

      marketData.change(market.filter((bar) => bar.session < "2024-12-27"));
      const thursday = made(succeeded(await chain.materialize()));
      for (const key of ["daily_bars", "daily_ohlc", "indicators"]) {
        assert.deepEqual(thursday[key], [{ names, dates: [["2024-12-26", "2024-12-26"]] }], key);
      }
      for (const key of searches) assert.equal(thursday[key], undefined, key);

      marketData.change(market);
      const friday = made(succeeded(await chain.materialize()));
      assert.deepEqual(friday.daily_bars, [{ names, dates: [["2024-12-27", "2024-12-27"]] }]);
      for (const key of searches) {
        assert.deepEqual(friday[key], [{ names: null, dates: [["2024-12-27", "2024-12-27"]] }]);
      }
      const after = await selections(chain);
      assert.deepEqual([...after.keys()].sort(), ["2024-12-20", "2024-12-27"]);
      assert.deepEqual(after.get("2024-12-20"), before.get("2024-12-20"));
      // What follows is of the newest alone.
      const newest = (await chain.rows("chosen_pairs")).filter((row) => row.as_of === "2024-12-27");
      const traded = new Set((await chain.rows("pair_signals")).map((row) => `${row.ticker_1} ${row.ticker_2}`));
      assert.deepEqual([...traded].sort(), newest.map((row) => `${row.ticker_1} ${row.ticker_2}`).sort());
      assert.equal(await chain.engine.newestDate("chosen_pairs"), "2024-12-27");
      assert.deepEqual(
        (await chain.engine.states()).filter(({ state }) => state !== "fresh").map(({ key }) => key),
        [],
      );
    },
  );

  test("a late split affects its ticker's history and the selections that read it", market, async (
    chain,
    marketData,
  ) => {
    succeeded(await chain.materialize());
    succeeded(await chain.materialize(searches.join(" "), { range: {} }));
    const weeks = [...(await selections(chain)).keys()].sort();
    assert.equal(weeks.length, 33);
    const before = await selections(chain);

    const split = "2024-06-19";
    marketData.change(market.map((bar) => bar.ticker === "B0" && bar.session === split ? { ...bar, split: 2 } : bar));
    succeeded(await chain.materialize("raw_daily_bars sessions"));
    const id = async (key: string) => (await chain.engine.materializations(key, { limit: 1 }))[0]!.id;
    const dayBefore = sessions[sessions.indexOf(split) - 1]!;
    assert.deepEqual(await stalePartitions(chain, "daily_bars"), [
      {
        upstream: "raw_daily_bars",
        materialization: await id("raw_daily_bars"),
        partitions: [{ names: ["B0"], dates: [[split, split]] }],
      },
      {
        upstream: "raw_splits",
        materialization: await id("raw_splits"),
        partitions: [{ names: ["B0"], dates: [[sessions[0]!, dayBefore]] }],
      },
    ]);
    const lastReader = sessions[sessions.indexOf(split) + formationSessions - 1]!;
    const concerned = weeks.filter((week) => week >= split && week <= lastReader);
    assert.ok(concerned.length > 20 && concerned.length < weeks.length - 5, `${concerned.length} weeks`);
    for (const key of ["pair_clusters", "cointegrated_pairs"]) {
      assert.deepEqual(await stalePartitions(chain, key), [{
        upstream: "raw_daily_bars",
        materialization: await id("raw_daily_bars"),
        partitions: [{ names: null, dates: [[concerned[0]!, concerned.at(-1)!]] }],
      }]);
    }

    const run = succeeded(await chain.materialize());
    assert.deepEqual(made(run).pair_clusters, [{ names: null, dates: [[concerned[0]!, concerned.at(-1)!]] }]);
    const after = await selections(chain);
    for (const week of weeks) {
      const same = JSON.stringify(after.get(week)) === JSON.stringify(before.get(week));
      if (!concerned.includes(week)) assert.ok(same, week);
    }
    assert.notDeepEqual(after.get(concerned[0]!), before.get(concerned[0]!));
    const bars = await chain.rows("daily_bars", [{ column: "ticker", operator: "eq", value: "B0" }]);
    assert.ok(bars.every((bar) => bar.split_factor === (bar.session as string < split ? 2 : 1)));

    // It never happened: the history is what it was, though raw_splits has no such session any more.
    marketData.change(market);
    succeeded(await chain.materialize());
    assert.deepEqual(await selections(chain), before);
    const again = await chain.rows("daily_bars", [{ column: "ticker", operator: "eq", value: "B0" }]);
    assert.ok(again.every((bar) => bar.split_factor === 1));
  });
}

/** Makes selections, gives the market another future from a session on, and makes them again. */
async function holdToThePast(
  source: MarketData,
  { from, ranges, asOf }: { from: string; ranges: [from: string, to: string][]; asOf: string[] },
): Promise<void> {
  let changed = false;
  const marketData: MarketData = {
    name: source.name,
    version: () => Promise.resolve(changed ? "another future" : "as it was"),
    tickers: () => source.tickers(),
    dailyBars: async (options) => {
      const bars = await source.dailyBars(options);
      return changed ? otherFuture(bars, { from, random: pseudoRandom(7) }) : bars;
    },
  };
  await withEmbedded((database) =>
    withAssetChain({ database, marketData, clock }, async (chain) => {
      const search = async (force: boolean) => {
        for (const [from, to] of ranges) {
          succeeded(await chain.materialize(searches.join(" "), { range: { from, to }, force }));
        }
        return await selections(chain);
      };
      succeeded(await chain.materialize("raw_daily_bars sessions +ticker_groups"));
      const before = await search(false);
      assert.deepEqual([...before.keys()].sort(), asOf);
      changed = true;
      succeeded(await chain.materialize("raw_daily_bars sessions"));
      const later = asOf.filter((date) => date >= from);
      assert.ok(later.length > 0 && later.length < asOf.length);
      const [{ reasons }] = await chain.engine.states(["pair_clusters"]) as [
        Awaited<ReturnType<typeof chain.engine.states>>[0],
      ];
      const stale = reasons.flatMap((reason) =>
        reason.kind === "upstream_changed" ? reason.partitions!.partitions : []
      );
      assert.ok(stale.length > 0 && stale.every(({ dates }) => dates!.every(([first]) => first >= from)));
      // Forced, so that it is not the engine's judgement that keeps them the same.
      const after = await search(true);
      for (const date of asOf) {
        if (date < from) assert.deepEqual(after.get(date), before.get(date), `as of ${date}`);
        else assert.notDeepEqual(after.get(date), before.get(date), `as of ${date}`);
      }
    })
  );
}

Deno.test("selections of the simulated market are the same whatever happens after them", async () => {
  // Half of the default market has a quarter of its pairs.
  await holdToThePast(simulatedMarket({ clock, tickers: 60 }), {
    from: "2024-03-29",
    ranges: [["2022-12-30", "2022-12-30"], ["2024-03-22", "2024-04-05"]],
    asOf: ["2022-12-30", "2024-03-22", "2024-03-28", "2024-04-05"],
  });
});

const shared = sharedFolder();

Deno.test({
  name: `selections of 504 S&P tickers are the same whatever happens after them${
    shared === null ? " (ignored: no shared folder)" : ""
  }`,
  ignore: shared === null,
  async fn() {
    const source = marketDataFrom(`csv:${shared}/market/sp500_daily_2017_2021.csv.gz`, { clock });
    // AAPL split on 2020-08-31. bench/as_of.ts does this for every week from 2018 on.
    await holdToThePast(source, {
      from: "2020-08-31",
      ranges: [["2018-01-05", "2018-01-05"], ["2020-08-28", "2020-09-04"]],
      asOf: ["2018-01-05", "2020-08-28", "2020-09-04"],
    });
  },
});
