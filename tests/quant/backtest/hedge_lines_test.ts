import assert from "node:assert/strict";
import { distanceBands } from "../../../quant/backtest/hedge_lines.ts";
import { strategyByName } from "../../../quant/backtest/strategy_by_name.ts";
import { zScoreBands } from "../../../quant/backtest/z_score_bands.ts";
import cases from "../fixtures/hedge_lines.json" with { type: "json" };
import { generatedPair } from "./generated_pair.ts";

/** Relative, or absolute below 1. */
const tolerances = { total_least_squares_bands: 1e-10, johansen_bands: 1e-12, distance_bands: 1e-12 } as const;

function close(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)), `${actual}, not ${expected}`);
}

for (const { name, formation, price1: x, price2: y, ...expected } of cases) {
  const price1 = Float64Array.from(x);
  const price2 = Float64Array.from(y);
  const head = { price1: price1.slice(0, formation), price2: price2.slice(0, formation) };

  for (const [strategy, tolerance] of Object.entries(tolerances)) {
    Deno.test(`${strategy} has the hedge ratio and the deviation of the reference on ${name} prices`, () => {
      const { hedgeRatio, std } = strategyByName(strategy).fit(head).estimates;
      const reference = expected[strategy as keyof typeof tolerances];
      close(hedgeRatio!, reference.hedgeRatio, tolerance);
      close(std!, reference.std, tolerance);
    });
  }

  // The ratio of variances is rounded to a thousandth of a power of ten.
  Deno.test(`kalman_likelihood has the scores and hedge ratios of statsmodels on ${name} prices`, () => {
    const fitted = strategyByName("kalman_likelihood").fit(head);
    const { z, hedgeRatio } = expected.kalman_likelihood;
    z.forEach((score, i) => {
      const decision = fitted.decide(price1[formation + i]!, price2[formation + i]!);
      close(decision.z, score, 2e-3);
      close(decision.hedgeRatio, hedgeRatio[i]!, 5e-5);
    });
  });
}

Deno.test("total_least_squares_bands does not depend on which leg comes first, least squares do", () => {
  const { leg1, leg2 } = generatedPair(4, 300);
  const ratios = (name: string) => {
    const of = (price1: Float64Array, price2: Float64Array) =>
      strategyByName(name).fit({ price1, price2 }).estimates.hedgeRatio!;
    return of(leg1.close, leg2.close) * of(leg2.close, leg1.close);
  };
  close(ratios("total_least_squares_bands"), 1, 1e-12);
  assert.ok(ratios("z_score_bands") < 1 - 1e-6);
});

Deno.test("total_least_squares_bands and johansen_bands refuse legs that move against each other", () => {
  const { leg1, leg2 } = generatedPair(4, 300);
  const price2 = leg2.close.map((price) => 1000 - price);
  for (const name of ["total_least_squares_bands", "johansen_bands"]) {
    assert.throws(
      () => strategyByName(name).fit({ price1: leg1.close, price2 }),
      /both legs would be on the same side/,
    );
  }
  assert.ok(zScoreBands().fit({ price1: leg1.close, price2 }).estimates.hedgeRatio! < 0);
});

Deno.test("distance_bands enters beyond two deviations and closes where the normalized prices cross", () => {
  const price1 = Float64Array.of(10, 11, 10, 9, 10);
  const price2 = Float64Array.of(20, 21, 21, 18, 20);
  const fitted = distanceBands().fit({ price1, price2 });
  const { hedgeRatio, std } = fitted.estimates;
  assert.equal(hedgeRatio, 2);
  assert.deepEqual(fitted.levels, { entryZ: 2, exitZ: 0, stopZ: NaN });
  const at = (z: number) => fitted.decide(10, 20 + z * std!).signal;
  assert.deepEqual([1.9, 2.1, 9, 0.1, -0.1].map(at), ["hold", "enter_short", "hold", "hold", "exit"]);
});

Deno.test("distance_bands refuses legs that do not start above 0", () => {
  assert.throws(
    () => distanceBands().fit({ price1: Float64Array.of(0, 1, 2), price2: Float64Array.of(1, 1, 3) }),
    /start at 0 and 1/,
  );
});
