import type { Sql } from "../../resources/database/database.ts";
import { isCheckedInParts, judgementsSearched } from "../checks/failed_checks.ts";
import type { AssetGraph } from "../declare/graph.ts";
import type { StepError } from "../store/records.ts";

/** Conditions of an asset that raise an alert. */
export type AlertKind = "run_failed" | "check_failed" | "freshness_late";

/** A current fault, identified by kind, asset and subject. */
export interface Condition {
  kind: AlertKind;
  /** Key of the asset. */
  key: string;
  /** The check's name; empty for the other kinds. */
  subject: string;
  runId: number | null;
  /** A sentence for users. */
  message: string;
  /** First and last occurrence since the last recovery. */
  firstAt: string;
  lastAt: string;
  /** Number of occurrences since `firstAt`. */
  count: number;
}

/** An alert that was sent and has not recovered. */
export interface OpenAlert extends Condition {
  id: number;
  toldAt: string;
  /** `count` at that time. */
  toldCount: number;
}

/** Current faults, and undecided ones, which neither open nor recover an alert. */
export interface Situation {
  holding: readonly Condition[];
  undecided: readonly Pick<Condition, "kind" | "key" | "subject">[];
}

/** Actions for open alerts and current conditions. */
export interface AlertChanges {
  opened: readonly Condition[];
  /** Recurring faults; those with `isSentAgain` are reported again. */
  continued: readonly { alert: OpenAlert; condition: Condition; isSentAgain: boolean }[];
  recovered: readonly OpenAlert[];
}

/** Selection of conditions. */
export interface ConditionOptions {
  /** `error` excludes checks of severity `warn`. */
  checkSeverity: "error" | "warn";
  /**
   * Assets that are fresh now: their failed steps and rejected rows are obsolete. The failure of a forced run stands until it is
   * repeated: no state shows what it was to do.
   */
  fresh: ReadonlySet<string>;
  /** Failed checks by asset: a failure before the last result of a check holds if it is among them. `null`: all such hold. */
  failedChecks: ReadonlyMap<string, readonly { name: string }[]> | null;
}

/**
 * Decides which alerts to send: one for each condition until it recovers, and again if it recurs after `repeatMs`. Depends only on
 * its arguments.
 */
export function alertChanges(
  open: readonly OpenAlert[],
  { holding, undecided }: Situation,
  { now, repeatMs }: { now: Temporal.Instant; repeatMs: number },
): AlertChanges {
  const byName = new Map(open.map((alert) => [nameOf(alert), alert]));
  const opened: Condition[] = [];
  const continued: { alert: OpenAlert; condition: Condition; isSentAgain: boolean }[] = [];
  for (const condition of holding) {
    const alert = byName.get(nameOf(condition));
    if (!alert) {
      opened.push(condition);
      continue;
    }
    const isDue = now.epochMilliseconds - Date.parse(alert.toldAt) >= repeatMs;
    continued.push({ alert, condition, isSentAgain: isDue && condition.count > alert.toldCount });
  }
  const unfinished = new Set([...holding, ...undecided].map(nameOf));
  return { opened, continued, recovered: open.filter((alert) => !unfinished.has(nameOf(alert))) };
}

function nameOf({ kind, key, subject }: Pick<Condition, "kind" | "key" | "subject">): string {
  return `${kind} ${key} ${subject}`;
}

/** The current faults by the records of steps, checks and freshness. A fault that recovered between two polls is not reported. */
export async function situation(sql: Sql, graph: AssetGraph, options: ConditionOptions): Promise<Situation> {
  const steps = await failedSteps(sql, graph, options);
  const checks = await failedChecks(sql, graph, options);
  const freshness = await lateAssets(sql, graph);
  return {
    holding: [...steps.holding, ...checks, ...freshness.holding],
    undecided: [...steps.undecided, ...freshness.undecided],
  };
}

/** Producers whose last step failed. A rejection by a check is reported as the check's failure. */
async function failedSteps(sql: Sql, graph: AssetGraph, { fresh }: ConditionOptions): Promise<Situation> {
  const keys = graph.producers.map(({ key }) => key);
  const rows = await sql<
    { key: string; runId: number; error: StepError; forced: boolean; at: string; firstAt: string; count: number }[]
  >`
    SELECT k.key, s.run_id AS "runId", s.error, s.reasons @> '[{"kind": "forced"}]' AS forced, s.finished_at AS at,
           f.first_at AS "firstAt", f.count
    FROM unnest(${keys}::text[]) AS k(key)
    CROSS JOIN LATERAL (
      SELECT * FROM engine.step WHERE key = k.key AND status IN ('succeeded', 'up_to_date', 'failed')
      ORDER BY run_id DESC LIMIT 1
    ) s
    CROSS JOIN LATERAL (
      SELECT min(finished_at) AS first_at, count(*) AS count FROM engine.step
      WHERE key = k.key AND status = 'failed' AND run_id > coalesce((
        SELECT max(run_id) FROM engine.step WHERE key = k.key AND status IN ('succeeded', 'up_to_date')), 0)
    ) f
    WHERE s.status = 'failed'`;
  const holding: Condition[] = [];
  const undecided: Pick<Condition, "kind" | "key" | "subject">[] = [];
  for (const { key, runId, error, forced, at, firstAt, count } of rows) {
    if (fresh.has(key) && !forced) continue;
    if (error.name === "CheckFailedError") {
      undecided.push({ kind: "run_failed", key, subject: "" });
      continue;
    }
    const message = `${key} failed in run ${runId}: ${error.message}`;
    holding.push({ kind: "run_failed", key, subject: "", runId, message, firstAt, lastAt: at, count });
  }
  return { holding, undecided };
}

