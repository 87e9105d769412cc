import assert from "node:assert/strict";
import { join } from "node:path";
import * as assets from "../../assets/mod.ts";
import { type AnyAsset, assetGraph } from "../../engine/mod.ts";
import { contentVersion } from "../../engine/row_schema.ts";
import { contentOf, readColumns } from "../../engine/asset_table.ts";
import { cellVersion } from "../../engine/publication.ts";
import { fixedClock } from "../../resources/clock.ts";
import { type Database, openDatabase } from "../../resources/database/mod.ts";
import { simulatedMarket } from "../../resources/market_data/mod.ts";
import { createTestDatabase, postgresAvailable } from "../support/database.ts";
import { pseudoRandom } from "../support/pseudo_random.ts";

const graph = assetGraph(Object.values(assets) as AnyAsset[]);
const root = new URL("../../", import.meta.url);

/** The whole service as a process of its own. */
class Service {
  readonly #child: Deno.ChildProcess;
  /** Resolves with its address once it serves, or with `undefined` if it ended before. */
  readonly url: Promise<string | undefined>;
  output = "";

  constructor(environment: Record<string, string>) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "main.ts"],
      cwd: root,
      env: { PORT: "0", LOG_FORMAT: "text", NO_COLOR: "1", ...environment },
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.url = promise;
    this.#read(resolve);
  }

  async #read(found: (url: string | undefined) => void): Promise<void> {
    for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
      this.output += text;
      const url = /serves (http:\/\/\S+);/.exec(this.output)?.[1];
      if (url) found(url);
    }
    found(undefined);
  }

  async kill(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It ended by itself; what it left behind is judged all the same.
    }
    await this.#child.status;
    await this.url;
  }
}

/** Asks for everything that is stale, and for the end of it where `wait`. */
async function materialize(
  url: string,
  wait: boolean,
): Promise<{ status: string; steps: { key: string; error: unknown }[] }> {
  const response = await fetch(`${url}/v1/materialize`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ selection: "*", wait }),
  });
  const body = await response.json();
  assert.ok(response.ok, JSON.stringify(body));
  return body;
}

/** Fails unless every table holds exactly what its latest record says, and nothing where there is no record. */
async function assertConsistent(database: Database, when: string): Promise<Map<string, string>> {
  const versions = new Map<string, string>();
  const [schema] = await database.sql`SELECT to_regclass('engine.materialization') IS NOT NULL AS there`;
  if (!schema!.there) return versions;
  for (const asset of graph.assets) {
    const table = `"${asset.layer}"."${asset.key}"`;
    const [exists] = await database.sql`SELECT to_regclass(${table}) IS NOT NULL AS there`;
    if (!exists!.there) continue;
    const [record] = await database.sql<{ id: number; version: string; rows: number }[]>`
      SELECT id, content_version AS version, row_count AS rows FROM engine.materialization
      WHERE asset_key = ${asset.key} ORDER BY id DESC LIMIT 1`;
    const [current] = await database.sql.unsafe(`SELECT count(*) AS n FROM ${table} WHERE _until IS NULL`);
    if (!record) {
      assert.equal(current!.n, 0, `${when}: ${asset.key} has rows without a record`);
      continue;
    }
    assert.equal(current!.n, record.rows, `${when}: ${asset.key} has other rows than its record counts`);
    assert.equal(
      await versionOf(database, asset, record.id),
      record.version,
      `${when}: ${asset.key} is not what was recorded`,
    );
    // How the service is differs from one process to the next.
    if (asset.key !== "service_health") versions.set(asset.key, record.version);
  }
  const [orphans] = await database.sql`
    SELECT count(*) AS n FROM engine.step s WHERE s.status = 'succeeded' AND s.attempt > 0
      AND NOT EXISTS (SELECT FROM engine.materialization m WHERE m.run_id = s.run_id AND m.step_key = s.key)`;
  assert.equal(orphans!.n, 0, `${when}: a step succeeded without a record`);
  return versions;
}

/** The version of the rows that the table holds, worked out anew: of those as of the record, which are the current ones. */
async function versionOf(database: Database, asset: AnyAsset, materialization: number): Promise<string> {
  if (graph.producerOf(asset.key).recipe.partitions) return cellVersion(asset, await contentOf(database.sql, asset));
  const columns = await readColumns(database, asset, asset.schema.columns.map((c) => c.name), materialization);
  return contentVersion(asset.schema, columns);
}

