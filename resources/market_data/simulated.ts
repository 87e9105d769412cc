import type { MarketData, TickerListing } from "./market_data.ts";
import { simulatedBars } from "./simulated/bars.ts";
import { settingsOf, type SimulatedMarketOptions, windowOf } from "./simulated/window.ts";

/** Must be raised whenever the same options would give other rows. */
const GENERATOR_VERSION = 1;

/**
 * A simulated market: invented instruments with prices from market, sector and own factors, with cointegrated pairs and with the
 * faults of real data. `tests/support/simulated_truth.ts` lists them.
 *
 * A row is a pure function of the seed, the number of tickers and its session. The window of `sessions` sessions ends with the
 * clock's last closed one and rolls: a later clock appends sessions at the end and drops as many at the start, without changing
 * rows in between. With `since` it starts where it started at that time, and a later clock only appends.
 *
 * In a window of 1,008 sessions or more, 120 tickers have 12 cointegrated pairs with half-lives of 3 to 20 sessions, 8 decoys
 * (returns correlated above 0.9, prices drifting apart), splits of a planted leg and of others, dividends, a delisting and a new
 * listing, gaps, duplicates and impossible rows. Prices do not drop on ex-dates: the drop is assumed to be within the noise.
 *
 * @throws {RangeError} If a setting is outside its range. Reading throws {@link MarketDataError} before 2000-01-03's close.
 *
 * Verified: tests/resources/market_data/simulated_test.ts. Cost: 120 tickers and 1,008 sessions in about 0.1 s; the walk starts
 * in 2000, so it grows by 5 µs with every further session.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { fixedClock } from "../clock.ts";
 * import { simulatedMarket } from "./simulated.ts";
 *
 * const market = simulatedMarket({ clock: fixedClock("2026-11-21T12:00:00Z"), seed: 7 });
 * const bars = await market.dailyBars();
 * assert.equal(bars.session.at(-1), "2026-11-20");
 * ```
 */
export function simulatedMarket(options: SimulatedMarketOptions): MarketData {
  const { seed, tickers, sessions } = settingsOf(options);
  const present = () => windowOf({ ...options, seed, tickers, sessions });
  return {
    name: "simulated",

    version() {
      return answer(() => {
        const { from, to, dateOf } = present();
        return `simulated ${GENERATOR_VERSION}, seed ${seed}, ${tickers} tickers, ${dateOf(from)} to ${dateOf(to)}`;
      });
    },

    tickers({ signal } = {}) {
      return answer(() => {
        signal?.throwIfAborted();
        const window = present();
        return window.instruments().map((instrument): TickerListing => {
          const active = instrument.delistedAt > window.to;
          return {
            ticker: instrument.symbol,
            name: instrument.name,
            type: "CS",
            exchange: instrument.exchange,
            sector: instrument.sector,
            currency: "USD",
            active,
            delistedOn: active ? null : window.dateOf(instrument.delistedAt),
          };
        });
      });
    },

    dailyBars(readOptions) {
      return answer(() => simulatedBars(present(), readOptions));
    },
  };
}

/** Turns a thrown error into a rejected promise. */
function answer<T>(compute: () => T): Promise<T> {
  return new Promise((resolve) => resolve(compute()));
}
