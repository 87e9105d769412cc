import { z } from "zod";
import { date, list, named } from "../record_schema.ts";
import type { PartitionSpace } from "./partition_space.ts";
import { difference, intersection, noRange, numbersOf, type Ranges, rangesOf, size, union } from "./ranges.ts";

/** Partitions as stored and returned. */
export const Rectangle = named(
  "Rectangle",
  z.strictObject({
    names: list(z.string()).nullable(),
    dates: list(z.tuple([date, date]).readonly()).nullable(),
  }).describe("Partitions: names × ranges of dates, both ends included; null for a dimension is all of it"),
);
export type Rectangle = z.infer<typeof Rectangle>;

let makeExtremes: (space: PartitionSpace) => Extremes;

/**
 * A set of partitions of one {@link PartitionSpace}: for each name the places of its dates as ranges. Immutable.
 *
 * Names with the same dates share one array of ranges: the usual set (all names, one range) takes little memory for any number of
 * partitions.
 */
export class PartitionSet {
  #groups: readonly { names: string[]; ranges: Ranges }[] | undefined;
  #count: number | undefined;

  private constructor(readonly space: PartitionSpace, private readonly rows: readonly Ranges[]) {}

  static none(space: PartitionSpace): PartitionSet {
    return extremesOf(space).none;
  }

  static all(space: PartitionSpace): PartitionSet {
    return extremesOf(space).all;
  }

