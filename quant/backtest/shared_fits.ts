import type { Decision, FittedStrategy, Strategy } from "./strategy.ts";

/** A strategy's fit on one formation. */
interface Fit {
  fitted: FittedStrategy | null;
  /** Why the strategy refused the formation. */
  refusal: RangeError | null;
  /** In order of the closes. */
  decisions: Decision[];
}

/**
 * Shares a strategy among several walk-forwards of one pair over the same windows that differ in costs, fills or sizing: it is
 * fitted once per formation, and decides once per close, for all of them.
 *
 * Decisions depend on closes alone, so each walk-forward gets the decisions of a strategy of its own.
 *
 * @returns A function that gives a strategy for one walk-forward from its first window on. The walk-forwards must run one after the other.
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
      load: strategy.load,
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
    decide: (price1, price2, day) => decisions[close++] ??= fitted.decide(price1, price2, day),
  };
}
