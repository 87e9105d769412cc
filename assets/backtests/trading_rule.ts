import {
  type PairCosts,
  type PortfolioPair,
  sharedFits,
  strategyByName,
  type StrategyName,
  walkForward,
  type WalkForwardResult,
  withExits,
} from "../../quant/mod.ts";
import { exitRulesOf } from "./exits.ts";
import type { TradedPair } from "./traded_pair.ts";
import type { TradingConfig } from "./trading_config.ts";

/** Price of fills: from the session after the signal, or the close of the signal. */
export type FillsAt = TradingConfig["fillAt"] | "signal_close";

/** Daily results of a rule on one pair, in the pair's sessions. */
export interface PairOutcome {
  daily: PortfolioPair["daily"];
  /** Number of positions entered in each session. */
  entered: Uint8Array;
}

/** A rule for trading pairs. */
export interface TradingRule<Outcome extends PairOutcome = PairOutcome> {
  /** Name in tables. */
  strategy: string;
  /** Whether it uses data that were not available at the time. */
  looksAhead: boolean;
  fillsAt: FillsAt;
  /** Settings that affect its trades. */
  settings: Readonly<Record<string, unknown>>;
  /** Loads what fits require. If defined, await it before `trade`. */
  load?(): Promise<void>;
  /**
   * @param levels For each cost level, the costs of each window of the pair.
   * @returns One outcome for each level, in their order.
   */
  trade(pair: TradedPair, levels: readonly (readonly PairCosts[])[]): Outcome[];
}

/** Outcome of a strategy, with all daily figures and trades. */
export interface StrategyOutcome extends PairOutcome {
  result: WalkForwardResult;
}

/**
 * A rule that fits a strategy on each window's formation and then passes it one close at a time, with the configured exits.
 *
 * @param tradingSessions Length of a complete trading window; `Infinity` without windows.
 */
export function strategyRule(
  name: StrategyName,
  config: TradingConfig,
  { tradingSessions }: { tradingSessions: number },
): TradingRule<StrategyOutcome> {
  const strategy = withExits(
    strategyByName(name, config.parameters[name]),
    exitRulesOf(config.exits, { tradingSessions }),
  );
  return {
    strategy: name,
    load: strategy.load,
    looksAhead: false,
    fillsAt: config.fillAt,
    settings: {
      parameters: config.parameters[name] ?? {},
      exits: config.exits,
      fillAt: config.fillAt,
      sizing: config.sizing,
      pairGrossExposure: config.pairGrossExposure,
    },
    trade({ sessions, leg1, leg2, formations, windows }, levels) {
      const next = sharedFits(strategy);
      return levels.map((costs) => {
        const result = walkForward({
          sessions,
          leg1,
          leg2,
          formations,
          strategy: next(),
          windows,
          costs,
          fillAt: config.fillAt,
          sizing: config.sizing,
          grossExposure: config.pairGrossExposure,
        });
        return { daily: result.daily, entered: enteredIn(sessions, result), result };
      });
    },
  };
}

/** Number of positions entered in each session. */
function enteredIn(sessions: readonly string[], { trades }: WalkForwardResult): Uint8Array {
  const entered = new Uint8Array(sessions.length);
  // Trades are in order of entry.
  let t = 0;
  for (const { entrySession } of trades) {
    while (sessions[t] !== entrySession) t++;
    entered[t]!++;
  }
  return entered;
}
