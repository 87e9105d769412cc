import { engleGranger } from "../engle_granger.ts";
import { halfLife } from "../half_life.ts";
import type { Decision, FittedStrategy, Side, Strategy } from "./strategy.ts";
import { fitSpread } from "./z_score_bands.ts";

/** Exits and refusals that can be added to any strategy; each is off unless given. */
export interface ExitRules {
  /**
   * Longest half-life traded, in sessions: a pair whose formation reverts more slowly, or not at all, is refused. At most half of
   * the trading window, so that an entry has the time of two half-lives.
   */
  halfLifeBoundSessions?: number;
  /** A position is closed after this many half-lives of the formation, counted in sessions with closes of both legs. */
  timeStopHalfLives?: number;
  /** A position is closed, and none is entered, if the spread is this many deviations of the formation on the losing side. */
  spreadStopZ?: number;
  /**
   * A position is closed if the Engle–Granger test over a running window as long as the formation has a p-value above this: the
   * legs are no longer cointegrated. Above 0 and below 1.
   */
  breakPValue?: number;
}

/**
 * A strategy with further exits, judged on the spread of the formation's least squares, whatever spread the strategy itself
 * trades.
 *
 * After an exit by a rule the same side is not entered again until the strategy itself has exited: otherwise the same spread
 * would be entered again at once. The other side may be entered at any time. A decision changed by a rule has the signal `stop`
 * if it exits and `hold` if it prevents an entry.
 *
 * Without rules it is the strategy itself. The given rules are part of its parameters; `exitHalfLife` is one of the estimates if
 * a rule needs it.
 *
 * @throws {RangeError} If a rule is not positive (or `breakPValue` not between 0 and 1), or the strategy has it already; on
 * fitting, as the strategy does, if the
 * legs are collinear or leg 1 is constant, or if the half-life that a rule needs is too long or the spread does not revert.
 *
 * @example
 * ```ts
 * import { withExits } from "./exit_rules.ts";
 * import { zScoreBands } from "./z_score_bands.ts";
 *
 * const strategy = withExits(zScoreBands(), { halfLifeBoundSessions: 31, timeStopHalfLives: 3 });
 * console.assert(strategy.name === "z_score_bands" && strategy.parameters.timeStopHalfLives === 3);
 * ```
 *
 * Verified: tests/quant/backtest/exit_rules_test.ts. Cost: O(1) per session, O(formation · lags²) with `breakPValue` while a
 * position
 * is held.
 */
export function withExits(strategy: Strategy, rules: ExitRules): Strategy {
  const { halfLifeBoundSessions, timeStopHalfLives, spreadStopZ, breakPValue } = rules;
  const given: Record<string, number> = {};
  for (const [name, value] of Object.entries({ halfLifeBoundSessions, timeStopHalfLives, spreadStopZ, breakPValue })) {
    if (value === undefined) continue;
    if (!(value > 0)) throw new RangeError(`${name} must be positive, got ${value}.`);
    if (Object.hasOwn(strategy.parameters, name)) {
      throw new RangeError(`${strategy.name} has the rule ${name} already: add each rule once.`);
    }
    given[name] = value;
  }
  if (breakPValue !== undefined && !(breakPValue < 1)) {
    throw new RangeError(`breakPValue must be below 1, got ${breakPValue}.`);
  }
  if (Object.keys(given).length === 0) return strategy;

  return {
    name: strategy.name,
    parameters: { ...strategy.parameters, ...given },
    load: strategy.load,
    fit(formation) {
      const fitted = strategy.fit(formation);
      const { slope, intercept, residuals, std } = fitSpread(formation.price1, formation.price2);
      let longest = Infinity;
      const estimates: Record<string, number> = { ...fitted.estimates };
      if (halfLifeBoundSessions !== undefined || timeStopHalfLives !== undefined) {
        const sessions = halfLife(residuals);
        if (!(sessions > 0 && sessions < Infinity)) {
          throw new RangeError(
            "The spread does not revert in the formation: there is no half-life to judge its exits by.",
          );
        }
        if (halfLifeBoundSessions !== undefined && sessions > halfLifeBoundSessions) {
          throw new RangeError(
            `The half-life of the spread is ${sessions} sessions: only up to ${halfLifeBoundSessions} is it traded.`,
          );
        }
        estimates.exitHalfLife = sessions;
        if (timeStopHalfLives !== undefined) longest = Math.max(1, timeStopHalfLives * sessions);
      }
      const { levels } = fitted;
      return {
        estimates,
        // The strategy's own stop, if it has one, applies to the spread that it trades.
        levels: Number.isNaN(levels.stopZ) ? { ...levels, stopZ: spreadStopZ ?? NaN } : levels,
        decide: decideWithExits(fitted, {
          longest,
          distanceOf: (price1, price2) => (price2 - (slope * price1 + intercept)) / std,
          stopZ: spreadStopZ ?? Infinity,
          isBroken: breakPValue === undefined ? null : breakTest(formation, breakPValue),
        }),
      };
    },
  };
}

/** The rules after the formation. */
interface FittedExits {
  /** Sessions after which a position is closed. */
  longest: number;
  /** Deviations of the formation's spread at the given closes. */
  distanceOf(price1: number, price2: number): number;
  stopZ: number;
  /** Takes every session's closes; tests only if asked whether the legs are no longer cointegrated. `null` without that rule. */
  isBroken: ((price1: number, price2: number, asked: boolean) => boolean) | null;
}

function decideWithExits(fitted: FittedStrategy, exits: FittedExits): FittedStrategy["decide"] {
  /** Side held or ordered, after the rules. */
  let held: Side = 0;
  /** Sessions since the position was decided. */
  let age = 0;
  /** The side that a rule closed and the strategy has not exited yet. */
  let refused: Side = 0;

  return (price1, price2, day): Decision => {
    const decision = fitted.decide(price1, price2, day);
    const { target } = decision;
    if (target !== refused) refused = 0;
    const entered = target !== 0 && target !== held;
    const losing = target === 0 ? 0 : -target * exits.distanceOf(price1, price2);
    const broken = exits.isBroken?.(price1, price2, target !== 0 && refused === 0) ?? false;
    if (target !== 0 && refused === 0) {
      const tooLong = !entered && age + 1 >= exits.longest;
      if (tooLong || losing >= exits.stopZ || broken) refused = target;
    }
    if (target === 0 || refused !== 0) {
      const leaves = held !== 0;
      held = 0;
      age = 0;
      if (target === 0) return decision;
      return { ...decision, target: 0, signal: leaves ? "stop" : "hold" };
    }
    age = entered ? 0 : age + 1;
    held = target;
    return decision;
  };
}

/** Tests the last closes, as many as the formation has; computed only if asked. */
function breakTest({ price1, price2 }: { price1: Float64Array; price2: Float64Array }, maxPValue: number) {
  const window1 = price1.slice();
  const window2 = price2.slice();
  const end = window1.length - 1;
  return (close1: number, close2: number, asked: boolean): boolean => {
    window1.copyWithin(0, 1);
    window2.copyWithin(0, 1);
    window1[end] = close1;
    window2[end] = close2;
    if (!asked) return false;
    try {
      return engleGranger(window2, window1).pValue > maxPValue;
    } catch (error) {
      // Legs that cannot be tested any more, such as a constant one, count as not cointegrated.
      if (error instanceof RangeError) return true;
      throw error;
    }
  };
}
