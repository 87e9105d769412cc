/**
 * Assets that are carried on, on the real engine: session by session, and after corrections, their rows are those made from nothing.
 *
 * @module
 */
import assert from "node:assert/strict";
import * as assets from "../../assets/mod.ts";
import { fixedClock } from "../../resources/clock.ts";
import { weekdays as anyWeekday } from "../../resources/exchange_calendar/mod.ts";
import { type RawBar, weekdays } from "../support/bars.ts";
import { changingMarket } from "../support/changing_market.ts";
import { databases } from "../support/database.ts";
import { type AssetChain, withAssetChain } from "../support/engine_chain.ts";
import { groupedMarket } from "../support/grouped_market.ts";

const clock = fixedClock("2025-01-03T23:00:00Z");
const sessions = weekdays(260);
const market = groupedMarket(260);
const until = (t: number, bars: readonly RawBar[] = market) => bars.filter(({ session }) => session <= sessions[t]!);
/** Trading windows begin in sessions 120, 140, 160, … */
const config = { formation_pairs: { formationSessions: 120, tradingSessions: 20 } };
const selection = "+strategy_comparison +trend_accuracy +forecast_scores clean_prices";

/** Every asset that is carried on, with its further outputs, and what is made from them. */
const compared = [
  assets.cleanPrices,
  assets.walkForwardDaily,
  assets.formationSpreads,
  assets.trendAccuracy,
  assets.forecastScores,
  assets.backtestTrials,
  assets.strategyComparison,
].flatMap((asset) => [asset, ...Object.values(asset.recipe!.outs)]).map(({ key }) => key);

/** The market with another close of a ticker in a session. */
function corrected(ticker: string, t: number): RawBar[] {
  return market.map((bar) => {
    if (bar.ticker !== ticker || bar.session !== sessions[t]) return bar;
    const close = bar.close! * 1.03;
    return { ...bar, close, high: Math.max(bar.high!, close) };
  });
}

for (const { name, ignore, open } of databases) {
  const onMarket = async <T>(
    bars: readonly RawBar[],
    body: (chain: AssetChain, changing: ReturnType<typeof changingMarket>) => Promise<T>,
  ): Promise<T> => {
    const database = await open();
    const marketData = changingMarket(bars);
    try {
      return await withAssetChain(
        { database, marketData, calendar: anyWeekday, clock, config },
        (chain) => body(chain, marketData),
      );
    } finally {
      await database.close();
    }
  };
  const brought = async (chain: AssetChain, force = false) => {
    const run = await chain.materialize(selection, { force });
    assert.deepEqual([run.status, run.steps.flatMap(({ error }) => error ?? [])], ["succeeded", []]);
  };
  const tables = async (chain: AssetChain) => {
    const states = new Map((await chain.engine.states()).map((state) => [state.key, state.lastMaterialization]));
    return Object.fromEntries(
      await Promise.all(
        compared.map(async (key) => [key, [states.get(key)!.dataVersion, await chain.rows(key)]] as const),
      ),
    );
  };
  const fromNothing = (bars: readonly RawBar[]) =>
    onMarket(bars, async (chain) => {
      await brought(chain);
      return await tables(chain);
    });

  Deno.test({
    name: `Carrying on, on ${name}: rows made session by session equal those made from nothing`,
    ignore,
    async fn() {
      await onMarket(until(237), async (chain, changing) => {
        await brought(chain);
        // The window ends with session 239.
        for (let t = 238; t <= 242; t++) {
          changing.change(until(t));
          await brought(chain);
        }
        assert.deepEqual(await tables(chain), await fromNothing(until(242)));
        const known = await tables(chain);
        await brought(chain, true);
        assert.deepEqual(await tables(chain), known);
      });
    },
  });

  for (
    const [place, t] of [["a finished window", 205], ["the current window", 241], ["the first formation", 20]] as const
  ) {
    Deno.test({
      name: `Carrying on, on ${name}: a bar corrected in ${place} changes what it would have changed`,
      ignore,
      async fn() {
        await onMarket(until(241), async (chain, changing) => {
          await brought(chain);
          const before = await tables(chain);
          const bars = corrected("A1", t);
          changing.change(until(242, bars));
          await brought(chain);
          const after = await tables(chain);
          assert.notDeepEqual(after.portfolio_daily, before.portfolio_daily);
          assert.deepEqual(after, await fromNothing(until(242, bars)));
          changing.change(until(243));
          await brought(chain);
          assert.deepEqual(await tables(chain), await fromNothing(until(243)));
        });
      },
    });
  }
}
