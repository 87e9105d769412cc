import { createHash } from "node:crypto";
import type { GrownFile, SettledFile } from "../file_market.ts";
import { firstDifference } from "../first_difference.ts";
import { type DailyBars, MarketDataError } from "../market_data.ts";
import { release } from "../stored_file.ts";
import { RowFault } from "../unusable_rows.ts";
import { CsvCursor } from "./cursor.ts";
import { LongRows } from "./long_rows.ts";
import { Pace } from "./pace.ts";
import { textOf } from "./text.ts";

/*
 * A file of daily bars grows by a session a day, in one place if it is in order of date, and in a place for each ticker if it is in
 * order of ticker. Parsing 146 MB for 500 new lines costs more than a second; hashing them takes a tenth of that. Therefore the lines of
 * earlier sessions are kept as lengths and hashes of stretches of the text. While these stretches are found again, only what is between
 * them is parsed.
 */

/** Sessions whose lines are parsed each time, once most of them are settled: a source corrects its newest bars most. */
const fewestRecentSessions = 21;
/** From more sessions on, the earlier ones are settled. */
const mostRecentSessions = 42;
/** A file in another order has too many stretches to be of use. */
const mostStretches = 20_000;
/** Places of lines are numbers of 32 bits. */
const mostBytes = 2 ** 32 - 1;

/** Consecutive settled lines. */
interface Stretch {
  /** In bytes. */
  length: number;
  digest: string;
}

/** A long text whose rows are all usable, with its lines before a date as hashes. */
export class SettledLines implements SettledFile {
  private constructor(
    readonly from: string,
    readonly earlier: ReadonlyMap<string, number>,
    readonly recent: DailyBars,
    /** In the order of the text; the first one begins with the header. Between two of them are recent lines. */
    private readonly stretches: readonly Stretch[],
    private readonly settledTickers: ReadonlySet<string>,
    private readonly rows: LongRows,
    private readonly path: string,
  ) {}

  /**
   * What is kept of a text; `null` if it has few sessions, or is in the order of neither tickers nor dates.
   *
   * @param rows All rows of the text, without an unusable one, in its order.
   */
  static of(path: string, text: Uint8Array, rows: LongRows): SettledLines | null {
    const { session } = rows.bars;
    const from = cutOf(session);
    if (from === null || text.length > mostBytes) return null;
    const stretches = new Stretches(text);
    for (let row = 0; row < rows.count; row++) {
      stretches.add(rows.starts[row]!, session[row]! < from);
      if (stretches.count > mostStretches) return null;
    }
    const { earlier, tickers } = settledOf(rows, from);
    const recent = rows.inOrder((row) => session[row]! >= from);
    return new SettledLines(from, earlier, recent, stretches.end(), tickers, rows.withoutRows(), path);
  }

  get symbols(): string[] {
    return [...new Set([...this.settledTickers, ...this.recent.ticker])].sort();
  }

  get newestDate(): string {
    return [...this.earlier.keys(), ...this.recent.session].reduce((newest, date) => date > newest ? date : newest, "");
  }

  /**
   * The same of another state of the file; `null` if one of its settled lines is missing, changed or new, or a recent one is unusable: it is
   * to be read as a whole then.
   */
  async grown(stored: Uint8Array<ArrayBuffer>): Promise<GrownFile | null> {
    const text = await textOf(this.path, stored);
    try {
      return await this.#grown(text, new Pace(text.length, {}));
    } finally {
      if (text.buffer !== stored.buffer) release(text);
    }
  }

