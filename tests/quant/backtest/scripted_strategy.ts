import type { FittedStrategy, Side, Strategy, StrategySignal } from "../../../quant/backtest/strategy.ts";

/** A strategy that ignores prices and wants the given sides, one a decision, then holds: isolates the accounting. */
export function scriptedStrategy(targets: readonly Side[], hedgeRatio = 1): Strategy {
  return {
    name: "scripted",
    parameters: { hedgeRatio },
    fit(): FittedStrategy {
      let step = 0;
      let held: Side = 0;
      return {
        estimates: { hedgeRatio },
        levels: { entryZ: NaN, exitZ: NaN, stopZ: NaN },
        decide() {
          const target = targets[step++] ?? held;
          const signal: StrategySignal = target === held
            ? "hold"
            : target === 0
            ? "exit"
            : target === 1
            ? "enter_long"
            : "enter_short";
          held = target;
          return { target, signal, hedgeRatio, score: target, z: target };
        },
      };
    },
  };
}
