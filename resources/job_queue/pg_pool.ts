// @ts-types="@types/pg"
import pg from "pg";
import { connectError } from "../database/connect_error.ts";
import {
  readServerAddress,
  type ServerAddress,
  type ServerHost,
  type TlsSettings,
} from "../database/server_address.ts";
import { WRITABLE } from "../database/server_dialer.ts";

/**
 * Connections to the server of a `DATABASE_URL` by the driver that the job queue is written for. Of several hosts the first that
 * accepts writes.
 *
 * @throws {DatabaseOpenError} If none can be reached.
 */
export async function openPgPool(databaseUrl: string): Promise<pg.Pool> {
  const address = readServerAddress(databaseUrl);
  let last: unknown = new Error("No host accepts writes.");
  for (const host of address.hosts) {
    for (const ssl of tlsChoices(host, address.tls)) {
      const pool = new pg.Pool(configOf(address, host, ssl));
      // What a lost connection did not answer fails by itself.
      pool.on("error", () => {});
      pool.on("connect", (client) => void client.on("error", () => {}));
      try {
        const { rows: [row] } = await pool.query(`select ${WRITABLE} as writable`);
        if (row.writable || address.hosts.length === 1) return pool;
      } catch (error) {
        last = error;
      }
      await pool.end();
    }
  }
  throw connectError(address, last);
}

function configOf(address: ServerAddress, host: ServerHost, ssl: pg.PoolConfig["ssl"]): pg.PoolConfig {
  const { user, password, database, session, connectTimeoutMs } = address;
  const socket = "path" in host ? /^(.*)\/\.s\.PGSQL\.(\d+)$/.exec(host.path) : null;
  return {
    ...("path" in host ? { host: socket![1], port: Number(socket![2]) } : { host: host.name, port: host.port }),
    user,
    password,
    database,
    ssl,
    max: 3,
    keepAlive: true,
    connectionTimeoutMillis: connectTimeoutMs,
    ...(session.options !== undefined && { options: session.options }),
    application_name: session.application_name ?? "tandem jobs",
  };
}

/** The ways to secure a connection in the order in which they are tried. */
function tlsChoices(host: ServerHost, { mode, ca, cert, key, passphrase }: TlsSettings): pg.PoolConfig["ssl"][] {
  if (mode === "disable" || "path" in host) return [false];
  const secured = {
    rejectUnauthorized: mode === "verify-ca" || mode === "verify-full",
    ...(mode !== "verify-full" && { checkServerIdentity: () => undefined }),
    ...(ca !== undefined && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(passphrase !== undefined && { passphrase }),
  };
  return mode === "prefer" ? [secured, false] : [secured];
}
