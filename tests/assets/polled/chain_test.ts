import assert from "node:assert/strict";
import { nyse } from "../../../resources/exchange_calendar/mod.ts";
import { databases, withEmbedded } from "../../support/database.ts";
import { type VendorChain, withVendorChain } from "../../support/vendor_chain.ts";

/** 40 ETFs that trade and 2 that no longer do, in 20 sessions: fewer sessions than tickers. */
const market = { tickers: 40, from: "2024-02-01", to: "2024-02-29" };
const universe = 42;

/** Sessions that were asked for in grouped calls, and tickers in range calls, since the last look. */
function barCalls({ vendor }: VendorChain): { sessions: string[]; tickers: string[] } {
  const last = (path: string) => path.split("/").at(-1)!;
  return {
    sessions: vendor.calls.filter(({ endpoint }) => endpoint === "grouped_bars").map(({ path }) => last(path)),
    tickers: vendor.calls.filter(({ endpoint }) => endpoint === "ticker_bars").map(({ path }) => path.split("/")[4]!),
  };
}

async function notFresh({ engine }: VendorChain): Promise<string[]> {
  const keys = "raw_tickers raw_ticker_details raw_news raw_splits raw_dividends raw_daily_bars daily_bars tickers " +
    "news_mentions daily_ohlc indicators";
  return (await engine.states(keys.split(" "))).filter(({ state }) => state !== "fresh").map((
    { key, state, reasons },
  ) => `${key} ${state}: ${reasons.map(({ message }) => message).join(", ")}`);
}

/** What the last materializations of an asset changed since one of them, as `name date`, without a session. */
async function changedSince({ engine }: VendorChain, key: string, since: number, without: string): Promise<string[]> {
  const later = (await engine.materializations(key, { limit: 50 })).filter(({ id }) => id > since);
  const partitions = later.flatMap(({ changed }) =>
    changed!.flatMap(({ names, dates }) =>
      (names ?? ["*"]).flatMap((name) =>
        dates!.flatMap(([first, last]) => nyse.sessionsBetween(first, last).map((date) => `${name} ${date}`))
      )
    )
  );
  return [...new Set(partitions)].filter((partition) => !partition.endsWith(without)).sort();
}

async function latestId({ engine }: VendorChain, key: string): Promise<number> {
  return (await engine.materializations(key, { limit: 1 }))[0]!.id;
}

for (const { name, ignore, open } of databases) {
  Deno.test({ name: `the chain on a vendor, on ${name}`, ignore, fn: (t) => theChain(t, open) });
}

