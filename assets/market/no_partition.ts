import type { PartitionMapping } from "../../engine/mod.ts";

/** Maps to no upstream partition: no rows are read, and upstream changes remake nothing. */
export const noPartition: PartitionMapping = { names: { kind: "own", read: () => [] }, dates: { kind: "all" } };