/** Declared checks whose last result was a failure, or which failed on an earlier part that was not made again. */
async function failedChecks(
  sql: Sql,
  graph: AssetGraph,
  { checkSeverity, fresh, failedChecks }: ConditionOptions,
): Promise<Condition[]> {
  const declared = graph.assets.flatMap(({ key, checks }) => {
    const searched = isCheckedInParts(graph, key) ? judgementsSearched : 1;
    return checks.map(({ name }) => ({ key, name, step: graph.producerOf(key).key, searched }));
  });
  const texts = (column: "key" | "name" | "step") => declared.map((one) => one[column]);
  const rows = await sql<
    {
      key: string;
      name: string;
      last: boolean;
      runId: number | null;
      said: string;
      published: boolean;
      forced: boolean;
      at: string;
      firstAt: string;
      count: number;
    }[]
  >`
    SELECT d.key, d.name, c.number = 1 AS last, c.run_id AS "runId", c.message AS said, c.materialization_id IS NOT NULL AS published,
           coalesce(s.reasons @> '[{"kind": "forced"}]', false) AS forced, c.checked_at AS at,
           coalesce(f.first_at, c.checked_at) AS "firstAt", greatest(f.count, 1) AS count
    FROM unnest(${texts("key")}::text[], ${texts("name")}::text[], ${texts("step")}::text[],
                ${declared.map(({ searched }) => searched)}::int[]) AS d(key, name, step, searched)
    CROSS JOIN LATERAL (
      SELECT * FROM (
        SELECT *, row_number() OVER (ORDER BY id DESC) AS number FROM engine.check_result
        WHERE asset_key = d.key AND name = d.name ORDER BY id DESC LIMIT d.searched
      ) r WHERE NOT passed ORDER BY id DESC LIMIT 1
    ) c
    CROSS JOIN LATERAL (
      SELECT min(checked_at) AS first_at, count(*) AS count FROM engine.check_result
      WHERE asset_key = d.key AND name = d.name AND NOT passed AND id > coalesce((
        SELECT max(id) FROM engine.check_result WHERE asset_key = d.key AND name = d.name AND passed), 0)
    ) f
    LEFT JOIN engine.step s ON s.run_id = c.run_id AND s.key = d.step
    WHERE c.severity = 'error' OR ${checkSeverity === "warn"}`;
  const holds = ({ key, name, last, published, forced }: typeof rows[number]) => {
    if (last) return published || forced || !fresh.has(key);
    return failedChecks === null || failedChecks.get(key)?.some((failed) => failed.name === name);
  };
  return rows.filter(holds).map(
    ({ key, name, runId, said, published, at, firstAt, count }) => ({
      kind: "check_failed",
      key,
      subject: name,
      runId,
      message: `Check ${name} of ${key} failed ${
        runId === null ? "on rows that had been published" : `in run ${runId}`
      }: ${said}. ${published ? "The rows were published." : "The rows were not published."}`,
      firstAt,
      lastAt: at,
      count,
    }),
  );
}

/** Assets that missed a deadline. */
async function lateAssets(sql: Sql, graph: AssetGraph): Promise<Situation> {
  const keys = graph.assets.filter(({ freshness }) => freshness !== undefined).map(({ key }) => key);
  const rows = await sql<{ key: string; state: string; since: string; message: string }[]>`
    SELECT asset_key AS key, state, since, message FROM engine.freshness
    WHERE until IS NULL AND state IN ('late', 'unknown') AND asset_key = ANY(${keys})`;
  const of = (state: string) => rows.filter((row) => row.state === state);
  const kind = "freshness_late" as const;
  return {
    holding: of("late").map(({ key, since, message }) => ({
      kind,
      key,
      subject: "",
      runId: null,
      message,
      firstAt: since,
      lastAt: since,
      count: 1,
    })),
    undecided: of("unknown").map(({ key }) => ({ kind, key, subject: "" })),
  };
}
