import { type LegBars, PairFormations, type RolledWindow } from "../../quant/mod.ts";
import type { TradedBars, TradedLeg } from "../market/traded_bars.ts";

/** A pair with all windows in which it was chosen, and its bars from their first formation to their last trading session. */
export interface TradedPair {
  ticker_1: string;
  ticker_2: string;
  /** Index of its first session among the sessions of all bars. */
  first: number;
  sessions: readonly string[];
  leg1: Required<LegBars>;
  leg2: Required<LegBars>;
  /** Of these bars, to share among all strategies and cost levels. */
  formations?: PairFormations;
  /** Ascending; indices among the pair's sessions. */
  windows: RolledWindow[];
  /** Window numbers, in the same order. */
  numbers: number[];
  /** Bid–ask spread of each leg in the formation of each window, in basis points; `null` if unknown. */
  spreads: [number | null, number | null][];
}

/** Bounds of a window, as in `walk_forward_pairs` and `walk_forward_windows`. */
export interface WindowBounds {
  window: number;
  formation_first_session: string;
  trading_first_session: string;
  trading_last_session: string;
  complete: boolean;
}

/** Returns the indices of a window among the sessions of the bars. */
export type WindowPlace = (bounds: WindowBounds) => RolledWindow;

/**
 * Locates windows among the sessions of the bars.
 *
 * @throws {RangeError} On use, if a bound is not a session of the bars: the windows were made from other bars.
 */
export function windowPlaces({ sessions }: Pick<TradedBars, "sessions">): WindowPlace {
  const position = new Map(sessions.map((session, t) => [session, t]));
  const at = (session: string): number => {
    const t = position.get(session);
    if (t !== undefined) return t;
    throw new RangeError(
      `A window of walk_forward_pairs begins or ends in ${session}, in which raw_daily_bars now has no bar. Materialize walk_forward_pairs first.`,
    );
  };
  return (bounds) => ({
    formationStart: at(bounds.formation_first_session),
    tradingStart: at(bounds.trading_first_session),
    tradingEnd: at(bounds.trading_last_session) + 1,
    complete: bounds.complete,
  });
}

/** A pair and its bid–ask spreads at the end of a formation. */
export interface PairSpreads {
  ticker_1: string;
  ticker_2: string;
  spread_bps_1: number | null;
  spread_bps_2: number | null;
}

/** Groups windows by pair, with the pair's bars. Pairs are in ticker order. */
export function tradedPairs(
  bars: TradedBars,
  rows: readonly (WindowBounds & PairSpreads)[],
): TradedPair[] {
  const place = windowPlaces(bars);
  const byPair = Map.groupBy(
    rows.toSorted((a, b) => a.window - b.window),
    ({ ticker_1, ticker_2 }) => `${ticker_1} ${ticker_2}`,
  );
  return [...byPair].sort(([a], [b]) => a < b ? -1 : 1).map(([, own]) => {
    const { ticker_1, ticker_2 } = own[0]!;
    const places = own.map(place);
    const first = places[0]!.formationStart;
    const end = places.at(-1)!.tradingEnd;
    const sessions = bars.sessions.slice(first, end);
    const legs = legsOf(bars, [ticker_1, ticker_2], { first, end });
    return {
      ticker_1,
      ticker_2,
      first,
      sessions,
      ...legs,
      formations: new PairFormations(sessions, legs.leg1, legs.leg2),
      windows: places.map(({ formationStart, tradingStart, tradingEnd, complete }) => ({
        formationStart: formationStart - first,
        tradingStart: tradingStart - first,
        tradingEnd: tradingEnd - first,
        complete,
      })),
      numbers: own.map(({ window }) => window),
      spreads: own.map(({ spread_bps_1, spread_bps_2 }) => [spread_bps_1, spread_bps_2]),
    };
  });
}

/** Bars of both legs in [first, end). If either has no open, both fill at the close, so that they fill at the same time. */
function legsOf({ legs }: TradedBars, tickers: [string, string], { first, end }: { first: number; end: number }) {
  const [one, other] = tickers.map((ticker) => {
    const leg = legs.get(ticker);
    if (leg) return leg;
    throw new RangeError(
      `raw_daily_bars no longer has ${ticker}, which is in a pair of walk_forward_pairs. Materialize walk_forward_pairs first.`,
    );
  }) as [TradedLeg, TradedLeg];
  const cut = ({ open, close, split, dividend }: TradedLeg, { open: otherOpen }: TradedLeg): Required<LegBars> => {
    const fills = close.slice(first, end) as Float64Array;
    for (let t = first; t < end; t++) if (open[t]! > 0 && otherOpen[t]! > 0) fills[t - first] = open[t]!;
    return {
      open: fills,
      close: close.slice(first, end) as Float64Array,
      split: split.slice(first, end) as Float64Array,
      dividend: dividend.slice(first, end) as Float64Array,
    };
  };
  return { leg1: cut(one, other), leg2: cut(other, one) };
}
