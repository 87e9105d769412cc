/** A pair with the liquidity of its legs. */
export interface PairCapacityInput {
  /** Price of leg 1. */
  price1: number;
  /** Price of leg 2. */
  price2: number;
  /** Currency traded in leg 1 per session, from `medianDollarVolume`, ≥ 0. */
  dollarVolume1: number;
  /** As `dollarVolume1`, of leg 2. */
  dollarVolume2: number;
  /** Shares of leg 1 against one of leg 2; without it both legs have the same value. */
  hedgeRatio?: number;
  /** Gross notional to be held, in the currency of the prices, ≥ 0. */
  notional: number;
  /** Share of a session's volume that may be traded, above 0 and at most 1; default 0.01. */
  maxParticipation?: number;
}

/** Shares and participation for a notional, and capacity of the pair. */
export interface PairCapacity {
  /** Shares of leg 1, negative if it is short while leg 2 is long. */
  shares1: number;
  /** Shares of leg 2, held long. */
  shares2: number;
  /** Share of a session's volume in leg 1 that an entry at once takes; +∞ without volume. */
  participation1: number;
  /** As `participation1`, of leg 2. */
  participation2: number;
  /** Gross notional at which the less liquid leg reaches the maximum participation; 0 if it never trades. */
  maxNotional: number;
}

/**
 * Shares of both legs for a gross notional, their share of volume, and the pair's capacity.
 *
 * The notional is divided between the legs as in the walk-forward: |h|·price₁ : price₂ by the hedge ratio h, or equally.
 *
 * @throws {RangeError} If a price is not positive and finite, a volume or the notional negative or not finite, the ratio not finite,
 * or the participation not in (0, 1].
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { pairCapacity } from "./pair_capacity.ts";
 *
 * const capacity = pairCapacity({ price1: 20, price2: 50, dollarVolume1: 1e6, dollarVolume2: 4e6, notional: 10_000 });
 * assert.deepEqual([capacity.shares1, capacity.shares2, capacity.maxNotional], [-250, 100, 20_000]);
 * ```
 *
 * Cost: O(1).
 */
export function pairCapacity(input: PairCapacityInput): PairCapacity {
  const { price1, price2, dollarVolume1, dollarVolume2, hedgeRatio, notional, maxParticipation = 0.01 } = input;
  for (const [name, value] of Object.entries({ price1, price2 })) {
    if (!(value > 0 && value < Infinity)) throw new RangeError(`${name} must be positive and finite, got ${value}.`);
  }
  for (const [name, value] of Object.entries({ dollarVolume1, dollarVolume2, notional })) {
    if (!(value >= 0 && value < Infinity)) throw new RangeError(`${name} must be 0 or more and finite, got ${value}.`);
  }
  if (!(maxParticipation > 0 && maxParticipation <= 1)) {
    throw new RangeError(`maxParticipation must be above 0 and at most 1, got ${maxParticipation}.`);
  }
  const ratio = hedgeRatio ?? price2 / price1;
  if (!Number.isFinite(ratio)) throw new RangeError(`hedgeRatio must be finite, got ${ratio}.`);

  const unit1 = Math.abs(ratio) * price1;
  const share1 = unit1 / (unit1 + price2);
  const money1 = notional * share1;
  const money2 = notional - money1;
  const bears = (dollarVolume: number, share: number) =>
    share === 0 ? Infinity : maxParticipation * dollarVolume / share;
  return {
    shares1: money1 === 0 ? 0 : -Math.sign(ratio) * money1 / price1,
    shares2: money2 / price2,
    participation1: participationOf(money1, dollarVolume1),
    participation2: participationOf(money2, dollarVolume2),
    maxNotional: Math.min(bears(dollarVolume1, share1), bears(dollarVolume2, 1 - share1)),
  };
}

function participationOf(money: number, dollarVolume: number): number {
  return money === 0 ? 0 : money / dollarVolume;
}
