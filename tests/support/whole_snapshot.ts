import type { AssetGraph } from "../../engine/mod.ts";
import type { RejectedAttempt } from "../../engine/store/records.ts";
import type { Snapshot } from "../../engine/judge/snapshot.ts";
import type { Present } from "../../engine/judge/staleness.ts";
import type { Versions } from "../../engine/store/reasons.ts";

/** A snapshot of assets that are made as wholes, one row each. */
export function wholeSnapshot(
  graph: AssetGraph,
  { present, latest, rejected = new Map() }: {
    present: ReadonlyMap<string, Present>;
    latest: ReadonlyMap<string, Versions>;
    rejected?: ReadonlyMap<string, RejectedAttempt>;
  },
): Snapshot {
  return {
    producers: graph.producers,
    present,
    latest: new Map([...latest].map(([key, versions]) => [key, { ...versions, rowCount: 1 }])),
    configs: new Map(),
    records: { made: new Map(), failed: new Map(), extents: new Map(), changes: new Map() },
    rejected,
    replaced: new Map(),
    partitions: new Map(),
    spaces: new Map(),
    madeSpaces: new Map(),
    lastingSpaces: new Map(),
    wantedSpaces: new Map(),
    reads: new Map(graph.producers.map(({ key }) => [key, []])),
  };
}
