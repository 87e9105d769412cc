/**
 * Duration of OPTICS by number of points: from 482, the number of real ETFs, to 5,000, in five dimensions like the loadings.
 * Second half of `deno task bench:scan`.
 */
import { clusterPresets } from "../assets/pairs/pair_clusters.ts";
import { optics } from "../quant/mod.ts";
import { pseudoRandom } from "../tests/support/pseudo_random.ts";
import { msOfEach, printTable } from "./measured.ts";

const counts = [482, 1_000, 2_000, 5_000];
const rounds = 5;

/** Points in groups of about ten around random centres, like tickers of one kind. */
function points(count: number): Float64Array[] {
  const random = pseudoRandom(count);
  const centres = Array.from(
    { length: Math.ceil(count / 10) },
    () => Float64Array.from({ length: 5 }, () => 4 * random() - 2),
  );
  return Array.from({ length: count }, (_, i) => centres[i % centres.length]!.map((x) => x + 0.2 * random() - 0.1));
}

const rows: unknown[][] = [];
for (const count of counts) {
  const cloud = points(count);
  let labels: ArrayLike<number> = [];
  const best = Math.min(...await msOfEach(rounds, () => labels = optics(cloud, clusterPresets.service).labels));
  const clusters = new Set(Array.from(labels).filter((label) => label >= 0)).size;
  rows.push([count, best.toFixed(1), (best / (count * count / 1e6)).toFixed(1), clusters]);
}
console.log();
printTable(["points", "OPTICS, ms (best of 5)", "ms / (n² / 10⁶)", "clusters"], rows);
