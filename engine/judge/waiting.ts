import type { Database, Sql } from "../../resources/database/database.ts";
import type { Pools } from "../store/pools.ts";
import { holdsLock, type LiveProcess, silence, silentAfterSeconds } from "../store/heartbeat.ts";
import type { RunStatus } from "../store/records.ts";

/** State of this process that decides what a run waits for. All processes are assumed to have the same configuration. */
export interface WaitingOptions {
  database: Database;
  pools: Pools;
  /** The pool of an asset's step, by the asset's key. */
  poolOf(key: string): string | undefined;
  /** Of this process. */
  processId: number;
  maxConcurrentRuns: number;
  maxConcurrentSteps: number;
  /** The external condition for which ready steps of this process wait, in words. */
  stepWaitsFor?(key: string): string | undefined;
  /** Whether this process drives the run, or is about to. */
  drives(runId: number): boolean;
  /** Whether this process will drive the run when there is room. */
  awaits(runId: number): boolean;
}

/**
 * What each run waits for, as words after "waits for"; runs that wait for nothing are omitted. A run with a running step waits for nothing,
 * regardless of its other steps.
 */
export async function waitingFor(
  runs: readonly { id: number; status: RunStatus }[],
  options: WaitingOptions,
): Promise<Map<number, string>> {
  const queued = runs.filter((r) => (r.status === "queued" || r.status === "interrupted") && !options.drives(r.id));
  const running = runs.filter((r) => r.status === "running");
  const found = await Promise.all([
    queued.length === 0 ? [] : inQueue(queued.map((r) => r.id), options),
    running.length === 0 ? [] : betweenSteps(running.map((r) => r.id), options),
    // Last, because it delays all other waiting steps of the run.
    running.length === 0 ? [] : heldUp(running.map((r) => r.id), options),
  ]);
  return new Map(found.flat());
}

async function inQueue(ids: readonly number[], options: WaitingOptions): Promise<[number, string][]> {
  const { sql } = options.database;
  const rows = await sql<{ id: number; position: number; of: number; taken: boolean }[]>`
    SELECT id, position, of, ${someoneTakes(options)} AS taken FROM (
      SELECT id, row_number() OVER (ORDER BY priority DESC, id) AS position, count(*) OVER () AS of
      FROM engine.run WHERE status IN ('queued', 'interrupted')
    ) q WHERE id = ANY(${ids as number[]}::bigint[])`;
  return rows.map(({ id, position, of, taken }) => [
    id,
    taken || options.awaits(id)
      ? `its turn: position ${position} of ${of} in the queue (limit of ${counted(options.maxConcurrentRuns, "run")})`
      : "a process that takes runs: none is running",
  ]);
}

/** Whether a live process that makes progress takes runs. */
function someoneTakes({ database: { sql, kind }, processId }: WaitingOptions) {
  const alive = kind === "embedded" ? sql`p.id = ${processId}` : holdsLock(sql);
  return sql`EXISTS (
    SELECT FROM engine.process p
    WHERE p.ended_at IS NULL AND p.takes_runs AND ${alive} AND ${silence(sql)} < ${silentAfterSeconds})`;
}

/** Runs whose process counts as alive but makes no progress. */
async function heldUp(ids: readonly number[], { database: { sql } }: WaitingOptions): Promise<[number, string][]> {
  const rows = await sql<{ runId: number; id: number; host: string; pid: number; silentSeconds: number }[]>`
    SELECT r.id AS "runId", p.id, p.host, p.pid, ${silence(sql)} AS "silentSeconds"
    FROM engine.run r JOIN engine.process p ON p.id = r.process_id
    WHERE r.id = ANY(${ids as number[]}::bigint[]) AND r.status = 'running' AND ${
    silence(sql)
  } >= ${silentAfterSeconds}`;
  return rows.map(({ runId, ...process }) => [runId, silentText(process)]);
}

