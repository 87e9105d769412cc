import { z } from "zod";
import { date, list, named } from "../record_schema.ts";
import { Rectangle } from "./partition_set.ts";

/** The partitions of a request: dates with both ends included, and names; an omitted field restricts nothing. */
export const PartitionRange = named(
  "PartitionRange",
  z.strictObject({
    from: date.optional(),
    to: date.optional(),
    names: list(z.string()).optional(),
    /** Exactly these, by the producer's key; other producers are not restricted by it. */
    partitions: z.record(z.string(), list(Rectangle)).readonly().optional(),
  }),
);
export type PartitionRange = z.infer<typeof PartitionRange>;
