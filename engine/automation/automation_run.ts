import { someCells } from "../store/reasons.ts";
import type { AssetGraph, Producer } from "../declare/graph.ts";
import type { CellSet, Rectangle } from "../partitions/mod.ts";
import { reasonsWithin } from "../judge/plan.ts";
import { type Plan, type PlannedStep } from "../store/run_plan.ts";
import { reasonsOfWhole, type Snapshot } from "../judge/snapshot.ts";
import { type Reason, upstreamStale } from "../store/reasons.ts";

/**
 * The run that makes exactly the cells that were asked for. A step that turns out to have nothing to do is left out when its turn
 * comes, as in any run.
 */
export function planRequests(
  requests: ReadonlyMap<string, CellSet>,
  { graph, snapshot }: { graph: AssetGraph; snapshot: Snapshot },
): Plan {
  const cells: Record<string, readonly Rectangle[]> = {};
  const steps: PlannedStep[] = [];
  for (const [key, asked] of requests) {
    const producer = graph.producerOf(key);
    const byCells = snapshot.cells.has(key);
    if (byCells) cells[key] = asked.rectangles();
    const rebuilt = producer.upstream.filter((upstream) => requests.has(graph.producerOf(upstream).key));
    const own = byCells ? cellReasons(producer, snapshot, asked) : reasonsOfWhole(producer, snapshot);
    const inherited = rebuilt
      .filter((upstream) => !own.some((r) => r.kind === "upstream_changed" && r.upstream === upstream))
      .map((upstream) => upstreamStale(upstream, !snapshot.latest.has(upstream)));
    const reasons = [...own, ...inherited];
    steps.push({
      key,
      produces: producer.produces,
      after: [...new Set(rebuilt.map((upstream) => graph.producerOf(upstream).key))],
      reasons: reasons.length > 0 ? reasons : [lookAt(producer)],
      certain: own.length > 0,
      ...(byCells && { cells: someCells(asked) }),
    });
  }
  return {
    selection: [...requests.keys()].join(" "),
    force: false,
    range: Object.keys(cells).length > 0 ? { cells } : null,
    steps,
    fresh: [],
    waiting: [],
    blocked: [],
  };
}

function cellReasons(producer: Producer, snapshot: Snapshot, asked: CellSet): Reason[] {
  const reasons = reasonsWithin(producer, snapshot, asked);
  const gone = snapshot.cells.get(producer.key)!.gone.intersection(asked);
  if (!gone.isEmpty) {
    const message = `${gone.count} of its cells are not part of it any more`;
    reasons.push({ kind: "cells_gone", message, cells: someCells(gone) });
  }
  return reasons;
}

function lookAt({ recipe }: Producer): Reason {
  return { kind: "automation", message: `its automation ${recipe.automation!.text} asks to look whether it is stale` };
}
