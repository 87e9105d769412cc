import assert from "node:assert/strict";
import { ResampleDraws } from "../../../quant/uncertainty/resample_draws.ts";
import { stationaryBootstrap } from "../../../quant/uncertainty/stationary_bootstrap.ts";

function placesOf(draws: ResampleDraws, meanBlockLength: number, replications: number): number[][] {
  return Array.from(draws.resamples({ meanBlockLength, replications }), ({ first, length, count }) => {
    const places: number[] = [];
    for (let block = 0; block < count; block++) {
      for (let i = 0; i < length[block]!; i++) places.push((first[block]! + i) % draws.length);
    }
    return places;
  });
}

Deno.test("ResampleDraws gives the observations of stationaryBootstrap() for each of several mean block lengths", () => {
  const replications = 60;
  for (const length of [2, 37, 400]) {
    const draws = new ResampleDraws(length, 20_080_901);
    // The shortest last: their resamples take more numbers than those before.
    for (const meanBlockLength of [8, 4, 7.3, 90, 1e12, 2 ** 40, 3, 2, 1.9999, 1]) {
      const expected: number[][] = [];
      stationaryBootstrap(length, (places) => expected.push([...places]), {
        meanBlockLength,
        replications,
        seed: 20_080_901,
      });
      assert.deepEqual(placesOf(draws, meanBlockLength, replications), expected, `${length}, ${meanBlockLength}`);
    }
  }
});

Deno.test("ResampleDraws draws more numbers for more resamples", () => {
  const draws = new ResampleDraws(50, 7);
  const few = placesOf(draws, 5, 20);
  const many = placesOf(draws, 5, 700);
  assert.deepEqual(many.slice(0, 20), few);
  assert.deepEqual(placesOf(new ResampleDraws(50, 7), 5, 700), many);
});
