import type { AssetGraph } from "../../engine/mod.ts";
import { addState, noStates } from "../../engine/judge/partition_state.ts";
import type { RejectedAttempt } from "../../engine/store/records.ts";
import type { Snapshot } from "../../engine/judge/snapshot.ts";
import type { Present } from "../../engine/judge/staleness.ts";
import type { Versions } from "../../engine/store/reasons.ts";

/** A snapshot of assets without partitions, one row each. */
export function wholeSnapshot(
  graph: AssetGraph,
  { present, latest, rejected = new Map() }: {
    present: ReadonlyMap<string, Present>;
    latest: ReadonlyMap<string, Versions>;
    rejected?: ReadonlyMap<string, RejectedAttempt>;
  },
): Snapshot {
  const facts = {
    graph,
    present,
    latest: new Map([...latest].map(([key, versions]) => [key, { ...versions, rowCount: 1 }])),
    configs: new Map(),
    records: { made: new Map(), failed: new Map(), extents: new Map(), changes: new Map() },
  };
  const states = noStates();
  for (const producer of graph.producers) addState(producer, null, facts, states);
  return { producers: graph.producers, ...facts, rejected, replaced: new Map(), ...states };
}
