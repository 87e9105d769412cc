import assert from "node:assert/strict";
import * as assets from "../../assets/mod.ts";
import { type AnyAsset, assetGraph } from "../../engine/mod.ts";
import { contentOf } from "../../engine/store/asset_table.ts";
import { readColumns } from "../../engine/store/read_columns.ts";
import { partitionVersion } from "../../engine/run/partition_version.ts";
import { dataVersion } from "../../engine/declare/row_schema.ts";
import { fixedClock } from "../../resources/clock.ts";
import type { Database } from "../../resources/database/mod.ts";
import { simulatedMarket } from "../../resources/market_data/mod.ts";
import { ServiceProcess, WorkerProcess } from "./service_process.ts";

const graph = assetGraph(Object.values(assets) as AnyAsset[]);

/** A setting for killing services: their environment, and access to their database while none of them runs. */
export interface Place {
  environment: Record<string, string>;
  look(): Promise<Database>;
}

/** Faults in a database after a kill, in words; all empty without faults. */
export interface Wrongs {
  /** Assets with rows but no record, or with rows that differ from their record. */
  rowsWithoutRecord: string[];
  /** Records of steps without their rows. */
  recordsWithoutRows: string[];
  /** Locks, slots and runs of ended processes. Checked only while a service runs that should have freed them. */
  kept: string[];
  /** Ticks that started more than one run. */
  firedTwice: string[];
  /** Assets without partitions that a run has more than one materialization of. */
  publishedTwice: string[];
}

/** No fault. */
export const noWrongs: Wrongs = {
  rowsWithoutRecord: [],
  recordsWithoutRows: [],
  kept: [],
  firedTwice: [],
  publishedTwice: [],
};

/** Looks at every table and its latest record. */
export async function lookForWrongs(database: Database): Promise<{ wrongs: Wrongs; versions: Map<string, string> }> {
  const wrongs: Wrongs = structuredClone(noWrongs);
  const versions = new Map<string, string>();
  const [schema] = await database.sql`SELECT to_regclass('engine.schedule_pause') IS NOT NULL AS there`;
  if (!schema!.there) return { wrongs, versions };
  for (const asset of graph.assets) {
    const table = `"${asset.layer}"."${asset.key}"`;
    const [exists] = await database.sql`SELECT to_regclass(${table}) IS NOT NULL AS there`;
    if (!exists!.there) continue;
    const [record] = await database.sql<{ id: number; version: string; rows: number }[]>`
      SELECT id, data_version AS version, row_count AS rows FROM engine.materialization
      WHERE asset_key = ${asset.key} ORDER BY id DESC LIMIT 1`;
    const [{ n }] = await database.sql.unsafe<[{ n: number }]>(
      `SELECT count(*)::integer AS n FROM ${table} WHERE _until IS NULL`,
    );
    if (!record) {
      if (n > 0) wrongs.rowsWithoutRecord.push(`${asset.key} has ${n} rows without a record`);
      continue;
    }
    if (n > record.rows) wrongs.rowsWithoutRecord.push(`${asset.key} has ${n} rows, its record counts ${record.rows}`);
    if (n < record.rows) wrongs.recordsWithoutRows.push(`${asset.key} has ${n} rows, its record counts ${record.rows}`);
    if (n === record.rows && await versionOf(database, asset, record.id) !== record.version) {
      wrongs.rowsWithoutRecord.push(`${asset.key} is not what was recorded`);
    }
    // The state of the service differs between processes.
    if (asset.key !== "service_health") versions.set(asset.key, record.version);
  }
  const orphans = await database.sql<{ run: number; key: string }[]>`
    SELECT s.run_id AS run, s.key FROM engine.step s WHERE s.status = 'succeeded' AND s.attempt > 0
      AND NOT EXISTS (SELECT FROM engine.materialization m WHERE m.run_id = s.run_id AND m.step_key = s.key)`;
  wrongs.recordsWithoutRows.push(
    ...orphans.map(({ run, key }) => `${key} of run ${run} succeeded without a materialization`),
  );
  const twice = await database.sql<{ run: number; trigger: string }[]>`
    SELECT r.id AS run, r.trigger FROM engine.run r WHERE r.trigger LIKE 'schedule:%'
      AND NOT EXISTS (SELECT FROM engine.schedule_tick t WHERE t.run_id = r.id)`;
  wrongs.firedTwice.push(...twice.map(({ run, trigger }) => `run ${run} of ${trigger} belongs to no tick`));
  const whole = graph.producers.filter(({ recipe }) => !recipe.partitionsDef).flatMap(({ produces }) => produces);
  const repeated = await database.sql<{ run: number; key: string; n: number }[]>`
    SELECT run_id AS run, asset_key AS key, count(*)::integer AS n FROM engine.materialization
    WHERE asset_key = ANY(${whole}) GROUP BY run_id, asset_key HAVING count(*) > 1`;
  wrongs.publishedTwice.push(...repeated.map(({ run, key, n }) => `${key} was published ${n} times by run ${run}`));
  return { wrongs, versions };
}

