/** Spreads held: −1 sold (short leg 2, long leg 1), 1 bought, 0 none. */
export type Side = -1 | 0 | 1;

/** What a strategy says at a session's close. */
export type StrategySignal = "enter_long" | "enter_short" | "exit" | "stop" | "hold";

/**
 * Closes of the formation window, oldest first: sessions in which both legs traded, in the units (after splits) of its end.
 */
export interface Formation {
  /** Leg 1, the regressor. */
  price1: Float64Array;
  /** Leg 2, aligned with `price1`. */
  price2: Float64Array;
}

/** The answer to one session's closes. */
export interface Decision {
  /** The side to hold from the next fill on. */
  target: Side;
  /** Why, in a word. */
  signal: StrategySignal;
  /** Shares of leg 1 against one share of leg 2, in the formation's units; a positive ratio takes opposite sides. */
  hedgeRatio: number;
  /** The number that the thresholds judge: a z-score, or the scaled spread of the rolling trend. */
  score: number;
  /** How many deviations the spread stands from its mean, as the strategy estimates both: what {@linkcode Levels} are stated in. */
  z: number;
}

/** Where a strategy acts, in deviations of its spread on either side of the mean; `NaN` where no such level decides. */
export interface Levels {
  /** Beyond it a position towards the mean may be entered. */
  entryZ: number;
  /** A position is left once its spread is no further out. */
  exitZ: number;
  /** A position that loses is given up at it. */
  stopZ: number;
}

/** A strategy after its formation: it is told one session at a time and can know nothing else. */
export interface FittedStrategy {
  /** What was estimated from the formation, by name, for the record. */
  readonly estimates: Readonly<Record<string, number>>;
  /** Of the whole window: they do not move with what is decided. */
  readonly levels: Levels;
  /**
   * Decides at the close of the next session. Sessions come in order, each once; those in which a leg has no close are left out.
   *
   * @param price1 Close of leg 1, in the formation's units.
   * @param price2 Close of leg 2, in the formation's units.
   */
  decide(price1: number, price2: number): Decision;
}

/**
 * A rule to trade a pair that cannot look ahead: it estimates from a formation, then sees the trading sessions one by one.
 */
export interface Strategy {
  /** What configuration calls it. */
  readonly name: string;
  /** Every setting with its value: what a record needs in order to reproduce the result. */
  readonly parameters: Readonly<Record<string, number>>;
  /**
   * Estimates whatever the rule needs, from the formation alone.
   *
   * @throws {RangeError} If the formation does not allow it (too short, constant leg, no mean reversion): the pair is then not
   * traded in this window, and the message says why.
   */
  fit(formation: Formation): FittedStrategy;
}
