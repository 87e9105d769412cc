/**
 * Behaviour of the service when its database, its network, its clock or another process of it fails: each fault against real
 * processes on a real PostgreSQL server, repeatedly. A table shows whether everything resumed automatically, and after how many
 * seconds. The file is long because it is the list of these faults.
 *
 * `deno task bench:faults [--times 10] [--only PATTERN] [--brief]`; `--only` takes a regular expression for the names, with
 * `--brief` faults last a fifth of their time. Ctrl-C ends it with the table of the completed trials.
 *
 * @module
 */
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { FaultyProxy } from "../tests/support/faulty_proxy.ts";
import {
  get,
  isFilled,
  pause,
  type Recovery,
  type Seen,
  type Server,
  type Stage,
  TestServer,
  until,
  watching,
} from "./faults/stage.ts";

const options = new Map<string, string>();
for (let i = 0; i < Deno.args.length; i++) {
  const name = Deno.args[i]!;
  if (name === "--brief") options.set(name, "");
  else options.set(name, Deno.args[++i] ?? "");
}
const times = Number(options.get("--times") ?? 10);
const brief = options.has("--brief");
const lasting = (seconds: number) => brief ? Math.max(3, seconds / 5) : seconds;
const patienceSeconds = 150;

/** Result of a trial. */
interface Trial extends Recovery {
  seen?: Seen;
}

interface Fault {
  name: string;
  /** Why it cannot be tried here. */
  unable?: string;
  trial(cluster: TestServer): Promise<Trial>;
}

/** A trial on a stage with the given number of servers, during a forced run of everything on the first of them. */
function duringRun(
  { servers: count = 1, environment, prepare }: {
    servers?: number;
    environment?: Record<string, string>;
    prepare?: (stage: Stage) => Promise<void>;
  },
  fault: (stage: Stage, servers: Server[], runId: number) => Promise<void>,
  survivors: (servers: Server[]) => Server[] = (servers) => servers,
): Fault["trial"] {
  return async (cluster) => {
    await using stage = await cluster.stage();
    await prepare?.(stage);
    const servers: Server[] = [];
    for (let i = 0; i < count; i++) servers.push(await stage.serve({ environment }));
    const runId = await stage.run(servers[0]!);
    await stage.running(runId);
    await pause(Math.random());
    const seen = await watching(survivors(servers), () => fault(stage, servers, runId));
    return { ...await stage.recovery(survivors(servers), patienceSeconds), seen };
  };
}

const isRoot = Deno.uid() === 0;

