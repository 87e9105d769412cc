import { z } from "zod";
import { inWords } from "../declare/row_values.ts";
import type { PartitionSet } from "../partitions/mod.ts";
import { date, named } from "../record_schema.ts";
import { SomePartitions } from "../store/reasons.ts";

const SettingChange = z.strictObject({
  /** Path of the setting, e.g. `criteria.maxPValue`. */
  setting: z.string(),
  from: z.unknown(),
  to: z.unknown(),
});
export type SettingChange = z.infer<typeof SettingChange>;

/** A finding about some partitions, or about an unpartitioned asset. */
const Finding = z.strictObject({
  /** `changed` is a past materialization that made something stale. */
  state: z.enum(["fresh", "stale", "missing", "waiting", "blocked", "failed", "running", "gone", "changed"]),
  /** A plain sentence without its subject: `upstream bars changed in materialization 12`. */
  because: z.string(),
  /** The partitions concerned; absent for an unpartitioned asset. */
  partitions: SomePartitions.optional(),
});
export type Finding = z.infer<typeof Finding>;
export type ExplainedState = Finding["state"];

/** Explanation of a state. */
export const Explanation = Finding.extend({
  key: z.string(),
  /** The partition, if there is only one. */
  partition: z.strictObject({ name: z.string().optional(), date: date.optional() }).nullable(),
  settings: z.array(SettingChange).optional(),
  materialization: z.int().optional(),
  run: z.int().optional(),
  /** Some of the changed rows, as `AAPL 2020-08-31: ratio 1 → 4`. */
  rows: z.array(z.string()).optional(),
  /** Other findings for partitions of the asset, most important first. */
  others: z.array(Finding),
  get causes() {
    return z.array(Explanation);
  },
});
export type Explanation = z.infer<typeof Explanation>;
named("Explanation", Explanation).register(z.globalRegistry, {
  description: "Explanation of a state, down to the cause",
});

/** The coordinates of the only partition of a set; `null` for none or several, or for a partition without coordinates. */
export function onlyPartition(partitions: PartitionSet): { name?: string; date?: string } | null {
  if (partitions.count !== 1 || partitions.space.isSingle) return null;
  const [[name, date]] = [...partitions.partitions()] as [[string, string]];
  return { ...(partitions.space.hasNames && { name }), ...(partitions.space.hasDates && { date }) };
}

/** Partitions in words: `B on 2024-01-02`, `12 partitions of A, B and 3 others from 2024-01-02 to 2024-01-05`. */
export function partitionsInWords(partitions: PartitionSet): string {
  const { names, dates, space, count } = partitions;
  const who = !space.hasNames
    ? ""
    : names.length <= 3
    ? names.join(", ")
    : `${names.slice(0, 2).join(", ")} and ${names.length - 2} others`;
  const when = !space.hasDates
    ? ""
    : dates.length === 1
    ? (who === "" ? dates[0]! : `on ${dates[0]}`)
    : dates.length === 0
    ? ""
    : `from ${dates[0]} to ${dates.at(-1)}`;
  if (count === 1) return [who, when].filter(Boolean).join(" ");
  if (who === "" && dates.length === count) return `the ${count.toLocaleString("en-US")} dates ${when}`;
  return [`${count.toLocaleString("en-US")} partitions`, who && `of ${who}`, when].filter(Boolean).join(" ");
}

/** `is` or `are`. */
export function areInWords(partitions: PartitionSet): string {
  return partitions.count === 1 ? "is" : "are";
}

/** The settings that differ, by path. */
export function changedSettings(from: unknown, to: unknown, path = ""): SettingChange[] {
  if (isRecord(from) && isRecord(to)) {
    return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((key) =>
      changedSettings(from[key], to[key], path === "" ? key : `${path}.${key}`)
    );
  }
  return JSON.stringify(from) === JSON.stringify(to) ? [] : [{ setting: path, from, to }];
}

/** Changed settings in words: `scale 1 → 2, window 30 → 60`. */
export function settingsInWords(settings: readonly SettingChange[]): string {
  const shown = settings.slice(0, 5).map(({ setting, from, to }) => `${setting} ${inWords(from)} → ${inWords(to)}`);
  return settings.length > 5 ? `${shown.join(", ")} and ${settings.length - 5} more` : shown.join(", ");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
