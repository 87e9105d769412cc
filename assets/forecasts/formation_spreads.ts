import { z } from "zod";
import { eager, earliest, type Input, notEmpty, type RowOf } from "../../engine/mod.ts";
import { windowPlaces } from "../backtests/traded_pair.ts";
import { rawDailyBars } from "../market/raw_daily_bars.ts";
import { completeSessions, sessionBefore, sessions } from "../market/sessions.ts";
import { ReceivedBars } from "../market/traded_bars.ts";
import { walkForwardPairs } from "../pairs/walk_forward_pairs.ts";
import { asset } from "../resources.ts";
import { longestHorizon } from "./longest_horizon.ts";
import { pairSpread } from "./pair_spread.ts";
import { type TradingSpread, tradingSpreads } from "./trading_spreads.ts";

/** Settings of `formation_spreads`. */
export const FormationSpreadsConfig = z.strictObject({
  refitSessions: z.int().min(1).max(250).nullable().default(null).describe(
    "Sessions after which the models are fitted again inside a window, on as many sessions as its formation has; null fits them on the formation alone",
  ),
});

const FormationSpread = z.object({
  trading_first_session: z.iso.date().describe(
    "First session after the values of the fit: that of the trading window, or a later one of it with refitSessions",
  ),
  window: z.int().min(1).describe("Number of the window"),
  ticker_1: z.string().min(1),
  ticker_2: z.string().min(1),
  formation_first_session: z.iso.date().describe("First session of the values"),
  formation_last_session: z.iso.date().describe("Last session of the values: this row uses no later data"),
  slope: z.number().describe("Hedge ratio of ticker 2 on ticker 1, from walk_forward_pairs"),
  intercept: z.number().describe("USD, of the same line"),
  spread_mean: z.number().describe("USD, of the formation's spread"),
  spread_deviation: z.number().positive().describe("USD, population standard deviation of the formation's spread"),
  scaled_spread: z.array(z.number()).describe(
    "(spread − spread_mean) / spread_deviation in each session in which both legs have a close, oldest first",
  ),
  dates: z.array(z.iso.date()).describe("The sessions of these values"),
});

/**
 * The spread of each walk-forward pair in its formation: the data that forecasters are fitted on. Later values are in
 * trading_spreads.
 *
 * With `refitSessions` a window has further rows with later end sessions: regression line and scale remain those of the
 * formation, and the sample moves forward with a constant length. Each row is the data of one fit and depends on no later
 * session.
 *
 * Both assets are partitioned so that a new session changes one partition of `trading_spreads` and none of `formation_spreads`:
 * downstream assets are made for that session only. New sessions are added to the rows before, from the windows that they lie in or
 * follow.
 */
