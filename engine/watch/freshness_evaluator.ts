import type { Clock } from "../../resources/clock.ts";
import type { Database, Sql } from "../../resources/database/database.ts";
import { Alarm } from "./alarm.ts";
import type { AnyAsset } from "../declare/asset.ts";
import type { Engine } from "../engine.ts";
import { messageOf } from "../errors.ts";
import type { FreshnessPolicy } from "../declare/freshness_policy.ts";
import { currentPeriods, recordVerdict } from "../store/freshness_record.ts";
import type { Logger } from "../../resources/logger.ts";
import { newestDate } from "../read/newest_date.ts";
import { rowFilesOf } from "../store/row_files.ts";

/** The longest sleep: runs of other processes are seen after this time at the latest. */
const longestSleepMs = 30_000;
/** Advisory lock of the process that evaluates. */
const lockClass = 7270;

/**
 * Evaluates the freshness policies of assets: at each deadline and after each run.
 *
 * Of several processes on a database one evaluates at a time; the others find no change. Only changes are stored.
 */
export class FreshnessEvaluator {
  readonly #stopping = new AbortController();
  readonly #alarm = new Alarm();
  readonly #judged: readonly { asset: AnyAsset; policy: FreshnessPolicy }[];
  /** Newest date by asset, with the data version that it was read from: equal versions have the same newest date. */
  readonly #newest = new Map<string, { dataVersion: string; newest: string | null }>();
  #loop: Promise<void> = Promise.resolve();
  #unsubscribe: () => void = () => {};
  #nextDeadlineMs = Infinity;

  constructor(
    private readonly around: {
      engine: Engine;
      database: Database;
      clock: Clock;
      logger: Logger;
      /** Called when the state of an asset has changed. */
      onChange?: () => void;
    },
  ) {
    this.#judged = around.engine.graph.assets.flatMap((asset) =>
      asset.freshness ? [{ asset, policy: asset.freshness }] : []
    );
  }

  /** Evaluates periodically until {@link stop}. */
  start(): void {
    if (this.#judged.length === 0) return;
    this.#unsubscribe = this.around.engine.onRunEnd(() => this.#alarm.ring());
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#unsubscribe();
    this.#stopping.abort();
    await this.#loop;
  }

  /** Evaluates every policy at the clock's time. Returns the keys of assets whose state has changed. */
  async evaluate(): Promise<string[]> {
    if (this.#judged.length === 0) return [];
    const now = this.around.clock.now();
    const changed: string[] = [];
    let next = Infinity;
    const unread = await this.#readFiles();
    await this.around.database.sql.begin(async (tx) => {
      await tx`SELECT pg_advisory_xact_lock(${lockClass}, 0)`;
      const keys = this.#judged.map(({ asset }) => asset.key);
      const before = await currentPeriods(tx, keys);
      const latest = await latestVersions(tx, keys);
      for (const { asset, policy } of this.#judged) {
        const { key } = asset;
        if (unread.has(key)) continue;
        const made = latest.get(key);
        const verdict = policy.judge(
          {
            key,
            newest: made ? await this.#newestOf(tx, asset, policy, made.dataVersion) : null,
            materializedAt: made ? Temporal.Instant.from(made.committedAt) : null,
          },
          now,
          this.around.engine.resources,
        );
        if (verdict.state === "met" && verdict.deadline) next = Math.min(next, verdict.deadline.epochMilliseconds);
        if (await recordVerdict(tx, { key, verdict, before: before.get(key), now })) changed.push(key);
      }
    });
    this.#nextDeadlineMs = next;
    if (changed.length > 0) this.around.onChange?.();
    return changed;
  }

  /**
   * Reads the newest dates of assets with rows in files ahead: a transaction must not wait for their store. Returns the keys of those
   * that cannot be read; they keep their state.
   */
  async #readFiles(): Promise<ReadonlySet<string>> {
    const { database, logger } = this.around;
    const inFiles = this.#judged.filter(({ asset }) => rowFilesOf(database, asset));
    const unread = new Set<string>();
    if (inFiles.length === 0) return unread;
    const latest = await latestVersions(database.sql, inFiles.map(({ asset }) => asset.key));
    for (const { asset, policy } of inFiles) {
      const made = latest.get(asset.key);
      if (!made) continue;
      await this.#newestOf(database.sql, asset, policy, made.dataVersion).catch((error) => {
        unread.add(asset.key);
        logger.warn(`Freshness of "${asset.key}" could not be evaluated: ${messageOf(error)}`);
      });
    }
    return unread;
  }

  async #newestOf(
    sql: Sql,
    asset: AnyAsset,
    { column, where }: FreshnessPolicy,
    dataVersion: string,
  ): Promise<string | null> {
    if (column === null) return null;
    const known = this.#newest.get(asset.key);
    if (known?.dataVersion === dataVersion) return known.newest;
    const newest = await newestDate(this.around.database, asset, { column, where, sql });
    this.#newest.set(asset.key, { dataVersion, newest });
    return newest;
  }

  async #run(): Promise<void> {
    const { clock, logger } = this.around;
    while (!this.#stopping.signal.aborted) {
      await this.evaluate().catch((error) => logger.warn(`Freshness could not be evaluated: ${messageOf(error)}`));
      const untilDeadlineMs = this.#nextDeadlineMs - clock.now().epochMilliseconds + 5;
      await this.#alarm.sleep(Math.max(50, Math.min(longestSleepMs, untilDeadlineMs)), this.#stopping.signal);
    }
  }
}

async function latestVersions(
  tx: Sql,
  keys: readonly string[],
): Promise<Map<string, { dataVersion: string; committedAt: string }>> {
  const rows = await tx<{ key: string; dataVersion: string; committedAt: string }[]>`
    SELECT m.asset_key AS key, m.data_version AS "dataVersion", m.committed_at AS "committedAt"
    FROM unnest(${keys as string[]}::text[]) AS k(key)
    CROSS JOIN LATERAL (
      SELECT * FROM engine.materialization WHERE asset_key = k.key ORDER BY id DESC LIMIT 1
    ) m`;
  return new Map(rows.map((row) => [row.key, row]));
}
