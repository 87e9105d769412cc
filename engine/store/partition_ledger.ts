import type postgres from "postgres";
import type { Database, Sql } from "../../resources/database/database.ts";
import type { FailedPartitions, MadePartitions, PartitionRecords } from "./partition_records.ts";
import { somePartitions, type Versions } from "./reasons.ts";
import type { PartitionSet, Rectangle } from "../partitions/mod.ts";
import type { StepError } from "./records.ts";
import { json } from "./driver_values.ts";

type Changes = { materialization: number; changed: Rectangle[] | null };

interface Extent {
  names: string[] | null;
  dates: string[] | null;
}

/** The engine's tables of partitions; their only writer. */
export class PartitionLedger {
  readonly #sql: postgres.Sql;
  readonly #knownExtents = new Map<string, Extent & { version: number }>();

  constructor(database: Database) {
    this.#sql = database.sql;
  }

  /**
   * Records of the partitions of producers and of the assets that they read. The number of queries is independent of the number of
   * partitions.
   *
   * @param tracked Assets whose changes are read.
   * @param readers Unpartitioned assets: changes matter from their latest materialization on.
   */
  async records(
    { producers, tracked, readers }: {
      producers: readonly string[];
      tracked: readonly string[];
      readers: readonly { upstream: Readonly<Record<string, { materialization: number }>> }[];
    },
  ): Promise<PartitionRecords> {
    const [made, failed, extents] = await Promise.all([
      this.#made(producers),
      this.#failed(producers),
      this.#extents(tracked),
    ]);
    const since = new Map<string, number>();
    for (const { upstream } of [...[...made.values()].flat(), ...readers]) {
      for (const key of tracked) {
        const read = upstream[key]?.materialization;
        if (read !== undefined) since.set(key, Math.min(read, since.get(key) ?? Infinity));
      }
    }
    return { made, failed, extents, changes: await this.#changes(since) };
  }

  async #made(producers: readonly string[]): Promise<Map<string, MadePartitions[]>> {
    if (producers.length === 0) return new Map();
    // As JSON: the driver parses arrays character by character.
    const rows = await this.#sql<(Versions & Pick<MadePartitions, "lost"> & { producer: string } & Rectangle)[]>`
      WITH changed AS (
        SELECT producer, max(lost_until) AS lost_until, max(remake_until) AS remake_until FROM engine.asset_table
        WHERE lost_until > 0 OR remake_until > 0 GROUP BY producer
      )
      SELECT c.producer, to_json(c.names) AS names, c.dates, m.id AS materialization, m.data_version AS "dataVersion",
             m.code_version AS "codeVersion", m.config_hash AS "configHash", m.source_version AS "sourceVersion", m.upstream,
             CASE WHEN m.id <= h.lost_until THEN (
               SELECT lost_because FROM engine.asset_table t
               WHERE t.producer = c.producer AND t.lost_until = h.lost_until LIMIT 1) END AS lost,
             CASE WHEN m.id <= h.remake_until THEN (
               SELECT remake_because FROM engine.asset_table t
               WHERE t.producer = c.producer AND t.remake_until = h.remake_until LIMIT 1) END AS remake
      FROM engine.partitions c JOIN engine.materialization m ON m.id = c.materialization_id
      LEFT JOIN changed h ON h.producer = c.producer
      WHERE c.producer = ANY(${producers as string[]})`;
    const found = new Map<string, MadePartitions[]>();
    for (const [producer, ofProducer] of Map.groupBy(rows, (row) => row.producer)) {
      const groups = Map.groupBy(ofProducer, (row) => row.materialization);
      found.set(
        producer,
        [...groups.values()].map((group) => {
          const { producer: _, names: __, dates: ___, remake, ...versions } = group[0]!;
          const partitions = group.map(({ names, dates }) => ({ names, dates }));
          return { ...versions, remake: remake === null ? [] : [remake], failedChecks: [], partitions };
        }),
      );
    }
    return found;
  }

  async #failed(producers: readonly string[]): Promise<Map<string, FailedPartitions[]>> {
    if (producers.length === 0) return new Map();
    const rows = await this.#sql<(Omit<FailedPartitions, "partitions"> & { producer: string } & Rectangle)[]>`
      SELECT producer, names, dates, run_id AS "runId", error, failed_at AS "failedAt"
      FROM engine.partition_failure WHERE producer = ANY(${producers as string[]}) ORDER BY failed_at DESC`;
    return new Map(
      [...Map.groupBy(rows, (row) => row.producer)].map(([producer, failures]) => [
        producer,
        failures.map(({ names, dates, runId, error, failedAt }) => ({
          partitions: [{ names, dates }],
          runId,
          error,
          failedAt,
        })),
      ]),
    );
  }

  /** Reads only extents that have changed since the last call: thousands of dates for each asset. */
  async #extents(keys: readonly string[]): Promise<PartitionRecords["extents"]> {
    if (keys.length === 0) return new Map();
    const versions = await this.#sql<{ key: string; version: number }[]>`
      SELECT asset_key AS key, version FROM engine.extent WHERE asset_key = ANY(${keys as string[]})`;
    const unknown = versions.filter(({ key, version }) => this.#knownExtents.get(key)?.version !== version);
    if (unknown.length > 0) {
      const rows = await this.#sql<(Extent & { key: string; version: number })[]>`
        SELECT asset_key AS key, to_json(names) AS names, to_json(dates) AS dates, version
        FROM engine.extent WHERE asset_key = ANY(${unknown.map(({ key }) => key)})`;
      for (const { key, ...extent } of rows) this.#knownExtents.set(key, extent);
    }
    return new Map(versions.map(({ key }) => [key, this.#knownExtents.get(key)!]));
  }

  async #changes(since: ReadonlyMap<string, number>): Promise<Map<string, Changes[]>> {
    const found = new Map<string, Changes[]>([...since.keys()].map((key) => [key, []]));
    if (since.size === 0) return found;
    const rows = await this.#sql<(Changes & { key: string })[]>`
      SELECT m.asset_key AS key, m.id AS materialization,
             -- Rows published again unchanged are no change and are not recorded.
             CASE WHEN m.rows_added = 0 AND m.rows_removed = 0 THEN coalesce(m.changed, '[]') ELSE m.changed END AS changed
      FROM unnest(${[...since.keys()]}::text[], ${[...since.values()]}::bigint[]) AS s(key, since)
      JOIN engine.materialization m ON m.asset_key = s.key AND m.id > s.since
      ORDER BY m.id`;
    for (const { key, materialization, changed } of rows) found.get(key)!.push({ materialization, changed });
    return found;
  }

  // ---- writes, within the transaction that publishes --------------------------------------------------------------

  /** Replaces the recorded partitions of a producer. */
  async recordMade(
    tx: Sql,
    producer: string,
    groups: readonly { materialization: number; partitions: PartitionSet }[],
  ): Promise<void> {
    const rows = groups.flatMap(({ materialization, partitions }) =>
      partitions.rectangles().map((rectangle) => ({ materialization, ...rectangle }))
    );
    await tx`DELETE FROM engine.partitions WHERE producer = ${producer}`;
    await tx`
      INSERT INTO engine.partitions (producer, materialization_id, names, dates)
      SELECT ${producer}, r.materialization, r.names, nullif(r.dates, 'null'::jsonb)
      FROM jsonb_to_recordset(${json(this.#sql, rows)}) AS r(materialization bigint, names text[], dates jsonb)`;
  }

  /** Replaces the recorded failed partitions of a producer. */
  async recordFailed(
    tx: Sql,
    producer: string,
    failures: readonly { partitions: PartitionSet; runId: number; error: StepError; failedAt?: string }[],
  ): Promise<void> {
    const rows = failures.flatMap(({ partitions, runId, error, failedAt }) =>
      partitions.rectangles().map((rectangle) => ({ ...rectangle, run: runId, error, at: failedAt ?? null }))
    );
    await tx`DELETE FROM engine.partition_failure WHERE producer = ${producer}`;
    if (rows.length === 0) return;
    await tx`
      INSERT INTO engine.partition_failure (producer, run_id, names, dates, error, failed_at)
      SELECT ${producer}, r.run, r.names, nullif(r.dates, 'null'::jsonb), r.error, coalesce(r.at, clock_timestamp())
      FROM jsonb_to_recordset(${
      json(this.#sql, rows)
    }) AS r(run bigint, names text[], dates jsonb, error jsonb, at timestamptz)`;
  }

  /** Records the names and dates of an unpartitioned asset, or the partitions of a partitioned one. */
  async recordExtent(
    tx: Sql,
    key: string,
    { names, dates }: { names: readonly string[] | null; dates: readonly string[] | null },
  ): Promise<void> {
    await tx`
      INSERT INTO engine.extent (asset_key, names, dates)
      VALUES (${key}, ${names as string[] | null}, ${dates as string[] | null})
      ON CONFLICT (asset_key) DO UPDATE SET names = excluded.names, dates = excluded.dates, version = excluded.version
      WHERE (extent.names, extent.dates) IS DISTINCT FROM (excluded.names, excluded.dates)`;
  }

  /** The recorded dates before `from` and those of returned rows, with the names of both. */
  async extentUntil(tx: Sql, key: string, { from, returned }: { from: string; returned: Extent }): Promise<Extent> {
    const [known] = await tx<Extent[]>`
      SELECT to_json(names) AS names, to_json(dates) AS dates FROM engine.extent WHERE asset_key = ${key}`;
    const dates = (known?.dates ?? []).filter((date) => date < from);
    const together = (some: readonly string[] | null | undefined, more: readonly string[] | null) =>
      more && [...new Set([...some ?? [], ...more])].sort();
    return { names: together(known?.names, returned.names), dates: together(dates, returned.dates) };
  }

  /** Records the partitions changed by a materialization. */
  async recordChange(
    tx: Sql,
    materialization: number,
    { partitions, changed, dataVersion, rowCount, newestDate }: {
      partitions: PartitionSet | null;
      changed: readonly Rectangle[] | null;
      dataVersion?: string;
      rowCount?: number;
      /** The newest materialized date of its partitions, `null` for none; omitted for an unpartitioned asset. */
      newestDate?: string | null;
    },
  ): Promise<void> {
    await tx`
      UPDATE engine.materialization
      SET partitions = engine.without_names(step_key, ${partitions && json(this.#sql, partitions.rectangles())}),
          changed = ${changed && json(this.#sql, changed)},
          data_version = coalesce(${dataVersion ?? null}, data_version),
          row_count = coalesce(${rowCount ?? null}::bigint, row_count),
          newest_date = ${newestDate === null ? "-infinity" : newestDate ?? null}::date
      WHERE id = ${materialization}`;
  }

  /** Records the target, finished and failed partitions of a step. */
  async recordStepPartitions(
    tx: Sql,
    { runId, key }: { runId: number; key: string },
    { partitions, done, failed }: { partitions: PartitionSet; done: PartitionSet; failed: PartitionSet | null },
  ): Promise<void> {
    await tx`
      UPDATE engine.step
      SET partitions = engine.without_names(key, ${json(this.#sql, somePartitions(partitions))}),
          done = engine.without_names(key, ${json(this.#sql, somePartitions(done))}),
          failed = engine.without_names(key, ${failed && json(this.#sql, somePartitions(failed))})
      WHERE run_id = ${runId} AND key = ${key}`;
  }
}