const faults: Fault[] = [
  {
    name: "session of the heartbeat ended, forced run, kill -9",
    async trial(cluster) {
      await using stage = await cluster.stage();
      const a = await stage.serve();
      const [first] = await stage.sql<{ id: number }[]>`SELECT id FROM engine.process WHERE ended_at IS NULL`;
      const b = await stage.serve();
      await stage.sql`
        SELECT pg_terminate_backend(pid) FROM pg_locks
        WHERE locktype = 'advisory' AND classid = 7269 AND objid = ${first!.id}`;
      // Before and after the other server has noticed.
      await pause(Math.random() * 5);
      await stage.run(a);
      await pause(Math.random() * 3);
      a.process.signal("SIGKILL");
      await a.process.ended();
      return await stage.recovery([b], patienceSeconds);
    },
  },
  {
    name: "all connections ended in flight, ten times",
    trial: duringRun({}, async (stage) => {
      for (let i = 0; i < 10; i++) {
        await stage.terminate();
        await pause(Math.random() * 0.6);
      }
    }),
  },
  {
    name: "connections ended at random for two minutes",
    trial: duringRun({ servers: 2 }, async (stage, [, b]) => {
      const until = performance.now() + lasting(120) * 1_000;
      for (let runs = 0; performance.now() < until;) {
        await stage.terminate("true", { limit: 1 });
        if (runs < 3 && Math.random() < 0.05) await stage.run(b!).then(() => runs++, () => {});
        await pause(Math.random() * 0.5);
      }
    }),
  },
  {
    name: "restart -m fast",
    trial: duringRun({}, (stage) => stage.cluster.server.restart("fast")),
  },
  {
    name: "stop -m immediate, started again after 5 s",
    trial: duringRun({}, async (stage) => {
      await stage.cluster.server.halt("immediate");
      await pause(5);
      await stage.cluster.server.resume();
    }),
  },
  {
    name: "serializable isolation by default",
    trial: duringRun({
      servers: 2,
      async prepare({ sql, name }) {
        await sql.unsafe(`ALTER DATABASE ${name} SET default_transaction_isolation = 'serializable'`);
      },
    }, async (stage, [a, b]) => {
      await stage.run(b!);
      await stage.run(a!, "raw_tickers");
    }),
  },
  {
    name: "sessions ended in COPY at the first start",
    async trial(cluster) {
      await using stage = await cluster.stage({ empty: true });
      // Ticks far enough apart that each run ends before the next tick.
      const server = await stage.serve({ environment: { DAILY_SCHEDULE: "*/15 * * * * *" } });
      let ended = 0;
      await until(async () => {
        ended += await stage.terminate(`state = 'active' AND query ILIKE 'copy%'`);
        return ended >= 3 || await isFilled(server.url);
      }, 120);
      return await stage.recovery([server], patienceSeconds);
    },
  },
  {
    name: "sessions ended while six clients read",
    async trial(cluster) {
      await using stage = await cluster.stage();
      const server = await stage.serve();
      let over = false;
      const paths = [
        "/v1/assets",
        "/",
        "/v1/assets/daily_bars/rows?limit=1000",
        "/v1/assets/indicators/rows?format=csv",
        "/v1/runs",
        "/pairs",
      ];
      const clients = paths.map(async (path) => {
        while (!over) await get(server.url + path);
      });
      for (let i = 0; i < 40; i++) {
        await stage.terminate("true", { limit: 3 });
        await pause(Math.random() * 0.25);
      }
      over = true;
      await Promise.all(clients);
      return await stage.recovery([server], patienceSeconds);
    },
  },
  {
    name: "host vanished: packets dropped, then SIGKILL",
    unable: isRoot ? undefined : "routes are root's",
    async trial(cluster) {
      await using stage = await cluster.stage();
      await allowLoopback(cluster);
      await using road = await road127(new URL(cluster.server.url));
      const databaseUrl = new URL(stage.url);
      databaseUrl.port = String(road.port);
      const a = await stage.serve({ databaseUrl: databaseUrl.href });
      const b = await stage.serve();
      await stage.running(await stage.run(a));
      await road.drop();
      a.process.signal("SIGKILL");
      await a.process.ended();
      return await stage.recovery([b], patienceSeconds);
    },
  },
  {
    name: "packets swallowed for 90 s, connections forgotten",
    async trial(cluster) {
      await using stage = await cluster.stage();
      const { hostname, port } = new URL(cluster.server.url);
      await using proxy = await FaultyProxy.before({ hostname, port: Number(port) });
      const databaseUrl = new URL(stage.url);
      databaseUrl.port = String(proxy.port);
      const server = await stage.serve({ databaseUrl: databaseUrl.href });
      await stage.running(await stage.run(server));
      const seen = await watching([server], async () => {
        proxy.set("swallow");
        await pause(lasting(90));
        proxy.forget();
        proxy.set("pass");
      });
      return { ...await stage.recovery([server], patienceSeconds), seen };
    },
  },
  {
    name: "disk full for 30 s, then freed",
    unable: isRoot ? undefined : "mounts are root's",
    async trial(cluster) {
      await using disk = await smallDisk(cluster);
      await using stage = await cluster.stage({ more: `TABLESPACE ${disk.tablespace}` });
      const server = await stage.serve();
      const seen = await watching([server], async () => {
        await disk.fill();
        await stage.run(server).catch(() => {});
        await pause(lasting(30));
        await disk.free();
      });
      return { ...await stage.recovery([server], patienceSeconds), seen };
    },
  },
  {
    name: "clock 40 days ahead for 45 s, then right",
    async trial(cluster) {
      await using stage = await cluster.stage();
      const file = join(stage.folder, "offset");
      await Deno.writeTextFile(file, "0");
      const server = await stage.serve({
        environment: { CLOCK_OFFSET_FILE: file },
        flags: ["--preload", new URL("./faults/offset_clock.ts", import.meta.url).pathname],
      });
      const seen = await watching([server], async () => {
        await Deno.writeTextFile(file, String(40 * 86_400_000));
        await pause(lasting(45));
        const { text } = await get(`${server.url}/readyz`);
        if (!text.includes("ahead of the database's")) throw new Error(`/readyz does not tell of the clock: ${text}`);
        await Deno.writeTextFile(file, "0");
      });
      const [ahead] = await stage
        .sql`SELECT FROM engine.schedule_tick WHERE scheduled_at > clock_timestamp() + interval '1 day'`;
      if (ahead) throw new Error("A tick of a day to come has fired.");
      return { ...await stage.recovery([server], patienceSeconds), seen };
    },
  },
  {
    name: "SIGSTOP for 75 s, then SIGCONT",
    async trial(cluster) {
      await using stage = await cluster.stage();
      const a = await stage.serve();
      const b = await stage.serve();
      const seen = await watching([b], async () => {
        const runId = await stage.freezeInRun(a);
        // A process counts as silent after 30 s; nothing reports it earlier.
        await pause(Math.max(40, lasting(75)));
        const [ready, run, metrics] = await Promise.all(
          ["/readyz", `/v1/runs/${runId}`, "/metrics"].map((path) => get(b.url + path)),
        );
        a.process.signal("SIGCONT");
        if (!/"degraded".*silent for/s.test(ready!.text)) {
          throw new Error(`/readyz does not tell of it: ${ready!.text}`);
        }
        if (!/"waitingFor":"process \d+ .*silent for/.test(run!.text)) {
          throw new Error(`The run does not tell of it: ${run!.text}`);
        }
        const age = Number(/^tandem_queue_oldest_age_seconds (\S+)/m.exec(metrics!.text)?.[1]);
        if (!(age >= 30)) throw new Error(`tandem_queue_oldest_age_seconds is ${age}`);
      });
      return { ...await stage.recovery([b], patienceSeconds), seen };
    },
  },
];

