import { z } from "zod";
import type { Clock } from "../resources/clock.ts";
import type { Database, Sql } from "../resources/database/database.ts";
import type { AnyAsset, Layer } from "./asset.ts";
import { reconcileTables } from "./asset_table.ts";
import { blockedReason, type RejectedAttempt, WaitingLine } from "./blocking.ts";
import { DefinitionError, IdempotencyConflictError, InvalidRequestError, messageOf } from "./errors.ts";
import type { Executor } from "./executor.ts";
import { type FreshnessState, freshnessStates } from "./freshness_record.ts";
import { type AssetGraph, assetGraph } from "./graph.ts";
import { type LastStep, Ledger } from "./ledger.ts";
import type { Logger } from "./logger.ts";
import { type Plan, planRun } from "./plan.ts";
import { Presence } from "./presence.ts";
import {
  type CheckResult,
  isFinished,
  type Materialization,
  type Run,
  type RunEvent,
  type RunStatus,
  type RunSummary,
} from "./records.ts";
import { hashOf } from "./row_schema.ts";
import { pause } from "./retry.ts";
import {
  type PageQuery,
  readPage,
  readTable,
  type RowPage,
  type RowTable,
  type TableOptions,
  type TableQuery,
} from "./row_page.ts";
import { RunDriver } from "./run_driver.ts";
import { select } from "./selection.ts";
import { ownReasons, type Present, type Reason, upstreamStale, type Versions } from "./staleness.ts";
import { configOf, InProcessExecutor, presentOf, type Surroundings } from "./step_runner.ts";

/** What somebody wants materialized. */
export interface MaterializeRequest {
  /** See {@link select}. */
  selection: string;
  /** Run every selected step, stale or not. */
  force?: boolean;
  /** Settings for this run alone, by asset key. */
  config?: Readonly<Record<string, unknown>>;
}

/** `running` and `failed` tell what happens or happened last to an asset that is missing or stale. */
export type AssetStateName = "fresh" | "stale" | "missing" | "running" | "failed";

/** An asset with what is known of it now. */
export interface AssetState {
  key: string;
  group: string;
  layer: Layer;
  description: string;
  state: AssetStateName;
  /** Why it is not fresh; empty when it is. */
  reasons: Reason[];
  upstream: readonly string[];
  downstream: readonly string[];
  /** The asset whose function makes it, where that is another one. */
  madeBy: string | null;
  lastMaterialization: Materialization | null;
  /** The last time that its function ran or tried to, with the error where it failed. */
  lastStep: LastStep | null;
  /** How it stands to its freshness policy; `null` where it has none. */
  freshness: FreshnessState | null;
}

/** What the engine is opened with. */
export interface EngineOptions {
  assets: readonly AnyAsset[];
  database: Database;
  /** What the functions of assets get as `resources`. */
  resources: unknown;
  clock: Clock;
  logger: Logger;
  /** Settings of assets that hold unless a run brings its own, by asset key. */
  config?: Readonly<Record<string, unknown>>;
  /** Who this process is, for other processes and people. */
  role?: string;
  maxConcurrentSteps?: number;
  /**
   * Whether this process goes on with runs that were queued or interrupted elsewhere. A server does; a command that runs one
   * thing does not.
   */
  takesOpenRuns?: boolean;
  /** Executes steps elsewhere. */
  executor?: (around: Surroundings) => Executor;
}

/** How often other processes' requests (new runs, cancellations) are looked for. */
const pollMs = 500;
/** How often this process proves itself alive and looks for others that are not. */
const heartbeatMs = 5_000;
/** How often a reader of events looks for new ones. */
const eventPollMs = 100;

/**
 * The asset engine: knows what is stale, runs what has to run, and records it.
 *
 * All state is in the database: any number of processes may open an engine on it with the same assets.
 */
export class Engine {
  readonly ledger: Ledger;
  readonly #drivers = new Map<number, { driver: RunDriver; done: Promise<RunStatus | undefined> }>();
  readonly #executor: Executor;
  readonly #closing = new AbortController();
  readonly #runEndListeners = new Set<() => void>();
  #polling: Promise<void> = Promise.resolve();
  #closed: Promise<void> | undefined;

