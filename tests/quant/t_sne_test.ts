import assert from "node:assert/strict";
import { tSne } from "../../quant/t_sne.ts";
import { normals } from "../support/closes.ts";

/** Points around eight centres in five dimensions, in turn. */
function planted(n: number): Float64Array[] {
  const normal = normals(n);
  const centres = Array.from({ length: 8 }, () => Array.from({ length: 5 }, () => 2 * normal()));
  return Array.from(
    { length: n },
    (_, i) => Float64Array.from({ length: 5 }, (_, d) => centres[i % 8]![d]! + 0.25 * normal()),
  );
}

const squaredDistances = (points: readonly Float64Array[]) =>
  points.map((a) => Float64Array.from(points, (b) => a.reduce((sum, value, d) => sum + (value - b[d]!) ** 2, 0)));

/** Kullback–Leibler divergence of a map from its points, by the definition of van der Maaten and Hinton. */
function divergence(points: readonly Float64Array[], map: readonly Float64Array[], perplexity: number): number {
  const n = points.length;
  const conditional = squaredDistances(points).map((row, i) => {
    const others = row.map((distance, j) => j === i ? Infinity : distance);
    const least = Math.min(...others);
    const at = (precision: number) => {
      const weights = others.map((distance) => Math.exp(-precision * (distance - least)));
      const sum = weights.reduce((total, weight) => total + weight);
      return weights.map((weight) => weight / sum);
    };
    let [low, high] = [0, 1e6];
    for (let step = 0; step < 100; step++) {
      const middle = (low + high) / 2;
      const entropy = -at(middle).reduce((sum, p) => p > 0 ? sum + p * Math.log(p) : sum, 0);
      if (entropy > Math.log(perplexity)) low = middle;
      else high = middle;
    }
    return at(low);
  });
  const kernel = squaredDistances(map).map((row, i) => row.map((distance, j) => i === j ? 0 : 1 / (1 + distance)));
  const total = kernel.reduce((sum, row) => row.reduce((all, value) => all + value, sum), 0);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const p = (conditional[i]![j]! + conditional[j]![i]!) / (2 * n);
      if (p > 0) sum += p * Math.log(p * total / kernel[i]![j]!);
    }
  }
  return sum;
}

/** How far neighbours on the map are neighbours in space, from 0 to 1 (Venna and Kaski). */
function trustworthiness(points: readonly Float64Array[], map: readonly Float64Array[], k: number): number {
  const n = points.length;
  const orders = (of: readonly Float64Array[]) =>
    squaredDistances(of).map((row, i) => [...row.keys()].filter((j) => j !== i).sort((a, b) => row[a]! - row[b]!));
  const inSpace = orders(points);
  const penalty = orders(map).reduce(
    (sum, order, i) => order.slice(0, k).reduce((all, j) => all + Math.max(0, inSpace[i]!.indexOf(j) + 1 - k), sum),
    0,
  );
  return 1 - 2 * penalty / (n * k * (2 * n - 3 * k - 1));
}

Deno.test("tSne() comes as near to the points as scikit-learn's exact t-SNE, and keeps their neighbours", async () => {
  // Divergences of scikit-learn 1.9, TSNE(perplexity=59/3, method="exact", init="pca"), and trustworthiness at 5 neighbours.
  const [theirs, trust] = [0.033198, 0.997244];
  const points = planted(60);
  const map = await tSne(points);
  const ours = divergence(points, map, 59 / 3);
  assert.ok(ours < 1.1 * theirs, `${ours} beside ${theirs}`);
  assert.ok(trustworthiness(points, map, 5) > trust - 0.005);
  // Of all points the nearest neighbour on the map is of the same centre.
  const nearest = squaredDistances(map).map((row, i) =>
    [...row.keys()].filter((j) => j !== i).reduce((a, b) => row[a]! <= row[b]! ? a : b)
  );
  assert.ok(nearest.every((j, i) => j % 8 === i % 8));
});

Deno.test("tSne() gives the map that DruidJS 0.9.0 gives, with its learning rate of 50 and the same start", async () => {
  // Its default of 1000 steps is cut to 300. All digits of maps of up to 1,000 points are equal.
  const theirs = [
    [47.66001223, 13.22790725],
    [-65.01924324, -37.63353982],
    [-41.26482891, -21.93262994],
    [67.87630859, -9.656405582],
    [21.11893645, 19.87452022],
    [-82.65836565, -49.51322864],
    [12.65015365, 54.68750161],
    [-11.67970998, -2.171322266],
    [51.31673687, 33.11719717],
  ];
  const map = await tSne(planted(9), { iterations: 300 });
  for (const [i, place] of theirs.entries()) {
    for (const axis of [0, 1]) assert.ok(Math.abs(map[i]![axis]! - place[axis]!) < 1e-6, `${map[i]} beside ${place}`);
  }
});

Deno.test("tSne() gives the same map again, whatever runs beside it", async () => {
  const points = planted(40);
  const alone = await tSne(points, { iterations: 200 });
  let steps = 0;
  const afterStep = async () => {
    steps++;
    await Promise.resolve();
  };
  const [one, other] = await Promise.all([
    tSne(points, { iterations: 200, afterStep }),
    tSne(planted(50), { iterations: 200, afterStep }),
  ]);
  assert.deepEqual(one, alone);
  assert.deepEqual(other, await tSne(planted(50), { iterations: 200 }));
  assert.equal(steps, 400);
});

Deno.test("tSne() is centred, finite and of two coordinates, with few points, equal ones and one far out", async () => {
  const same = Array.from({ length: 6 }, () => Float64Array.of(1, 2, 3));
  const far = [...planted(12), Float64Array.of(1000, 0, 0, 0, 0)];
  for (const points of [planted(5), planted(16), same, far]) {
    const map = await tSne(points, { iterations: 300 });
    assert.equal(map.length, points.length);
    for (const axis of [0, 1]) {
      const values = map.map((place) => place[axis]!);
      assert.ok(values.every(Number.isFinite));
      const mean = values.reduce((sum, value) => sum + value) / values.length;
      assert.ok(Math.abs(mean) < 1e-6 * Math.max(1, ...values.map(Math.abs)), `mean ${mean}`);
    }
    assert.ok(map.every((place) => place.length === 2));
  }
});

Deno.test("tSne() ends where its caller throws", async () => {
  const afterStep = () => {
    throw new Error("no longer wanted");
  };
  await assert.rejects(tSne(planted(20), { afterStep }), /no longer wanted/);
});

Deno.test("tSne() refuses what is no set of points", async () => {
  const five = planted(5);
  const refused: [Float64Array[], object, RegExp][] = [
    [planted(4), {}, /at least 5 points, got 4/],
    [[...five, Float64Array.of(1)], {}, /Point 0 has 5 coordinates, point 5 has 1\./],
    [[...five, Float64Array.of(1, 2, 3, 4, NaN)], {}, /Point 5 must be finite/],
    [five, { perplexity: 0 }, /perplexity must be a positive number, got 0/],
    [five, { iterations: 1.5 }, /iterations must be an integer/],
  ];
  for (const [points, options, message] of refused) await assert.rejects(tSne(points, options), message);
});
