import { dayNumbers } from "./calendar_days.ts";
import { isPrice, type LegBars, splitRatio } from "./leg_bars.ts";
import type { Formation } from "./strategy.ts";

/**
 * The calendar days and formations of one pair's bars, each computed once: walk-forwards of the pair by several strategies or at
 * several costs share them. The bars must not change meanwhile.
 *
 * @throws {RangeError} If a session is not a date or not later than the one before it.
 *
 * @example
 * ```ts
 * import { PairFormations } from "./pair_formations.ts";
 *
 * const leg = { close: Float64Array.of(10, 11, NaN, 12) };
 * const formations = new PairFormations(["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"], leg, leg);
 * console.assert(formations.of(0, 4).price1.length === 3);
 * console.assert(formations.of(0, 4) === formations.of(0, 4));
 * ```
 */
export class PairFormations {
  /** Day number of each session. */
  readonly days: Float64Array;
  readonly #leg1: LegBars;
  readonly #leg2: LegBars;
  readonly #known = new Map<number, Map<number, Formation>>();

  constructor(sessions: readonly string[], leg1: LegBars, leg2: LegBars) {
    this.days = dayNumbers(sessions);
    this.#leg1 = leg1;
    this.#leg2 = leg2;
  }

  /** Closes of [start, end) in sessions in which both legs have one, in the units of the last session. */
  of(start: number, end: number): Formation {
    let fromStart = this.#known.get(start);
    if (!fromStart) this.#known.set(start, fromStart = new Map());
    let formation = fromStart.get(end);
    if (!formation) fromStart.set(end, formation = this.#formation(start, end));
    return formation;
  }

  #formation(start: number, end: number): Formation {
    const price1: number[] = [];
    const price2: number[] = [];
    const days: number[] = [];
    let later1 = 1;
    let later2 = 1;
    for (let t = end - 1; t >= start; t--) {
      const close1 = this.#leg1.close[t];
      const close2 = this.#leg2.close[t];
      if (isPrice(close1) && isPrice(close2)) {
        price1.push(close1 / later1);
        price2.push(close2 / later2);
        days.push(this.days[t]!);
      }
      later1 *= splitRatio(this.#leg1, t);
      later2 *= splitRatio(this.#leg2, t);
    }
    return {
      price1: Float64Array.from(price1.reverse()),
      price2: Float64Array.from(price2.reverse()),
      days: Float64Array.from(days.reverse()),
    };
  }
}
