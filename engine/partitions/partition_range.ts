import type { Rectangle } from "./mod.ts";

/** The partitions of a request: dates with both ends included, and names; what is left out is not restricted. */
export interface PartitionRange {
  from?: string;
  to?: string;
  names?: readonly string[];
  /** Exactly these, by the producer's key; one that is not named is not restricted by it. */
  partitions?: Readonly<Record<string, readonly Rectangle[]>>;
}
