import { centre } from "../centring.ts";
import { medianOf } from "./formation_risk.ts";

/** Ways to share equity among the pairs in a trading window. */
export const weightings = ["equal", "volatility_scaled", "equal_risk_contribution"] as const;
/** Way to share equity among the pairs in a trading window. */
export type Weighting = typeof weightings[number];

/** A pair that may get a share. */
export interface SharingPair {
  /** Whether it is in a trading window: others have no share. */
  allocated: boolean;
  /** Its returns with a position up to the previous close. */
  history: ReturnHistory;
  /** Its share by the risk of the formation; `NaN` if it has none. */
  riskShare: number;
}

/** Shares before normalization, in the order of the pairs: 0 if a pair is not allocated, otherwise positive. */
export function unscaledShares(
  pairs: readonly SharingPair[],
  { weighting, maxTilt }: { weighting: Weighting; maxTilt: number },
): number[] {
  switch (weighting) {
    case "equal":
      return pairs.map(({ allocated }) => Number(allocated));
    case "volatility_scaled":
      return inverseVolatilities(pairs, maxTilt);
    case "equal_risk_contribution":
      return pairs.map(({ allocated, riskShare }) => allocated ? riskShare : 0);
  }
}

/** 1 / volatility of the allocated pairs, with the median for unknown ones and limited tilts. */
function inverseVolatilities(pairs: readonly SharingPair[], maxTilt: number): number[] {
  const volatilities = pairs.map(({ allocated, history }) => allocated ? history.volatility() : NaN);
  const median = medianOf(volatilities.filter((value) => !Number.isNaN(value)));
  return volatilities.map((value, i) => {
    if (!pairs[i]!.allocated) return 0;
    const tilt = Number.isNaN(value) ? 1 : median / value;
    return Math.min(maxTilt, Math.max(1 / maxTilt, tilt));
  });
}

/** The most recent returns of a pair that held or had ordered a position. */
export class ReturnHistory {
  /** All returns so far, in the first `#count` places; only the last ones count, and are in order without moving any. */
  #returns = new Float64Array(256);
  #count = 0;
  readonly #most: number;
  readonly #least: number;
  /** Of these returns; `undefined` until it is asked for. */
  #volatility: number | undefined;

  /** @param before Its first returns, oldest first. */
  constructor(most: number, least: number, before?: Float64Array) {
    this.#most = most;
    this.#least = least;
    before?.forEach((value) => this.add(value));
  }

  add(value: number): void {
    if (this.#count === this.#returns.length) {
      const longer = new Float64Array(2 * this.#count);
      longer.set(this.#returns);
      this.#returns = longer;
    }
    this.#returns[this.#count++] = value;
    this.#volatility = undefined;
  }

  /** Sample standard deviation; `NaN` if there are too few returns or they never vary. */
  volatility(): number {
    return this.#volatility ??= this.#estimated();
  }

  #estimated(): number {
    const count = Math.min(this.#count, this.#most);
    if (count < this.#least) return NaN;
    const { deviations } = centre(this.#returns.subarray(this.#count - count, this.#count));
    let squares = 0;
    for (const deviation of deviations) squares += deviation * deviation;
    return squares > 0 ? Math.sqrt(squares / (count - 1)) : NaN;
  }
}
