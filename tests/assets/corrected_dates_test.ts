/**
 * A file with false dates that is corrected while the service goes on: one run leaves everything as of the true last session.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fixedClock } from "../../resources/clock.ts";
import type { RawBar } from "../support/bars.ts";
import { changingMarket } from "../support/changing_market.ts";
import { databases } from "../support/database.ts";
import { eightTickers, eightTickersConfig, inOrder, redated } from "../support/eight_tickers.ts";
import { type AssetChain, withAssetChain } from "../support/engine_chain.ts";

const searches = ["pair_clusters", "cointegrated_pairs", "chosen_pairs"];

/** As-of sessions that each search holds, and the newest of them; the last sessions of prices and signals. */
async function asOf({ engine, rows }: AssetChain) {
  const dates = async (key: string, column: string) => [...new Set((await rows(key)).map((row) => row[column]))].sort();
  return {
    held: Object.fromEntries(
      await Promise.all(searches.map(async (key) => [key, await dates(key, "as_of")] as const)),
    ),
    newest: await Promise.all(searches.map((key) => engine.newestDate(key))),
    prices: (await dates("clean_prices", "session")).at(-1),
    signals: (await dates("pair_signals", "session")).at(-1),
    portfolio: (await dates("portfolio_daily", "session")).at(-1),
  };
}

const all = (...dates: string[]) => ({
  held: Object.fromEntries(searches.map((key) => [key, dates])),
  newest: searches.map(() => dates.at(-1)),
});

/** The bars of the last week of `eightTickers("2026-11-20")` dated a week too late, Thanksgiving's on the Friday. */
function weekTooLate(): RawBar[] {
  const later = new Map([
    ["2026-11-16", "2026-11-23"],
    ["2026-11-17", "2026-11-24"],
    ["2026-11-18", "2026-11-25"],
    ["2026-11-20", "2026-11-27"],
  ]);
  return eightTickers("2026-11-20").map((bar) => ({ ...bar, session: later.get(bar.session) ?? bar.session }));
}

for (const { name, ignore, open } of databases) {
  const test = (
    title: string,
    first: readonly RawBar[],
    body: (chain: AssetChain, market: ReturnType<typeof changingMarket>) => Promise<void>,
  ) =>
    Deno.test({
      name: `Corrected dates on ${name}: ${title}`,
      ignore,
      async fn() {
        const database = await open();
        try {
          const marketData = changingMarket(first);
          const clock = fixedClock("2026-11-28T12:00:00Z");
          await withAssetChain({ database, marketData, clock, config: eightTickersConfig }, (chain) =>
            body(chain, marketData));
        } finally {
          await database.close();
        }
      },
    });
  const succeeded = async (chain: AssetChain) => {
    const run = await chain.materialize();
    assert.deepEqual([run.status, run.steps.flatMap(({ error }) => error ?? [])], ["succeeded", []]);
    const stale = (await chain.engine.states()).filter(({ state }) => state !== "fresh");
    assert.deepEqual(stale.map(({ key, reasons }) => [key, reasons]), []);
  };

  test(
    "day and month swapped in one row, then mended, with a week more",
    redated(eightTickers("2026-11-20"), "B3", "2026-11-12", "2026-12-11"),
    async (chain, market) => {
      await succeeded(chain);
      const ends = { prices: "2026-11-20", signals: "2026-11-20", portfolio: "2026-11-20" };
      assert.deepEqual(await asOf(chain), { ...all("2026-11-20"), ...ends });
      assert.deepEqual((await chain.rows("rejected_bars")).map((row) => [row.ticker, row.session, row.reason]), [
        ["B3", "2026-12-11", "is dated after today"],
      ]);
      market.change(eightTickers("2026-11-27"));
      await succeeded(chain);
      const later = { prices: "2026-11-27", signals: "2026-11-27", portfolio: "2026-11-27" };
      assert.deepEqual(await asOf(chain), { ...all("2026-11-20", "2026-11-27"), ...later });
      assert.deepEqual(await chain.rows("rejected_bars"), []);
    },
  );

  test(
    "a whole week dated a week too late, then mended: what was chosen as of it goes",
    weekTooLate(),
    async (chain, market) => {
      await succeeded(chain);
      const late = { prices: "2026-11-27", signals: "2026-11-27", portfolio: "2026-11-27" };
      assert.deepEqual(await asOf(chain), { ...all("2026-11-27"), ...late });
      market.change(eightTickers("2026-11-20"));
      await succeeded(chain);
      const ends = { prices: "2026-11-20", signals: "2026-11-20", portfolio: "2026-11-20" };
      assert.deepEqual(await asOf(chain), { ...all("2026-11-20"), ...ends });
      // And when that week comes, it is chosen anew.
      market.change(eightTickers("2026-11-27"));
      await succeeded(chain);
      assert.deepEqual((await asOf(chain)).held, all("2026-11-20", "2026-11-27").held);
    },
  );

  test(
    "a session of which the other bars come later: it counts from then on",
    eightTickers("2026-11-27").filter(({ ticker, session }) => session !== "2026-11-27" || ticker === "A0"),
    async (chain, market) => {
      await succeeded(chain);
      assert.deepEqual((await asOf(chain)).held, all("2026-11-20").held);
      const [state] = await chain.engine.checks("sessions").then((checks) =>
        checks.filter((c) => c.name === "session_complete")
      );
      assert.deepEqual([state!.passed, state!.severity], [false, "warn"]);
      market.change(inOrder(eightTickers("2026-11-27")));
      await succeeded(chain);
      assert.deepEqual((await asOf(chain)).held, all("2026-11-20", "2026-11-27").held);
      assert.deepEqual((await chain.engine.checks("sessions")).map(({ passed }) => passed), [true, true, true]);
    },
  );
}