export const formationSpreads = asset({
  key: "formation_spreads",
  module: import.meta,
  group: "forecasts",
  layer: "silver",
  description:
    "The spread of each walk-forward pair in its formation, scaled with parameters known at the formation's end.",
  // Bars as received, because adjusted prices contain later splits. The checks of `daily_bars` still apply.
  deps: { bars: rawDailyBars, sessions, pairs: walkForwardPairs },
  automation: eager(),
  after: ["daily_bars"],
  outs: { trading: tradingSpreads },
  config: FormationSpreadsConfig,
  row: FormationSpread,
  primaryKey: ["trading_first_session", "ticker_1", "ticker_2"],
  partitionedBy: { date: "trading_first_session" },
  carriedOn: true,
  checks: [notEmpty({ severity: "warn" })],

  async materialize({ inputs, previous, config, signal, progress }) {
    const received = await inputs.sessions.rows();
    const complete = completeSessions(received);
    const all = await inputs.pairs.rows();
    const place = windowPlaces({ sessions: complete });
    const every = config.refitSessions ?? Infinity;
    const fitsOf = (pair: RowOf<typeof walkForwardPairs>, until = Infinity) => {
      const { tradingStart, tradingEnd } = place(pair);
      const end = Math.min(tradingEnd, until);
      return end <= tradingStart ? 0 : every === Infinity ? 1 : Math.ceil((end - tradingStart) / every);
    };
    // The pairs have no dates of changes: they are compared with those of the stored fits.
    const changedFrom = previous && earliest(previous.changedFrom.bars, previous.changedFrom.sessions) || null;
    const known = complete.filter((session) => changedFrom !== null && session < changedFrom).length;
    const count = all.reduce((sum, pair) => sum + fitsOf(pair, known), 0);
    const from = changedFrom !== null && await hasFits(previous!.rows, all, { changedFrom, count })
      ? changedFrom
      : null;
    const changed = from === null ? 0 : known;
    const pairs = all.filter((pair) => place(pair).tradingEnd + longestHorizon > changed);
    const legs = [...new Set(pairs.flatMap(({ ticker_1, ticker_2 }) => [ticker_1, ticker_2]))];
    const read = inputs.bars.where("ticker", legs);
    const bars = (await ReceivedBars.read(
      from === null ? read : read.where("session", { from: sessionBefore(received, pairs) }),
    )).traded(new Set(complete), { every: true });
    const rows: z.output<typeof FormationSpread>[] = [];
    const trading: z.output<typeof TradingSpread>[] = [];
    for (const [i, pair] of pairs.entries()) {
      const { window, ticker_1, ticker_2, slope, intercept } = pair;
      const { formationStart, tradingStart, tradingEnd } = place(pair);
      const legs = { leg1: bars.legs.get(ticker_1)!, leg2: bars.legs.get(ticker_2)! };
      const formation = pairSpread(legs, pair, { tradingStart, from: formationStart, to: tradingStart });
      const { mean, deviation } = momentsOf(formation.spread);
      const scaled = (spread: number) => (spread - mean) / deviation;
      for (let passed = 0; passed < tradingEnd - tradingStart; passed += every) {
        const [from, end] = [formationStart + passed, tradingStart + passed];
        if (end < changed) continue;
        const { at, spread } = passed === 0 ? formation : pairSpread(legs, pair, { tradingStart, from, to: end });
        rows.push({
          trading_first_session: bars.sessions[end]!,
          window,
          ticker_1,
          ticker_2,
          formation_first_session: bars.sessions[from]!,
          formation_last_session: bars.sessions[end - 1]!,
          slope,
          intercept,
          spread_mean: mean,
          spread_deviation: deviation,
          scaled_spread: Array.from(spread, scaled),
          dates: at.map((t) => bars.sessions[t]!),
        });
      }
      const to = Math.min(bars.sessions.length, tradingEnd + longestHorizon);
      const after = pairSpread(legs, pair, { tradingStart, from: tradingStart, to });
      after.at.forEach((t, n) => {
        if (t < changed) return;
        trading.push({
          session: bars.sessions[t]!,
          window,
          ticker_1,
          ticker_2,
          spread: after.spread[n]!,
          scaled_spread: scaled(after.spread[n]!),
          in_window: t < tradingEnd,
        });
      });
      signal.throwIfAborted();
      progress(i + 1, pairs.length);
    }
    const fits = all.reduce((sum, pair) => sum + fitsOf(pair), 0);
    const since = from === null ? {} : { from };
    return {
      rows,
      ...since,
      metadata: { windows: new Set(all.map(({ window }) => window)).size, pairs: all.length, fits },
      outs: { trading: { rows: trading, ...since } },
    };
  },
});

/** Whether the stored fits before a change are those of these pairs. */
async function hasFits(
  before: Input<Record<string, unknown>>,
  pairs: readonly RowOf<typeof walkForwardPairs>[],
  { changedFrom, count }: { changedFrom: string; count: number },
): Promise<boolean> {
  const known = await before.columns(...fitColumns) as unknown as Record<typeof fitColumns[number], ArrayLike<unknown>>;
  const places = Array.from({ length: known.window.length }, (_, i) => i)
    .filter((i) => (known.trading_first_session[i] as string) < changedFrom);
  if (places.length !== count) return false;
  const fits = new Set(places.map((i) => JSON.stringify(fitColumns.map((name) => known[name][i]))));
  return pairs.every((pair) =>
    pair.trading_first_session >= changedFrom || fits.has(JSON.stringify(fitColumns.map((name) => pair[name])))
  );
}

/** Columns of the first fit of a pair in a window, which are those of `walk_forward_pairs`. */
const fitColumns = [
  ...["window", "ticker_1", "ticker_2", "trading_first_session"] as const,
  ...["formation_first_session", "formation_last_session", "slope", "intercept"] as const,
] as const;

function momentsOf(values: Float64Array): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / values.length) };
}