  /** The set with these rows. The empty and the full set are one object each, so that they are recognized by identity. */
  static #of(space: PartitionSpace, rows: readonly Ranges[]): PartitionSet {
    const { none, all } = extremesOf(space);
    if (rows.every((ranges) => ranges.length === 0)) return none;
    const end = space.dates.length;
    if (rows.every((ranges) => ranges.length === 2 && ranges[0] === 0 && ranges[1] === end)) return all;
    return new PartitionSet(space, rows);
  }

  static #extremes(space: PartitionSpace): Extremes {
    const whole = space.dates.length === 0 ? noRange : [0, space.dates.length];
    const none = new PartitionSet(space, space.names.map(() => noRange));
    return {
      none,
      all: none.rows.length === 0 || whole === noRange ? none : new PartitionSet(space, space.names.map(() => whole)),
    };
  }

  static {
    makeExtremes = (space) => PartitionSet.#extremes(space);
  }

  /** The partitions with ranges of date places by name place. */
  static of(space: PartitionSpace, rangesOfName: (nameAt: number) => Ranges): PartitionSet {
    return PartitionSet.#of(space, space.names.map((_, i) => rangesOfName(i)));
  }

  /** The partitions at the given coordinates; those outside the space are omitted. */
  static at(space: PartitionSpace, coordinates: Iterable<readonly [name: string, date: string]>): PartitionSet {
    const places = new Map<number, number[]>();
    for (const [name, date] of coordinates) {
      const n = space.nameAt(name);
      const d = space.dateAt(date);
      if (n < 0 || d < 0) continue;
      const known = places.get(n);
      if (known) known.push(d);
      else places.set(n, [d]);
    }
    return PartitionSet.#of(
      space,
      shared(space.names.map((_, i) => {
        const found = places.get(i);
        return found ? rangesOf(found.sort((a, b) => a - b)) : noRange;
      })),
    );
  }

  /** The partitions of rectangles; those outside the space are omitted. */
  static fromRectangles(space: PartitionSpace, rectangles: readonly Rectangle[]): PartitionSet {
    const rows: Ranges[] = space.names.map(() => noRange);
    for (const { names, dates } of rectangles) {
      let ranges: Ranges = noRange;
      if (dates === null) ranges = space.dates.length === 0 ? noRange : [0, space.dates.length];
      for (const [first, last] of dates ?? []) {
        const start = space.firstFrom(first);
        const end = space.lastUntil(last) + 1;
        if (start < end) ranges = union(ranges, [start, end]);
      }
      const places = names === null ? space.names.keys() : names.map((name) => space.nameAt(name));
      for (const n of places) {
        if (n >= 0) rows[n] = rows[n]!.length === 0 ? ranges : union(rows[n]!, ranges);
      }
    }
    return PartitionSet.#of(space, shared(rows));
  }

  /** The union of the parts. */
  static together(space: PartitionSpace, parts: Iterable<{ readonly partitions: PartitionSet }>): PartitionSet {
    let all = PartitionSet.none(space);
    for (const { partitions } of parts) all = all.union(partitions);
    return all;
  }

  /** Ranges of date places of a name. */
  rangesAt(nameAt: number): Ranges {
    return this.rows[nameAt]!;
  }

  get count(): number {
    return this.#count ??= this.rows.reduce((sum, ranges) => sum + size(ranges), 0);
  }

  get isEmpty(): boolean {
    return this === PartitionSet.none(this.space);
  }

  has(name: string, date: string): boolean {
    const n = this.space.nameAt(name);
    const d = this.space.dateAt(date);
    if (n < 0 || d < 0) return false;
    const ranges = this.rows[n]!;
    for (let i = 0; i < ranges.length && ranges[i]! <= d; i += 2) if (d < ranges[i + 1]!) return true;
    return false;
  }

  union(other: PartitionSet): PartitionSet {
    const { none, all } = this.#extremesWith(other);
    if (this === other || this === all || other === none) return this;
    return this === none || other === all ? other : this.#combine(other, union);
  }

  intersection(other: PartitionSet): PartitionSet {
    const { none, all } = this.#extremesWith(other);
    if (this === other || this === none || other === all) return this;
    return this === all || other === none ? other : this.#combine(other, intersection);
  }

  difference(other: PartitionSet): PartitionSet {
    const { none, all } = this.#extremesWith(other);
    if (this === none || other === none) return this;
    return this === other || other === all ? none : this.#combine(other, difference);
  }

  /** The partitions whose dates are within the given ranges of places. */
  during(ranges: Ranges): PartitionSet {
    let last: Ranges | undefined;
    let result: Ranges = noRange;
    return PartitionSet.#of(
      this.space,
      this.rows.map((row) => {
        if (row !== last) [last, result] = [row, intersection(row, ranges)];
        return result;
      }),
    );
  }

  /** The partitions of some names. */
  named(has: (name: string) => boolean): PartitionSet {
    return PartitionSet.#of(this.space, this.rows.map((row, i) => has(this.space.names[i]!) ? row : noRange));
  }

  /** The same partitions in a space that has at least their coordinates. */
  in(space: PartitionSpace): PartitionSet {
    if (space === this.space) return this;
    const { dates } = this.space;
    // Not by rectangles: a date of the new space between two of these would be included.
    const places = new Map<Ranges, Ranges>();
    const placed = (ranges: Ranges) => {
      if (ranges.length === 0 || dates === space.dates) return ranges;
      let result = places.get(ranges);
      if (!result) {
        result = rangesOf(Array.from(numbersOf(ranges), (at) => space.dateAt(dates[at]!)));
        places.set(ranges, result);
      }
      return result;
    };
    return PartitionSet.of(space, (at) => {
      const own = this.space.nameAt(space.names[at]!);
      return own < 0 ? noRange : placed(this.rows[own]!);
    });
  }

  /** Places of the dates of any name. */
  get dateRanges(): Ranges {
    const distinct = new Set(this.rows);
    let result: Ranges = noRange;
    for (const ranges of distinct) result = union(result, ranges);
    return result;
  }

  /** Names with a partition, in the order of the space. */
  get names(): string[] {
    return this.space.names.filter((_, i) => this.rows[i]!.length > 0);
  }

  /** Dates with a partition, ascending. */
  get dates(): string[] {
    return Array.from(numbersOf(this.dateRanges), (at) => this.space.dates[at]!);
  }

  /** Name and date of each partition, by name. */
  *partitions(): Generator<[name: string, date: string]> {
    for (const [n, ranges] of this.rows.entries()) {
      for (const d of numbersOf(ranges)) yield [this.space.names[n]!, this.space.dates[d]!];
    }
  }

  /** Groups of names with the same dates. */
  groups(): readonly { names: string[]; ranges: Ranges }[] {
    return this.#groups ??= this.#grouped();
  }

  #grouped(): { names: string[]; ranges: Ranges }[] {
    const groups = new Map<string, { names: string[]; ranges: Ranges }>();
    const keys = new Map<Ranges, string>();
    this.rows.forEach((ranges, i) => {
      if (ranges.length === 0) return;
      let key = keys.get(ranges);
      if (key === undefined) keys.set(ranges, key = ranges.join());
      const group = groups.get(key);
      if (group) group.names.push(this.space.names[i]!);
      else groups.set(key, { names: [this.space.names[i]!], ranges });
    });
    return [...groups.values()];
  }

  /**
   * The partitions for storing and returning.
   *
   * @param open Whether a group with every name of the space stands for any name, including future ones.
   * @param alone Dates that must not lie within a range of several.
   */
  rectangles(
    { open = false, alone }: { open?: boolean; alone?(date: string): boolean } = {},
  ): Rectangle[] {
    const { space } = this;
    const { dates } = space;
    const spansOf = (ranges: Ranges) => {
      const spans: [string, string][] = [];
      for (let i = 0; i < ranges.length; i += 2) {
        let start = ranges[i]!;
        for (let at = start; alone && at < ranges[i + 1]!; at++) {
          if (!alone(dates[at]!)) continue;
          if (start < at) spans.push([dates[start]!, dates[at - 1]!]);
          spans.push([dates[at]!, dates[at]!]);
          start = at + 1;
        }
        if (start < ranges[i + 1]!) spans.push([dates[start]!, dates[ranges[i + 1]! - 1]!]);
      }
      return spans;
    };
    return this.groups().map(({ names, ranges }) => ({
      names: !space.hasNames || (open && names.length === space.names.length) ? null : names,
      dates: space.hasDates ? spansOf(ranges) : null,
    }));
  }

  #extremesWith(other: PartitionSet): Extremes {
    if (other.space !== this.space) throw new TypeError("Partitions of different spaces cannot be combined.");
    return extremesOf(this.space);
  }

  #combine(other: PartitionSet, operation: (a: Ranges, b: Ranges) => Ranges): PartitionSet {
    let [a, b]: (Ranges | undefined)[] = [];
    let result: Ranges = noRange;
    return PartitionSet.#of(
      this.space,
      this.rows.map((row, i) => {
        const otherRow = other.rows[i]!;
        // Neighbours usually have the same dates: the previous result is reused.
        if (row !== a || otherRow !== b) [a, b, result] = [row, otherRow, operation(row, otherRow)];
        return result;
      }),
    );
  }
}

/** The empty and the full set of a space; the same object if they are equal. */
interface Extremes {
  none: PartitionSet;
  all: PartitionSet;
}

const extremes = new WeakMap<PartitionSpace, Extremes>();

function extremesOf(space: PartitionSpace): Extremes {
  let found = extremes.get(space);
  if (!found) extremes.set(space, found = makeExtremes(space));
  return found;
}

/** Shares one array among names with equal dates. */
function shared(rows: readonly Ranges[]): Ranges[] {
  const known = new Map<string, Ranges>();
  let last: Ranges | undefined;
  let lastShared: Ranges = noRange;
  return rows.map((ranges) => {
    if (ranges.length === 0) return noRange;
    if (ranges === last) return lastShared;
    const key = ranges.join();
    let one = known.get(key);
    if (!one) known.set(key, one = ranges);
    [last, lastShared] = [ranges, one];
    return one;
  });
}
