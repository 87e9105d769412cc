import assert from "node:assert/strict";
import { residualDiagnostics } from "../../web/residual_diagnostics.ts";

Deno.test("residualDiagnostics() counts every session and implies a half at the half-life", () => {
  const values = Array.from({ length: 400 }, (_, t) => Math.sin(t / 3) + t % 7 / 10);
  const found = residualDiagnostics(values, { halfLife: 5 })!;
  assert.equal(found.bins.reduce((sum, bin) => sum + bin.sessions, 0), 400);
  assert.equal(found.autocorrelation.length, 40);
  assert.equal(found.autocorrelation[4]!.implied, 0.5);
  assert.equal(found.bound.toFixed(3), "0.098");
  // As many as there are, as far as the normal distribution lies within the bins.
  const normal = found.bins.reduce((sum, bin) => sum + bin.normal, 0);
  assert.ok(normal > 350 && normal < 410, `${normal}`);
});

Deno.test("residualDiagnostics() implies nothing of a spread that does not revert, and has none of too few or constant values", () => {
  const values = Array.from({ length: 30 }, (_, t) => t * t);
  assert.ok(residualDiagnostics(values, { halfLife: -20 })!.autocorrelation.every(({ implied }) => implied === null));
  assert.equal(residualDiagnostics(values.slice(0, 9), { halfLife: 5 }), null);
  assert.equal(residualDiagnostics(Array(50).fill(2), { halfLife: null }), null);
});
