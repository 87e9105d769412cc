import assert from "node:assert/strict";
import { marketIndex, walkForwardDaily, walkForwardPairs, walkForwardWindows } from "../../../assets/mod.ts";
import { backtestPair, PairsByHand } from "../../../assets/backtests/pair_by_hand.ts";
import { movedConfig } from "../../../assets/backtests/movable_settings.ts";
import { TradingConfig } from "../../../assets/backtests/trading_config.ts";
import { settingOf } from "../../../assets/backtests/trial.ts";
import { strategyNames } from "../../../quant/mod.ts";
import { fixedClock } from "../../../resources/clock.ts";
import { trialsByHand } from "../../../resources/trials_by_hand.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { runChain } from "../../support/asset_chain.ts";
import { sessionRows } from "../../support/bars.ts";
import { changingMarket } from "../../support/changing_market.ts";
import { databases } from "../../support/database.ts";
import { eightTickers, eightTickersConfig } from "../../support/eight_tickers.ts";
import { withAssetChain } from "../../support/engine_chain.ts";
import { groupedMarket } from "../../support/grouped_market.ts";

const bars = groupedMarket(260);
const chain = await runChain(walkForwardPairs, {
  bars,
  config: { formation_pairs: { formationSessions: 120, tradingSessions: 40 } },
});
const inputs = {
  bars,
  sessions: sessionRows(bars),
  pairs: chain.rows(walkForwardPairs),
  windows: chain.rows(walkForwardWindows),
  index: chain.rows(marketIndex),
  groups: [],
};
/** The pair that most windows chose. */
const [chosen] = [...Map.groupBy(inputs.pairs, ({ ticker_1, ticker_2 }) => `${ticker_1} ${ticker_2}`).values()]
  .sort((a, b) => b.length - a.length);

function columns(tickers: readonly string[]) {
  const rows = bars.filter(({ ticker }) => tickers.includes(ticker))
    .sort((a, b) => `${a.ticker} ${a.session}` < `${b.ticker} ${b.session}` ? -1 : 1);
  const number = (name: "open" | "high" | "low" | "close" | "volume" | "dividend" | "split") =>
    Float64Array.from(rows, (row) => row[name] ?? NaN);
  return {
    ticker: rows.map(({ ticker }) => ticker),
    session: rows.map(({ session }) => session),
    occurrence: new Float64Array(rows.length).fill(1),
    open: number("open"),
    high: number("high"),
    low: number("low"),
    close: number("close"),
    volume: number("volume"),
    dividend: number("dividend"),
    split: number("split"),
  };
}

const { ticker_1, ticker_2 } = chosen![0]!;
const pairInputs = {
  bars: columns([ticker_1, ticker_2]),
  sessions: inputs.sessions,
  pairs: chosen!,
  windows: inputs.windows,
};
const ofPair = (row: { strategy: string; ticker_1: string; ticker_2: string }) =>
  row.ticker_1 === ticker_1 && row.ticker_2 === ticker_2;

Deno.test("backtestPair() has the rows of walk_forward_daily for the pair, under its settings and under others", async () => {
  const strategies = [...strategyNames];
  const moved = {
    strategies,
    parameters: { z_score_bands: { entryZ: 1.5 } },
    exits: { timeStopHalfLives: 2 },
    costs: "spread",
  };
  for (const settings of [{ strategies }, moved]) {
    const config = TradingConfig.parse(settings);
    const whole = await runAsset(walkForwardDaily, { inputs, config: settings });
    for (const strategy of strategyNames) {
      const { days, trades } = await backtestPair(pairInputs, { strategy, config });
      const expected = whole.rows.filter((row) => row.strategy === strategy && ofPair(row));
      assert.ok(expected.length >= 40);
      assert.deepEqual(days, expected);
      const ofStrategy = whole.outs.trades!.rows.filter((row) => row.strategy === strategy);
      assert.deepEqual(trades, ofStrategy.filter((row) => ofPair(row as Parameters<typeof ofPair>[0])));
    }
  }
});

