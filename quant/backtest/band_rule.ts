import type { Side, StrategySignal } from "./strategy.ts";

/** Thresholds on a standardized spread. */
export interface Bands {
  /** A spread beyond this many deviations is entered, towards its mean. */
  entryZ: number;
  /** A position is closed if its spread is within this many deviations of the mean, or past them; 0 closes at the mean. */
  exitZ: number;
  /** A position is closed beyond this many deviations, and nothing is entered there; `Infinity` disables the stop. */
  stopZ: number;
}

/**
 * Enters beyond a band, exits near the mean, stops out beyond a stop: the state machine of all band strategies.
 *
 * After a stop nothing is entered until the spread is back within the exit band: otherwise the same spread would be entered again
 * at once. A spread that jumps past the opposite band reverses the position. A score of `NaN` changes nothing.
 */
export class BandRule {
  readonly #bands: Bands;
  #target: Side = 0;
  #stopped = false;

  /** @throws {RangeError} If not exitZ < entryZ < stopZ, or exitZ < 0. */
  constructor(bands: Bands) {
    const { entryZ, exitZ, stopZ } = bands;
    if (!(exitZ >= 0 && entryZ > exitZ && stopZ > entryZ)) {
      throw new RangeError(`The bands need 0 ≤ exitZ < entryZ < stopZ, got ${exitZ}, ${entryZ} and ${stopZ}.`);
    }
    this.#bands = bands;
  }

  /** The target and signal at one session's score. */
  next(z: number): { target: Side; signal: StrategySignal } {
    const signal = this.#signal(z);
    if (signal === "enter_long") this.#target = 1;
    else if (signal === "enter_short") this.#target = -1;
    else if (signal !== "hold") this.#target = 0;
    return { target: this.#target, signal };
  }

  #signal(z: number): StrategySignal {
    const { entryZ, exitZ, stopZ } = this.#bands;
    if (Number.isNaN(z)) return "hold";
    if (this.#stopped) {
      if (Math.abs(z) > exitZ) return "hold";
      this.#stopped = false;
    }
    // Distance of the spread on the side of entry: it falls as the position gains.
    const distance = this.#target === 0 ? 0 : -this.#target * z;
    if (distance >= stopZ) {
      this.#stopped = true;
      return "stop";
    }
    if (Math.abs(z) < stopZ) {
      if (z > entryZ && this.#target !== -1) return "enter_short";
      if (z < -entryZ && this.#target !== 1) return "enter_long";
    }
    return this.#target !== 0 && distance <= exitZ ? "exit" : "hold";
  }
}
