/**
 * Kills the service at random moments, like `kill -9` and a power cut, and checks after each kill for rows without their record,
 * records without their rows, and ticks that fired twice; at the end for locks, slots and runs that were not released, and for
 * differences from an undisturbed service with the same source, which changes before each kill.
 *
 * `deno task bench:kills [--postgres 1000] [--workers 50] [--pglite 200] [--seed N]`: on PostgreSQL every other kill hits one of
 * two servers that share the database; with workers, a server and two of them are killed one after the other. An interrupt ends it with the results so far.
 *
 * @module
 */
import { join } from "node:path";
import { tmpdir } from "node:os";
import { openDatabase } from "../resources/database/mod.ts";
import { startServer } from "../tests/support/postgres_server.ts";
import { pseudoRandom } from "../tests/support/pseudo_random.ts";
import {
  finish,
  killOnce,
  killWithWorkers,
  lookForWrongs,
  noWrongs,
  type Place,
  writeBars,
  type Wrongs,
} from "../tests/support/service_kills.ts";
import { ServiceProcess } from "../tests/support/service_process.ts";
import postgres from "postgres";
import { pause, printTable } from "./measured.ts";

const options = new Map(
  Array.from({ length: Deno.args.length / 2 }, (_, i) => [Deno.args[2 * i]!, Number(Deno.args[2 * i + 1])]),
);
const seed = options.get("--seed") ?? 20261128;
const folder = await Deno.makeTempDir({ prefix: "tandem-kills-" });
/** Frequent ticks, so that they fire during other work. */
const common = { DAILY_SCHEDULE: "*/2 * * * * *", SCHEDULE_TIME_ZONE: "UTC" };
/** Time range of kills: from before the service serves to after everything is done. */
const longestMs = 6_000;

interface Series {
  name: string;
  /** The file of bars that the service reads; each series changes its own. */
  bars: string;
  kills: number;
  servers: 1 | 2;
  /** Whether two workers run the steps of the server, and are killed like it. */
  workers?: boolean;
  killed: Place;
  undisturbed: Place;
}

interface Found extends Wrongs {
  kills: number;
  inTheMiddle: number;
  different: string[];
}

/** Ctrl-C ends it: each series finishes its current kill and reports. */
let stopping = false;
Deno.addSignalListener("SIGINT", () => stopping = true);

/** On a busy machine a server that has just lost a client may need time. */
async function withPatience<T>(look: () => Promise<T>): Promise<T> {
  const until = Date.now() + 120_000;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() > until) throw error;
      await pause(1_000);
    }
  }
}

async function killServers(killed: Place, servers: 1 | 2, random: () => number): Promise<void> {
  const others = servers === 2 ? [new ServiceProcess(killed.environment)] : [];
  try {
    const from = random() < 0.3 ? "start" : "work";
    await killOnce(killed, { afterMs: random() * longestMs, from, others });
    // The other server continues for a moment with the work of the first, and is killed as well.
    if (servers === 2) await pause(random() * longestMs);
  } finally {
    for (const other of others) await other[Symbol.asyncDispose]();
  }
}

