import assert from "node:assert/strict";
import { ornsteinUhlenbeck } from "../../quant/ornstein_uhlenbeck.ts";
import { assertRefusesNonFinite, assertRelative, generatedSeries, timeSeries } from "../support/time_series_fixture.ts";

Deno.test("ornsteinUhlenbeck() equals 50-digit arithmetic and the maximum found by search", () => {
  for (const { series, dt, searched, ...golden } of timeSeries.ornsteinUhlenbeck) {
    const fit = ornsteinUhlenbeck(generatedSeries(series), { dt });
    for (const parameter of ["theta", "mu", "sigma", "halfLife"] as const) {
      assertRelative(fit[parameter], golden[parameter], 1e-12, `${series} ${parameter}`);
    }
    if (searched !== undefined) {
      // A search by function values alone stops at the square root of their precision.
      [fit.theta, fit.mu, fit.sigma].forEach((value, i) =>
        assertRelative(value, searched[i]!, 1e-5, `${series} search ${i}`)
      );
    }
  }
});

Deno.test("ornsteinUhlenbeck() counts time in the unit of dt", () => {
  const series = generatedSeries("reverting");
  const daily = ornsteinUhlenbeck(series);
  const yearly = ornsteinUhlenbeck(series, { dt: 1 / 252 });
  assertRelative(yearly.theta, 252 * daily.theta, 1e-12, "theta");
  assertRelative(yearly.sigma, Math.sqrt(252) * daily.sigma, 1e-12, "sigma");
  assertRelative(yearly.halfLife, daily.halfLife / 252, 1e-12, "half-life");
  assert.equal(yearly.mu, daily.mu);
});

Deno.test("ornsteinUhlenbeck() gives a series that runs away θ < 0 and an infinite half-life", () => {
  const noise = generatedSeries("fast");
  const explosive = Float64Array.from({ length: 60 }, (_, t) => 1.1 ** t + 0.01 * noise[t]!);
  const { theta, sigma, halfLife } = ornsteinUhlenbeck(explosive);
  assert.ok(theta < 0 && sigma > 0);
  assert.equal(halfLife, Infinity);
});

Deno.test("ornsteinUhlenbeck() refuses series that no such process makes", () => {
  assert.throws(() => ornsteinUhlenbeck(new Float64Array(0)), /at least 4 values, got 0/);
  assert.throws(() => ornsteinUhlenbeck(new Float64Array(10).fill(0.1)), /series is constant/);
  assert.throws(() => ornsteinUhlenbeck(Float64Array.of(1, -1, 1, -1, 1)), /lag-one coefficient is -1/);
  assert.throws(() => ornsteinUhlenbeck(Float64Array.of(0, 1, 2, 3, 4)), /exactly 1/);
  for (const dt of [0, -1, NaN, Infinity]) {
    assert.throws(() => ornsteinUhlenbeck(generatedSeries("fast"), { dt }), /dt must be positive/);
  }
  assertRefusesNonFinite((value) => ornsteinUhlenbeck(Float64Array.of(1, 2, value, 3, 1)));
});
