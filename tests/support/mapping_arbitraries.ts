import fc from "fast-check";
import {
  type DateMapping,
  everything,
  identity,
  lastSessions,
  laterSessions,
  type NameMapping,
  newest,
  type PartitionMapping,
  wholeSeries,
} from "../../engine/partitions/mod.ts";

function dayBefore(date: string, days: number): string {
  return date === "" ? "" : Temporal.PlainDate.from(date).subtract({ days }).toString();
}

const count = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constant(Infinity));
const dimension = fc.constantFrom("all" as const, "same" as const);

const names: fc.Arbitrary<NameMapping> = fc.constantFrom<NameMapping>(
  { kind: "same" },
  { kind: "all" },
  { kind: "own", read: (name) => name === "A" ? ["B", "C"] : name === "B" ? [] : [name, "A"] },
);

const dates: fc.Arbitrary<DateMapping> = fc.oneof(
  fc.constantFrom<DateMapping>({ kind: "same" }, { kind: "all" }, { kind: "last" }),
  fc.record({
    kind: fc.constant("window" as const),
    back: fc.oneof(fc.integer({ min: -1, max: 4 }), fc.constant(Infinity)),
    forward: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constant(Infinity)),
  }),
  fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 3 })).map(([from, to]): DateMapping => ({
    kind: "own",
    // Depends on the calendar, with no dates on some days.
    read: (date) =>
      date.endsWith("3")
        ? null
        : { from: dayBefore(date, Math.max(from, to)), to: dayBefore(date, Math.min(from, to)) },
  })),
);

/** Every named mapping of the engine, and arbitrary ones of names and dates. */
export const mappings: fc.Arbitrary<PartitionMapping> = fc.oneof(
  fc.constantFrom(identity, everything, newest, wholeSeries),
  fc.tuple(count, dimension).map(([sessions, of]) => lastSessions(sessions, of)),
  dimension.map(laterSessions),
  fc.record({ names, dates }),
);
