import assert from "node:assert/strict";
import { overfittingProbability, type PickedFrom } from "../../../assets/backtests/overfitting.ts";
import { backtestOverfitting } from "../../../quant/mod.ts";
import { normals } from "../../support/closes.ts";

const noise = (seed: number, length = 160, drift = 0) => {
  const normal = normals(seed);
  return Float64Array.from({ length }, () => 0.01 * normal() + drift);
};
const earned = (excess: Float64Array, more: Partial<PickedFrom> = {}): PickedFrom => ({
  looksAhead: false,
  fillsAtSignal: false,
  excess,
  ...more,
});

Deno.test("overfittingProbability() is that of the strategies that could have been earned, and of no other", () => {
  const series = [1, 2, 3, 4].map((seed) => noise(seed));
  const expected = backtestOverfitting(series, { blocks: 16 }).probability;
  const flattered = noise(9, 160, 0.02);
  const all = [
    ...series.map((one) => earned(one)),
    earned(flattered, { looksAhead: true }),
    earned(flattered, { fillsAtSignal: true }),
  ];
  assert.equal(overfittingProbability(all), expected);
  assert.ok(overfittingProbability([...all, earned(noise(9, 160, 0.01))])! < 0.05, "one that is better in every half");
});

Deno.test("overfittingProbability() is null of one strategy, and of a record that is too short", () => {
  assert.equal(overfittingProbability([earned(noise(1)), earned(noise(2), { looksAhead: true })]), null);
  assert.equal(overfittingProbability([earned(noise(1, 125)), earned(noise(2, 125))]), null);
  assert.notEqual(overfittingProbability([earned(noise(1, 126)), earned(noise(2, 126))]), null);
  assert.equal(overfittingProbability([]), null);
});
