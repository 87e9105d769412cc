import type { Database } from "../../resources/database/database.ts";
import type { BackfillProgress, BackfillStatus } from "../store/backfill_records.ts";
import type { FreshnessStateName } from "../declare/freshness_policy.ts";
import type { EventKind, RunStatus } from "../store/records.ts";
import type { FeedChange } from "./feed_events.ts";

/** Maximum number of run events read in one poll. */
const batch = 500;
/** Number of latest versions read again: a version may commit after later ids. */
const overlap = 200;

interface RunRow {
  id: number;
  status: RunStatus;
  trigger: string;
  lastEvent: number;
}

/** Finds the changes between consecutive polls of the database, by any process. */
export class FeedSource {
  #first = true;
  readonly #runs = new Map<number, { status: RunStatus; lastEvent: number }>();
  #newestRun = 0;
  #versions = new Set<number>();
  readonly #backfills = new Map<number, string>();
  readonly #schedules = new Map<string, string>();
  readonly #freshness = new Map<string, string>();

  constructor(private readonly database: Database) {}

  /** Changes since the previous poll; none at the first. Cost: five statements over indexes and small tables. */
  async look(): Promise<FeedChange[]> {
    const changes = [
      ...await this.#runChanges(),
      ...await this.#versionChanges(),
      ...await this.#backfillChanges(),
      ...await this.#scheduleChanges(),
      ...await this.#freshnessChanges(),
    ];
    const known = this.#first ? [] : changes;
    this.#first = false;
    return known;
  }

  async #runChanges(): Promise<FeedChange[]> {
    const tracked = [...this.#runs.keys()];
    const rows = await this.database.sql<RunRow[]>`
      SELECT id, status, trigger, last_event AS "lastEvent" FROM engine.run
      WHERE status IN ('queued', 'running', 'interrupted') OR id = ANY(${tracked}::bigint[])
        OR ${
      this.#first
        ? this.database.sql`id = (SELECT max(id) FROM engine.run)`
        : this.database.sql`id > ${this.#newestRun}`
    }
      ORDER BY id`;
    const changes: FeedChange[] = [];
    const behind: { id: number; seen: number }[] = [];
    for (const { id, status, trigger, lastEvent } of rows) {
      const before = this.#runs.get(id);
      // The first poll is the baseline; later runs are new from their first event on.
      const seen = before?.lastEvent ?? (this.#first ? lastEvent : 0);
      if (before?.status !== status) changes.push({ type: "run", runId: id, status, trigger });
      if (lastEvent > seen) behind.push({ id, seen });
      this.#runs.set(id, { status, lastEvent: seen });
      this.#newestRun = Math.max(this.#newestRun, id);
    }
    const steps = behind.length > 0 ? await this.#stepChanges(behind) : [];
    for (const { id, status, lastEvent } of rows) {
      const ended = status === "succeeded" || status === "failed" || status === "cancelled";
      if (ended && this.#runs.get(id)!.lastEvent >= lastEvent) this.#runs.delete(id);
    }
    // The end of a run comes after its steps.
    return [...changes.filter(isBeginning), ...steps, ...changes.filter((change) => !isBeginning(change))];
  }

  async #stepChanges(behind: readonly { id: number; seen: number }[]): Promise<FeedChange[]> {
    const rows = await this.database.sql<
      { runId: number; seq: number; kind: EventKind; key: string | null; data: { done?: number; total?: number } }[]
    >`
      SELECT e.run_id AS "runId", e.seq, e.kind, e.key,
             CASE WHEN e.kind = 'step_progress' THEN e.data ELSE '{}' END AS data
      FROM unnest(${behind.map(({ id }) => id)}::bigint[], ${behind.map(({ seen }) => seen)}::integer[]) AS b(id, seen)
      CROSS JOIN LATERAL (
        SELECT * FROM engine.event WHERE run_id = b.id AND seq > b.seen ORDER BY seq LIMIT ${batch}
      ) e ORDER BY e.run_id, e.seq`;
    const progress = new Map<string, FeedChange>();
    const changes: FeedChange[] = [];
    for (const { runId, seq, kind, key, data } of rows) {
      this.#runs.get(runId)!.lastEvent = seq;
      if (key === null || kind === "log") continue;
      const { done, total } = data;
      const name = `${runId} ${key}`;
      if (kind === "step_progress") {
        // Only the latest progress matters.
        progress.set(name, { type: "step", runId, asset: key, kind, progress: { done: done ?? 0, total: total ?? 0 } });
      } else {
        progress.delete(name);
        changes.push({ type: "step", runId, asset: key, kind });
      }
    }
    return [...changes, ...progress.values()];
  }

  async #versionChanges(): Promise<FeedChange[]> {
    const rows = await this.database.sql<{ id: number; asset: string }[]>`
      SELECT id, asset_key AS asset FROM engine.materialization
      WHERE id > (SELECT coalesce(max(id), 0) FROM engine.materialization) - ${overlap} ORDER BY id`;
    const before = this.#versions;
    this.#versions = new Set(rows.map(({ id }) => id));
    return rows.filter(({ id }) => !before.has(id)).map(({ id, asset }) => ({
      type: "asset",
      asset,
      materialization: id,
    }));
  }

  async #backfillChanges(): Promise<FeedChange[]> {
    const rows = await this.database.sql<{ id: number; status: BackfillStatus; progress: BackfillProgress }[]>`
      SELECT id, status, progress FROM engine.backfill
      WHERE status IN ('running', 'paused') OR id = ANY(${[...this.#backfills.keys()]}::bigint[])
        OR id = (SELECT max(id) FROM engine.backfill) ORDER BY id`;
    return rows.flatMap(({ id, status, progress }): FeedChange[] => {
      const now = JSON.stringify([status, progress]);
      if (this.#backfills.get(id) === now) return [];
      this.#backfills.set(id, now);
      return [{ type: "backfill", backfillId: id, status, progress }];
    });
  }

  async #scheduleChanges(): Promise<FeedChange[]> {
    const rows = await this.database.sql<
      { schedule: string; firedAt: string | null; runId: number | null; paused: boolean }[]
    >`
      SELECT DISTINCT ON (t.schedule) t.schedule, t.fired_at AS "firedAt", t.run_id AS "runId",
             EXISTS (SELECT FROM engine.schedule_pause p WHERE p.schedule = t.schedule) AS paused
      FROM engine.schedule_tick t ORDER BY t.schedule, t.scheduled_at DESC`;
    return changed(this.#schedules, Array.from(rows, (row) => ({ type: "schedule" as const, ...row })), "schedule");
  }

  async #freshnessChanges(): Promise<FeedChange[]> {
    const rows = await this.database.sql<{ asset: string; state: FreshnessStateName }[]>`
      SELECT asset_key AS asset, state FROM engine.freshness WHERE until IS NULL ORDER BY asset_key`;
    return changed(this.#freshness, Array.from(rows, (row) => ({ type: "freshness" as const, ...row })), "asset");
  }
}

/** The changed items; their state is stored by name. */
function changed<Change extends FeedChange, Name extends keyof Change>(
  before: Map<string, string>,
  now: readonly Change[],
  name: Name,
): Change[] {
  return now.filter((change) => {
    const text = JSON.stringify(change);
    const key = String(change[name]);
    if (before.get(key) === text) return false;
    before.set(key, text);
    return true;
  });
}

function isBeginning(change: FeedChange): boolean {
  return change.type === "run" && (change.status === "queued" || change.status === "running");
}
