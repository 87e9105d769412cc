import type { ColumnSpec, Database } from "../../resources/database/database.ts";
import type { AnyAsset } from "../declare/asset.ts";
import { EngineError } from "../errors.ts";
import { toRows } from "../declare/row_schema.ts";
import { type RowFiles, rowFilesOf } from "../store/row_files.ts";
import { parquetQueryOf, type Question, questionOf, type RowQuery, statementOf } from "./row_query.ts";
import { type AsOf, versionOf } from "./row_version.ts";
import type { RowVersion } from "../store/latest_versions.ts";

type Row = Record<string, unknown>;

/** All rows of one version for a query, as a stream. Must be closed, or read to the end. */
export interface RowStream extends AsyncDisposable {
  columns: readonly ColumnSpec[];
  /** The version read; `null` if the asset has none. */
  version: RowVersion | null;
  /** Total number of rows, known before the first: a reader can detect a truncated stream. */
  rowCount: number;
  /** The next rows in order; `undefined` after the last. Calls must not overlap. */
  next(): Promise<readonly Row[] | undefined>;
  /** Releases the database, even if not all rows are read. Idempotent. */
  close(): Promise<void>;
}

export interface StreamOptions {
  /** The version, if it has been looked up already. */
  version?: RowVersion;
  signal?: AbortSignal;
}

/** The maximum number of tables is being streamed. */
export class StreamsBusyError extends EngineError {
  constructor(streams: number) {
    super(`${streams} tables are being streamed already. Try again later, or read a page at a time.`);
  }
}

/** Concurrent streams of one process: each holds a connection and, on the database's disk, a copy of its result. */
export const maxStreams = 8;
/** Rows in memory at once. */
const fetchRows = 1_000;
/** As for other reads of whole tables: the embedded database would never release more. */
const workMem = "8MB";

/** The result of a query, on the side of the database or of the library that reads files. */
interface RowSource {
  version: RowVersion | null;
  rowCount: number;
  /** The next rows. */
  fetch(): Promise<readonly Row[]>;
  shut(): Promise<void>;
}

interface SourceOptions {
  asOf: AsOf | undefined;
  signal: AbortSignal | undefined;
}

async function sourceOf(
  database: Database,
  asset: AnyAsset,
  question: Question,
  options: SourceOptions,
): Promise<RowSource> {
  const files = rowFilesOf(database, asset);
  return files
    ? await fileSource(database, asset, question, { ...options, files })
    : await tableSource(database, asset, question, options);
}

async function fileSource(
  { sql }: Database,
  asset: AnyAsset,
  question: Question,
  { asOf, signal, files }: SourceOptions & { files: RowFiles },
): Promise<RowSource> {
  const { columns } = question;
  const version = await versionOf(sql, asset, { asOf }) ?? null;
  const rows = version && await files.query(version.id, parquetQueryOf(question, { selected: columns }), { signal });
  let offset = 0;
  return {
    version,
    rowCount: rows?.count ?? 0,
    async fetch() {
      const data = await rows!.read({ offset, length: fetchRows });
      offset += fetchRows;
      return toRows({ columns }, data) as Row[];
    },
    shut() {
      rows?.[Symbol.dispose]();
      return Promise.resolve();
    },
  };
}

async function tableSource(
  database: Database,
  asset: AnyAsset,
  question: Question,
  { asOf }: SourceOptions,
): Promise<RowSource> {
  const session = database.session();
  const cursor = `"rows_${crypto.randomUUID()}"`;
  const shut = async () => {
    // The session of the embedded database is shared and does not end with this stream.
    await session.unsafe(`CLOSE ${cursor}`).catch(() => {});
    await session.end({ timeout: 5 });
  };
  try {
    const version = await session.begin("ISOLATION LEVEL REPEATABLE READ READ ONLY", async (tx) => {
      const found = await versionOf(tx, asset, { asOf });
      if (!found) return null;
      const { text, parameters } = statementOf(asset, question, {
        selected: question.columns.map(({ name }) => name),
        of: found,
      });
      await tx.unsafe(`SET LOCAL cursor_tuple_fraction = 1; SET LOCAL work_mem = '${workMem}'`).simple();
      await tx.unsafe(`DECLARE ${cursor} SCROLL CURSOR WITH HOLD FOR ${text}`, parameters);
      return found;
    });
    const { count: rowCount } = version ? await session.unsafe(`MOVE ALL IN ${cursor}`) : { count: 0 };
    if (version) await session.unsafe(`MOVE ABSOLUTE 0 IN ${cursor}`);
    return {
      version,
      rowCount,
      fetch: () => session.unsafe<Row[]>(`FETCH ${fetchRows} FROM ${cursor}`),
      shut,
    };
  } catch (error) {
    await shut();
    throw error;
  }
}

/** Open row streams of an engine. */
export class RowStreams {
  readonly #open = new Set<RowStream>();
  #opening = 0;

  constructor(private readonly database: Database, private readonly max = maxStreams) {}

  /**
   * Starts to read all rows of one version of an asset for a query.
   *
   * The query runs once, here, in one snapshot; its result is stored on the database's side (`WITH HOLD`) and fetched from there. A
   * slow reader therefore holds no transaction, which would block all others in the embedded database. The rows of files are held in
   * memory outside the heap of this process's code until they are read.
   *
   * @throws {InvalidRequestError} As for a page.
   * @throws {StreamsBusyError} If too many are open.
   *
   * Cost: O(rows of all versions kept) before the first row, and then the memory of a thousand rows.
   */
  async open(asset: AnyAsset, query: RowQuery, { version: known, signal }: StreamOptions = {}): Promise<RowStream> {
    const question = questionOf(asset, query);
    const { columns } = question;
    const asOf = known?.id ?? query.asOf;
    if (this.#open.size + this.#opening >= this.max) throw new StreamsBusyError(this.max);
    signal?.throwIfAborted();
    this.#opening++;
    let source: RowSource | undefined;
    let closing: Promise<void> | undefined;
    try {
      const opened = source = await sourceOf(this.database, asset, question, { asOf, signal });
      const { version, rowCount } = opened;
      let left = rowCount;
      const stream: RowStream = {
        columns,
        version,
        rowCount,
        next: async () => {
          if (closing) throw signal?.reason ?? new Error(`The rows of "${asset.key}" are no longer being read.`);
          if (left === 0) {
            await stream.close();
            return undefined;
          }
          const rows = await opened.fetch();
          if (rows.length === 0) throw new Error(`The database lost ${left} of ${rowCount} rows of "${asset.key}".`);
          left -= rows.length;
          return rows;
        },
        close: () => {
          signal?.removeEventListener("abort", stream.close);
          return closing ??= opened.shut().finally(() => this.#open.delete(stream));
        },
        [Symbol.asyncDispose]: () => stream.close(),
      };
      signal?.addEventListener("abort", stream.close, { once: true });
      this.#open.add(stream);
      if (signal?.aborted) {
        await stream.close();
        signal.throwIfAborted();
      }
      return stream;
    } catch (error) {
      if (!closing) await source?.shut();
      throw error;
    } finally {
      this.#opening--;
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open].map((stream) => stream.close()));
  }
}
