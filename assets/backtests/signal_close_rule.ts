import { type LegBars, type ReferencePrices, referenceStrategy, traditionalBands } from "../../quant/mod.ts";
import type { PairOutcome, TradingRule } from "./trading_rule.ts";

/** Positions after each close, −1 to 1, and what they earned; what it throws as a `RangeError` is a pair that is not traded. */
type Judge = (
  periods: { formation: ReferencePrices; trading: ReferencePrices; sessions: string[] },
) => { position: Int8Array; dailyReturn: Float64Array };

/**
 * The original's strategy on the trading windows of the walk-forward, **fitted on the sessions that it trades**: what its look-ahead
 * was worth on the very pairs and sessions of the others.
 */
export const referenceRule: TradingRule = {
  strategy: "reference",
  looksAhead: true,
  ...signalCloseRule(({ trading, sessions }) => referenceStrategy({ sessions, ...trading })),
};

/** The traditional bands: estimated on the formation, traded at the close that gives the signal, which flatters. */
export const traditionalRule: TradingRule = {
  strategy: "traditional_bands",
  looksAhead: false,
  ...signalCloseRule(traditionalBands),
};

/**
 * Trades one unit of equity in each leg at the close that gives the signal, as the old rules were stated: without dividends and
 * regardless of the hedge ratio. Commission and slippage are charged on what is traded, borrow on the leg that is short.
 *
 * Sessions in which a leg has no close are passed over. What is held in the last session of a complete window is left at its close.
 */
function signalCloseRule(judge: Judge): Pick<TradingRule, "fillsAt" | "trade"> {
  return {
    fillsAt: "signal_close",
    trade({ sessions, leg1, leg2, windows }, costs) {
      const days = sessions.map((session) => Date.parse(session) / 86_400_000);
      const outcome = emptyOutcome(sessions.length);
      const { allocated, dailyReturn, plannedGross, grossExposure, turnover } = outcome.daily;
      for (const { formationStart, tradingStart, tradingEnd, complete } of windows) {
        allocated.fill(1, tradingStart, tradingEnd);
        const present: number[] = [];
        for (let t = formationStart; t < tradingEnd; t++) if (leg1.close[t]! > 0 && leg2.close[t]! > 0) present.push(t);
        const first = present.findIndex((t) => t >= tradingStart);
        if (first < 0) continue;
        const traded = present.slice(first);
        // The rules want two sessions. In a window's first the same is held whatever the second will be, so it is repeated.
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
        if (!judged) continue;
        let held = 0;
        for (let t = tradingStart, i = 0; t < tradingEnd; t++) {
          let target = held;
          const borrow = t > tradingStart ? Math.abs(held) * (days[t]! - days[t - 1]!) / 365 : 0;
          if (traded[i] === t) {
            const earned = judged.dailyReturn[i]!;
            // The first session has no return.
            if (Number.isFinite(earned)) dailyReturn[t]! += earned;
            target = judged.position[i]!;
            i++;
          }
          if (complete && t === tradingEnd - 1) target = 0;
          const moved = 2 * Math.abs(target - held);
          turnover[t] = moved;
          dailyReturn[t]! -= moved * (costs.commissionBps + costs.slippageBps) / 10_000 +
            borrow * costs.borrowBpsPerYear / 10_000;
          grossExposure[t] = plannedGross[t] = 2 * Math.abs(target);
          if (target !== 0 && target !== held) outcome.entered[t] = 1;
          held = target;
        }
      }
      return outcome;
    },
  };
}

function emptyOutcome(length: number): PairOutcome {
  const column = () => new Float64Array(length);
  return {
    daily: {
      allocated: new Uint8Array(length),
      dailyReturn: column(),
      plannedGross: column(),
      grossExposure: column(),
      turnover: column(),
    },
    entered: new Uint8Array(length),
  };
}

/** Closes in the shares of the first of these sessions. */
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