async function theChain(t: Deno.TestContext, open: () => ReturnType<typeof databases[number]["open"]>) {
  const database = await open();
  try {
    await withVendorChain({ database, ...market }, async (chain) => {
      const { vendor } = chain;
      const sessions = () => vendor.market.sessions();

      await t.step("goes from empty to fresh with a call for each session, and a few", async () => {
        const run = await chain.materialize();
        assert.equal(run.status, "succeeded", run.steps.map((step) => step.error?.message ?? "").join(" "));
        const { grouped_bars, ticker_bars = 0, ticker_details, ...few } = chain.calls();
        assert.deepEqual([sessions().length, grouped_bars, ticker_bars], [20, 20, 0]);
        assert.equal(ticker_details, universe);
        assert.ok(Object.values(few).reduce((sum, calls) => sum + calls, 0) <= 10, JSON.stringify(few));
        assert.deepEqual(await notFresh(chain), []);
      });

      await t.step("has every bar of the universe as the vendor has it", async () => {
        const listed = new Set((await chain.rows("raw_tickers")).map(({ ticker }) => ticker));
        const bars = sessions().flatMap((session) => vendor.market.sessionBars(session))
          .filter(({ ticker }) => listed.has(ticker));
        assert.ok(bars.length > 700);
        assert.deepEqual(
          (await chain.rows("raw_daily_bars")).map(({ ticker, session, close }) => `${ticker} ${session} ${close}`),
          bars.map(({ ticker, session, c }) => `${ticker} ${session} ${c}`).sort(),
        );
        const splits = vendor.market.splits.filter(({ ticker }) => listed.has(ticker));
        assert.ok(splits.length > 2);
        assert.deepEqual(
          (await chain.rows("raw_daily_bars")).filter(({ split }) => split !== 1)
            .map(({ ticker, session, split }) => `${ticker} ${session} ${split}`),
          splits.map(({ ticker, executionDate, from, to }) => `${ticker} ${executionDate} ${to / from}`).sort(),
        );
      });

      await t.step("asks nothing more while nothing is due", async () => {
        await chain.materialize();
        assert.deepEqual(chain.calls(), {});
      });

      await t.step("requests a new session and the five before it, and makes that session alone anew", async () => {
        const before = await latestId(chain, "indicators");
        const session = vendor.market.advanceSessions(1);
        assert.equal((await chain.materialize()).status, "succeeded");
        assert.deepEqual(barCalls(chain), { sessions: sessions().slice(-6), tickers: [] });
        const { tickers, splits, dividends, news, ticker_details = 0 } = chain.calls();
        assert.deepEqual([tickers, splits, dividends, news, ticker_details], [2, 1, 1, 1, 0]);
        assert.deepEqual(await notFresh(chain), []);
        assert.deepEqual(await changedSince(chain, "indicators", before, session), []);
        assert.equal((await chain.rows("indicators")).filter((row) => row.session === session).length, 40);
      });

      await t.step(
        "catches up the ten sessions for which nothing ran, and reads again those that were due",
        async () => {
          const before = sessions().at(-1)!;
          await chain.reopen();
          vendor.market.advanceSessions(10);
          assert.equal((await chain.materialize()).status, "succeeded");
          const since = sessions().filter((session) => session > before);
          const due = sessions().filter((session) => session <= before).slice(-5);
          assert.equal(since.length, 10);
          assert.deepEqual(barCalls(chain), { sessions: [...due, ...since], tickers: [] });
          chain.calls();
          assert.deepEqual(await notFresh(chain), []);
        },
      );

      await t.step("finds a corrected bar, counts it, and re-materializes exactly its readers", async () => {
        const ids = Object.fromEntries(
          await Promise.all(
            ["raw_daily_bars", "daily_ohlc", "indicators"].map(async (key) => [key, await latestId(chain, key)]),
          ),
        );
        const corrected = sessions().at(-3)!;
        const { c, h } = vendor.market.tickerBars("EAAA", corrected, corrected)[0]!;
        vendor.market.restateBar("EAAA", corrected, { c: c! * 1.01, h: h! * 1.02 });
        const session = vendor.market.advanceSessions(1);
        assert.equal((await chain.materialize()).status, "succeeded");
        const restated = (await chain.engine.materializations("raw_daily_bars", { limit: 6 })).map(({ metadata }) =>
          metadata.restated
        );
        assert.deepEqual(restated.filter((one) => one?.type === "number" && one.value !== 0), [{
          type: "number",
          value: 1,
        }]);
        const changed = (key: string) => changedSince(chain, key, ids[key]!, session);
        assert.deepEqual(await changed("raw_daily_bars"), [`EAAA ${corrected}`]);
        assert.deepEqual(await changed("daily_ohlc"), [`EAAA ${corrected}`]);
        const after = sessions().filter((one) => one >= corrected && one !== session);
        assert.deepEqual(await changed("indicators"), after.map((one) => `EAAA ${one}`));
        chain.calls();
      });

      await t.step("adjusts the history of a ticker that was split, and of no other", async () => {
        const before = await latestId(chain, "daily_ohlc");
        const history = sessions();
        const next = nyse.nextSession(sessions().at(-1)!);
        vendor.market.addSplit({ ticker: "EAAA", executionDate: next, from: 1, to: 4 });
        vendor.market.advanceSessions(1);
        assert.equal((await chain.materialize()).status, "succeeded");
        assert.deepEqual(await changedSince(chain, "daily_ohlc", before, next), history.map((one) => `EAAA ${one}`));
        const raw = (await chain.rows("raw_daily_bars")).find((row) => row.ticker === "EAAA" && row.session === next)!;
        assert.equal(raw.split, 4);
        chain.calls();
      });

      await t.step("keeps the history of a ticker that was delisted, and follows it no more", async () => {
        const day = nyse.nextSession(sessions().at(-1)!);
        const of = async (key: string) => (await chain.rows(key)).filter(({ ticker }) => ticker === "EAAB");
        const history = await of("daily_bars");
        vendor.market.delist("EAAB", day);
        vendor.market.advanceSessions(2);
        assert.equal((await chain.materialize()).status, "succeeded");
        assert.deepEqual(await of("daily_bars"), history);
        const [listed] = await of("tickers");
        assert.deepEqual([listed!.active, listed!.delisted_on], [false, day]);
        // A changed listing is a reason to ask for its details; no other has one, unless it is Monday.
        const { ticker_details } = chain.calls();
        assert.equal(ticker_details, nyse.isLastSessionOf(nyse.previousSession(day), "week") ? universe : 1);
        assert.deepEqual(await notFresh(chain), []);
      });

      await t.step("requests a new ticker's history in one range call", async () => {
        vendor.market.addTicker({ ticker: "ENEW", listedOn: sessions()[3]! });
        vendor.market.advanceSessions(1);
        assert.equal((await chain.materialize()).status, "succeeded");
        const { sessions: grouped, tickers } = barCalls(chain);
        assert.deepEqual([grouped.length, tickers], [6, ["ENEW"]]);
        chain.calls();
        const bars = (await chain.rows("raw_daily_bars")).filter(({ ticker }) => ticker === "ENEW");
        assert.equal(bars.length, sessions().length - 3);
        assert.equal(new Set(bars.map(({ session }) => session)).size, bars.length);
      });

      await t.step("stops at once where the key is wrong, and loses nothing", async () => {
        const before = await chain.rows("raw_daily_bars");
        await chain.reopen({ apiKey: "not-the-key" });
        vendor.market.advanceSessions(1);
        for (const selection of ["raw_daily_bars", undefined]) {
          const run = await chain.materialize(selection);
          assert.equal(run.status, "failed");
          const { error } = run.steps.find(({ status }) => status === "failed")!;
          assert.match(error!.message, /POLYGON_API_KEY/);
          assert.equal(vendor.calls.splice(0).length, 1);
        }
        assert.deepEqual(await chain.rows("raw_daily_bars"), before);
        const [state] = await chain.engine.states(["raw_daily_bars"]);
        assert.equal(state!.state, "failed");
        await chain.reopen();
        assert.equal((await chain.materialize()).status, "succeeded");
        assert.deepEqual(await notFresh(chain), []);
        chain.calls();
      });

      await t.step("fails the sessions that the plan does not reach, and has the others", async () => {
        const next = nyse.nextSession(sessions().at(-1)!);
        vendor.market.advanceSessions(2);
        vendor.faults.set("not_authorized_date", { when: ({ path }) => path.endsWith(next) });
        const run = await chain.materialize();
        assert.equal(run.status, "failed");
        const step = run.steps.find(({ key }) => key === "raw_daily_bars")!;
        assert.deepEqual([step.status, step.failed!.partitions[0]!.dates], ["failed", [[next, next]]]);
        assert.match(step.error!.message, /the plan of the key does not include this date/);
        const [state] = await chain.engine.states(["raw_daily_bars"]);
        assert.deepEqual([state!.state, state!.partitions!.missing > 0], ["failed", true]);
        const newest = sessions().at(-1)!;
        assert.ok((await chain.rows("daily_bars")).some(({ session }) => session === newest));
        chain.calls();
        vendor.faults.clear();
        assert.equal((await chain.materialize()).status, "succeeded");
        assert.deepEqual(barCalls(chain).sessions, [next]);
        assert.deepEqual(await notFresh(chain), []);
      });
    });
  } finally {
    await database.close();
  }
}

