/**
 * Forecasts on the real engine: a new session makes what is new of them and nothing else.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Run } from "../../engine/mod.ts";
import { fixedClock } from "../../resources/clock.ts";
import { weekdays as anyWeekday } from "../../resources/exchange_calendar/mod.ts";
import { type RawBar, weekdays } from "../support/bars.ts";
import { changingMarket } from "../support/changing_market.ts";
import { databases } from "../support/database.ts";
import { type AssetChain, withAssetChain } from "../support/engine_chain.ts";
import { forecastMarket, forecastWindows } from "../support/forecast_chain.ts";

const clock = fixedClock("2025-01-03T23:00:00Z");
const sessions = weekdays(260);
/** The bars up to a session, the forecast windows' first trading sessions being 120, 160, 200 and 240. */
const until = (t: number) => forecastMarket.filter(({ session }) => session <= sessions[t]!);

/** Partitions that each forecast step of a run has made. */
function made({ steps }: Run): Record<string, unknown> {
  return Object.fromEntries(
    steps.flatMap(({ key, done }) =>
      done && ["forecast_models", "spread_forecasts"].includes(key) ? [[key, done.partitions]] : []
    ),
  );
}

async function brought(chain: AssetChain): Promise<Record<string, unknown>> {
  const run = await chain.materialize("+forecast_scores");
  assert.deepEqual([run.status, run.steps.flatMap(({ error }) => error ?? [])], ["succeeded", []]);
  return made(run);
}

for (const { name, ignore, open } of databases) {
  const test = (
    title: string,
    first: readonly RawBar[],
    body: (chain: AssetChain, market: ReturnType<typeof changingMarket>) => Promise<void>,
    more: Record<string, unknown> = {},
  ) =>
    Deno.test({
      name: `Forecasts on ${name}: ${title}`,
      ignore,
      async fn() {
        const database = await open();
        const marketData = changingMarket(first);
        const config = {
          ...forecastWindows,
          forecast_models: { models: ["last_value", "mean_reversion", "boosted_trees"] },
          ...more,
        };
        try {
          await withAssetChain({ database, marketData, calendar: anyWeekday, clock, config }, (chain) =>
            body(chain, marketData));
        } finally {
          await database.close();
        }
      },
    });

  test("one more session fits no model and makes its own forecasts and those that wait for it", until(250), async (
    chain,
    market,
  ) => {
    const first = await brought(chain);
    assert.deepEqual(first.forecast_models, [{ names: null, dates: [[sessions[120], sessions[240]]] }]);
    assert.deepEqual(first.spread_forecasts, [{ names: null, dates: [[sessions[120], sessions[250]]] }]);
    const [models, forecasts] = [await chain.rows("forecast_models"), await chain.rows("spread_forecasts")];
    assert.equal(new Set(models.map((row) => row.trading_first_session)).size, 4);

    market.change(until(251));
    assert.deepEqual(await brought(chain), {
      spread_forecasts: [{ names: null, dates: [[sessions[241], sessions[251]]] }],
    });
    assert.deepEqual(await chain.rows("forecast_models"), models);
    const after = await chain.rows("spread_forecasts");
    const open = (row: Record<string, unknown>) => row.actual === null;
    const key = (row: Record<string, unknown>) =>
      ["as_of", "ticker_1", "ticker_2", "model", "horizon"].map((column) => row[column]).join(" ");
    const now = new Map(after.map((row) => [key(row), row]));
    for (const row of forecasts) {
      const { target_session: _target, actual: _actual, ...said } = row;
      const { target_session, actual, ...saidNow } = now.get(key(row))!;
      assert.deepEqual(saidNow, said);
      if (!open(row)) assert.deepEqual([target_session, actual], [row.target_session, row.actual]);
    }
    assert.equal(after.filter((row) => row.target_session === sessions[251]).every((row) => !open(row)), true);
    assert.ok(after.some((row) => row.as_of === sessions[251] && row.target_session === null));
    assert.deepEqual(await brought(chain), {});
  });

  test("a session that begins a window fits the models of that window alone", until(239), async (chain, market) => {
    await brought(chain);
    market.change(until(240));
    assert.deepEqual(await brought(chain), {
      forecast_models: [{ names: null, dates: [[sessions[240], sessions[240]]] }],
      spread_forecasts: [{ names: null, dates: [[sessions[230], sessions[240]]] }],
    });
  });

  test(
    "with refits a session fits the models that are due in it alone, and other sessions fit none",
    until(254),
    async (chain, market) => {
      const first = await brought(chain);
      assert.deepEqual(first.forecast_models, [{ names: null, dates: [[sessions[120], sessions[240]]] }]);
      const models = await chain.rows("forecast_models");
      assert.equal(new Set(models.map((row) => row.trading_first_session)).size, 10);
      market.change(until(255));
      assert.deepEqual(await brought(chain), {
        forecast_models: [{ names: null, dates: [[sessions[255], sessions[255]]] }],
        spread_forecasts: [{ names: null, dates: [[sessions[245], sessions[255]]] }],
      });
      market.change(until(256));
      assert.deepEqual(await brought(chain), {
        spread_forecasts: [{ names: null, dates: [[sessions[246], sessions[256]]] }],
      });
      const now = await chain.rows("forecast_models");
      assert.deepEqual(now.filter((row) => row.trading_first_session !== sessions[255]), models);
    },
    { formation_spreads: { refitSessions: 15 } },
  );

  test("refits that are set and taken back leave the forecasts of one fit a window", until(210), async (chain) => {
    await brought(chain);
    const all = "formation_spreads forecast_models spread_forecasts";
    const run = async (refitSessions: number | null) => {
      const config = { formation_spreads: { refitSessions } };
      const { id } = await chain.engine.submit({ selection: all, trigger: "test", config });
      assert.equal((await chain.engine.finished(id)).status, "succeeded");
      const fits = new Set((await chain.rows("forecast_models")).map((row) => row.trading_first_session));
      return { fits: fits.size, forecasts: await chain.rows("spread_forecasts") };
    };
    const once = { fits: 3, forecasts: await chain.rows("spread_forecasts") };
    const [often, seldom] = [await run(7), await run(30)];
    assert.deepEqual([often.fits, seldom.fits], [6 + 6 + 2, 2 + 2 + 1]);
    assert.notDeepEqual(often.forecasts, seldom.forecasts);
    assert.deepEqual(await run(null), once);
  });

  test("another setting of the models fits them again, another interval does not", until(170), async (chain) => {
    await brought(chain);
    const { engine } = chain;
    const run = async (config: Record<string, unknown>) => {
      const { id } = await engine.submit({ selection: "forecast_models spread_forecasts", trigger: "test", config });
      return made(await engine.finished(id));
    };
    const all = {
      forecast_models: [[sessions[120], sessions[160]]],
      spread_forecasts: [[sessions[120], sessions[170]]],
    };
    const forecasts = [{ names: null, dates: all.spread_forecasts }];
    assert.deepEqual(await run({ spread_forecasts: { coverage: 0.5 } }), { spread_forecasts: forecasts });
    assert.deepEqual((await run({ forecast_models: { models: ["drift"] } })).forecast_models, [{
      names: null,
      dates: all.forecast_models,
    }]);
    assert.deepEqual(new Set((await chain.rows("spread_forecasts")).map((row) => row.model)), new Set(["drift"]));
  });
}
