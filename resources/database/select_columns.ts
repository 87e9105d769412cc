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

/** The whole result is needed: the plan with the fastest first rows is not the best one. */
const SETTINGS =
  `set local cursor_tuple_fraction = 1; set local work_mem = '${WORK_MEM}'; set local random_page_cost = ${RANDOM_PAGE_COST}`;

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
    await tx.unsafe(SETTINGS).simple();
    await tx.unsafe(`declare wanted binary no scroll cursor for ${query}`, [...parameters]);
    let gatherers: Gatherer[] | undefined;
    for (;;) {
      signal?.throwIfAborted();
      const rows = await tx.unsafe(`fetch ${FETCH_ROWS} from wanted`).raw() as unknown as
        & Row[]
        & { columns: postgres.ColumnList<string> };
      gatherers ??= gatherersOf(columns, rows.columns);
      gather(rows, gatherers);
      if (rows.length < FETCH_ROWS) break;
    }
    return resultOf(columns, gatherers);
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
  let gatherers: Gatherer[] | undefined;
  const literals = parameters.map(literal);
  for (const query of queries) {
    signal?.throwIfAborted();
    const text = query.replace(/\$(\d+)/g, (_, number) => literals[Number(number) - 1]!);
    // Several statements of one message are one transaction.
    const results = await sql.unsafe(
      `${SETTINGS}; declare wanted binary no scroll cursor for ${text}; fetch all from wanted`,
    ).simple().raw() as unknown as (Row[] & { columns: postgres.ColumnList<string> })[];
    const rows = results.at(-1)!;
    gatherers ??= gatherersOf(columns, rows.columns);
    gather(rows, gatherers);
  }
  if (!gatherers) throw new TypeError("There is no query to read.");
  return resultOf(columns, gatherers);
}

/** A value in the text of a statement. Backslashes are escaped as well: their meaning in other strings is a setting. */
function literal(value: string | number | boolean | null): string {
  if (typeof value !== "string") return String(value);
  if (value.includes("\0")) throw new TypeError("PostgreSQL has no text with the character U+0000.");
  return `E'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

function gather(rows: readonly Row[], gatherers: readonly Gatherer[]): void {
  for (let r = 0; r < rows.length; r++) {
    const row = rows[r]!;
    for (let c = 0; c < gatherers.length; c++) gatherers[c]!.add(row[c]!);
  }
}

function resultOf(columns: readonly ColumnSpec[], gatherers: readonly Gatherer[]): Record<string, ColumnData> {
  return Object.fromEntries(columns.map(({ name }, c) => [name, gatherers[c]!.result()]));
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
