import {
  type LegBars,
  type PairCosts,
  type ReferencePrices,
  referenceStrategy,
  type RolledWindow,
  traditionalBands,
} from "../../quant/mod.ts";
import type { TradedPair } from "./traded_pair.ts";
import { tradingBps } from "./trading_costs.ts";
import type { PairOutcome, TradingRule } from "./trading_rule.ts";

/** Returns positions after each close, −1 to 1, and their returns. A `RangeError` means that the pair is not traded. */
type Judge = (
  periods: { formation: ReferencePrices; trading: ReferencePrices; sessions: string[] },
) => { position: Int8Array; dailyReturn: Float64Array };

/**
 * The original's strategy in the trading windows of the walk-forward, **fitted on the sessions that it trades**: it measures the
 * value of look-ahead on the same pairs and sessions.
 */
export const referenceRule: TradingRule = {
  strategy: "reference",
  looksAhead: true,
  ...signalCloseRule(({ trading, sessions }) => referenceStrategy({ sessions, ...trading })),
};

/** The traditional bands: estimated on the formation, filled at the close of the signal, which overstates returns. */
export const traditionalRule: TradingRule = {
  strategy: "traditional_bands",
  looksAhead: false,
  ...signalCloseRule(traditionalBands),
};

/**
 * Trades one unit of equity in each leg at the close of the signal, as the original rules do: dividends and hedge ratio are
 * ignored. Commission and slippage apply to traded notional, the borrow fee to the short leg.
 *
 * Sessions without a close of either leg are skipped. Positions open in the last session of a complete window are closed at its
 * close.
 */
function signalCloseRule(judge: Judge): Pick<TradingRule, "fillsAt" | "settings" | "trade"> {
  return {
    fillsAt: "signal_close",
    settings: {},
    trade({ sessions, leg1, leg2, windows }, levels) {
      const days = sessions.map((session) => Date.parse(session) / 86_400_000);
      const outcomes = levels.map(() => emptyOutcome(sessions.length));
      for (const [index, window] of windows.entries()) {
        const { formationStart, tradingStart, tradingEnd, complete } = window;
        for (const { daily } of outcomes) daily.allocated.fill(1, tradingStart, tradingEnd);
        const judged = judgedWindow(judge, { sessions, leg1, leg2 }, { formationStart, tradingStart, tradingEnd });
        if (!judged) continue;
        outcomes.forEach((outcome, level) => {
          book(outcome, { costs: levels[level]![index]!, judged, days, tradingStart, tradingEnd, complete });
        });
      }
      return outcomes;
    },
  };
}

interface JudgedWindow {
  /** Indices of trading sessions with a close of both legs; position and return are aligned to them. */
  traded: number[];
  position: Int8Array;
  dailyReturn: Float64Array;
}

/** Runs the rule in a trading window; `null` if it cannot be estimated, or no session is traded. */
function judgedWindow(
  judge: Judge,
  { sessions, leg1, leg2 }: Pick<TradedPair, "sessions" | "leg1" | "leg2">,
  { formationStart, tradingStart, tradingEnd }: Omit<RolledWindow, "complete">,
): JudgedWindow | null {
  const present: number[] = [];
  for (let t = formationStart; t < tradingEnd; t++) if (leg1.close[t]! > 0 && leg2.close[t]! > 0) present.push(t);
  const first = present.findIndex((t) => t >= tradingStart);
  if (first < 0) return null;
  const traded = present.slice(first);
  // Rules need two sessions. The position of the first does not depend on the second, so a single session is repeated.
  if (traded.length === 1) present.push(traded[0]!);
  const price1 = adjusted(leg1, present);
  const price2 = adjusted(leg2, present);
  const judged = orNull(() =>
    judge({
      formation: { price1: price1.subarray(0, first), price2: price2.subarray(0, first) },
      trading: { price1: price1.subarray(first), price2: price2.subarray(first) },
      sessions: present.slice(first).map((t) => sessions[t]!),
    })
  );
  return judged && { ...judged, traded };
}

/** Adds the positions of a window at one cost level. */
function book(
  {
    daily: { dailyReturn, plannedGross, plannedExposure1, plannedExposure2, grossExposure, longExposure, turnover },
    entered,
  }: PairOutcome,
  { costs, judged, days, tradingStart, tradingEnd, complete }: {
    costs: PairCosts;
    judged: JudgedWindow;
    days: readonly number[];
  } & Omit<RolledWindow, "formationStart">,
): void {
  const { traded, position } = judged;
  const { leg1, leg2 } = costs;
  let held = 0;
  for (let t = tradingStart, i = 0; t < tradingEnd; t++) {
    let target = held;
    const borrow = t > tradingStart ? Math.abs(held) * (days[t]! - days[t - 1]!) / 365 : 0;
    // The short leg: a long spread is short the first leg.
    const { borrowBpsPerYear } = held > 0 ? leg1 : leg2;
    if (traded[i] === t) {
      const earned = judged.dailyReturn[i]!;
      // The first session has no return.
      if (Number.isFinite(earned)) dailyReturn[t]! += earned;
      target = position[i]!;
      i++;
    }
    if (complete && t === tradingEnd - 1) target = 0;
    const moved = 2 * Math.abs(target - held);
    turnover[t] = moved;
    dailyReturn[t]! -= moved * tradingBps(costs) / 10_000 + borrow * borrowBpsPerYear / 10_000;
    grossExposure[t] = plannedGross[t] = 2 * Math.abs(target);
    longExposure[t] = plannedExposure1[t] = plannedExposure2[t] = Math.abs(target);
    if (target !== 0 && target !== held) entered[t] = 1;
    held = target;
  }
}

function emptyOutcome(length: number): PairOutcome {
  const column = () => new Float64Array(length);
  return {
    daily: {
      allocated: new Uint8Array(length),
      dailyReturn: column(),
      plannedGross: column(),
      plannedExposure1: column(),
      plannedExposure2: column(),
      grossExposure: column(),
      longExposure: column(),
      turnover: column(),
    },
    entered: new Uint8Array(length),
  };
}

/** Closes in shares of the first of these sessions. */
function adjusted(leg: Required<LegBars>, at: readonly number[]): Float64Array {
  let shares = 1;
  let next = at[0]! + 1;
  return Float64Array.from(at, (t) => {
    for (; next <= t; next++) shares *= leg.split[next]!;
    return leg.close[t]! * shares;
  });
}

function orNull<Value>(compute: () => Value): Value | null {
  try {
    return compute();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
