import { pseudoRandom } from "../../support/pseudo_random.ts";

/** How a pair of series is made; the same as in fixtures/make_scan_pairs.py. */
export interface PairRecipe {
  sessions: number;
  seed: number;
  level: number;
  step: number;
  beta: number;
  alpha: number;
  phi1: number;
  phi2: number;
  noise: number;
  spikeAt: number;
  spike: number;
  hold: number;
  straightFrom: number;
  straightTo: number;
}

/** A cointegrated pair of a year. */
export const PLAIN_RECIPE: PairRecipe = {
  sessions: 250,
  seed: 1,
  level: 100,
  step: 1,
  beta: 1.5,
  alpha: 10,
  phi1: 0.9,
  phi2: 0,
  noise: 1,
  spikeAt: -1,
  spike: 0,
  hold: 1,
  straightFrom: 0,
  straightTo: 0,
};

/** x: a random walk; y: alpha + beta·x + a residual of second order, with a spike, stale prices or a straight stretch if asked for. */
export function generatedPair(recipe: PairRecipe): { x: Float64Array; y: Float64Array } {
  const draw = pseudoRandom(recipe.seed);
  const shock = () => {
    let total = 0;
    for (let i = 0; i < 12; i++) total += draw();
    return total - 6;
  };
  const x = new Float64Array(recipe.sessions);
  const y = new Float64Array(recipe.sessions);
  let walk = recipe.level;
  let last = 0;
  let before = 0;
  for (let t = 0; t < recipe.sessions; t++) {
    walk = walk + recipe.step * shock();
    const residual = recipe.phi1 * last + recipe.phi2 * before + recipe.noise * shock();
    before = last;
    last = residual;
    let price = recipe.alpha + recipe.beta * walk + residual;
    if (t === recipe.spikeAt) price = price + recipe.spike;
    x[t] = walk;
    y[t] = t % recipe.hold !== 0 ? y[t - 1]! : price;
  }
  for (const series of [x, y]) {
    const from = series[recipe.straightFrom]!;
    const to = series[recipe.straightTo]!;
    for (let t = recipe.straightFrom + 1; t < recipe.straightTo; t++) {
      series[t] = from + (to - from) * ((t - recipe.straightFrom) / (recipe.straightTo - recipe.straightFrom));
    }
  }
  return { x, y };
}
