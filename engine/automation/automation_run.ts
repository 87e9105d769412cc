import { partitionsInReason, type Reason, upstreamStale } from "../store/reasons.ts";
import type { AssetGraph, Producer } from "../declare/graph.ts";
import type { PartitionSet, Rectangle } from "../partitions/mod.ts";
import type { Plan, PlannedStep } from "../store/run_plan.ts";
import { reasonsOf, type Snapshot } from "../judge/snapshot.ts";

/**
 * Plans the run that makes exactly the requested partitions. As in any run, a step with nothing to do is skipped when its turn
 * comes.
 */
export function planRequests(
  requests: ReadonlyMap<string, PartitionSet>,
  { graph, snapshot }: { graph: AssetGraph; snapshot: Snapshot },
): Plan {
  const partitions: Record<string, readonly Rectangle[]> = {};
  const steps: PlannedStep[] = [];
  for (const [key, asked] of requests) {
    const producer = graph.producerOf(key);
    if (!asked.space.isSingle) partitions[key] = asked.rectangles();
    const rebuilt = producer.upstream.filter((upstream) => requests.has(graph.producerOf(upstream).key));
    const own = reasonsOf(producer, snapshot, asked);
    const inherited = rebuilt
      .filter((upstream) => !own.some((r) => r.kind === "upstream_changed" && r.upstream === upstream))
      .map((upstream) => upstreamStale(upstream, snapshot));
    const reasons = [...own, ...inherited];
    steps.push({
      key,
      produces: producer.produces,
      after: [...new Set(rebuilt.map((upstream) => graph.producerOf(upstream).key))],
      reasons: reasons.length > 0 ? reasons : [lookAt(producer)],
      certain: own.length > 0,
      ...partitionsInReason(asked),
    });
  }
  return {
    selection: [...requests.keys()].join(" "),
    force: false,
    range: Object.keys(partitions).length > 0 ? { partitions } : null,
    steps,
    fresh: [],
    waiting: [],
    blocked: [],
  };
}

function lookAt({ recipe }: Producer): Reason {
  return { kind: "automation", message: `its automation ${recipe.automation!.text} requests a check for staleness` };
}
