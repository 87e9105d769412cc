import { ornsteinUhlenbeck } from "../ornstein_uhlenbeck.ts";
import { BandRule } from "./band_rule.ts";
import type { Strategy } from "./strategy.ts";
import { fitSpread } from "./z_score_bands.ts";

/** Settings of {@linkcode ouThresholds}. */
export interface OuThresholdsParameters {
  /** Expected cost of trading, in hundredths of a percent of the traded notional of each leg, which the threshold must earn back. */
  expectedCostBps: number;
  /** Minimum distance of the entry from the mean, in stationary deviations: daily closes do not resolve finer cycles. */
  minEntryZ: number;
  /** A position is closed beyond this many stationary deviations. */
  stopZ: number;
  /** A pair that reverts more slowly is not traded. */
  maxHalfLifeSessions: number;
}

const DEFAULTS: OuThresholdsParameters = { expectedCostBps: 5, minEntryZ: 0.5, stopZ: 4, maxHalfLifeSessions: 260 };

/**
 * The spread as an Ornstein–Uhlenbeck process of the formation, entered where the expected gain per session is largest.
 *
 * The residuals of least squares give θ, μ and σ by maximum likelihood. A position is entered beyond {@linkcode optimalEntryZ}
 * stationary deviations σ/√(2θ) from μ and closed at μ. Costs are those of four fills, both legs in and out, at the last prices
 * of the formation.
 *
 * @throws {RangeError} If a parameter is out of its range; on fitting, if the legs are collinear, leg 1 is constant, the residuals
 * do not revert or revert too slowly, or costs put the entry beyond the stop.
 *
 * @example
 * ```ts
 * import { ouThresholds } from "./ou_thresholds.ts";
 *
 * console.assert(ouThresholds({ expectedCostBps: 10 }).parameters.expectedCostBps === 10);
 * ```
 *
 * Source: Bertram (2010), Physica A 389; Zeng & Lee (2014), Quantitative Finance 14. Verified:
 * tests/quant/backtest/strategies_test.ts.
 */
export function ouThresholds(parameters: Partial<OuThresholdsParameters> = {}): Strategy {
  const settings = { ...DEFAULTS, ...parameters };
  const { expectedCostBps, minEntryZ, stopZ, maxHalfLifeSessions } = settings;
  if (!(expectedCostBps >= 0 && expectedCostBps < Infinity)) {
    throw new RangeError(`expectedCostBps must be 0 or more, got ${expectedCostBps}.`);
  }
  new BandRule({ entryZ: minEntryZ, exitZ: 0, stopZ });
  if (!(maxHalfLifeSessions > 0)) {
    throw new RangeError(`maxHalfLifeSessions must be positive, got ${maxHalfLifeSessions}.`);
  }
  return {
    name: "ou_thresholds",
    parameters: { ...settings },
    fit({ price1, price2 }) {
      const { slope, intercept, residuals } = fitSpread(price1, price2);
      const { theta, mu, sigma, halfLife } = ornsteinUhlenbeck(residuals);
      if (!(theta > 0 && halfLife < maxHalfLifeSessions)) {
        throw new RangeError(
          `The half-life of the spread is ${halfLife} sessions: only below ${maxHalfLifeSessions} is it traded.`,
        );
      }
      const std = sigma / Math.sqrt(2 * theta);
      const notional = Math.abs(slope) * price1.at(-1)! + price2.at(-1)!;
      const entryZ = Math.max(minEntryZ, optimalEntryZ(2 * expectedCostBps / 10_000 * notional / std));
      if (entryZ >= stopZ) {
        throw new RangeError(
          `Costs put the entry at ${entryZ} deviations, beyond the stop at ${stopZ}: nothing can be earned.`,
        );
      }
      const rule = new BandRule({ entryZ, exitZ: 0, stopZ });
      return {
        estimates: { hedgeRatio: slope, intercept, theta, mu, sigma, halfLife, std, entryZ },
        levels: { entryZ, exitZ: 0, stopZ },
        decide(price1, price2) {
          const score = (price2 - (slope * price1 + intercept) - mu) / std;
          return { ...rule.next(score), hedgeRatio: slope, score, z: score };
        },
      };
    },
  };
}

/**
 * The entry, in stationary deviations from the mean, with the largest expected gain per unit of time for an Ornstein–Uhlenbeck
 * process that is entered at ±m and closed at the mean, so that each cycle earns m − cost.
 *
 * The expected cycle, from the mean to ±m and back, lasts √(π/2)/θ · ∫₀ᵐ exp(u²/2) du, so that the best m satisfies
 * m − exp(−m²/2) ∫₀ᵐ exp(u²/2) du = cost: it depends on the cost alone, not on θ. Without a cost it is 0.
 *
 * @param cost Of one cycle, in stationary deviations, 0 or more, finite.
 * @throws {RangeError} If the cost is negative or not finite.
 *
 * @example
 * ```ts
 * import { optimalEntryZ } from "./ou_thresholds.ts";
 *
 * console.assert(optimalEntryZ(0) === 0 && optimalEntryZ(1) > 1.7);
 * ```
 *
 * Source: first-passage times in Bertram (2010) and Zeng & Lee (2014). Verified: tests/quant/fixtures/backtest.json (numerical
 * maximum of the gain over first-passage integrals).
 */
export function optimalEntryZ(cost: number): number {
  if (!(cost >= 0 && cost < Infinity)) throw new RangeError(`The cost must be 0 or more and finite, got ${cost}.`);
  // The left side of the condition increases with m, and its integral term is at most 0.766.
  let low = cost;
  let high = cost + 0.766;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (middle - dampedIntegral(middle) < cost) low = middle;
    else high = middle;
  }
  return cost === 0 ? 0 : (low + high) / 2;
}

/** exp(−m²/2) ∫₀ᵐ exp(u²/2) du. */
function dampedIntegral(m: number): number {
  // For large m the series needs many terms, and the asymptotic expansion is accurate to 1e-10.
  if (m > 20) return (1 + (1 + (3 + (15 + 105 / m ** 2) / m ** 2) / m ** 2) / m ** 2) / m;
  const half = m * m / 2;
  let weight = Math.exp(-half);
  let sum = 0;
  for (let k = 0; k < 400; k++) {
    const term = m * weight / (2 * k + 1);
    sum += term;
    weight *= half / (k + 1);
    if (k > half && term < sum * Number.EPSILON / 4) break;
  }
  return sum;
}
