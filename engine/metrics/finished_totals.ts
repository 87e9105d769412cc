import type { Database } from "../../resources/database/database.ts";
import { type Distribution, type MetricFamily, type Sample, workBoundsSeconds } from "../../resources/metrics/mod.ts";

interface Row {
  what: "run" | "step";
  /** Trigger of a run, key of a step. */
  of: string;
  status: string;
  /** Number of bounds that are not below the duration; `null` without one. */
  reached: number | null;
  n: number;
  seconds: number | null;
}

const bounds = workBoundsSeconds;

/**
 * Counts finished runs and steps of the whole installation from the engine's records: the totals survive restarts, and no process
 * counts twice.
 *
 * Work that ended some minutes ago no longer changes and is counted once; each reading adds the later work.
 */
export class FinishedTotals {
  /** By `what`, `of` and `status`. */
  #settled = new Map<string, Tally>();
  /** End of the period counted in `#settled`. */
  #until = "-infinity";

  constructor(private readonly database: Database, private readonly keys: ReadonlySet<string>) {}

  /** Cost: the first reading scans every run and step; each further one those of the last minutes, by index. */
  async families(): Promise<MetricFamily[]> {
    // No transaction that ends a step or a run stays open for minutes after its recorded time.
    const [clock] = await this.database.sql<{ settled: string }[]>`
      SELECT (date_trunc('minute', clock_timestamp()) - interval '10 minutes')::text AS settled`;
    if (clock!.settled !== this.#until) {
      const settled = new Map([...this.#settled].map(([key, tally]) => [key, { ...tally, counts: [...tally.counts] }]));
      this.#add(settled, await this.#ended(this.#until, clock!.settled));
      this.#settled = settled;
      this.#until = clock!.settled;
    }
    const all = new Map([...this.#settled].map(([key, tally]) => [key, { ...tally, counts: [...tally.counts] }]));
    this.#add(all, await this.#ended(this.#until, "infinity"));
    return families([...all.values()]);
  }

  #add(tallies: Map<string, Tally>, rows: readonly Row[]): void {
    for (const row of rows) {
      // Removed assets are reported together: their names would stay forever.
      const of = row.what === "run" || this.keys.has(row.of) ? row.of : "removed";
      const key = JSON.stringify([row.what, of, row.status]);
      let tally = tallies.get(key);
      if (!tally) {
        tally = {
          what: row.what,
          of,
          status: row.status,
          n: 0,
          counts: new Array(bounds.length + 1).fill(0),
          seconds: 0,
        };
        tallies.set(key, tally);
      }
      tally.n += row.n;
      if (row.reached === null) continue;
      tally.counts[bounds.length - row.reached]! += row.n;
      tally.seconds += row.seconds ?? 0;
    }
  }

  async #ended(after: string, until: string): Promise<Row[]> {
    // Bounds are inclusive, as in width_bucket for ascending negatives.
    const descending = bounds.map((bound) => -bound).toReversed();
    return Array.from(
      await this.database.sql<Row[]>`
      WITH ended AS (
        SELECT 'run' AS what, split_part(trigger, ':', 1) AS of, status,
               extract(epoch FROM finished_at - started_at)::float8 AS seconds
        FROM engine.run WHERE finished_at > ${after}::timestamptz AND finished_at <= ${until}::timestamptz
        UNION ALL
        SELECT 'step', key, status, extract(epoch FROM finished_at - started_at)::float8
        FROM engine.step WHERE finished_at > ${after}::timestamptz AND finished_at <= ${until}::timestamptz
        UNION ALL
        -- Steps that never started end with their run.
        SELECT 'step', s.key, s.status, NULL
        FROM engine.run r JOIN engine.step s ON s.run_id = r.id
        WHERE r.finished_at > ${after}::timestamptz AND r.finished_at <= ${until}::timestamptz AND s.finished_at IS NULL
      )
      SELECT what, of, status, width_bucket(-seconds, ${descending}::float8[]) AS reached, count(*)::integer AS n,
             sum(seconds)::float8 AS seconds
      FROM ended GROUP BY 1, 2, 3, 4`,
    );
  }
}

interface Tally {
  what: "run" | "step";
  of: string;
  status: string;
  n: number;
  counts: number[];
  seconds: number;
}

function families(tallies: readonly Tally[]): MetricFamily[] {
  const of = (what: Tally["what"]) => tallies.filter((tally) => tally.what === what);
  const counted = (what: Tally["what"], label: string, outcome: string): Sample[] =>
    of(what).map((tally) => ({ labels: { [label]: tally.of, [outcome]: tally.status }, value: tally.n }));
  return [
    {
      type: "counter",
      name: "tandem_runs_finished",
      help: "Runs of the installation that have ended, by trigger and status.",
      samples: counted("run", "trigger", "status"),
    },
    {
      type: "histogram",
      name: "tandem_run_duration_seconds",
      help: "Seconds from the start to the end of the installation's runs, by trigger.",
      bounds,
      distributions: distributions(of("run"), "trigger"),
    },
    {
      type: "counter",
      name: "tandem_steps_finished",
      help: "Steps of the installation that have ended, by asset and outcome.",
      samples: counted("step", "asset", "outcome"),
    },
    {
      type: "histogram",
      name: "tandem_step_duration_seconds",
      help: "Seconds from the last start to the end of the installation's steps, by asset.",
      bounds,
      distributions: distributions(of("step"), "asset"),
    },
  ];
}

/** Over all statuses: each status has its own counter. */
function distributions(tallies: readonly Tally[], label: string): Distribution[] {
  return [...Map.groupBy(tallies, ({ of }) => of)].flatMap(([of, same]) => {
    const counts = bounds.concat(Infinity).map((_, i) => same.reduce((sum, tally) => sum + tally.counts[i]!, 0));
    if (counts.every((count) => count === 0)) return [];
    return [{ labels: { [label]: of }, counts, sum: same.reduce((sum, tally) => sum + tally.seconds, 0) }];
  });
}
