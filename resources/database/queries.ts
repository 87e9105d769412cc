import type postgres from "postgres";
import { type Connection, isStatement, type Statement } from "./connection.ts";
import { DatabaseLostError } from "./errors.ts";

/** Sends statements one after the other. */
type Run = (statement: Statement) => void;

/** Source of connections. */
export interface Connections {
  acquire(): Promise<Connection>;
  release(connection: Connection): void;
  close(timeoutMs?: number): Promise<void>;
  readonly size: number;
}

/**
 * The driver's `sql` over connections that the driver does not manage. All of the driver's ways to write statements are supported;
 * of the rest `begin`, `savepoint`, `reserve`, `unsafe`, `json`, `array`, `options.max` and `end`. Statements cannot be cancelled,
 * nor read by `cursor()`; `LISTEN` has no receiver.
 *
 * @param front A client that creates statements and sends none.
 * @param naming Rewrites the text of a statement for the database ({@link schemaNaming}).
 * @param transactions Connections of `begin`.
 */
export function sqlOver(
  front: postgres.Sql,
  connections: Connections,
  naming: (statement: string) => string = (statement) => statement,
  transactions: Connections = connections,
): postgres.Sql {
  const write = writerOf(front, naming);
  const sql = write((statement) => void runOnce(connections, statement));
  return Object.assign(sql, {
    options: { ...front.options, max: connections.size },
    begin: async (...given: [string, Work] | [Work]) => {
      const [mode, work] = given.length === 1 ? ["", given[0]] : given;
      const connection = await transactions.acquire();
      try {
        return await transaction(write, connection, mode, work);
      } finally {
        transactions.release(connection);
      }
    },
    reserve: async () => {
      const connection = await connections.acquire();
      const reserved = write((statement) => void connection.run(statement));
      return Object.assign(reserved, { release: () => connections.release(connection) });
    },
    end: async ({ timeout = 5 } = {}) => {
      await Promise.all(Array.from(new Set([connections, transactions]), (each) => each.close(timeout * 1_000)));
    },
  }) as unknown as postgres.Sql;
}

type Work = (tx: postgres.TransactionSql) => unknown;

/** Creates functions that create statements as `front` does, and send them by `run`. */
function writerOf(front: postgres.Sql, naming: (statement: string) => string) {
  // A template literal passes the same array at each execution of its line.
  const known = new WeakMap<readonly string[], readonly string[]>();
  const named = (strings: readonly string[]): readonly string[] => {
    let result = known.get(strings);
    if (result === undefined) known.set(strings, result = strings.map(naming));
    return result;
  };
  const write = front as unknown as (first: unknown, ...rest: unknown[]) => unknown;
  const { json, array, typed, types, options } = front;
  return (run: Run) => {
    const route = (made: unknown) => {
      if (isStatement(made)) {
        made.strings = named(made.strings);
        made.handler = run;
        made.canceller = null;
      }
      return made;
    };
    return Object.assign((first: unknown, ...rest: unknown[]) => route(write(first, ...rest)), {
      unsafe: (...given: Parameters<postgres.Sql["unsafe"]>) => route(front.unsafe(...given)),
      ...{ json, array, typed, types, options },
    });
  };
}

type Write = ReturnType<typeof writerOf>;

async function runOnce(connections: Connections, statement: Statement): Promise<void> {
  if (statement.cursorFn) {
    return statement.reject(new TypeError("A pool cannot hold a cursor: declare it in a transaction, and FETCH."));
  }
  try {
    const connection = await connections.acquire();
    await connection.run(statement);
    connections.release(connection);
  } catch (error) {
    statement.reject(error);
  }
}

async function transaction(
  write: Write,
  connection: Connection,
  mode: string,
  work: Work,
): Promise<unknown> {
  // Named each time: a database may have another default, and a pooler may refuse the setting of the session.
  const isolated = /isolation/i.test(mode) ? mode : `isolation level read committed ${mode}`;
  await connection.command(`begin ${isolated.replace(/[^a-z ]/gi, "")}`);
  const scope = new Scope(write, connection);
  try {
    const result = await scope.call(work);
    const { command } = await connection.command<object>("commit");
    // PostgreSQL answers the commit of a failed transaction by rolling it back.
    if (command !== "COMMIT") throw new Error(`The transaction was rolled back (${command}).`);
    return result;
  } catch (error) {
    await undo(connection, "rollback");
    throw error;
  } finally {
    scope.close();
  }
}

/** Rolls back; if that fails, the connection is given up, so that it does not return to the pool with an open transaction. */
async function undo(connection: Connection, rollback: string): Promise<void> {
  try {
    await connection.command(rollback);
  } catch (cause) {
    connection.lose(new DatabaseLostError("A transaction could not be rolled back.", { cause }));
  }
}

/** A transaction, or a savepoint in one. */
class Scope {
  #failed: { error: unknown } | null = null;
  #closed = false;
  #savepoints = 0;

  constructor(private readonly write: Write, private readonly connection: Connection) {}

  /** @throws The error of `work`, or of a statement whose error it did not handle. */
  async call(work: Work): Promise<unknown> {
    const tx = Object.assign(this.write((statement) => this.#run(statement)), {
      savepoint: (...given: [string, Work] | [Work]) => this.#savepoint(given.at(-1) as Work),
    }) as unknown as postgres.TransactionSql;
    try {
      const made = work(tx);
      const result = await (Array.isArray(made) ? Promise.all(made) : made);
      if (this.#failed !== null) throw this.#failed.error;
      return result;
    } catch (error) {
      // "Current transaction is aborted" does not contain the cause.
      throw codeOf(error) === "25P02" && this.#failed !== null ? this.#failed.error : error;
    }
  }

  close(): void {
    this.#closed = true;
  }

  #run(statement: Statement): void {
    if (this.#closed) return statement.reject(new Error("The transaction has ended; its `tx` can no longer be used."));
    const { reject } = statement;
    statement.reject = (error) => {
      this.#failed ??= { error };
      reject(error);
    };
    // An error of a statement that is not awaited is thrown when the transaction ends.
    statement.catch(() => {});
    void this.connection.run(statement);
  }

  async #savepoint(work: Work): Promise<unknown> {
    const name = `s${++this.#savepoints}_${crypto.randomUUID().slice(0, 8)}`;
    await this.connection.command(`savepoint "${name}"`);
    const inner = new Scope(this.write, this.connection);
    try {
      return await inner.call(work);
    } catch (error) {
      await undo(this.connection, `rollback to savepoint "${name}"`);
      throw error;
    } finally {
      inner.close();
    }
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
