import type { PartitionMapping } from "../../engine/mod.ts";

/** No partition of an upstream asset: nothing of it is read, and no change of it makes anything again. */
export const noPartition: PartitionMapping = { names: { kind: "own", read: () => [] }, dates: { kind: "all" } };
