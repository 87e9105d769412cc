/** Partitions of an asset, and mappings between assets. @module */
export { PartitionSet, Rectangle } from "./partition_set.ts";
export { PartitionSpace } from "./partition_space.ts";
export {
  type DateMapping,
  everything,
  identity,
  lastSessions,
  laterSessions,
  type NameMapping,
  newest,
  type PartitionMapping,
  wholeSeries,
} from "./mapping.ts";
export {
  cutBy,
  inMonths,
  type PartitionColumns,
  type PartitionsDefinition,
  rowsAtOnce,
  type SpaceContext,
  type UpstreamPartitions,
  type Wanted,
} from "./definition.ts";
export * from "./spaces.ts";
