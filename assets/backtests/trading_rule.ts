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

/** Which price fills an order: that of the session after the signal, or the very close that gave the signal. */
export type FillsAt = TradingConfig["fillAt"] | "signal_close";

/** What a rule made of one pair, session by session on the pair's sessions. */
export interface PairOutcome {
  daily: PortfolioPair["daily"];
  /** How many positions were entered in the session. */
  entered: Uint8Array;
}

/** A way to trade pairs, by which strategies are compared. */
export interface TradingRule<Outcome extends PairOutcome = PairOutcome> {
  /** What the tables call it. */
  strategy: string;
  /** Whether it knows what no one could have known. */
  looksAhead: boolean;
  fillsAt: FillsAt;
  /** Settings that decide what it trades. */
  settings: Readonly<Record<string, unknown>>;
  /** Loads what its fits need; if defined, it must have resolved before it trades. */
  load?(): Promise<void>;
  /**
   * @param levels Of each level of costs, those of each window of the pair.
   * @returns What it made at each level, in their order.
   */
  trade(pair: TradedPair, levels: readonly (readonly PairCosts[])[]): Outcome[];
}

/** The outcome of a strategy with every daily figure and the trades. */
export interface StrategyOutcome extends PairOutcome {
  result: WalkForwardResult;
}

/**
 * Trades by a strategy that is fitted on each window's formation and then told one close after the other, with the exits of the settings.
 *
 * @param tradingSessions Of a complete trading window; infinite where there is no window.
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
    trade({ sessions, leg1, leg2, windows }, levels) {
      const next = sharedFits(strategy);
      return levels.map((costs) => {
        const result = walkForward({
          sessions,
          leg1,
          leg2,
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

/** How many positions were entered in each session. */
function enteredIn(sessions: readonly string[], { trades }: WalkForwardResult): Uint8Array {
  const entered = new Uint8Array(sessions.length);
  // Trades come in order of entry.
  let t = 0;
  for (const { entrySession } of trades) {
    while (sessions[t] !== entrySession) t++;
    entered[t]!++;
  }
  return entered;
}
