import type { Clock } from "../../resources/clock.ts";
import type { Database } from "../../resources/database/database.ts";
import type { Engine } from "../engine.ts";
import { messageOf } from "../errors.ts";
import type { Logger } from "../../resources/logger.ts";
import type { Plan } from "../store/run_plan.ts";
import { pause } from "../declare/retry.ts";
import type { Snapshot } from "../judge/snapshot.ts";
import { readActivity } from "../automation/activity.ts";
import { planRequests } from "../automation/automation_run.ts";
import { automated, evaluateAll, type Evaluation } from "../automation/evaluation.ts";
import { readingOf } from "../judge/reading.ts";

/** Polling interval for ended runs, in this process or in another one. */
const runPollMs = 1_000;

/** Result of an evaluation. */
export interface EvaluationResult {
  /** The queued run; `null` if there is nothing to make. */
  runId: number | null;
  /** All evaluations, in dependency order. */
  evaluations: readonly Evaluation[];
  /** Whether the state changed during the evaluation: then no run was queued, and the next poll evaluates again. */
  overtaken: boolean;
}

/**
 * Evaluates the automation conditions of assets after each run and at an interval, and queues one run for all requested partitions.
 *
 * Requests depend on recorded state alone: a restart between two evaluations loses nothing, and an evaluation without a change
 * requests nothing. Any number of processes may evaluate; only one of them acts on the same state.
 */
export class AutomationEvaluator {
  readonly #stopping = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly around: {
      engine: Engine;
      database: Database;
      clock: Clock;
      logger: Logger;
      /** Seconds between two evaluations if no run ends. */
      intervalSeconds?: number;
      /** Called after each periodic evaluation. */
      onEvaluated?(evaluated: { outcome: "run" | "nothing" | "overtaken" | "failed"; seconds: number }): void;
    },
  ) {}

  /** Evaluates periodically until {@link stop}. */
  start(): void {
    if (automated(this.around.engine.graph).length > 0) this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  /** Evaluates every condition at the clock's time, stores changed evaluations, and queues the requested partitions. */
  async evaluate(): Promise<EvaluationResult> {
    const { engine, database, clock } = this.around;
    const { graph } = engine;
    const now = clock.now();
    const nowMs = now.epochMilliseconds;
    const historySinceMs = new Map(
      automated(graph).flatMap(({ producer, condition }): [string, number][] => {
        const since = condition.historySinceMs?.(nowMs);
        return since === undefined ? [] : [[producer.key, since]];
      }),
    );
    // Before the assets: a step that ends in between counts as running.
    const activity = await readActivity(database, {
      producers: graph.producers.map(({ key }) => key),
      keys: graph.keys,
      historySinceMs,
    });
    const snapshot = await engine.snapshot();
    const { evaluations, requests } = evaluateAll({ graph, snapshot, activity, nowMs });
    const news = await engine.automation.news(evaluations);
    if (news.length === 0 && requests.size === 0) return { runId: null, evaluations, overtaken: false };
    const plan = requests.size > 0 ? planRequests(requests, { graph, snapshot }) : null;
    const acted = await this.#act({ plan, snapshot, news, at: now, activity });
    if (!acted) return { runId: null, evaluations, overtaken: true };
    if (acted.runId !== null) engine.begin(acted.runId);
    return { ...acted, evaluations, overtaken: false };
  }

  /** Queues the run together with its evaluations, unless the evaluated state is outdated. */
  async #act(
    { plan, snapshot, news, at, activity: { turn, lastRun } }: {
      plan: Plan | null;
      snapshot: Snapshot;
      news: readonly Evaluation[];
      at: Temporal.Instant;
      activity: { turn: number; lastRun: number };
    },
  ): Promise<{ runId: number | null } | undefined> {
    const { engine, database, logger } = this.around;
    const acted = await database.sql.begin(async (tx) => {
      // The row is locked until the commit: another process with the same state then finds that the turn has advanced.
      const [mine] = await tx`
        UPDATE engine.automation_turn SET turn = turn + 1
        WHERE turn = ${turn} AND (SELECT coalesce(max(id), 0) FROM engine.run) = ${lastRun} RETURNING turn`;
      if (!mine) return undefined;
      const runId = plan ? await engine.queue(tx, plan, "automation") : null;
      if (plan && runId !== null) {
        // A step cancelled before its start is not requested again either.
        const readings = plan.steps.map(({ key }) => ({
          key,
          reading: readingOf(engine.graph.producerOf(key), snapshot.present.get(key)!, snapshot.latest),
        }));
        await tx`
          UPDATE engine.step s SET reading = r.reading
          FROM jsonb_to_recordset(${tx.json(JSON.parse(JSON.stringify(readings)))}) AS r(key text, reading jsonb)
          WHERE s.run_id = ${runId} AND s.key = r.key`;
      }
      await engine.automation.store(tx, news, { at, runId });
      return { runId };
    });
    if (acted?.runId != null) {
      logger.info(`Automation started run ${acted.runId}: ${plan!.selection}.`, { runId: acted.runId });
    }
    return acted;
  }

  async #run(): Promise<void> {
    const { logger, intervalSeconds = 30 } = this.around;
    let ended: string | undefined;
    let evaluatedAt = -Infinity;
    while (!this.#stopping.signal.aborted) {
      let begunAt: number | undefined;
      const tell = (outcome: "run" | "nothing" | "overtaken" | "failed") => {
        if (begunAt === undefined) return;
        this.around.onEvaluated?.({ outcome, seconds: (performance.now() - begunAt) / 1_000 });
      };
      try {
        const endedNow = await this.#endedRuns();
        if (endedNow !== ended || performance.now() - evaluatedAt >= intervalSeconds * 1_000) {
          ended = endedNow;
          begunAt = performance.now();
          const { overtaken, runId } = await this.evaluate();
          tell(overtaken ? "overtaken" : runId === null ? "nothing" : "run");
          evaluatedAt = overtaken ? -Infinity : performance.now();
        }
      } catch (error) {
        logger.warn(`The automations could not be evaluated: ${messageOf(error)}`);
        tell("failed");
        evaluatedAt = performance.now();
      }
      await pause(Math.min(runPollMs, intervalSeconds * 1_000), this.#stopping.signal).catch(() => {});
    }
  }

  /** The last ended run: changes with each one. */
  async #endedRuns(): Promise<string> {
    const [last] = await this.around.database.sql<{ id: number; at: string }[]>`
      SELECT id, finished_at AS at FROM engine.run WHERE finished_at IS NOT NULL ORDER BY finished_at DESC LIMIT 1`;
    return last ? `${last.id} ${last.at}` : "";
  }
}
