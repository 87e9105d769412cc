import type { Side, StrategySignal } from "./strategy.ts";

/** Thresholds on a standardized spread. */
export interface Bands {
  /** A spread beyond this many deviations is entered, towards its mean. */
  entryZ: number;
  /** A position is left when its spread is within this many deviations, or past them; 0 leaves at the mean. */
  exitZ: number;
  /** A position is given up beyond this many deviations, and nothing is entered there; `Infinity` never. */
  stopZ: number;
}

/**
 * Enters beyond a band, leaves near the mean, gives up beyond a stop: the state machine that the band strategies share.
 *
 * After a stop nothing is entered until the spread has come back within the exit band, for the spread that was just given up
 * would be entered again at once. A spread that jumps past the opposite band turns the position around. A score that is not a
 * number leaves everything as it is.
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
    // How far the spread stands on the side on which it was entered: it falls as the position earns.
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
