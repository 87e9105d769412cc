import type { Buffer } from "node:buffer";
import type postgres from "postgres";
import { dateOf, instantOf, RESULT_TYPES } from "./binary_format.ts";
import type { ColumnData, ColumnSpec } from "./database.ts";

/** Rows per fetch: enough to make round trips cheap, few enough to stay in the processor's cache. */
const FETCH_ROWS = 4_000;
/** Numbers of a column up to which they are copied to an array of their own. */
const COPIED_VALUES = 16_384;
/** More takes memory that the embedded database never releases, and sorts half a million bars no faster. */
const WORK_MEM = "8MB";
/** The data are mostly in memory: an index is cheap for a few rows of a large table. */
const RANDOM_PAGE_COST = "1.1";

/** The whole result is needed: the plan with the fastest first rows is not the best one. */
const SETTINGS =
  `set local cursor_tuple_fraction = 1; set local work_mem = '${WORK_MEM}'; set local random_page_cost = ${RANDOM_PAGE_COST}`;

/** A row as one value, in PostgreSQL's binary format of records: the driver makes an object of every value, whose number is that of all fields otherwise. */
type Row = readonly [Buffer];

/** The query with each row as one value. */
function asRecords(query: string): string {
  return `SELECT "whole row" FROM (${query}) "whole row"`;
}

/** Bytes with several rows. */
interface Received {
  bytes: Uint8Array;
  view: DataView;
}

/** Collects one column; `result` returns the values added so far. */
interface Gatherer {
  /** Takes one value in PostgreSQL's binary format. @param length In bytes; −1 is NULL. */
  add(received: Received, at: number, length: number): void;
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
    await tx.unsafe(SETTINGS).simple();
    await tx.unsafe(`declare wanted binary no scroll cursor for ${asRecords(query)}`, [...parameters]);
    const table = new GatheredColumns(columns);
    for (;;) {
      signal?.throwIfAborted();
      const rows = await tx.unsafe(`fetch ${FETCH_ROWS} from wanted`).raw() as unknown as Row[];
      table.add(rows);
      if (rows.length < FETCH_ROWS) break;
    }
    return table.result();
  }) as Record<string, ColumnData>;
}

/**
 * Reads several queries as one table. Each is a single message, with its values in its text: the embedded database never waits for
 * this process between the parts of one, and serves others between two.
 */
export async function selectPieces(
  sql: postgres.Sql,
  queries: Iterable<string>,
  parameters: readonly (string | number | boolean | null)[],
  columns: readonly ColumnSpec[],
  { signal }: { signal?: AbortSignal } = {},
): Promise<Record<string, ColumnData>> {
  const table = new GatheredColumns(columns);
  const literals = parameters.map(literal);
  let pieces = 0;
  for (const query of queries) {
    signal?.throwIfAborted();
    const text = asRecords(query.replace(/\$(\d+)/g, (_, number) => literals[Number(number) - 1]!));
    // Several statements of one message are one transaction.
    const results = await sql.unsafe(
      `${SETTINGS}; declare wanted binary no scroll cursor for ${text}; fetch all from wanted`,
    ).simple().raw() as unknown as Row[][];
    table.add(results.at(-1)!);
    pieces++;
  }
  if (pieces === 0) throw new TypeError("There is no query to read.");
  return table.result();
}

/** A value in the text of a statement. Backslashes are escaped as well: their meaning in other strings is a setting. */
function literal(value: string | number | boolean | null): string {
  if (typeof value !== "string") return String(value);
  if (value.includes("\0")) throw new TypeError("PostgreSQL has no text with the character U+0000.");
  return `E'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

/** Collects rows by column. */
class GatheredColumns {
  /** Known from the first row, whose fields name their types. */
  #gatherers: Gatherer[] | undefined;

  constructor(private readonly columns: readonly ColumnSpec[]) {}

  add(rows: readonly Row[]): void {
    let received: Received | undefined;
    for (let r = 0; r < rows.length; r++) {
      const [row] = rows[r]!;
      // Rows that arrived together share their memory.
      if (received?.bytes.buffer !== row.buffer) {
        received = { bytes: new Uint8Array(row.buffer), view: new DataView(row.buffer) };
      }
      const { view } = received;
      let at = row.byteOffset;
      const gatherers = this.#gatherers ??= gatherersOf(this.columns, typesOf(view, at));
      at += 4;
      for (let c = 0; c < gatherers.length; c++) {
        const length = view.getInt32(at + 4);
        at += 8;
        gatherers[c]!.add(received, at, length);
        if (length > 0) at += length;
      }
    }
  }

  result(): Record<string, ColumnData> {
    const gatherers = this.#gatherers;
    return Object.fromEntries(
      this.columns.map(({ name, type }, c) => [
        name,
        gatherers ? gatherers[c]!.result() : isNumeric(type) ? new Float64Array(0) : [],
      ]),
    );
  }
}

function isNumeric(type: ColumnSpec["type"]): boolean {
  return type === "double precision" || type === "bigint" || type === "integer";
}

/** The type identifiers of the fields of a record. */
function typesOf(view: DataView, record: number): number[] {
  let at = record + 4;
  return Array.from({ length: view.getInt32(record) }, () => {
    const type = view.getInt32(at);
    at += 8 + Math.max(0, view.getInt32(at + 4));
    return type;
  });
}

function gatherersOf(columns: readonly ColumnSpec[], types: readonly number[]): Gatherer[] {
  if (types.length !== columns.length) {
    throw new TypeError(`The query returns ${types.length} columns where ${columns.length} are asked for.`);
  }
  return columns.map((column, c) => {
    const type = types[c]!;
    if (!RESULT_TYPES[type]?.includes(column.type)) {
      throw new TypeError(
        `Column ${column.name}: the query's value cannot be read as ${column.type} ` +
          `(PostgreSQL type ${type}). Cast it: "${column.name}"::${column.type}.`,
      );
    }
    return gathererOf(column, type);
  });
}