/** Allows connections from all loopback addresses. */
async function allowLoopback({ folder, server }: TestServer): Promise<void> {
  const file = join(folder, "data", "pg_hba.conf");
  const rule = "host all all 127.0.0.0/8 trust\n";
  const text = await Deno.readTextFile(file);
  if (text.includes(rule)) return;
  await Deno.writeTextFile(file, text + rule);
  await server.restart("fast");
}

/** A route to a server from the separate address 127.0.0.2, on which the kernel can drop packets. */
async function road127({ hostname, port }: URL) {
  const blackhole = (what: "add" | "del") =>
    new Deno.Command("ip", { args: ["route", what, "blackhole", "127.0.0.2/32", "table", "local"], stderr: "null" })
      .output();
  const listener = createServer((client) => {
    const server = connect({ port: Number(port), host: hostname, localAddress: "127.0.0.2" });
    for (const [from, to] of [[client, server], [server, client]] as const) {
      // The host ends with the process: the other side receives nothing.
      from.on("error", () => {}).on("data", (bytes) => to.write(bytes));
    }
  });
  const listening = Promise.withResolvers<void>();
  listener.listen(0, "127.0.0.1", () => listening.resolve());
  await listening.promise;
  return {
    port: (listener.address() as { port: number }).port,
    drop: () => blackhole("add"),
    async [Symbol.asyncDispose]() {
      await blackhole("del");
      listener.close();
    },
  };
}

