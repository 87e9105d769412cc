import { UnmetUpstreamError } from "./errors.ts";
import { mayBeUnknown } from "./external_asset.ts";
import type { AssetGraph } from "./graph.ts";
import { ownReasons, type Present, type Reason, upstreamStale, type Versions } from "./staleness.ts";

/** One step of a plan: a function that will run. */
export interface PlannedStep {
  /** The asset whose function runs. */
  key: string;
  /** All assets that it makes. */
  produces: readonly string[];
  /** Steps of the same plan that end before this one starts. */
  after: readonly string[];
  /** Why it is in the plan. */
  reasons: readonly Reason[];
  /**
   * False where everything depends on what is upstream in this plan: if that comes out with the content it had, this step is
   * left out.
   */
  certain: boolean;
}

/** What a run would do, in order. */
export interface Plan {
  selection: string;
  force: boolean;
  steps: readonly PlannedStep[];
  /** Selected assets with nothing to do. */
  fresh: readonly string[];
}

/**
 * What has to run so that the selected assets are fresh. Reads nothing but its arguments.
 *
 * @throws {UnmetUpstreamError} If a step would read an asset that has never been materialized and is not selected.
 */
export function planRun(
  graph: AssetGraph,
  selected: readonly string[],
  state: { present: ReadonlyMap<string, Present>; latest: ReadonlyMap<string, Versions> },
  request: { selection: string; force: boolean },
): Plan {
  const wanted = new Set(selected.map((key) => graph.producerOf(key)));
  const planned = new Map<string, PlannedStep>();
  const fresh: string[] = [];
  for (const producer of graph.producers) {
    if (!wanted.has(producer)) continue;
    if (producer.asset.external) {
      if (state.latest.has(producer.key)) fresh.push(producer.key);
      continue;
    }
    const own: Reason[] = request.force
      ? [{ kind: "forced", message: "asked for whether stale or not" }]
      : ownReasons(producer, state.present.get(producer.key)!, state.latest);
    const rebuilt = producer.upstream.filter((key) => planned.has(graph.producerOf(key).key));
    if (own.length === 0 && rebuilt.length === 0) {
      fresh.push(...producer.produces.filter((key) => selected.includes(key)));
      continue;
    }
    for (const key of producer.upstream) {
      if (state.latest.has(key) || rebuilt.includes(key) || mayBeUnknown(graph, key)) continue;
      throw new UnmetUpstreamError(producer.key, key);
    }
    planned.set(producer.key, {
      key: producer.key,
      produces: producer.produces,
      after: [...new Set(rebuilt.map((key) => graph.producerOf(key).key))],
      reasons: [
        ...own,
        ...rebuilt.filter((key) => !own.some((r) => r.kind === "upstream_changed" && r.upstream === key))
          .map((key) => upstreamStale(key, !state.latest.has(key))),
      ],
      certain: own.length > 0,
    });
  }
  return { ...request, steps: [...planned.values()], fresh };
}
