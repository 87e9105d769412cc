import type { Decision, FittedStrategy, Strategy } from "./strategy.ts";

/** What a strategy made of one formation. */
interface Fit {
  fitted: FittedStrategy | null;
  /** Why the formation allows no fit. */
  refusal: RangeError | null;
  /** In order of the closes that it was told. */
  decisions: Decision[];
}

/**
 * A strategy for several walk-forwards of the same pair over the same windows which differ in costs, fills or sizing: it is fitted on each
 * formation once, and decides at each close once, for all of them.
 *
 * What a strategy says depends on closes alone, so each walk-forward gets what it would have got from a strategy of its own.
 *
 * @returns Gives a strategy for one walk-forward from its first window on. They run one after the other.
 *
 * @example
 * ```ts
 * import { sharedFits } from "./shared_fits.ts";
 * import { zScoreBands } from "./z_score_bands.ts";
 *
 * const next = sharedFits(zScoreBands());
 * const [free, costly] = [next(), next()];
 * console.assert(free.name === costly.name);
 * ```
 *
 * Verified: tests/quant/backtest/shared_fits_test.ts.
 */
export function sharedFits(strategy: Strategy): () => Strategy {
  const fits: Fit[] = [];
  return () => {
    let window = 0;
    return {
      name: strategy.name,
      parameters: strategy.parameters,
      fit(formation) {
        const fit = fits[window] ??= fitOnce(strategy, formation);
        window++;
        if (!fit.fitted) throw fit.refusal;
        return replay(fit.fitted, fit.decisions);
      },
    };
  };
}

function fitOnce(strategy: Strategy, formation: Parameters<Strategy["fit"]>[0]): Fit {
  try {
    return { fitted: strategy.fit(formation), refusal: null, decisions: [] };
  } catch (refusal) {
    if (refusal instanceof RangeError) return { fitted: null, refusal, decisions: [] };
    throw refusal;
  }
}

function replay(fitted: FittedStrategy, decisions: Decision[]): FittedStrategy {
  let close = 0;
  return {
    estimates: fitted.estimates,
    levels: fitted.levels,
    decide: (price1, price2) => decisions[close++] ??= fitted.decide(price1, price2),
  };
}