/** Locks, slots and runs of ended processes, in a database that a service has had time to clean up. */
export async function lookForKept({ sql }: Database): Promise<string[]> {
  const rows = await sql<{ text: string }[]>`
    SELECT format('%s of run %s runs under process %s%s', s.key, s.run_id, s.process_id,
             CASE WHEN s.pool IS NULL THEN '' ELSE format(' in slot %s of pool %s', s.pool_slot, s.pool) END) AS text
    FROM engine.step s WHERE s.status = 'running'
    UNION ALL
    SELECT format('run %s is %s', id, status) FROM engine.run WHERE status IN ('queued', 'running', 'interrupted')
    UNION ALL
    SELECT format('backfill %s is driven by process %s', b.id, b.process_id) FROM engine.backfill b
    JOIN engine.process p ON p.id = b.process_id WHERE b.status = 'running' AND p.ended_at IS NOT NULL`;
  return rows.map(({ text }) => text);
}

/** Computes the data version of the table's rows as of the record, which are the current ones. */
async function versionOf(database: Database, asset: AnyAsset, materialization: number): Promise<string> {
  if (graph.producerOf(asset.key).recipe.partitionsDef || asset.carriedOn) {
    return partitionVersion(asset, (await contentOf(database.sql, asset)).sum);
  }
  const columns = await readColumns(database, asset, asset.schema.columns.map((c) => c.name), materialization);
  return dataVersion(asset.schema, columns);
}

/** Bars of the simulated market as a file that a test can change. */
export async function writeBars(path: string, change: number): Promise<void> {
  const market = simulatedMarket({ clock: fixedClock("2026-06-30T22:00:00Z"), tickers: 40, sessions: 300 });
  const bars = await market.dailyBars();
  const partition = (value: number) => Number.isNaN(value) ? "" : String(value);
  const lines = bars.ticker.map((ticker, i) =>
    [
      ticker,
      bars.session[i],
      ...[bars.open, bars.high, bars.low].map((column) => partition(column[i]!)),
      // Changes every thousandth close, so that every asset of the chain has work.
      partition(i % 1000 === 0 ? bars.low[i]! + (bars.high[i]! - bars.low[i]!) * ((change % 10) / 10) : bars.close[i]!),
      partition(bars.volume[i]!),
      partition(bars.dividend[i]!),
      partition(bars.split[i]!),
    ].join(",")
  );
  // Written atomically: a service may be reading.
  await Deno.writeTextFile(
    `${path}.new`,
    `ticker,date,open,high,low,close,volume,dividend,split\n${lines.join("\n")}\n`,
  );
  await Deno.rename(`${path}.new`, path);
}

/** Requests a run of everything stale, and with `wait` waits for its end. */
export async function materialize(
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

/** Makes the first of several running services materialize what is stale, and kills one started beside them. */
export async function killOnce(
  { environment }: Place,
  { afterMs, from, others = [] }: {
    afterMs: number;
    /** Whether time counts from the start of the service or from the request. */
    from: "start" | "work";
    others?: readonly ServiceProcess[];
  },
): Promise<void> {
  await using service = new ServiceProcess(environment);
  const pause = () => new Promise((resolve) => setTimeout(resolve, afterMs));
  const urls = [service, ...others].map(({ url }) => url);
  const asked = Promise.any(urls).then((url) => materialize(url, false)).catch(() => undefined);
  if (from === "work") await asked;
  await pause();
  await service[Symbol.asyncDispose]();
  await asked;
}

/**
 * Has a server and two workers materialize what is stale, and kills them one after the other.
 *
 * @param order Which is killed first, second and third: 0 is the server.
 * @param afterMs How long after the request, and after the kill before.
 */
export async function killWithWorkers(
  { environment }: Place,
  { order, afterMs }: { order: readonly number[]; afterMs: readonly number[] },
): Promise<void> {
  const queued = { ...environment, EXECUTOR: "queue" };
  await using server = new ServiceProcess(queued);
  await using first = new WorkerProcess(queued);
  await using second = new WorkerProcess(queued);
  const processes = [server, first, second];
  await materialize(await server.url, false);
  for (const [i, which] of order.entries()) {
    await new Promise((resolve) => setTimeout(resolve, afterMs[i]));
    await processes[which]![Symbol.asyncDispose]();
  }
}

/** Runs a service until everything is fresh, and ends it. Returns the database's content. */
export async function finish({ environment, look }: Place): Promise<{ wrongs: Wrongs; versions: Map<string, string> }> {
  {
    await using service = new ServiceProcess(environment);
    const url = await service.url;
    const run = await materialize(url, true);
    assert.equal(run.status, "succeeded", JSON.stringify(run.steps));
    // Interrupted runs resume beside the requested one, and may end after it.
    let open: { id: number; status: string }[] = [];
    for (let tries = 0; tries < 300; tries++) {
      const { runs } = await (await fetch(`${url}/v1/runs?limit=1000`)).json();
      open = runs.filter((r: { status: string }) => ["queued", "running", "interrupted"].includes(r.status));
      if (open.length === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    assert.deepEqual(open, [], "abandoned runs");
    const { assets } = await (await fetch(`${url}/v1/assets`)).json();
    const notFresh = assets.filter((a: { state: string }) => a.state !== "fresh");
    assert.deepEqual(notFresh.map((a: { key: string; state: string }) => [a.key, a.state]), []);
  }
  const database = await look();
  try {
    const found = await lookForWrongs(database);
    found.wrongs.kept = await lookForKept(database);
    return found;
  } finally {
    await database.close();
  }
}
