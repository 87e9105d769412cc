/**
 * Recall and precision of the search for pairs in simulated markets with known cointegrated pairs.
 *
 *     deno run -A bench/recall.ts [seeds=50] [service|research]
 */
import { type PairSearchScore, SEARCHES, searchSimulatedPairs } from "../tests/support/simulated_pair_search.ts";

const seeds = Number(Deno.args[0] ?? 50);
const searches = Object.keys(SEARCHES) as (keyof typeof SEARCHES)[];
for (const search of searches.filter((name) => Deno.args[1] === undefined || Deno.args[1] === name)) {
  const started = performance.now();
  const sum: Record<string, number> = {};
  let worst = Infinity;
  for (let seed = 1; seed <= seeds; seed++) {
    const score = await searchSimulatedPairs(seed, { search });
    for (const [name, value] of Object.entries(score)) sum[name] = (sum[name] ?? 0) + value;
    worst = Math.min(worst, score.found / score.planted);
  }
  const total = sum as unknown as PairSearchScore;
  const mean = (value: number) => (value / seeds).toFixed(1);
  const share = (part: number, whole: number) => `${(100 * part / whole).toFixed(1)} %`;
  console.log(
    `${search}, ${seeds} seeds, ${((performance.now() - started) / seeds).toFixed(0)} ms a seed; a seed's mean:`,
  );
  console.log(
    `  ${mean(total.planted)} planted, ${mean(total.complete)} survive cleaning, ${
      mean(total.clustered)
    } in one cluster, ` +
      `${mean(total.tested)} pairs tested, ${mean(total.accepted)} accepted, ${
        mean(total.decoysAccepted)
      } of them decoys`,
  );
  console.log(
    `  by the criteria:  recall ${share(total.found, total.planted)} (worst seed ${(100 * worst).toFixed(0)} %), ` +
      `precision ${share(total.found, total.accepted)}`,
  );
  console.log(
    `  false discoveries held to 5 %, p-values of the criterion: recall ${
      share(total.foundUnderFdr, total.planted)
    }, ` +
      `precision ${share(total.foundUnderFdr, total.acceptedUnderFdr)}`,
  );
  console.log(
    `  false discoveries held to 5 %, p-values of a residual: recall ` +
      `${share(total.foundUnderResidualFdr, total.planted)}, ` +
      `precision ${share(total.foundUnderResidualFdr, total.acceptedUnderResidualFdr)}`,
  );
}
