import type { Clock } from "../../resources/clock.ts";
import { CellSet } from "./cell_set.ts";
import { CellSpace } from "./cell_space.ts";
import { noRange } from "./ranges.ts";

/** Columns of an asset's rows that hold the coordinates of a cell; the rows of a cell are those with its name and date. */
export interface CellColumns<Column extends string = string> {
  /** E.g. `ticker`. */
  name?: Column;
  /** A `date` column, e.g. `session` or `as_of`. */
  date?: Column;
}

/** The cells that there should be. A dimension that is left out has no coordinates. */
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

/** An upstream asset as whoever decides on cells sees it. */
export interface UpstreamCells {
  /** Names and dates that it has and will have, wanted or kept; a single cell for an asset without cells. */
  space: CellSpace;
  /** Those that are wanted: without what an asset that is made by cells only keeps. */
  wanted: CellSpace;
  /** Its current rows; none before it was ever materialized. For small tables, such as a list of tickers. */
  rows(): Promise<readonly Record<string, unknown>[]>;
}

/** What the decision on cells may depend on. */
export interface SpaceContext<Names extends string, Config, Resources> {
  upstream: { readonly [K in Names]: UpstreamCells };
  config: Config;
  resources: Resources;
  clock: Clock;
}

/**
 * How an asset is divided into cells that are made, recorded and judged one by one.
 *
 * All its byproducts are divided in the same way, by the same columns.
 */
export interface PartitionsDefinition<Names extends string = string, Config = unknown, Resources = unknown> {
  /** The cells that there should be now. Called whenever staleness is judged: it must be cheap, and say the same for the same state. */
  wanted(context: SpaceContext<Names, Config, Resources>): Wanted | Promise<Wanted>;
  /**
   * Which missing cells count as stale by themselves: all of them, or those of the newest date alone, so that history is made only
   * where somebody asks for it by a range. Cells that were made stay under watch in either case.
   */
  missing?: "all" | "latest";
  /** What becomes of rows whose cell is not wanted any more. Dates that are none any more (see {@link Wanted.isDate}) are not kept. */
  gone?: "remove" | "keep";
  /** Into what the function's work is cut; each part is published by itself. One part by default. */
  chunks?(cells: CellSet, context: { config: Config; resources: Resources }): readonly CellSet[];
  /**
   * For assets that read from outside: the source's version (see `source`) from which on a cell of this date counts as read for
   * good. A cell that was read at an earlier version is read again. Versions must sort as text and rise with the date. Without it a
   * new version of the source makes every cell stale.
   */
  due?(date: string, version: string): string;
  /** For assets that ask a vendor: how many calls making some cells takes, so that a plan can say so. */
  calls?(cells: CellSet, context: { config: Config; resources: Resources }): number;
  /** How many such calls a minute there may be. */
  callsPerMinute?(resources: Resources): number;
}

/** The cells that are wanted, in a space with exactly their coordinates. */
export function wantedCells({ names, dates, spans }: Wanted): CellSet {
  const space = new CellSpace(names ?? [""], dates ?? [""]);
  if (!spans || spans.size === 0) return CellSet.all(space);
  const whole = space.dates.length === 0 ? noRange : [0, space.dates.length];
  return CellSet.of(space, (at) => {
    const span = spans.get(space.names[at]!);
    if (!span) return whole;
    const start = span.first === undefined ? 0 : space.firstFrom(span.first);
    const end = span.last === undefined ? space.dates.length : space.lastUntil(span.last) + 1;
    return start < end ? [start, end] : noRange;
  });
}

/** Cuts cells into parts of so many dates or names at most, in order of date, then of name. */
export function cutBy(limits: { dates?: number; names?: number }): (cells: CellSet) => CellSet[] {
  const { dates: datesAtMost = Infinity, names: namesAtMost = Infinity } = limits;
  return (cells) => {
    const parts: CellSet[] = [];
    const dates = cells.dates.map((date) => cells.space.dateAt(date));
    for (let d = 0; d < dates.length; d += datesAtMost) {
      const last = dates[Math.min(dates.length, d + datesAtMost) - 1]!;
      const during = cells.during([dates[d]!, last + 1]);
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