  private constructor(
    readonly graph: AssetGraph,
    private readonly around: Surroundings,
    private readonly options: EngineOptions,
  ) {
    this.ledger = around.ledger;
    this.#executor = options.executor?.(around) ??
      new InProcessExecutor(around, options.maxConcurrentSteps ?? 4);
  }

  /**
   * Checks the assets, brings their tables up to date, and goes on with what was interrupted. The engine's own tables must
   * exist (sql/migrations).
   *
   * @throws {DefinitionError} If assets, their config or their tables do not fit together.
   */
  static async open(options: EngineOptions): Promise<Engine> {
    const { database, resources, clock, logger } = options;
    const graph = assetGraph(options.assets);
    const standingConfig = options.config ?? {};
    checkConfig(graph, standingConfig, (message) => new DefinitionError(message));
    await reconcileTables(database, graph);
    const presence = await Presence.join(
      database,
      { host: Deno.hostname(), pid: Deno.pid, role: options.role ?? "server" },
      logger,
    );
    const ledger = new Ledger(database);
    const engine = new Engine(
      graph,
      { graph, database, ledger, presence, resources, clock, logger, standingConfig },
      options,
    );
    await presence.buryTheDead();
    engine.#polling = engine.#poll();
    return engine;
  }

  // ---- asking -----------------------------------------------------------------------------------------------------

  /** All assets in dependency order with their state; or only those of `keys`, in that order. */
  async states(keys: readonly string[] = this.graph.keys): Promise<AssetState[]> {
    for (const key of keys) this.graph.asset(key);
    const producers = this.graph.producers.map((p) => p.key);
    const [{ present, latest }, rejected, materializations, lastSteps, freshness] = await Promise.all([
      this.#versions({}),
      this.ledger.rejectedAttempts(),
      this.ledger.latestMaterializations(keys),
      this.ledger.lastSteps(producers),
      freshnessStates(this.around.database.sql, this.graph),
    ]);
    const reasons = this.#reasons(present, latest, rejected);
    return keys.map((key) => {
      const asset = this.graph.asset(key);
      const producer = this.graph.producerOf(key);
      const lastStep = lastSteps.get(producer.key) ?? null;
      const why = reasons.get(key)!;
      const state: AssetStateName = lastStep?.status === "running"
        ? "running"
        : why.length > 0 && lastStep?.status === "failed"
        ? "failed"
        : !latest.has(key)
        ? "missing"
        : why.length > 0
        ? "stale"
        : "fresh";
      return {
        key,
        group: asset.group,
        layer: asset.layer,
        description: asset.description,
        state,
        reasons: why,
        upstream: this.graph.upstream(key),
        downstream: this.graph.downstream(key),
        madeBy: producer.key === key ? null : producer.key,
        lastMaterialization: materializations.get(key) ?? null,
        lastStep,
        freshness: freshness.get(key) ?? null,
      };
    });
  }

