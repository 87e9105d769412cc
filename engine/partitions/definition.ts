import type { Clock } from "../../resources/clock.ts";
import { PartitionSet } from "./partition_set.ts";
import { PartitionSpace } from "./partition_space.ts";
import { noRange } from "./ranges.ts";

/** Columns of an asset's rows that hold the coordinates of a partition; the rows of a partition are those with its name and date. */
export interface PartitionColumns<Column extends string = string> {
  /** E.g. `ticker`. */
  name?: Column;
  /** A `date` column, e.g. `session` or `as_of`. */
  date?: Column;
}

/** The partitions that there should be. A dimension that is left out has no coordinates. */
export interface Wanted {
  names?: readonly string[];
  /** Ascending, each once. */
  dates?: readonly string[];
  /** First and last date of names that do not have all dates, both ends included. */
  spans?: ReadonlyMap<string, { first?: string; last?: string }>;
  /**
   * With `gone: "keep"`: whether a date that is not wanted still is one, so that what was made of it is kept. What was made of any
   * other date is removed. Every date is one where this is left out.
   */
  isDate?(date: string): boolean;
}

/** An upstream asset as a partitions definition sees it. */
export interface UpstreamPartitions {
  /** Names and dates that it has and will have, wanted or kept; a single partition for an asset without partitions. */
  space: PartitionSpace;
  /** Those that are wanted: without what an asset that is made by partitions only keeps. */
  wanted: PartitionSpace;
  /** Its current rows; none before it was ever materialized. For small tables, such as a list of tickers. */
  rows(): Promise<readonly Record<string, unknown>[]>;
}

/** Inputs of the decision on partitions. */
export interface SpaceContext<Names extends string, Config, Resources> {
  upstream: { readonly [K in Names]: UpstreamPartitions };
  config: Config;
  resources: Resources;
  clock: Clock;
}

/**
 * How an asset is divided into partitions that are made, recorded and judged one by one.
 *
 * All its further outputs are divided in the same way, by the same columns.
 */
export interface PartitionsDefinition<Names extends string = string, Config = unknown, Resources = unknown> {
  /** The partitions that there should be now. Called whenever staleness is judged: it must be cheap, and say the same for the same state. */
  wanted(context: SpaceContext<Names, Config, Resources>): Wanted | Promise<Wanted>;
  /**
   * Which missing partitions count as stale by themselves: all of them, or those of the newest date alone, so that history is made only
   * by requests with a range. Partitions that were made stay under watch in either case.
   */
  missing?: "all" | "latest";
  /** What becomes of rows whose partition is not wanted any more. Dates that are none any more (see {@link Wanted.isDate}) are not kept. */
  gone?: "remove" | "keep";
  /** How the function's work is divided; each part is published separately. One part by default. */
  chunks?(partitions: PartitionSet, context: { config: Config; resources: Resources }): readonly PartitionSet[];
  /**
   * For assets that read from outside: the source's version (see `source`) from which on a partition of this date counts as read for
   * good. A partition that was read at an earlier version is read again. Versions must sort as text and rise with the date. Without it a
   * new version of the source makes every partition stale.
   */
  due?(date: string, version: string): string;
  /** For assets that ask a vendor: how many calls making some partitions takes, so that a plan can say so. */
  calls?(partitions: PartitionSet, context: { config: Config; resources: Resources }): number;
  /** How many such calls a minute there may be. */
  callsPerMinute?(resources: Resources): number;
}

/** The partitions that are wanted, in a space with exactly their coordinates. */
export function wantedPartitions({ names, dates, spans }: Wanted): PartitionSet {
  const space = new PartitionSpace(names ?? [""], dates ?? [""]);
  if (!spans || spans.size === 0) return PartitionSet.all(space);
  const whole = space.dates.length === 0 ? noRange : [0, space.dates.length];
  return PartitionSet.of(space, (at) => {
    const span = spans.get(space.names[at]!);
    if (!span) return whole;
    const start = span.first === undefined ? 0 : space.firstFrom(span.first);
    const end = span.last === undefined ? space.dates.length : space.lastUntil(span.last) + 1;
    return start < end ? [start, end] : noRange;
  });
}

/** Cuts partitions into parts of so many dates or names at most, in order of date, then of name. */
export function cutBy(limits: { dates?: number; names?: number }): (partitions: PartitionSet) => PartitionSet[] {
  const { dates: datesAtMost = Infinity, names: namesAtMost = Infinity } = limits;
  return (partitions) => {
    const parts: PartitionSet[] = [];
    const dates = partitions.dates.map((date) => partitions.space.dateAt(date));
    for (let d = 0; d < dates.length; d += datesAtMost) {
      const last = dates[Math.min(dates.length, d + datesAtMost) - 1]!;
      const during = partitions.during([dates[d]!, last + 1]);
      if (namesAtMost === Infinity) {
        parts.push(during);
        continue;
      }
      const names = during.names;
      for (let n = 0; n < names.length; n += namesAtMost) {
        const some = new Set(names.slice(n, n + namesAtMost));
        parts.push(during.named((name) => some.has(name)));
      }
    }
    return parts;
  };
}
