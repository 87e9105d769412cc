import type { Clock } from "../../resources/clock.ts";
import { PartitionSet } from "./partition_set.ts";
import { PartitionSpace } from "./partition_space.ts";
import { noRange } from "./ranges.ts";

/** Columns with the coordinates of a partition; the rows of a partition are those with its name and date. */
export interface PartitionColumns<Column extends string = string> {
  /** E.g. `ticker`. */
  name?: Column;
  /** A `date` column, e.g. `session` or `as_of`. */
  date?: Column;
}

/** All partitions that should exist. An omitted dimension has no coordinates. */
export interface Wanted {
  names?: readonly string[];
  /** Ascending, each once. */
  dates?: readonly string[];
  /** First and last date of names without all dates, inclusive. */
  spans?: ReadonlyMap<string, { first?: string; last?: string }>;
  /**
   * With `gone: "keep"`: whether an unwanted date still exists, so that its partitions are kept. Partitions of other dates are
   * removed. Without it, every date exists.
   */
  isDate?(date: string): boolean;
}

/** An upstream asset as seen by a partitions definition. */
export interface UpstreamPartitions {
  /** Its present and future names and dates, wanted or kept; a single partition for an unpartitioned asset. */
  space: PartitionSpace;
  /** The wanted ones: without those that a partitioned asset only keeps. */
  wanted: PartitionSpace;
  /** Its current rows; none before its first materialization. For small tables, such as a list of tickers. */
  rows(): Promise<readonly Record<string, unknown>[]>;
}

/** Inputs of a partitions definition. */
export interface SpaceContext<Names extends string, Config, Resources> {
  upstream: { readonly [K in Names]: UpstreamPartitions };
  config: Config;
  resources: Resources;
  clock: Clock;
}

/**
 * Divides an asset into partitions that are made, recorded and judged one by one.
 *
 * Its further outputs are divided in the same way, by the same columns.
 */
export interface PartitionsDefinition<Names extends string = string, Config = unknown, Resources = unknown> {
  /**
   * The partitions that should exist now. Called whenever staleness is judged: it must be cheap, and deterministic for the same
   * state.
   */
  wanted(context: SpaceContext<Names, Config, Resources>): Wanted | Promise<Wanted>;
  /**
   * Missing partitions made by default: all, or those of the newest date only, so that history is made on request only.
   * Materialized partitions are kept fresh in either case.
   */
  missing?: "all" | "latest";
  /**
   * Treatment of rows whose partition is no longer wanted. Dates that no longer exist (see {@link Wanted.isDate}) are never kept.
   */
  gone?: "remove" | "keep";
  /** Divides the function's work into parts; each is published separately. One part by default. */
  chunks?(partitions: PartitionSet, context: ChunkContext<Config, Resources>): readonly PartitionSet[];
  /**
   * For assets that read from outside: the source's version (see `source`) from which a partition of this date counts as final. A
   * partition read at an earlier version is read again. Versions must sort as text and rise with the date. Without it a new version
   * of the source makes every partition stale.
   */
  due?(date: string, version: string): string;
  /** For assets that call a vendor: number of calls for some partitions, shown in plans. */
  calls?(partitions: PartitionSet, context: { config: Config; resources: Resources }): number;
  /** Maximum number of such calls per minute. */
  callsPerMinute?(resources: Resources): number;
}

/** What a division into parts may depend on. */
export interface ChunkContext<Config = unknown, Resources = unknown> {
  config: Config;
  resources: Resources;
  /** Whether the rows are in files, each with those of one month: a month in several parts would be written with each of them. */
  inFiles: boolean;
}

/** The wanted partitions, in a space with exactly their coordinates. */
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

/** Rows whose columns fit in memory together, in more than one form: four years of 600 tickers. */
export const rowsAtOnce = 620_000;

/**
 * Splits partitions into parts of a maximum number of dates or names, in order of date, then of name.
 *
 * @param limits.partitions Maximum number of dates times names of a part, for parts that must fit in memory: it has fewer names, but
 * at least one. If the rows are in files, it has fewer months instead, but at least one.
 */
export function cutBy(
  limits: { dates?: number; names?: number; partitions?: number },
): (partitions: PartitionSet, context?: Pick<ChunkContext, "inFiles">) => PartitionSet[] {
  const { dates: datesAtMost = Infinity, names = Infinity, partitions: atMost = Infinity } = limits;
  return (partitions, context) => {
    if (context?.inFiles && atMost !== Infinity && partitions.space.hasDates) {
      const cut = cutBy({ dates: datesAtMost, names });
      return inMonths(partitions.dates, atMost / Math.max(1, partitions.names.length)).flatMap((dates) => {
        const { space } = partitions;
        return cut(partitions.during([space.dateAt(dates[0]!), space.dateAt(dates.at(-1)!) + 1]));
      });
    }
    const dateCount = Math.min(datesAtMost, partitions.dates.length);
    const namesAtMost = Math.min(names, Math.max(1, Math.floor(atMost / Math.max(1, dateCount))));
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

/** Dates in parts of whole months, of at most so many dates where a month has fewer. @param dates Ascending. */
export function inMonths(dates: readonly string[], atMost: number): string[][] {
  const parts: string[][] = [];
  let part: string[] = [];
  for (const month of Map.groupBy(dates, (date) => date.slice(0, -3)).values()) {
    if (part.length === 0 || part.length + month.length > atMost) parts.push(part = []);
    part.push(...month);
  }
  return parts;
}