Deno.test("the chain on a vendor requests each ticker where there are fewer of them than sessions", async () => {
  await withEmbedded((database) =>
    withVendorChain({ database, tickers: 6, from: "2024-02-01", to: "2024-02-29" }, async (chain) => {
      assert.equal((await chain.materialize("+raw_daily_bars")).status, "succeeded");
      const { grouped_bars = 0, ticker_bars } = chain.calls();
      // Six that trade, and two that no longer do.
      assert.deepEqual([grouped_bars, ticker_bars], [0, 8]);
    })
  );
});

Deno.test("the chain on a vendor continues after the last whole session where it ended in the middle", async () => {
  await withEmbedded((database) =>
    withVendorChain({ database, ...market }, async (chain) => {
      const { vendor } = chain;
      await chain.materialize("raw_tickers raw_splits raw_dividends");
      chain.calls();
      const run = await chain.engine.submit({ selection: "raw_daily_bars", trigger: "test" });
      while (vendor.calls.length < 8) await new Promise((go) => setTimeout(go, 5));
      await chain.reopen();
      await chain.engine.finished(run.id).catch(() => {});
      await chain.materialize("raw_daily_bars");
      const { sessions } = barCalls(chain);
      assert.deepEqual([...new Set(sessions)].sort(), [...vendor.market.sessions()]);
      // One session was on its way when the process ended.
      assert.ok(sessions.length <= vendor.market.sessions().length + 1, sessions.join(" "));
    })
  );
});
