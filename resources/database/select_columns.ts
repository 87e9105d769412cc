import type { Buffer } from "node:buffer";
import type postgres from "postgres";
import { dateOf, instantOf, RESULT_TYPES } from "./binary_format.ts";
import type { ColumnData, ColumnSpec } from "./database.ts";

/** Rows per fetch: enough to make round trips cheap, few enough to stay in the processor's cache. */
const FETCH_ROWS = 4_000;
/** More takes memory that the embedded database never releases, and sorts half a million bars no faster. */
const WORK_MEM = "8MB";
/** The data are mostly in memory: an index is cheap for a few rows of a large table. */
const RANDOM_PAGE_COST = "1.1";

type Row = readonly (Buffer | null)[];

/** Collects one column; `result` returns the values added so far, `add` takes one value in PostgreSQL's binary format. */
interface Gatherer {
  add(bytes: Buffer | null): void;
  result(): ColumnData;
}

/**
 * Reads a query by columns through a binary cursor: no object per row, no text per number, and never more than a few thousand rows
 * in any other form than the result's.
 */
export async function selectColumns(
  sql: postgres.Sql,
  query: string,
  parameters: readonly (string | number | boolean | null)[],
  columns: readonly ColumnSpec[],
  { signal }: { signal?: AbortSignal } = {},
): Promise<Record<string, ColumnData>> {
  signal?.throwIfAborted();
  return await sql.begin("read only", async (tx) => {
    // The whole result is needed: the plan with the fastest first rows is not the best one.
    await tx.unsafe(
      `set local cursor_tuple_fraction = 1; set local work_mem = '${WORK_MEM}'; set local random_page_cost = ${RANDOM_PAGE_COST}`,
    ).simple();
    await tx.unsafe(`declare wanted binary no scroll cursor for ${query}`, [...parameters]);
    let gatherers: Gatherer[] | undefined;
    for (;;) {
      signal?.throwIfAborted();
      const rows = await tx.unsafe(`fetch ${FETCH_ROWS} from wanted`).raw() as unknown as
        & Row[]
        & { columns: postgres.ColumnList<string> };
      gatherers ??= gatherersOf(columns, rows.columns);
      for (let r = 0; r < rows.length; r++) {
        const row = rows[r]!;
        for (let c = 0; c < gatherers.length; c++) gatherers[c]!.add(row[c]!);
      }
      if (rows.length < FETCH_ROWS) break;
    }
    return Object.fromEntries(columns.map(({ name }, c) => [name, gatherers[c]!.result()]));
  }) as Record<string, ColumnData>;
}

function gatherersOf(columns: readonly ColumnSpec[], found: postgres.ColumnList<string>): Gatherer[] {
  if (found.length !== columns.length) {
    throw new TypeError(`The query returns ${found.length} columns where ${columns.length} are asked for.`);
  }
  return columns.map((column, c) => {
    const { name, type } = found[c]!;
    if (!RESULT_TYPES[type]?.includes(column.type)) {
      throw new TypeError(
        `Column ${column.name}: the query's column "${name}" cannot be read as ${column.type} ` +
          `(PostgreSQL type ${type}). Cast it: "${name}"::${column.type}.`,
      );
    }
    return gathererOf(column, type);
  });
}

function gathererOf(column: ColumnSpec, type: number): Gatherer {
  switch (type) {
    case 700:
      return new Numbers((bytes) => bytes.readFloatBE());
    case 701:
      return new Numbers((bytes) => bytes.readDoubleBE());
    case 21:
      return new Numbers((bytes) => bytes.readInt16BE());
    case 23:
      return new Numbers((bytes) => bytes.readInt32BE());
    case 20:
      return new Numbers((bytes) => {
        const value = bytes.readInt32BE() * 0x1_0000_0000 + bytes.readUInt32BE(4);
        if (Number.isSafeInteger(value)) return value;
        throw new RangeError(
          `Column ${column.name}: ${bytes.readBigInt64BE()} does not fit a double exactly. Select it as text.`,
        );
      });
    case 16:
      return new Values((bytes) => bytes[0] === 1);
    case 1082:
      return new Values(remember((bytes) => bytes.readInt32BE(), dateOf));
    case 1114:
    case 1184:
      return new Values((bytes) => instantOf(bytes.readBigInt64BE()));
    case 114:
      return new Values((bytes) => JSON.parse(bytes.toString("utf8")));
    case 3802:
      // The first byte is the version of the format.
      return new Values((bytes) => JSON.parse(bytes.toString("utf8", 1)));
    default:
      return new Values(new Interned().read);
  }
}

/** Numbers in a growing array; NULL is NaN. */
class Numbers implements Gatherer {
  #values = new Float64Array(1024);
  #length = 0;

  constructor(private readonly read: (bytes: Buffer) => number) {}

  add(bytes: Buffer | null): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(this.#length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = bytes === null ? NaN : this.read(bytes);
  }

  result(): Float64Array {
    return this.#values.slice(0, this.#length);
  }
}

class Values implements Gatherer {
  readonly #values: unknown[] = [];

  constructor(private readonly read: (bytes: Buffer) => unknown) {}

  add(bytes: Buffer | null): void {
    this.#values.push(bytes === null ? null : this.read(bytes));
  }

  result(): unknown[] {
    return this.#values;
  }
}

/** Dates repeat: each is formatted once. */
function remember(key: (bytes: Buffer) => number, write: (key: number) => string): (bytes: Buffer) => string {
  const known = new Map<number, string>();
  return (bytes) => {
    const number = key(bytes);
    let text = known.get(number);
    if (text === undefined) known.set(number, text = write(number));
    return text;
  };
}

/** Short texts such as tickers repeat: each is decoded and kept once. */
class Interned {
  static readonly #LONGEST = 32;
  static readonly #MOST = 65_536;
  readonly #known = new Map<number, { bytes: Uint8Array; text: string }>();

  readonly read = (bytes: Buffer): string => {
    if (bytes.length > Interned.#LONGEST) return bytes.toString("utf8");
    let hash = bytes.length;
    for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash, 31) + bytes[i]! | 0;
    const entry = this.#known.get(hash);
    if (entry !== undefined && sameBytes(entry.bytes, bytes)) return entry.text;
    const text = bytes.toString("utf8");
    if (entry === undefined && this.#known.size < Interned.#MOST) {
      this.#known.set(hash, { bytes: new Uint8Array(bytes), text });
    }
    return text;
  };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
