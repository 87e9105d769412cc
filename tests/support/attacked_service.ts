import assert from "node:assert/strict";
import { Hono } from "hono";
import { loggerTo, type LogLevel } from "../../engine/mod.ts";
import { api, type ApiOptions, lastingServer, onError, onNotFound } from "../../routes/mod.ts";
import { page } from "../../web/mod.ts";
import { fixedSchedules } from "./fixed_schedules.ts";
import { pageSchedule } from "./page_server.ts";
import { type Answer, read } from "./answer.ts";
import { heldToDocument } from "./described.ts";
import { type Tiny, type TinyOptions, withTinyEngine } from "./tiny_engine.ts";

/** The whole service as exposed on the network, over a small materialized chain. */
export interface Attacked extends Tiny {
  app: Hono;
  /** What was logged. */
  logged: { level: LogLevel; message: string }[];
  /** Sends a request without a port. */
  ask(path: string, init?: RequestInit): Promise<Answer>;
  /** A short form of everything stored about assets and runs: equal texts mean that nothing was changed. */
  stored(): Promise<string>;
  /** Fails unless the service still works normally. */
  livesOn(): Promise<void>;
}

/** The same on a port of loopback, for attacks that need a connection. */
export interface AttackedServer extends Attacked {
  port: number;
  /**
   * Sends bytes over a separate connection and returns what it receives until the connection is closed, or until nothing has come
   * for `waitMs`, which before the first byte is twenty times as long.
   */
  send(parts: string | readonly (string | number)[], options?: { waitMs?: number }): Promise<RawAnswer>;
}

/** Data received over a connection. */
export interface RawAnswer {
  text: string;
  /** The status of each response. */
  statuses: number[];
  closed: boolean;
}

export interface AttackedOptions {
  engine?: TinyOptions;
  api?: Partial<ApiOptions>;
  /** Whether the chain is materialized first. */
  materialized?: boolean;
}

export async function withAttacked<T>(
  test: (service: Attacked) => Promise<T>,
  { engine: engineOptions, api: apiOptions, materialized = true }: AttackedOptions = {},
): Promise<T> {
  return await withTinyEngine(async (tiny) => {
    const { engine, database } = tiny;
    if (materialized) {
      const { id } = await engine.submit({ selection: "*", trigger: "startup" });
      assert.equal((await engine.finished(id)).status, "succeeded");
    }
    const logged: Attacked["logged"] = [];
    const logger = loggerTo((level, message) => logged.push({ level, message }));
    const scheduler = fixedSchedules([pageSchedule]);
    const ready = () => Promise.resolve([{ name: "database", ready: true, message: "It answers." }]);
    const app = new Hono().onError(onError(logger)).notFound(onNotFound)
      .route("/", api({ engine, scheduler, logger, ready, ...apiOptions }))
      .route("/", page({ engine, scheduler }));
    heldToDocument(app);
    const ask: Attacked["ask"] = async (path, init) => await read(await app.request(path, init));

    async function stored(): Promise<string> {
      const tables = await database.sql<{ name: string }[]>`
        SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
        WHERE schemaname IN ('raw', 'silver', 'gold') OR (schemaname = 'engine' AND tablename IN
          ('run', 'step', 'materialization', 'migration', 'backfill', 'automation_pause')) OR schemaname = 'access'
        ORDER BY 1`;
      const digests: string[] = [];
      for (const { name } of tables) {
        const [row] = await database.sql.unsafe<{ digest: string }[]>(
          `SELECT count(*) || ':' || md5(coalesce(string_agg(r::text, '|' ORDER BY r::text), '')) AS digest FROM ${name} r`,
        );
        digests.push(`${name} ${row!.digest}`);
      }
      return digests.join("\n");
    }

    async function livesOn(): Promise<void> {
      const { status, json } = await ask("/v1/assets");
      assert.equal(status, 200);
      assert.ok(json.assets.length > 0);
      assert.equal((await ask("/")).status, 200);
    }

    return await test({ ...tiny, app, logged, ask, stored, livesOn });
  }, engineOptions);
}

/** As {@link withAttacked}, on a port. */
export async function withAttackedServer<T>(
  test: (service: AttackedServer) => Promise<T>,
  options: AttackedOptions = {},
): Promise<T> {
  return await withAttacked(async (service) => {
    const logger = loggerTo(() => {});
    const server = lastingServer({ hostname: "127.0.0.1", port: 0, logger }, service.app.fetch);
    const { port } = server.addr;
    try {
      return await test({ ...service, port, send: (parts, { waitMs = 2_000 } = {}) => send(port, { parts, waitMs }) });
    } finally {
      await server.shutdown({ patienceMs: 1_000 });
    }
  }, options);
}

async function send(
  port: number,
  { parts, waitMs }: { parts: string | readonly (string | number)[]; waitMs: number },
): Promise<RawAnswer> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  let text = "";
  let closed = false;
  let silent = () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => silent(), ms);
  };
  const reading = (async () => {
    const buffer = new Uint8Array(64 * 1024);
    const decoder = new TextDecoder();
    try {
      for (;;) {
        const count = await connection.read(buffer);
        if (count === null) break;
        wait(waitMs);
        text += decoder.decode(buffer.subarray(0, count), { stream: true });
      }
    } catch {
      // Closed by the other side, or by this one at the end.
    }
    closed = true;
  })();
  try {
    for (const part of typeof parts === "string" ? [parts] : parts) {
      if (typeof part === "number") await new Promise((resolve) => setTimeout(resolve, part));
      else await writeAll(connection, part);
    }
    const silence = new Promise<void>((resolve) => silent = resolve);
    wait(text === "" ? 20 * waitMs : waitMs);
    await Promise.race([reading, silence]);
  } finally {
    const wasClosed = closed;
    try {
      connection.close();
    } catch {
      // Closed by the other side.
    }
    await reading;
    clearTimeout(timer);
    closed = wasClosed;
  }
  return { text, closed, statuses: [...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map((found) => Number(found[1])) };
}

async function writeAll(connection: Deno.Conn, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
  } catch {
    // The other side accepts no more and has sent the reason.
  }
}