Deno.test("movedConfig() moves one strategy alone, and drops a parameter that is moved to its default", () => {
  const config = TradingConfig.parse({ parameters: { z_score_bands: { entryZ: 2, exitZ: 0.25 } } });
  const moved = movedConfig(config, "z_score_bands", { parameters: { entryZ: 1 }, exits: { spreadStopZ: null } });
  assert.deepEqual(moved.parameters, { z_score_bands: { exitZ: 0.25 } });
  assert.deepEqual(moved.exits, { ...config.exits, spreadStopZ: null });
  assert.throws(() => movedConfig(config, "z_score_bands", { parameters: { exitZ: 3 } }), RangeError);
});

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `PairsByHand records each setting of a pair once, and strategy_comparison deflates for it, on ${name}`,
    ignore,
    async fn() {
      const database = await open();
      try {
        const record = trialsByHand(database);
        const strategies = ["z_score_bands", "rolling_trend"];
        // Trials are recorded by the clock of the database.
        const clock = fixedClock(Temporal.Now.instant().add({ hours: 2 }).toString());
        await withAssetChain({
          database,
          marketData: changingMarket(eightTickers("2026-11-20")),
          clock,
          trialsByHand: record,
          config: { ...eightTickersConfig, walk_forward_daily: { strategies, comparedCostsBps: [] } },
        }, async (all) => {
          assert.equal((await all.materialize("+strategy_comparison")).status, "succeeded");
          const compared = async () =>
            (await all.rows("strategy_comparison")).find((row) =>
              row.strategy === "z_score_bands" && row.costs === "fixed" && row.weighting === "equal"
            ) as Record<string, number>;
          const before = await compared();
          assert.equal(before.settings_tried_by_hand, 0);
          const days = await all.rows("walk_forward_daily");
          const { ticker_1, ticker_2 } = days[0] as Record<string, string>;
          const tickers = [ticker_1!, ticker_2!] as const;
          const byHand = new PairsByHand({ engine: all.engine, record, universe: "bars of one source" });
          const show = (settings: object, of = tickers) => byHand.show(of, { strategy: "z_score_bands", settings });

          const standing = (await show({}))!;
          assert.deepEqual(
            standing.days,
            days.filter((row) =>
              row.strategy === "z_score_bands" && row.ticker_1 === ticker_1 && row.ticker_2 === ticker_2
            ),
          );
          assert.equal(standing.counted, false, "what is set is in the ledger already");
          assert.equal((await show({ commissionBps: 7 }))!.counted, false, "costs are how a result is measured");
          assert.equal((await show({ parameters: { entryZ: 1 } }))!.counted, false, "entryZ is 1 by default");
          const later = clock.now().add({ hours: 2 });
          assert.equal(await record.countBefore(later), 0);

          const wider = (await show({ parameters: { entryZ: 1.75 } }))!;
          assert.equal(wider.counted, true);
          assert.notDeepEqual(wider.days, standing.days);
          await show({ parameters: { entryZ: 1.75 }, commissionBps: 7 });
          await show({ parameters: { entryZ: 2 }, exits: { timeStopHalfLives: null } });
          const other = days.find((row) => row.ticker_1 !== ticker_1 || row.ticker_2 !== ticker_2) as Record<
            string,
            string
          >;
          await show({ parameters: { entryZ: 1.75 } }, [other.ticker_1!, other.ticker_2!]);
          const trials = await record.before(later);
          assert.equal(trials.length, 3, "two settings of one pair, one of another");
          assert.equal(new Set(trials.map(({ trial }) => settingOf(trial).setting)).size, 2);
          assert.equal(await show({}, ["KO", "NONE"]), null);
          assert.equal(await byHand.settings("reference"), null);
          await assert.rejects(show({ parameters: { entryZ: 0.1 } }), RangeError);

          assert.equal((await all.materialize("+strategy_comparison")).status, "succeeded");
          const after = await compared();
          assert.equal(after.settings_tried_by_hand, 2, "a setting counts once, on however many pairs");
          assert.equal(after.settings_tried, before.settings_tried! + 2);
          assert.equal(after.pair_trials, before.pair_trials! + 3, "each pair under each setting");
          assert.ok(after.expected_maximum_sharpe! > before.expected_maximum_sharpe!);
          assert.ok(after.deflated_sharpe! < before.deflated_sharpe!);
          const ledger = await all.rows("backtest_trials");
          const kept = ledger.filter(({ trial }) => settingOf(String(trial)).byHand);
          assert.deepEqual(kept.map(({ trial }) => trial), trials.map(({ trial }) => trial));
          assert.equal(kept[0]!.session_sharpe, trials[0]!.session_sharpe);
        });
      } finally {
        await database.close();
      }
    },
  });
}

Deno.test("backtestPair() refuses bars that the windows do not fit", async () => {
  await assert.rejects(
    () =>
      backtestPair({ ...pairInputs, bars: columns([ticker_1]) }, {
        strategy: "rolling_trend",
        config: TradingConfig.parse({}),
      }),
    RangeError,
  );
});
