import type { Clock } from "../../resources/clock.ts";
import type { Database } from "../../resources/database/database.ts";
import type { MetricFamily, Sample } from "../../resources/metrics/mod.ts";
import type { Engine } from "../engine.ts";
import { messageOf } from "../errors.ts";
import type { Logger } from "../../resources/logger.ts";
import { assetMetrics } from "./asset_metrics.ts";
import { CachedReading } from "./cached_reading.ts";
import { FinishedTotals } from "./finished_totals.ts";
import { one, openWork } from "./open_work.ts";

/** Dependencies of {@link InstallationMetrics}. */
export interface InstallationMetricsOptions {
  engine: Engine;
  database: Database;
  clock: Clock;
  logger: Logger;
  /** Sizes of pools other than 1. */
  pools?: Readonly<Record<string, number>>;
  /** Delay of a vendor's next call, if there is a vendor. */
  vendorDelayMs?: () => Promise<number>;
  /** Maximum wait of a scrape for the database. */
  timeoutMs?: number;
  /** Lifetime of a reading. */
  maxAgeMs?: number;
  /** Lifetime of the judgement of all assets. */
  statesMaxAgeMs?: number;
}

/**
 * Metrics of the whole installation, from the database: every process reports the same. Scrape any one of them, or take the maximum
 * of all.
 *
 * A reading is shared by all scrapes within a second, one of the assets within a quarter of a minute; none waits for a database
 * that does not answer.
 */
export class InstallationMetrics {
  readonly #work: CachedReading<MetricFamily[]>;
  readonly #assets: CachedReading<MetricFamily[]>;
  #warned = false;

  constructor(private readonly options: InstallationMetricsOptions) {
    const { engine, database, timeoutMs = 2_000, maxAgeMs = 1_000, statesMaxAgeMs = 15_000 } = options;
    const { pools: sizes = {} } = options;
    const named = engine.graph.producers.flatMap(({ recipe }) => recipe.pool ?? []);
    const pools = new Map(
      [...new Set([...named, ...Object.keys(sizes)])].toSorted().map((pool) => [pool, sizes[pool] ?? 1]),
    );
    const totals = new FinishedTotals(database, new Set(engine.graph.keys));
    this.#work = new CachedReading(
      async () =>
        (await Promise.all([
          totals.families(),
          engine.processes().then((processes) => openWork(database, { pools, processes })),
          schedules(database),
          this.#outside(),
        ]))
          .flat(),
      { maxAgeMs, timeoutMs },
    );
    this.#assets = new CachedReading(() => assetMetrics(options), { maxAgeMs: statesMaxAgeMs, timeoutMs });
  }

  /** Never rejects: without a database it reports only that it is down. */
  async families(): Promise<MetricFamily[]> {
    const begunAt = performance.now();
    const work = await this.#orNothing(this.#work.get());
    const seconds = (performance.now() - begunAt) / 1_000;
    // The judgement of assets reads the database too.
    const assets = work ? await this.#orNothing(this.#assets.get()) : undefined;
    const up: MetricFamily = {
      type: "gauge",
      name: "tandem_database_up",
      help: "Whether the database answered this process in time: 1 or 0.",
      samples: [one(work ? 1 : 0)],
    };
    const took: MetricFamily = {
      type: "gauge",
      name: "tandem_database_read_seconds",
      help: "Seconds for which this scrape waited for the database; near 0 if another scrape has just read.",
      samples: [one(seconds)],
    };
    return [up, took, ...work ?? [], ...assets ?? []];
  }

  async #orNothing<T>(reading: Promise<T>): Promise<T | undefined> {
    try {
      const value = await reading;
      if (value !== undefined) this.#warned = false;
      return value;
    } catch (error) {
      // Log once per outage, not at every scrape.
      if (!this.#warned) this.options.logger.warn(`The metrics could not be read: ${messageOf(error)}`);
      this.#warned = true;
      return undefined;
    }
  }

  async #outside(): Promise<MetricFamily[]> {
    const { database, vendorDelayMs } = this.options;
    const [connections, delayMs] = await Promise.all([connectionsOf(database), vendorDelayMs?.()]);
    return [
      {
        type: "gauge",
        name: "tandem_database_connections",
        help: "Connections of all programs to the database by state; tandem_database_pool_size is a process's limit.",
        samples: connections,
      },
      {
        type: "gauge",
        name: "tandem_database_pool_size",
        help: "Maximum number of connections of this process to the database, beside that of its heartbeat.",
        samples: [one(database.sql.options.max)],
      },
      ...(delayMs === undefined ? [] : [{
        type: "gauge" as const,
        name: "tandem_vendor_delay_seconds",
        help: "Seconds that a call to the market-data vendor would wait for the rate limit of the installation.",
        samples: [one(delayMs / 1_000)],
      }]),
    ];
  }
}

async function connectionsOf({ sql, kind }: Database): Promise<Sample[]> {
  // The embedded database has one session: the one that runs this query.
  if (kind === "embedded") return [{ labels: { state: "active" }, value: 1 }];
  const rows = await sql<{ state: string; n: number }[]>`
    SELECT coalesce(state, 'unknown') AS state, count(*)::integer AS n FROM pg_stat_activity
    WHERE datname = current_database() GROUP BY 1 ORDER BY 1`;
  return rows.map(({ state, n }) => ({ labels: { state }, value: n }));
}

async function schedules({ sql }: Database): Promise<MetricFamily[]> {
  const rows = await sql<{ schedule: string; at: number }[]>`
    SELECT schedule, extract(epoch FROM max(fired_at))::float8 AS at FROM engine.schedule_tick
    WHERE fired_at IS NOT NULL GROUP BY schedule ORDER BY schedule`;
  return [{
    type: "gauge",
    name: "tandem_schedule_fired_timestamp_seconds",
    help: "When each schedule of the installation last fired, in seconds since 1970.",
    samples: rows.map(({ schedule, at }) => ({ labels: { schedule }, value: at })),
  }];
}
