/** Spreads held: −1 sold (short leg 2, long leg 1), 1 bought, 0 none. */
export type Side = -1 | 0 | 1;

/** Signal of a strategy at a session's close. */
export type StrategySignal = "enter_long" | "enter_short" | "exit" | "stop" | "hold";

/** Closes of the formation window, oldest first: sessions in which both legs traded, in the units (after splits) of its end. */
export interface Formation {
  /** Leg 1, the regressor. */
  price1: Float64Array;
  /** Leg 2, aligned with `price1`. */
  price2: Float64Array;
  /** Day of each close, as days since 1970-01-01, for the rules that depend on days; consecutive weekdays unless given. */
  days?: Float64Array;
}

/** A strategy's decision at a session's close. */
export interface Decision {
  /** The side to hold from the next fill on. */
  target: Side;
  /** Reason of the target. */
  signal: StrategySignal;
  /** Shares of leg 1 against one share of leg 2, in the formation's units; a positive ratio takes opposite sides. */
  hedgeRatio: number;
  /** The number compared with the thresholds: a z-score, or the scaled spread of the rolling trend. */
  score: number;
  /** Deviations of the spread from its mean, both estimated by the strategy: the unit of {@linkcode Levels}. */
  z: number;
}

/** Levels at which a strategy acts, in deviations of its spread on either side of the mean; `NaN` for a level that it does not have. */
export interface Levels {
  /** Beyond it a position towards the mean may be entered. */
  entryZ: number;
  /** A position is closed at it or nearer to the mean. */
  exitZ: number;
  /** A losing position is closed at it. */
  stopZ: number;
}

/** A fitted strategy: it sees one session at a time, so it cannot look ahead. */
export interface FittedStrategy {
  /** Values estimated from the formation, by name, for the record. */
  readonly estimates: Readonly<Record<string, number>>;
  /** Constant over the window: decisions do not move them. */
  readonly levels: Levels;
  /**
   * Decides at the close of the next session. Sessions come in order, each once; sessions in which a leg has no close are left
   * out.
   *
   * @param price1 Close of leg 1, in the formation's units.
   * @param price2 Close of leg 2, in the formation's units.
   * @param day The session's day, as days since 1970-01-01; the next weekday unless given.
   */
  decide(price1: number, price2: number, day?: number): Decision;
}

/** A rule to trade a pair that cannot look ahead: it is fitted on a formation, then sees the trading sessions one by one. */
export interface Strategy {
  /** Its name in the configuration. */
  readonly name: string;
  /** Every setting with its value, as recorded to reproduce the result. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Loads dependencies of a fit; if defined, it must have resolved before the first fit. */
  load?(): Promise<void>;
  /**
   * Estimates the rule's values from the formation alone.
   *
   * @throws {RangeError} If the formation does not allow a fit (too short, constant leg, no mean reversion): the pair is then not
   * traded in this window, for the reason in the message.
   */
  fit(formation: Formation): FittedStrategy;
}
