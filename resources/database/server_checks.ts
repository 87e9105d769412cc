import type { Connection } from "./connection.ts";
import { DatabaseOpenError } from "./errors.ts";
import type { ServerAddress } from "./server_address.ts";
import { WRITABLE } from "./server_dialer.ts";

const oldestVersion = 15;
/** Maximum time for a session to answer if nothing blocks it. */
const patienceMs = 5_000;
/** Number of comparisons of sessions: a pooler with many of them sometimes gives the same one again. */
const rounds = 8;

/** @throws {DatabaseOpenError} If the server is too old, or accepts no writes. */
export async function requireUsable(connection: Connection, { text }: ServerAddress): Promise<void> {
  const [server] = await connection.command<{ version: number; writable: boolean }>(
    `select current_setting('server_version_num')::int as version, ${WRITABLE} as writable`,
  );
  const { version, writable } = server!;
  if (version < oldestVersion * 10_000) {
    throw new DatabaseOpenError(
      `DATABASE_URL ${text}: the server is PostgreSQL ${Math.floor(version / 10_000)}, ` +
        `Tandem needs ${oldestVersion} or later. Upgrade it, or unset DATABASE_URL to use the embedded database.`,
    );
  }
  if (!writable) {
    throw new DatabaseOpenError(
      `DATABASE_URL ${text}: the server accepts no writes; it is a standby, or default_transaction_read_only is on. ` +
        "Name the primary, or several servers separated by commas; the one that accepts writes is used.",
    );
  }
}

/**
 * Verifies that each connection has its own session, which locks, settings and prepared statements require.
 *
 * Behind a pooler in transaction mode any free session is used: while one connection is in a transaction, another gets either the
 * session that the first had, or a different one than before.
 *
 * @throws {DatabaseOpenError} If connections share sessions.
 */
export async function requireSessions(one: Connection, other: Connection, { text }: ServerAddress): Promise<void> {
  const session = async (connection: Connection) => {
    const [row] = await connection.command<{ pid: number }>("select pg_backend_pid() as pid");
    return row!.pid;
  };
  const shared = async (round: number): Promise<boolean> => {
    const before = await session(one);
    // A pooler that alternates between two sessions gives each connection its own one in every even round, and the other in an odd
    // one.
    if (round % 2 === 1) await session(other);
    await other.command("begin");
    const others = await session(other);
    // With a single session for all, the first has to wait for the end of the transaction.
    const after = await within(patienceMs, session(one));
    await other.command("rollback");
    return others === before || after !== before;
  };
  for (let round = 0; round < rounds; round++) {
    if (!await shared(round)) continue;
    throw new DatabaseOpenError(
      `DATABASE_URL ${text} leads to a connection pooler in transaction mode, in which Tandem's locks do not hold. ` +
        "Use the server's direct address (on most providers another port or host), or set the pooler to session mode.",
    );
  }
}

async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => timer = setTimeout(() => resolve(undefined), timeoutMs));
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
