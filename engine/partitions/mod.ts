/** Partitions: the cells that an asset is divided into, what reads what, and which of them are stale. @module */
export { CellSet, type Rectangle } from "./cell_set.ts";
export { CellSpace } from "./cell_space.ts";
export {
  type DateMapping,
  everything,
  identity,
  lastSessions,
  laterSessions,
  type Mapping,
  type NameMapping,
  newest,
  wholeSeries,
} from "./mapping.ts";
export {
  type CellColumns,
  cutBy,
  type PartitionsDefinition,
  type SpaceContext,
  type UpstreamCells,
  type Wanted,
} from "./partitions.ts";
export {
  asOfSessions,
  type Cadence,
  daysUntilNow,
  type SessionCalendar,
  sessionsUntilNow,
  staticPartitions,
} from "./spaces.ts";
