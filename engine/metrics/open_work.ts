import type { Database } from "../../resources/database/database.ts";
import type { MetricFamily, Sample } from "../../resources/metrics/mod.ts";
import { type LiveProcess, silence, silentAfterSeconds } from "../store/heartbeat.ts";

interface Row {
  what: string;
  label: string;
  n: number;
  ageSeconds: number | null;
}

/** Running, waiting and open work of the whole installation. Cost: one statement over partial indexes and small tables. */
export async function openWork(
  { sql }: Database,
  { pools, processes }: { pools: ReadonlyMap<string, number>; processes: readonly LiveProcess[] },
): Promise<MetricFamily[]> {
  const rows = await sql<Row[]>`
    SELECT 'run' AS what, status AS label, count(*)::integer AS n,
           extract(epoch FROM clock_timestamp() - min(created_at))::float8 AS "ageSeconds"
    FROM engine.run WHERE status IN ('queued', 'running', 'interrupted') GROUP BY status
    UNION ALL
    -- A run of a silent process waits like one without a process.
    SELECT 'held_up', '', count(*)::integer, max(${silence(sql)})
    FROM engine.run r JOIN engine.process p ON p.id = r.process_id
    WHERE r.status = 'running' AND ${silence(sql)} >= ${silentAfterSeconds}
    UNION ALL
    SELECT 'step', 'running', count(*)::integer, NULL FROM engine.step WHERE status = 'running'
    UNION ALL
    SELECT 'slot', pool, count(*)::integer, NULL
    FROM engine.step WHERE status = 'running' AND pool_slot IS NOT NULL GROUP BY pool
    UNION ALL
    -- A waiting step asks at least every other second (engine/store/pools.ts).
    SELECT 'slot_wanted', pool, count(*)::integer, NULL
    FROM engine.step
    WHERE pool_asked_at > clock_timestamp() - interval '2 seconds' AND status IN ('pending', 'interrupted') GROUP BY pool
    UNION ALL
    SELECT 'backfill', status, count(*)::integer, NULL FROM engine.backfill GROUP BY status
    UNION ALL
    SELECT 'backfill_partitions', p.key, sum(p.value::integer)::integer, NULL
    FROM engine.backfill b, jsonb_each_text(b.progress) AS p
    WHERE b.status IN ('running', 'paused') AND p.key <> 'partitions' GROUP BY p.key
    UNION ALL
    SELECT 'outbox', 'waiting', count(*)::integer, extract(epoch FROM clock_timestamp() - min(created_at))::float8
    FROM engine.alert_outbox WHERE delivered_at IS NULL AND given_up_at IS NULL
    UNION ALL
    SELECT 'outbox_given_up', '', count(*)::integer, NULL FROM engine.alert_outbox WHERE given_up_at IS NOT NULL
    UNION ALL
    SELECT 'alert', kind, count(*)::integer, NULL FROM engine.alert WHERE recovered_at IS NULL GROUP BY kind
    UNION ALL
    SELECT 'automation_pause', '', count(*)::integer, NULL FROM engine.automation_pause`;
  const found = (what: string) => rows.filter((row) => row.what === what);
  /** Includes zeros, so that a graph returns to zero when the last item ends. */
  const by = (what: string, label: string, all: readonly string[]): Sample[] => {
    const counts = new Map([...all.map((name): [string, number] => [name, 0]), ...found(what).map(named)]);
    return [...counts].map(([name, value]) => ({ labels: { [label]: name }, value }));
  };
  const total = (what: string) => found(what).reduce((sum, { n }) => sum + n, 0);
  const waiting = [...found("run").filter(({ label }) => label !== "running"), ...found("held_up")];
  const gauge = (name: string, help: string, samples: readonly Sample[]): MetricFamily => ({
    type: "gauge",
    name,
    help,
    samples,
  });
  return [
    gauge(
      "tandem_runs_open",
      "Open runs of the installation, by status; those that do not run are the queue.",
      by("run", "status", ["queued", "running", "interrupted"]),
    ),
    gauge(
      "tandem_queue_oldest_age_seconds",
      "Longest wait in seconds of a run of the installation: in the queue, or for a silent process.",
      [one(Math.max(0, ...waiting.map(({ ageSeconds }) => ageSeconds ?? 0)))],
    ),
    gauge(
      "tandem_processes",
      "Live processes of the installation: working, or silent for too long.",
      [false, true].map((silent) => ({
        labels: { state: silent ? "silent" : "at_work" },
        value: processes.filter(({ silentSeconds }) => silent === silentSeconds >= silentAfterSeconds).length,
      })),
    ),
    gauge("tandem_steps_running", "Running steps of the installation.", [one(total("step"))]),
    gauge(
      "tandem_pool_slots_used",
      "Slots of each pool held by steps of the installation.",
      by("slot", "pool", [...pools.keys()]),
    ),
    gauge(
      "tandem_pool_slots",
      "Size of each pool, as configured in this process.",
      [...pools].map(([pool, value]) => ({ labels: { pool }, value })),
    ),
    gauge(
      "tandem_pool_waiting",
      "First steps in line for a slot of each pool, of all processes of the installation.",
      by("slot_wanted", "pool", [...pools.keys()]),
    ),
    gauge(
      "tandem_backfills",
      "Backfills of the installation by status.",
      by("backfill", "status", ["running", "paused", "succeeded", "failed", "cancelled"]),
    ),
    gauge(
      "tandem_backfill_partitions",
      "Partitions of the installation's running and paused backfills by state, as of their last run.",
      by("backfill_partitions", "state", ["done", "running", "missing", "failed", "skipped"]),
    ),
    gauge(
      "tandem_alerts_open",
      "Alerts of the installation that have not recovered, by kind.",
      by("alert", "kind", [
        "run_failed",
        "check_failed",
        "freshness_late",
      ]),
    ),
    gauge("tandem_alert_outbox_waiting", "Undelivered alert messages of the installation.", [
      one(total("outbox")),
    ]),
    gauge(
      "tandem_alert_outbox_oldest_age_seconds",
      "Age of the oldest undelivered alert message of the installation.",
      [
        one(found("outbox")[0]?.ageSeconds ?? 0),
      ],
    ),
    gauge("tandem_alert_outbox_given_up", "Alert messages of the installation that could not be delivered.", [
      one(total("outbox_given_up")),
    ]),
    gauge("tandem_automations_paused", "Assets of the installation whose automation is paused.", [
      one(total("automation_pause")),
    ]),
  ];
}

function named({ label, n }: Row): [string, number] {
  return [label, n];
}

/** The only sample of a family. */
export function one(value: number): Sample {
  return { labels: {}, value };
}