function gathererOf(column: ColumnSpec, type: number): Gatherer {
  switch (type) {
    case 700:
      return new Numbers(({ view }, at) => view.getFloat32(at));
    case 701:
      return new Numbers(({ view }, at) => view.getFloat64(at));
    case 21:
      return new Numbers(({ view }, at) => view.getInt16(at));
    case 23:
      return new Numbers(({ view }, at) => view.getInt32(at));
    case 20:
      return new Numbers(({ view }, at) => {
        const value = view.getInt32(at) * 0x1_0000_0000 + view.getUint32(at + 4);
        if (Number.isSafeInteger(value)) return value;
        throw new RangeError(
          `Column ${column.name}: ${view.getBigInt64(at)} does not fit a double exactly. Select it as text.`,
        );
      });
    case 16:
      return new Values(({ bytes }, at) => bytes[at] === 1);
    case 1082:
      return new Values(remember(({ view }, at) => view.getInt32(at), dateOf));
    case 1114:
    case 1184:
      return new Values(({ view }, at) => instantOf(view.getBigInt64(at)));
    case 114:
      return new Values((received, at, length) => JSON.parse(textOf(received, at, length)));
    case 3802:
      // The first byte is the version of the format.
      return new Values((received, at, length) => JSON.parse(textOf(received, at + 1, length - 1)));
    default:
      return new Values(new Interned().read);
  }
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function textOf({ bytes }: Received, at: number, length: number): string {
  return decoder.decode(bytes.subarray(at, at + length));
}

/** Numbers in a growing array; NULL is NaN. */
class Numbers implements Gatherer {
  #values = new Float64Array(1024);
  #length = 0;

  constructor(private readonly read: (received: Received, at: number) => number) {}

  add(received: Received, at: number, length: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(this.#length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = length < 0 ? NaN : this.read(received, at);
  }

  /** A large array is not copied: the copies of all columns would double the memory, of which the rest of an array takes none. */
  result(): Float64Array {
    return this.#length > COPIED_VALUES ? this.#values.subarray(0, this.#length) : this.#values.slice(0, this.#length);
  }
}

class Values implements Gatherer {
  readonly #values: unknown[] = [];

  constructor(private readonly read: (received: Received, at: number, length: number) => unknown) {}

  add(received: Received, at: number, length: number): void {
    this.#values.push(length < 0 ? null : this.read(received, at, length));
  }

  result(): unknown[] {
    return this.#values;
  }
}

/** Dates repeat: each is formatted once. */
function remember(
  key: (received: Received, at: number) => number,
  write: (key: number) => string,
): (received: Received, at: number) => string {
  const known = new Map<number, string>();
  return (received, at) => {
    const number = key(received, at);
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

  readonly read = (received: Received, at: number, length: number): string => {
    if (length > Interned.#LONGEST) return textOf(received, at, length);
    const { bytes } = received;
    let hash = length;
    for (let i = 0; i < length; i++) hash = Math.imul(hash, 31) + bytes[at + i]! | 0;
    const entry = this.#known.get(hash);
    if (entry !== undefined && isAt(entry.bytes, { bytes, at, length })) return entry.text;
    const text = textOf(received, at, length);
    if (entry === undefined && this.#known.size < Interned.#MOST) {
      this.#known.set(hash, { bytes: bytes.slice(at, at + length), text });
    }
    return text;
  };
}

function isAt(wanted: Uint8Array, { bytes, at, length }: { bytes: Uint8Array; at: number; length: number }): boolean {
  if (wanted.length !== length) return false;
  for (let i = 0; i < length; i++) if (wanted[i] !== bytes[at + i]) return false;
  return true;
}