async function killing(
  { name, bars, kills, servers, workers, killed, undisturbed }: Series,
  random: () => number,
): Promise<Found> {
  const found: Found = {
    ...structuredClone(noWrongs),
    kills: 0,
    inTheMiddle: 0,
    different: [],
  };
  const note = (wrongs: Wrongs, when: string) => {
    for (const [kind, texts] of Object.entries(wrongs) as [keyof Wrongs, string[]][]) {
      for (const text of texts) {
        console.error(`${name}, ${when}: ${text}`);
        found[kind].push(text);
      }
    }
  };
  let done = 0;
  const atOnce = workers ? 3 : 1;
  for (let kill = 1; kill <= kills && !stopping; kill += atOnce, done += atOnce) {
    await writeBars(bars, kill);
    if (workers) {
      const order = [0, 1, 2].map((which) => ({ which, at: random() })).sort((a, b) => a.at - b.at);
      await killWithWorkers(killed, {
        order: order.map(({ which }) => which),
        afterMs: order.map(() => random() * longestMs / 2),
      });
    } else await killServers(killed, servers, random);
    const database = await withPatience(killed.look);
    try {
      note((await lookForWrongs(database)).wrongs, `kill ${kill} of ${kills}, seed ${seed}`);
      const [there] = await database.sql`SELECT to_regclass('engine.run') IS NOT NULL AS there`;
      if (there!.there) {
        const open = await database.sql`SELECT FROM engine.run WHERE status = 'running' LIMIT 1`;
        found.inTheMiddle += open.length;
      }
    } finally {
      await database.close();
    }
    if (kill % 20 === 0) {
      console.error(`${name}: ${kill} of ${kills} kills, ${found.inTheMiddle} in the middle of a run`);
    }
  }
  found.kills = done;
  const last = await finish(killed);
  note(last.wrongs, "after the last kill");
  const clean = await finish(undisturbed);
  note(clean.wrongs, "undisturbed");
  for (const key of new Set([...last.versions.keys(), ...clean.versions.keys()])) {
    if (last.versions.get(key) !== clean.versions.get(key)) found.different.push(key);
  }
  return found;
}

const server = await startServer({ folder: join(tmpdir(), `tandem-kills-${crypto.randomUUID().slice(0, 8)}`) });
try {
  const barsOf = (name: string) => join(folder, `${name}.csv`);
  const onPostgres = async (name: string, bars: string): Promise<Place> => {
    const sql = postgres(server.url, { max: 1 });
    await sql.unsafe(`CREATE DATABASE ${name}`);
    await sql.end();
    const url = new URL(server.url);
    url.pathname = `/${name}`;
    return {
      environment: { ...common, MARKET_DATA: `csv:${bars}`, DATABASE_URL: url.href, DATA_DIR: folder },
      look: () => openDatabase({ databaseUrl: url.href, dataDir: folder }),
    };
  };
  const embedded = (name: string, bars: string): Place => ({
    environment: { ...common, MARKET_DATA: `csv:${bars}`, DATA_DIR: join(folder, name) },
    look: () => openDatabase({ dataDir: join(folder, name) }),
  });
  const kills = options.get("--postgres") ?? 1_000;
  const onServer = async (place: string, name: string, kills: number, more: Partial<Series> = {}): Promise<Series> => ({
    name: `PostgreSQL, ${name}`,
    bars: barsOf(place),
    kills,
    servers: 1,
    killed: await onPostgres(place, barsOf(place)),
    undisturbed: await onPostgres(`${place}_clean`, barsOf(place)),
    ...more,
  });
  const all: Series[] = [
    await onServer("one", "one server", Math.ceil(kills / 2)),
    await onServer("two", "two servers", Math.floor(kills / 2), { servers: 2 }),
    await onServer("workers", "a server and two workers", options.get("--workers") ?? 50, { workers: true }),
    {
      name: "PGlite",
      bars: barsOf("pglite"),
      kills: options.get("--pglite") ?? 200,
      servers: 1,
      killed: embedded("killed", barsOf("pglite")),
      undisturbed: embedded("clean", barsOf("pglite")),
    },
  ];
  const wrongNames = ["rowsWithoutRecord", "recordsWithoutRows", "kept", "firedTwice", "publishedTwice"] as const;
  const titles = ["rows without record", "records without rows", "kept", "fired twice", "published twice"];
  // In parallel: a series waits most of its time.
  const rows = await Promise.all(
    all.filter(({ kills }) => kills > 0).map(async (series, i) => {
      const found = await killing(series, pseudoRandom(seed + i));
      return [
        series.name,
        `${found.kills}`,
        `${found.inTheMiddle}`,
        ...wrongNames.map((name) => `${found[name].length}`),
        found.different.length === 0 ? "equal" : `differs: ${found.different.join(", ")}`,
      ];
    }),
  );
  if (rows.some((row) => row.slice(3).some((text) => text !== "0" && text !== "equal"))) Deno.exitCode = 1;
  printTable(["", "kills", "in a run", ...titles, "content"], rows);
} finally {
  await server.stop();
  await Deno.remove(folder, { recursive: true });
}
