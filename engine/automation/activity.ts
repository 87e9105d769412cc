import type { Database } from "../../resources/database/database.ts";
import type { PartitionRange } from "../partitions/partition_range.ts";
import type { Rectangle } from "../partitions/mod.ts";
import type { Reading, StepError } from "../store/records.ts";
import type { SomePartitions } from "../store/reasons.ts";

/** How a producer's last step ended, if not well. */
export interface EndedStep {
  runId: number;
  status: "failed" | "cancelled";
  error: StepError | null;
  endedAt: string;
  /** Its recorded inputs. */
  reading: Reading | null;
  /** Partitions it was to make, if the asset is partitioned. */
  partitions: SomePartitions | null;
  range: PartitionRange | null;
}

/** Running and last steps. */
export interface Activity {
  /** Counters of effective evaluations and of runs: this activity is outdated once either has advanced. */
  turn: number;
  lastRun: number;
  /** Assets whose automation is paused. */
  paused: ReadonlySet<string>;
  /** Ranges of the runs with an unfinished step of a producer, by producer. */
  open: ReadonlyMap<string, readonly (PartitionRange | null)[]>;
  /** Last steps that failed or were cancelled, by producer. */
  lastEnded: ReadonlyMap<string, EndedStep>;
  /** Inputs of runs with failed partitions, by producer and run. */
  failedReadings: ReadonlyMap<string, Reading | null>;
  /** Publication time of each asset's latest materialization. */
  committedAtMs: ReadonlyMap<string, number>;
  /** Steps that attempted partitions of a producer, as far back as requested. */
  attempts: ReadonlyMap<string, readonly { range: PartitionRange | null; startedAt: string }[]>;
  /** Partitions made of a producer, as far back as requested; `partitions` is `null` for an unpartitioned asset. */
  makings: ReadonlyMap<string, readonly { partitions: readonly Rectangle[] | null; startedAt: string }[]>;
}

/**
 * Reads running and past steps, with a fixed number of queries. Read it before the state of the assets: a step that ends in between
 * then counts as running, and the next evaluation covers it.
 *
 * @param historySinceMs Start of the required history of attempts, by producer.
 */
export async function readActivity(
  { sql }: Database,
  { producers, keys, historySinceMs }: {
    producers: readonly string[];
    keys: readonly string[];
    historySinceMs: ReadonlyMap<string, number>;
  },
): Promise<Activity> {
  const since = [...historySinceMs.keys()];
  const from = [...historySinceMs.values()].map((ms) => new Date(ms).toISOString());
  const [turns, paused, open, ended, failures, committed, attempts, makings] = await Promise.all([
    sql<{ turn: number; lastRun: number }[]>`
      SELECT turn, coalesce((SELECT max(id) FROM engine.run), 0) AS "lastRun" FROM engine.automation_turn`,
    sql<{ key: string }[]>`SELECT asset_key AS key FROM engine.automation_pause`,
    sql<{ key: string; range: PartitionRange | null }[]>`
      SELECT s.key, r.range FROM engine.run r JOIN engine.step s ON s.run_id = r.id
      WHERE r.status IN ('queued', 'running', 'interrupted') AND s.status IN ('pending', 'running', 'interrupted')`,
    sql<(EndedStep & { key: string })[]>`
      SELECT s.key, s.run_id AS "runId", s.status, s.error, coalesce(s.finished_at, r.finished_at) AS "endedAt", s.reading,
             engine.with_names(s.key, s.partitions) AS partitions, r.range
      FROM unnest(${producers as string[]}::text[]) AS k(key)
      CROSS JOIN LATERAL (
        SELECT * FROM engine.step WHERE key = k.key AND status IN ('succeeded', 'up_to_date', 'failed', 'cancelled')
        ORDER BY run_id DESC LIMIT 1
      ) s JOIN engine.run r ON r.id = s.run_id
      WHERE s.status IN ('failed', 'cancelled')`,
    sql<{ key: string; runId: number; reading: Reading | null }[]>`
      SELECT f.producer AS key, f.run_id AS "runId", s.reading
      FROM (SELECT DISTINCT producer, run_id FROM engine.partition_failure) f
      LEFT JOIN engine.step s ON s.run_id = f.run_id AND s.key = f.producer`,
    // One object: of thousands of rows, the driver would take most of the time of an evaluation that finds nothing to do.
    sql<{ times: Record<string, number> | null }[]>`
      SELECT jsonb_object_agg(k.key, extract(epoch FROM m.committed_at) * 1000) AS times
      FROM unnest(${keys as string[]}::text[]) AS k(key)
      CROSS JOIN LATERAL (
        SELECT committed_at FROM engine.materialization WHERE asset_key = k.key ORDER BY id DESC LIMIT 1
      ) m`,
    since.length === 0 ? [] : sql<{ key: string; range: PartitionRange | null; startedAt: string }[]>`
      SELECT s.key, r.range, s.started_at AS "startedAt"
      FROM unnest(${since}::text[], ${from}::timestamptz[]) AS h(key, since)
      JOIN engine.step s ON s.key = h.key AND s.started_at >= h.since
      JOIN engine.run r ON r.id = s.run_id
      WHERE s.status IN ('succeeded', 'up_to_date', 'failed')`,
    since.length === 0 ? [] : sql<{ key: string; partitions: Rectangle[] | null; startedAt: string }[]>`
      SELECT h.key, engine.with_names(m.step_key, m.partitions) AS partitions, m.started_at AS "startedAt"
      FROM unnest(${since}::text[], ${from}::timestamptz[]) AS h(key, since)
      JOIN engine.materialization m ON m.asset_key = h.key AND m.started_at >= h.since`,
  ]);
  const { turn, lastRun } = turns[0]!;
  return {
    turn,
    lastRun,
    paused: new Set(paused.map(({ key }) => key)),
    open: grouped(open, ({ range }) => range),
    lastEnded: new Map(ended.map((step) => [step.key, step])),
    failedReadings: new Map(failures.map(({ key, runId, reading }) => [`${key} ${runId}`, reading])),
    committedAtMs: new Map(Object.entries(committed[0]?.times ?? {})),
    attempts: grouped(attempts, ({ range, startedAt }) => ({ range, startedAt })),
    makings: grouped(makings, ({ partitions, startedAt }) => ({ partitions, startedAt })),
  };
}

function grouped<Row extends { key: string }, T>(rows: readonly Row[], value: (row: Row) => T): Map<string, T[]> {
  return new Map([...Map.groupBy(rows, (row) => row.key)].map(([key, group]) => [key, group.map(value)]));
}