/** A file system of 400 MB with a tablespace on it. */
async function smallDisk(cluster: TestServer) {
  const folder = await Deno.makeTempDir({ prefix: "tandem-disk-" });
  const filler = join(folder, "filler");
  const tablespace = `disk_${crypto.randomUUID().slice(0, 8)}`;
  const sh = async (script: string) => {
    const { success, stderr } = await new Deno.Command("sh", { args: ["-c", script], stdout: "null", stderr: "piped" })
      .output();
    if (!success && !script.startsWith("dd")) throw new Error(new TextDecoder().decode(stderr));
  };
  await sh(
    `mount -t tmpfs -o size=400m tmpfs ${folder} && mkdir ${folder}/space && chown --reference=${cluster.folder}/data ${folder}/space && chmod 755 ${folder}`,
  );
  const { default: postgres } = await import("postgres");
  const sql = postgres(cluster.server.url, { max: 1 });
  await sql.unsafe(`CREATE TABLESPACE ${tablespace} LOCATION '${folder}/space'`);
  return {
    tablespace,
    fill: () => sh(`dd if=/dev/zero of=${filler} bs=64k`),
    free: () => Deno.remove(filler),
    async [Symbol.asyncDispose]() {
      await sql.unsafe(`DROP TABLESPACE ${tablespace}`).catch((error) => console.error(String(error)));
      await sql.end();
      await sh(`umount ${folder} && rmdir ${folder}`);
    },
  };
}

function spread(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null).toSorted((a, b) => a - b);
  if (known.length === 0) return "–";
  return [known[0]!, known[Math.floor(known.length / 2)]!, known.at(-1)!].map((value) => value.toFixed(1)).join(" / ");
}

function rowOf(name: string, trials: readonly Trial[]): string[] {
  const seen = trials.flatMap(({ seen }) => seen ?? []);
  const statuses = (of: (seen: Seen) => Set<number>) =>
    [...new Set(seen.flatMap((one) => [...of(one)]))].toSorted().join(" ");
  return [
    name,
    `${trials.filter(({ settledSeconds }) => settledSeconds !== null).length} of ${trials.length}`,
    spread(trials.map(({ goesOnSeconds }) => goesOnSeconds)),
    spread(trials.map(({ settledSeconds }) => settledSeconds)),
    seen.length === 0 ? "" : `${statuses((s) => s.healthz)}; ${statuses((s) => s.readyz)}; ${statuses((s) => s.reads)}`,
    seen.length === 0 ? "" : Math.max(...seen.map((s) => s.longestReadSeconds)).toFixed(1),
  ];
}

async function main(): Promise<number> {
  const chosen = faults.filter(({ name }) => new RegExp(options.get("--only") ?? "").test(name));
  console.error("Filling a database…");
  await using cluster = await TestServer.open();
  const trials = new Map(chosen.map(({ name }) => [name, [] as Trial[]]));
  let stopped = false;
  Deno.addSignalListener("SIGINT", () => stopped = true);
  // Round by round, so that all faults are tried equally often.
  for (let i = 1; i <= times; i++) {
    for (const { name, unable, trial } of chosen) {
      if (unable || stopped) continue;
      const found = await trial(cluster).catch((error): Trial => ({
        goesOnSeconds: null,
        settledSeconds: null,
        missing: `${error}`,
      }));
      // The servers of this trial may have received the signal, too.
      if (stopped) break;
      trials.get(name)!.push(found);
      const { goesOnSeconds, settledSeconds, missing } = found;
      console.error(
        `${name}, ${i} of ${times}: ` +
          (settledSeconds === null
            ? `NOT RECOVERED: ${missing}`
            : `goes on after ${goesOnSeconds!.toFixed(1)} s, ended after ${settledSeconds.toFixed(1)} s`),
      );
    }
  }
  const rows = chosen.map(({ name, unable }) =>
    unable ? [name, `not tried: ${unable}`, "", "", "", ""] : rowOf(name, trials.get(name)!)
  );
  const head = [
    "fault",
    "recovered",
    "goes on after s",
    "all ended after s",
    "meanwhile: /healthz; /readyz; reads",
    "longest read, s",
  ];
  console.log(`Seconds: shortest / median / longest${brief ? "; faults shortened" : ""}.\n`);
  const table = [head, head.map(() => "---"), ...rows];
  const widths = head.map((_, i) => Math.max(...table.map((row) => row[i]!.length)));
  for (const row of table) {
    console.log(
      `| ${row.map((partition, i) => partition.padEnd(widths[i]!, partition === "---" ? "-" : " ")).join(" | ")} |`,
    );
  }
  return [...trials.values()].flat().some(({ settledSeconds }) => settledSeconds === null) ? 1 : 0;
}

// Ends despite anything that a fault has left open.
Deno.exit(await main());
