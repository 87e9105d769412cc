import type { LegBars, RolledWindow } from "../../quant/mod.ts";
import type { TradedBars } from "../market/traded_bars.ts";

/** A pair with its bars and all windows in which it was chosen. */
export interface TradedPair {
  ticker_1: string;
  ticker_2: string;
  leg1: Required<LegBars>;
  leg2: Required<LegBars>;
  /** Ascending. */
  windows: RolledWindow[];
  /** The windows' numbers, in their order. */
  numbers: number[];
}

/** The bounds of a window, as `walk_forward_pairs` and `walk_forward_windows` state them. */
export interface WindowBounds {
  window: number;
  formation_first_session: string;
  trading_first_session: string;
  trading_last_session: string;
  complete: boolean;
}

/** A window's place among the sessions of the bars. */
export type WindowPlace = (bounds: WindowBounds) => RolledWindow;

/**
 * Finds windows among the sessions of the bars.
 *
 * @throws {RangeError} On use, if a bound is no session of the bars: the windows were made from other bars.
 */
export function windowPlaces({ sessions }: TradedBars): WindowPlace {
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

/** Gathers the windows of each pair, with its bars. Pairs come in ticker order. */
export function tradedPairs(
  bars: TradedBars,
  rows: readonly (WindowBounds & { ticker_1: string; ticker_2: string })[],
): TradedPair[] {
  const place = windowPlaces(bars);
  const pairs = new Map<string, TradedPair>();
  for (const row of rows.toSorted((a, b) => a.window - b.window)) {
    const { ticker_1, ticker_2 } = row;
    const name = `${ticker_1} ${ticker_2}`;
    let pair = pairs.get(name);
    if (!pair) {
      pair = { ticker_1, ticker_2, ...legsOf(bars, ticker_1, ticker_2), windows: [], numbers: [] };
      pairs.set(name, pair);
    }
    pair.windows.push(place(row));
    pair.numbers.push(row.window);
  }
  return [...pairs].sort(([a], [b]) => a < b ? -1 : 1).map(([, pair]) => pair);
}

/** The legs' bars. Where either has no open both fill at the close, lest they fill at different times. */
function legsOf({ legs }: TradedBars, ticker1: string, ticker2: string) {
  const [first, second] = [ticker1, ticker2].map((ticker) => {
    const leg = legs.get(ticker);
    if (leg) return leg;
    throw new RangeError(
      `raw_daily_bars no longer has ${ticker}, which is in a pair of walk_forward_pairs. Materialize walk_forward_pairs first.`,
    );
  }) as [Required<LegBars>, Required<LegBars>];
  const opens = first.open.map((open, t) => Number(open > 0 && second.open[t]! > 0));
  const filled = (leg: Required<LegBars>) => ({
    ...leg,
    open: leg.open.map((open, t) => opens[t] === 1 ? open : leg.close[t]!),
  });
  return { leg1: filled(first), leg2: filled(second) };
}
