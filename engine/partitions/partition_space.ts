import { firstFrom } from "../../resources/first_from.ts";

/**
 * The coordinates of an asset's partitions: names (tickers, pairs, fixed keys) and dates (sessions, days). A missing dimension has
 * the single coordinate `""`.
 */
export class PartitionSpace {
  #ordinalOfName: ReadonlyMap<string, number> | undefined;
  #nextName = 0;

  /**
   * @param names Each once, in any order.
   * @param dates `YYYY-MM-DD`, ascending, each once.
   */
  constructor(readonly names: readonly string[], readonly dates: readonly string[]) {}

  static readonly single: PartitionSpace = new PartitionSpace([""], [""]);

  /** Whether it is the space of an unpartitioned asset, which counts as one partition. */
  get isSingle(): boolean {
    return this === PartitionSpace.single;
  }

  get hasNames(): boolean {
    return this.names.length !== 1 || this.names[0] !== "";
  }

  get hasDates(): boolean {
    return this.dates.length !== 1 || this.dates[0] !== "";
  }

  /** Place of a name, or −1. */
  nameAt(name: string): number {
    // Names are usually requested in their stored order, which needs no lookup.
    if (this.names[this.#nextName] === name) return this.#nextName++;
    this.#ordinalOfName ??= new Map(this.names.map((name, i) => [name, i]));
    const at = this.#ordinalOfName.get(name) ?? -1;
    this.#nextName = at + 1;
    return at;
  }

  /** Place of a date, or −1. */
  dateAt(date: string): number {
    const at = this.firstFrom(date);
    return this.dates[at] === date ? at : -1;
  }

  /** Place of the first date that is not before `date`; the number of dates if there is none. */
  firstFrom(date: string): number {
    return firstFrom(this.dates, date);
  }

  /** Place of the last date that is not after `date`; −1 if there is none. */
  lastUntil(date: string): number {
    const at = this.firstFrom(date);
    return this.dates[at] === date ? at : at - 1;
  }

  /** The same space with further coordinates; itself if there are none. */
  with(names: Iterable<string>, dates: Iterable<string>): PartitionSpace {
    const newNames = new Set([...names].filter((name) => this.nameAt(name) < 0));
    const newDates = new Set([...dates].filter((date) => this.dateAt(date) < 0));
    if (newNames.size === 0 && newDates.size === 0) return this;
    return new PartitionSpace(
      newNames.size === 0 ? this.names : [...this.names, ...newNames],
      newDates.size === 0 ? this.dates : [...this.dates, ...newDates].sort(),
    );
  }
}