  /** What a run would do. @throws {SelectionError | UnknownAssetError | InvalidRequestError | UnmetUpstreamError} */
  async plan(request: MaterializeRequest): Promise<Plan> {
    const { selection, force = false, config = {} } = request;
    const selected = select(this.graph, selection);
    checkConfig(this.graph, config, (message, issues) => new InvalidRequestError(message, issues));
    const [{ present, latest }, rejected] = await Promise.all([this.#versions(config), this.ledger.rejectedAttempts()]);
    return planRun(this.graph, selected, { present, latest, rejected }, { selection, force });
  }

  run(runId: number): Promise<Run> {
    return this.ledger.run(runId);
  }

  /** Newest first. */
  runs(query: { limit: number; before?: number; status?: RunStatus }): Promise<RunSummary[]> {
    return this.ledger.runs(query);
  }

  /** Newest first. @throws {UnknownAssetError} */
  async materializations(key: string, query: { limit: number; before?: number }): Promise<Materialization[]> {
    this.graph.asset(key);
    return await this.ledger.materializations(key, query);
  }

  /** What the asset's checks found when they last ran. @throws {UnknownAssetError} */
  async checks(key: string): Promise<CheckResult[]> {
    this.graph.asset(key);
    return await this.ledger.lastChecks(key);
  }

  /** Rows of an asset, a page at a time. @throws {UnknownAssetError | InvalidRequestError} */
  async rows(key: string, query: PageQuery): Promise<RowPage> {
    return await readPage(this.around.database, this.graph.asset(key), query);
  }

  /** Rows of an asset as a whole, column by column. @throws {UnknownAssetError | InvalidRequestError} */
  async table(key: string, query: TableQuery = {}, options: TableOptions = {}): Promise<RowTable> {
    return await readTable(this.around.database, this.graph.asset(key), query, options);
  }

  /**
   * Events of a run after number `after`, the past ones first, then as they happen. Ends with the run.
   *
   * @throws {UnknownRunError}
   */
  async *events(
    runId: number,
    { after = 0, signal }: { after?: number; signal?: AbortSignal } = {},
  ): AsyncGenerator<RunEvent> {
    let seen = after;
    while (!signal?.aborted && !this.#closing.signal.aborted) {
      const { events, status } = await this.ledger.eventsAfter(runId, seen);
      yield* events;
      seen = events.at(-1)?.seq ?? seen;
      if (events.length > 0) continue;
      if (isFinished(status)) return;
      await pause(eventPollMs, signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal)
        .catch(() => {});
    }
  }

  // ---- doing ------------------------------------------------------------------------------------------------------

  /**
   * Plans a run, queues it and begins it here. Nothing to do is a run without steps.
   *
   * @throws {SelectionError | UnknownAssetError | InvalidRequestError | UnmetUpstreamError | IdempotencyConflictError}
   */
  async submit(request: MaterializeRequest & { trigger: string; idempotencyKey?: string }): Promise<Run> {
    const { trigger, idempotencyKey } = request;
    const { selection, force = false, config = {} } = request;
    const idempotency = idempotencyKey === undefined
      ? undefined
      : { key: idempotencyKey, requestHash: hashOf({ selection, force, config }) };
    if (idempotency) {
      // Before planning: the state has moved on since, but the answer must not.
      const before = await this.ledger.runOfIdempotencyKey(idempotency.key);
      if (before) {
        if (before.requestHash !== idempotency.requestHash) {
          throw new IdempotencyConflictError(idempotency.key, before.runId);
        }
        return await this.ledger.run(before.runId);
      }
    }
    const plan = await this.plan(request);
    const { runId, created } = await this.ledger.createRun({ trigger, plan, config, idempotency });
    const run = await this.ledger.run(runId);
    if (created) this.begin(runId);
    return run;
  }

  /** Queues a run as part of a transaction, for a caller who commits something with it and then begins it. */
  async queue(tx: Sql, plan: Plan, trigger: string): Promise<number> {
    return (await this.ledger.createRun({ trigger, plan, config: {} }, tx)).runId;
  }

  /** Begins a queued or interrupted run in this process, unless it has one already. */
  begin(runId: number): void {
    if (this.#drivers.has(runId) || this.#closing.signal.aborted) return;
    const driver = new RunDriver(
      runId,
      this.around.presence.id,
      this.ledger,
      this.#executor,
      this.around.logger,
    );
    const done = driver.drive()
      .catch((error) => {
        this.around.logger.error(`Run ${runId} could not be driven: ${messageOf(error)}`);
        return undefined;
      })
      .finally(() => {
        this.#drivers.delete(runId);
        for (const listener of this.#runEndListeners) listener();
      });
    this.#drivers.set(runId, { driver, done });
  }

  /** Calls `listener` whenever a run that this process drove has ended. Returns what ends the calls. */
  onRunEnd(listener: () => void): () => void {
    this.#runEndListeners.add(listener);
    return () => this.#runEndListeners.delete(listener);
  }

  /** Resolves when the run has ended, whichever process drives it, or with how it stands when the signal aborts. */
  async finished(runId: number, signal?: AbortSignal): Promise<Run> {
    for (;;) {
      const run = await this.ledger.run(runId);
      if (isFinished(run.status) || signal?.aborted || this.#closing.signal.aborted) return run;
      const ended = new AbortController();
      this.#drivers.get(runId)?.done.then(() => ended.abort());
      await pause(eventPollMs, signal ? AbortSignal.any([signal, ended.signal]) : ended.signal).catch(() => {});
    }
  }

  /** Asks for a run to be cancelled, whichever process drives it. One that has ended stays as it is. */
  async cancel(runId: number): Promise<Run> {
    await this.ledger.requestCancel(runId);
    const here = this.#drivers.get(runId);
    here?.driver.cancel();
    await here?.done;
    return await this.ledger.run(runId);
  }

  /** Stops what runs here and hands it back, so that the next process goes on with it. */
  close(): Promise<void> {
    return this.#closed ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    const drivers = [...this.#drivers.values()];
    for (const { driver } of drivers) driver.shutDown();
    await Promise.all(drivers.map((d) => d.done));
    await this.#polling;
    // Without a database there is nobody to say goodbye to; the next process sees that this one is gone.
    await this.around.presence.leave()
      .catch((error) => this.around.logger.warn(`Could not sign off from the database: ${messageOf(error)}`));
  }

  // ---- inside -----------------------------------------------------------------------------------------------------

  async #versions(config: Readonly<Record<string, unknown>>): Promise<{
    present: Map<string, Present>;
    latest: Map<string, Versions & { rowCount: number }>;
  }> {
    const [present, latest] = await Promise.all([
      Promise.all(
        this.graph.producers.map(async (producer): Promise<[string, Present]> => [
          producer.key,
          await presentOf(producer, configOf(producer, this.around.standingConfig, config), this.around),
        ]),
      ),
      this.ledger.latestVersions(this.graph.keys),
    ]);
    return { present: new Map(present), latest };
  }

  /** Reasons of every asset, those that come down from upstream included. */
  #reasons(
    present: ReadonlyMap<string, Present>,
    latest: ReadonlyMap<string, Versions>,
    rejected: ReadonlyMap<string, RejectedAttempt>,
  ): Map<string, Reason[]> {
    const reasons = new Map<string, Reason[]>();
    const line = new WaitingLine(this.graph, rejected, { present, latest });
    for (const producer of this.graph.producers) {
      const own = ownReasons(producer, present.get(producer.key)!, latest);
      const changed = new Set(own.flatMap((r) => r.kind === "upstream_changed" ? [r.upstream] : []));
      const inherited = producer.upstream
        .filter((key) => reasons.get(key)!.length > 0 && !changed.has(key))
        .map((key) => upstreamStale(key, !latest.has(key)));
      const blocker = line.next(producer, { willReadAnew: false });
      const all = [...own, ...inherited];
      // First, because it is what has to be put right.
      if (blocker) all.unshift(blockedReason(blocker));
      for (const key of producer.produces) reasons.set(key, all);
    }
    return reasons;
  }

  async #poll(): Promise<void> {
    let beats = 0;
    while (!this.#closing.signal.aborted) {
      try {
        if (beats++ % (heartbeatMs / pollMs) === 0) {
          if (await this.around.presence.beat()) {
            // Whatever ran under the old id is no longer this process's to finish.
            for (const { driver } of this.#drivers.values()) driver.shutDown();
          }
          await this.around.presence.buryTheDead();
        }
        for (const runId of this.#drivers.size > 0 ? await this.ledger.cancelRequests(this.around.presence.id) : []) {
          this.#drivers.get(runId)?.driver.cancel();
        }
        if (this.options.takesOpenRuns ?? true) {
          for (const runId of await this.ledger.openRuns()) this.begin(runId);
        }
      } catch (error) {
        this.around.logger.warn(`The database could not be asked for work: ${messageOf(error)}`);
      }
      await pause(pollMs, this.#closing.signal).catch(() => {});
    }
  }
}

function checkConfig(
  graph: AssetGraph,
  config: Readonly<Record<string, unknown>>,
  failure: (message: string, issues: { path: string; message: string }[]) => Error,
): void {
  for (const [key, value] of Object.entries(config)) {
    const producer = graph.producerOf(key);
    if (producer.key !== key) {
      throw failure(`"${key}" is made by "${producer.key}": give the settings to that one.`, []);
    }
    const parsed = producer.recipe.config.safeParse(value);
    if (parsed.success) continue;
    const issues = parsed.error.issues.map((issue: z.core.$ZodIssue) => ({
      path: ["config", key, ...issue.path].join("."),
      message: issue.message,
    }));
    throw failure(
      `The settings of "${key}" do not fit: ${issues.map((i) => `${i.path}: ${i.message}`).join("; ")}.`,
      issues,
    );
  }
}