/** Bars of the simulated market as a file that a test can change. */
async function writeBars(path: string, change: number): Promise<void> {
  const market = simulatedMarket({ clock: fixedClock("2026-06-30T22:00:00Z"), tickers: 40, sessions: 300 });
  const bars = await market.dailyBars();
  const cell = (value: number) => Number.isNaN(value) ? "" : String(value);
  const lines = bars.ticker.map((ticker, i) =>
    [
      ticker,
      bars.session[i],
      ...[bars.open, bars.high, bars.low].map((column) => cell(column[i]!)),
      // Another close for every thousandth bar: work for every asset of the chain.
      cell(i % 1000 === 0 ? bars.low[i]! + (bars.high[i]! - bars.low[i]!) * ((change % 10) / 10) : bars.close[i]!),
      cell(bars.volume[i]!),
      cell(bars.dividend[i]!),
      cell(bars.split[i]!),
    ].join(",")
  );
  // Whole or not at all: a service may be reading.
  await Deno.writeTextFile(
    `${path}.new`,
    `ticker,date,open,high,low,close,volume,dividend,split\n${lines.join("\n")}\n`,
  );
  await Deno.rename(`${path}.new`, path);
}

async function surviveKills(
  kills: number,
  seed: number,
  open: () => { environment: Record<string, string>; look(): Promise<Database> },
  undisturbed: { environment: Record<string, string>; look(): Promise<Database> },
  bars: string,
): Promise<void> {
  const random = pseudoRandom(seed);
  const { environment, look } = open();
  let inTheMiddle = 0;
  for (let kill = 1; kill <= kills; kill++) {
    await writeBars(bars, kill);
    const service = new Service(environment);
    // From before it serves to after everything is done.
    const delay = new Promise((resolve) => setTimeout(resolve, random() * 3_000));
    const asked = service.url.then((url) => url === undefined ? undefined : materialize(url, false)).catch(() =>
      undefined
    );
    await delay;
    await service.kill();
    await asked;
    const database = await look();
    try {
      await assertConsistent(database, `kill ${kill} of ${kills}, seed ${seed}`);
      const [there] = await database.sql`SELECT to_regclass('engine.run') IS NOT NULL AS there`;
      if (there!.there) {
        const [open] = await database.sql`SELECT count(*) AS n FROM engine.run WHERE status = 'running'`;
        if (open!.n > 0) inTheMiddle++;
      }
    } finally {
      await database.close();
    }
  }
  assert.ok(
    inTheMiddle >= Math.ceil(kills / 10),
    `only ${inTheMiddle} of ${kills} kills hit a run: the test shows little`,
  );

  const last = await finish(environment, look, "after the last kill");
  const clean = await finish(undisturbed.environment, undisturbed.look, "undisturbed");
  assert.deepEqual(last, clean);
}

/** Runs the service until everything is fresh, and ends it. */
async function finish(environment: Record<string, string>, look: () => Promise<Database>, when: string) {
  const service = new Service(environment);
  try {
    const url = await service.url;
    assert.ok(url, service.output);
    const run = await materialize(url, true);
    assert.equal(run.status, "succeeded", JSON.stringify(run.steps));
    // What was interrupted is taken up beside the run that was asked for, and may end after it.
    let open: { id: number; status: string }[] = [];
    for (let tries = 0; tries < 300; tries++) {
      const { runs } = await (await fetch(`${url}/v1/runs?limit=1000`)).json();
      open = runs.filter((r: { status: string }) => ["queued", "running", "interrupted"].includes(r.status));
      if (open.length === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    assert.deepEqual(open, [], "runs that nobody took up");
    const { assets } = await (await fetch(`${url}/v1/assets`)).json();
    const notFresh = assets.filter((a: { state: string }) => a.state !== "fresh");
    assert.deepEqual(notFresh.map((a: { key: string; state: string }) => [a.key, a.state]), []);
  } finally {
    await service.kill();
  }
  const database = await look();
  try {
    return await assertConsistent(database, when);
  } finally {
    await database.close();
  }
}

Deno.test({
  name: `a service on PostgreSQL that is killed 20 times at random moments loses and mixes nothing${
    postgresAvailable ? "" : " (PostgreSQL not installed, TEST_DATABASE_URL not set)"
  }`,
  ignore: !postgresAvailable,
  async fn() {
    const folder = await Deno.makeTempDir();
    const [killed, clean] = [
      await createTestDatabase({ migrated: false }),
      await createTestDatabase({ migrated: false }),
    ];
    try {
      const bars = join(folder, "bars.csv");
      const on = ({ url }: { url: string }) => ({
        environment: { DATABASE_URL: url, MARKET_DATA: `csv:${bars}`, DATA_DIR: folder },
        look: () => openDatabase({ databaseUrl: url, dataDir: folder }),
      });
      await surviveKills(20, 20261123, () => on(killed), on(clean), bars);
    } finally {
      await Promise.all([killed.drop(), clean.drop()]);
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("a service on the embedded database that is killed 6 times at random moments loses and mixes nothing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const bars = join(folder, "bars.csv");
    const on = (name: string) => ({
      environment: { DATABASE_URL: "", MARKET_DATA: `csv:${bars}`, DATA_DIR: join(folder, name) },
      look: () => openDatabase({ dataDir: join(folder, name) }),
    });
    await surviveKills(6, 20261124, () => on("killed"), on("clean"), bars);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