interface ReadyStep {
  runId: number;
  key: string;
  /** The run that materializes the same asset now. */
  busyRun: number | null;
  /** Time since the last heartbeat of its process. */
  busySilentSeconds: number | null;
  /** Number of steps running in its process. */
  beside: number;
}

/** For running runs without a running step: what blocks the first ready step. */
async function betweenSteps(ids: readonly number[], options: WaitingOptions): Promise<[number, string][]> {
  const { sql } = options.database;
  const steps = await sql<ReadyStep[]>`
    SELECT DISTINCT ON (s.run_id) s.run_id AS "runId", s.key, busy.run_id AS "busyRun",
           (SELECT ${silence(sql)} FROM engine.process p WHERE p.id = busy.process_id) AS "busySilentSeconds",
           (SELECT count(*) FROM engine.step b WHERE b.status = 'running' AND b.process_id = r.process_id) AS beside
    FROM engine.run r
    JOIN engine.step s ON s.run_id = r.id AND s.status IN ('pending', 'interrupted')
    LEFT JOIN engine.step busy ON busy.key = s.key AND busy.status = 'running'
    WHERE r.id = ANY(${ids as number[]}::bigint[]) AND r.status = 'running'
      AND NOT EXISTS (SELECT FROM engine.step own WHERE own.run_id = r.id AND own.status = 'running')
      AND NOT EXISTS (
        SELECT FROM engine.step before
        WHERE before.run_id = r.id AND before.key = ANY(s.after) AND before.status NOT IN ('succeeded', 'up_to_date'))
    ORDER BY s.run_id, busy.run_id IS NULL, s.ordinal`;
  const holders = await holdersOf(sql, steps.flatMap(({ key }) => options.poolOf(key) ?? []));
  return steps.flatMap(({ runId, key, busyRun, busySilentSeconds, beside }): [number, string][] => {
    if (busyRun !== null) {
      const silent = (busySilentSeconds ?? 0) >= silentAfterSeconds
        ? `; the process of that run has been silent for ${Math.floor(busySilentSeconds!)} s`
        : "";
      return [[runId, `run ${busyRun}, which materializes ${key}${silent}`]];
    }
    const pool = options.poolOf(key);
    const held = pool === undefined ? [] : holders.get(pool) ?? [];
    if (pool !== undefined && held.length >= options.pools.size(pool)) {
      return [[runId, slotText(pool, options.pools.size(pool), held)]];
    }
    const elsewhere = options.drives(runId) ? options.stepWaitsFor?.(key) : undefined;
    if (elsewhere !== undefined) return [[runId, elsewhere]];
    if (beside < options.maxConcurrentSteps) return [];
    return [[runId, `a place among the ${counted(options.maxConcurrentSteps, "step")} that its process runs at once`]];
  });
}

interface Holder {
  pool: string;
  runId: number;
  key: string;
}

async function holdersOf(sql: Sql, pools: readonly string[]): Promise<Map<string, Holder[]>> {
  if (pools.length === 0) return new Map();
  const rows = await sql<Holder[]>`
    SELECT pool, run_id AS "runId", key FROM engine.step
    WHERE status = 'running' AND pool = ANY(${pools as string[]}) AND pool_slot IS NOT NULL ORDER BY pool, pool_slot`;
  return Map.groupBy(rows, ({ pool }) => pool);
}

function slotText(pool: string, size: number, holders: readonly Holder[]): string {
  const held = holders.map(({ runId, key }) => `run ${runId}, ${key}`).join("; ");
  return `a slot of pool ${pool} (${holders.length} of ${size} held by ${held})`;
}

/** Description of a process without progress. */
export function silentText(
  { id, host, pid, silentSeconds }: Pick<LiveProcess, "id" | "host" | "pid" | "silentSeconds">,
): string {
  return `process ${id} (pid ${pid} on ${host}), which has been silent for ${Math.floor(silentSeconds)} s`;
}

function counted(n: number, thing: string): string {
  return `${n} ${thing}${n === 1 ? "" : "s"}`;
}