  async #grown(text: Uint8Array, pace: Pace): Promise<GrownFile | null> {
    const settledBytes = this.stretches.reduce((sum, { length }) => sum + length, 0);
    const recentBytes = text.length - settledBytes;
    if (recentBytes < 0 || recentBytes > text.length / 2 || text.length > mostBytes) return null;
    const cursor = new CsvCursor(this.path, text);
    const rows = this.rows.another(recentBytes);
    /** By stretch: where it begins, and how many recent rows there are up to its end. */
    const places: { start: number; rows: number }[] = [];
    let at = 0;
    for (const { length, digest } of this.stretches) {
      const end = at + length;
      // The last line of a file may end without a line feed, and be longer in another.
      if (end > text.length || digestOf(text.subarray(at, end)) !== digest || !isLineEnd(text, end)) return null;
      places.push({ start: at, rows: rows.count });
      cursor.moveTo(end);
      at = await this.#readRecent(cursor, rows, pace);
      if (at < 0) return null;
    }
    if (at < text.length) return null;
    return this.#with(text, rows, places);
  }

  /** Reads lines up to a settled one or the end, and returns where that is; −1 if one of them is unusable. */
  async #readRecent(cursor: CsvCursor, rows: LongRows, pace: Pace): Promise<number> {
    while (cursor.nextLine()) {
      try {
        rows.read(cursor);
      } catch (fault) {
        // Read as a whole, the text has the right numbers of lines in its faults.
        if (fault instanceof RowFault || fault instanceof MarketDataError) return -1;
        throw fault;
      }
      if (rows.tickers.otherSpelling !== null) return -1;
      if (rows.bars.session[rows.count]! < this.from) return cursor.lineStart;
      rows.keep(cursor);
      if (pace.isRestDue()) await pace.rest(cursor.position);
    }
    return cursor.position;
  }

  /** With other recent rows; earlier ones of these are settled once they are many. */
  #with(text: Uint8Array, rows: LongRows, places: readonly { start: number; rows: number }[]): GrownFile {
    const { session } = rows.bars;
    const recent = rows.inOrder(() => true);
    const changedFrom = firstDifference(recent, this.recent);
    const left = rows.withoutRows();
    const from = cutOf(session);
    if (from === null) {
      const { from, earlier, stretches, settledTickers } = this;
      return { changedFrom, file: new SettledLines(from, earlier, recent, stretches, settledTickers, left, this.path) };
    }
    const stretches = new Stretches(text);
    places.forEach(({ start, rows: first }, i) => {
      stretches.add(start, true);
      const end = places[i + 1]?.rows ?? rows.count;
      for (let row = first; row < end; row++) stretches.add(rows.starts[row]!, session[row]! < from);
    });
    const { earlier, tickers } = settledOf(rows, from, { earlier: this.earlier, tickers: this.settledTickers });
    const newest = rows.inOrder((row) => session[row]! >= from);
    const file = new SettledLines(from, earlier, newest, stretches.end(), tickers, left, this.path);
    return { changedFrom, file };
  }
}

/** Joins settled lines to stretches of a text. */
class Stretches {
  readonly #text: Uint8Array;
  readonly #found: Stretch[] = [];
  /** Where the present stretch begins; −1 among recent lines. The header is settled. */
  #start = 0;

  constructor(text: Uint8Array) {
    this.#text = text;
  }

  get count(): number {
    return this.#found.length;
  }

  /** @param start Where a line begins, or several settled ones. */
  add(start: number, isSettled: boolean): void {
    if (isSettled && this.#start < 0) this.#start = start;
    else if (!isSettled && this.#start >= 0) {
      this.#end(start);
      this.#start = -1;
    }
  }

  end(): Stretch[] {
    if (this.#start >= 0) this.#end(this.#text.length);
    return this.#found;
  }

  #end(end: number): void {
    const text = this.#text.subarray(this.#start, end);
    this.#found.push({ length: text.length, digest: digestOf(text) });
  }
}

/** The first date of recent lines; `null` if the sessions are too few for settled ones. */
function cutOf(dates: readonly string[]): string | null {
  const sessions = [...new Set(dates)].sort();
  return sessions.length <= mostRecentSessions ? null : sessions.at(-fewestRecentSessions)!;
}

/** Numbers of the lines before a date by session, and their tickers, added to those of other lines. */
function settledOf(
  { bars: { ticker, session } }: LongRows,
  from: string,
  others: { earlier: ReadonlyMap<string, number>; tickers: ReadonlySet<string> } = {
    earlier: new Map(),
    tickers: new Set(),
  },
): { earlier: Map<string, number>; tickers: Set<string> } {
  const earlier = new Map(others.earlier);
  const tickers = new Set(others.tickers);
  session.forEach((date, row) => {
    if (date >= from) return;
    earlier.set(date, (earlier.get(date) ?? 0) + 1);
    tickers.add(ticker[row]!);
  });
  return { earlier, tickers };
}

function digestOf(text: Uint8Array): string {
  return createHash("sha256").update(text).digest("base64");
}

/** Whether the line before a position ends there. */
function isLineEnd(text: Uint8Array, at: number): boolean {
  return at === text.length || text[at - 1] === 10 || text[at] === 10 || (text[at] === 13 && text[at + 1] === 10);
}
