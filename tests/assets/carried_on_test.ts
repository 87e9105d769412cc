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

type Tables = Record<string, [dataVersion: string, rows: Record<string, unknown>[]]>;

/** What was made from nothing, by the market; by one database for both, since either must make the same. */
const madeFromNothing = new Map<string, Promise<Tables>>();

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
  const tables = async (chain: AssetChain): Promise<Tables> => {
    const states = new Map((await chain.engine.states()).map((state) => [state.key, state.lastMaterialization]));
    return Object.fromEntries(
      await Promise.all(
        compared.map(async (key): Promise<[string, Tables[string]]> => [
          key,
          [states.get(key)!.dataVersion, await chain.rows(key)],
        ]),
      ),
    );
  };
  const fromNothing = (t: number, correction?: readonly [ticker: string, t: number]): Promise<Tables> => {
    const of = `${t} ${correction ?? ""}`;
    const made = madeFromNothing.get(of) ??
      onMarket(until(t, correction && corrected(...correction)), async (chain) => {
        await brought(chain);
        return await tables(chain);
      });
    madeFromNothing.set(of, made);
    return made;
  };

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
        assert.deepEqual(await tables(chain), await fromNothing(242));
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
          changing.change(until(242, corrected("A1", t)));
          await brought(chain);
          const after = await tables(chain);
          assert.notDeepEqual(after.portfolio_daily, before.portfolio_daily);
          assert.deepEqual(after, await fromNothing(242, ["A1", t]));
          changing.change(until(243));
          await brought(chain);
          assert.deepEqual(await tables(chain), await fromNothing(243));
        });
      },
    });
  }
}
