/**
 * The public interface of the engine. It is long because each query and each command has a method here, of a few lines over the
 * file that implements it.
 *
 * @module
 */
import type { AssetState } from "./judge/asset_state.ts";
import { assetStates } from "./judge/asset_states.ts";
import { type AtVersion, datesWithRows, newestDate } from "./read/asset_dates.ts";
import type { Sql } from "../resources/database/database.ts";
import type { Asset, View } from "./declare/asset.ts";
import { AutomationRecord } from "./automation/automation_record.ts";
import { Backfills } from "./backfill/backfill.ts";
import { checkConfig } from "./declare/config_check.ts";
import { type PartitionReport, partitionReport } from "./judge/partition_report.ts";
import { checkRange, refuseUnknownNames } from "./judge/asked_range.ts";
import { type CheckRun, StandaloneChecks } from "./checks/standalone_checks.ts";
import type { PartitionRange } from "./partitions/partition_range.ts";
import { IdempotencyConflictError, InvalidRequestError, messageOf, NotPartitionedError } from "./errors.ts";
import type { Executor } from "./run/executor.ts";
import type { Explanation } from "./judge/explanation.ts";
import { Feed } from "./feed/feed.ts";
import { refuseExternalsAlone, withRows } from "./declare/external_asset.ts";
import type { AssetGraph } from "./declare/graph.ts";
import { type Impact, impactOf } from "./judge/impact.ts";
import type { Ledger } from "./store/ledger.ts";
import type { NewRun, StoredRun } from "./store/run_ledger.ts";
import { newestDate as newestInColumn } from "./read/newest_date.ts";
import { type NewestRows, newestRows, type NewestRowsQuery } from "./read/newest_rows.ts";
import { Origins } from "./read/origins.ts";
import { planRun } from "./judge/plan.ts";
import type { Plan } from "./store/run_plan.ts";
import { Pools } from "./store/pools.ts";
import { Heartbeat, heartbeatMs, type LiveProcess } from "./store/heartbeat.ts";
import { configOf } from "./judge/present.ts";
import {
  type CheckResult,
  isFinished,
  type Materialization,
  type Run,
  type RunEvent,
  type RunStatus,
  type RunSummary,
} from "./store/records.ts";
import { recentRowsOf } from "./store/recent_rows.ts";
import { recordReport, type Report } from "./store/report.ts";
import { EventRetention, Retention } from "./store/retention.ts";
import { type Receipt, type ReceiptQuery, receiptsOf } from "./run/receipts.ts";
import { type VersionDifference, versionDifference } from "./read/version_difference.ts";
import { type Replay, replay } from "./run/replay.ts";
import { type AssetStorage, type PrunedHistory, RowHistory } from "./store/row_history.ts";
import { hashOf } from "./declare/row_schema.ts";
import { pause } from "./declare/retry.ts";
import { LatestVersions, type RowVersion } from "./store/latest_versions.ts";
import {
  type CountQuery,
  countRows,
  type PageOptions,
  type PageQuery,
  readPage,
  readTable,
  type RowPage,
  type RowTable,
  type TableOptions,
  type TableQuery,
} from "./read/row_page.ts";
import { type RowStream, RowStreams, type StreamOptions } from "./read/row_stream.ts";
import type { RowQuery } from "./read/row_query.ts";
import { type ColumnOf, readView, type ViewPage, type ViewQuery } from "./read/view_rows.ts";
import { type RowFileList, rowFileList } from "./read/row_file_list.ts";
import { type AsOf, versionOf, type VersionQuery } from "./read/row_version.ts";
import type { RunFilter } from "./store/run_filter.ts";
import { RunDriver } from "./run/run_driver.ts";
import { checkPriority, defaultPriority, RunQueue } from "./run/run_queue.ts";
import { retryPlan } from "./run/run_retry.ts";
import { select } from "./declare/selection.ts";
import { type Snapshot, takeSnapshot } from "./judge/snapshot.ts";
import { InProcessExecutor, type StepLimits } from "./run/in_process_executor.ts";
import type { ProcessContext } from "./store/context.ts";
import { type ContextOptions, openContext } from "./store/open_context.ts";
import { reconcileTables } from "./store/table_reconciliation.ts";
import { waitingFor } from "./judge/waiting.ts";
import { explain } from "./judge/why.ts";

/** A request to materialize. */
export interface MaterializeRequest {
  /** See {@link select}. */
  selection: string;
  /** Run every selected step, stale or not. */
  force?: boolean;
  /** Settings for this run only, by asset key. */
  config?: Readonly<Record<string, unknown>>;
  /** Only these partitions of partitioned assets, including missing ones that are not made automatically. */
  range?: PartitionRange;
  /** Runs and steps with a higher priority start first; from -1000 to 1000, 0 by default. */
  priority?: number;
}

/** Planning options of a run that are not part of the request. */
export interface PlanOptions {
  /** Keys of selected assets whose functions are not run. */
  except?: ReadonlySet<string>;
}

/** Options of the engine. */
export interface EngineOptions extends ContextOptions, Partial<StepLimits> {
  /** Identity of this process, shown to other processes and users. */
  role?: string;
  /** Number of runs driven by this process at once; the others wait in the queue. */
  maxConcurrentRuns?: number;
  /** Number of concurrent steps of each concurrency pool, across all processes; 1 for other pools. */
  pools?: Readonly<Record<string, number>>;
  /** Days for which the events of finished runs are kept. */
  eventRetentionDays?: number;
  /** Days for which row versions are kept of assets that declare no retention; 30 by default. */
  rowHistoryDays?: number;
  /**
   * Whether this process continues runs that were queued or interrupted elsewhere: a server does, a command that runs one thing
   * does not.
   */
  takesOpenRuns?: boolean;
  /** Whether it brings tables in line with the declarations: true by default. A worker leaves that to processes that drive runs. */
  ownsTables?: boolean;
  /** Executes steps elsewhere. */
  executor?: (around: ProcessContext) => Executor;
}

/** Polling interval for requests of other processes (new runs, cancellations). */
const pollMs = 500;
/** Polling interval for checks without a result for the latest version of their asset. */
const judgeMs = 60_000;
/** Polling interval of readers of events. */
const eventPollMs = 100;
const defaultConcurrentSteps = 4;
const defaultConcurrentRuns = 10;

/**
 * The asset engine: judges which assets are stale, runs steps, and records the results.
 *
 * All state is in the database: any number of processes may open an engine on it with the same assets.
 */
export class Engine {
  readonly ledger: Ledger;
  readonly #queue: RunQueue;
  readonly backfills: Backfills;
  readonly automation: AutomationRecord;
  /** The feed of changes, for clients. */
  readonly feed: Feed;
  readonly #executor: Executor;
  readonly #rowHistory: RowHistory;
  readonly #retention: Retention;
  readonly #latestVersions: LatestVersions;
  readonly #origins: Origins;
  readonly #rowStreams: RowStreams;
  readonly #standaloneChecks: StandaloneChecks;
  readonly #closing = new AbortController();
  readonly #runEndListeners = new Set<() => void>();
  #polling: Promise<void> = Promise.resolve();
  #replaying: Promise<unknown> = Promise.resolve();
  #judging: Promise<void> | undefined;
  #draining = false;
  #closed: Promise<void> | undefined;

  private constructor(
    readonly graph: AssetGraph,
    private readonly around: ProcessContext,
    private readonly options: EngineOptions,
  ) {
    this.ledger = around.ledger;
    this.backfills = new Backfills(around, this);
    this.automation = new AutomationRecord(around.database, graph);
    this.feed = new Feed({ ...around, closing: this.#closing.signal });
    this.#executor = options.executor?.(around) ??
      new InProcessExecutor(around, {
        ...options,
        maxConcurrentSteps: options.maxConcurrentSteps ?? defaultConcurrentSteps,
      });
    this.#queue = new RunQueue({
      ledger: around.ledger,
      logger: around.logger,
      maxConcurrentRuns: options.maxConcurrentRuns ?? defaultConcurrentRuns,
      takesOpenRuns: options.takesOpenRuns ?? true,
      driverOf: (runId) => new RunDriver(runId, around.heartbeat.id, around.ledger, this.#executor, around.logger),
      onEnd: () => {
        // The steps of another run find in the database what they would have found here.
        recentRowsOf(around.database).clear();
        for (const listener of this.#runEndListeners) listener();
      },
    });
    this.#latestVersions = new LatestVersions(around.database);
    this.#origins = new Origins(around.database);
    this.#rowStreams = new RowStreams(around.database);
    this.#standaloneChecks = new StandaloneChecks(around);
    this.#rowHistory = new RowHistory(around.database, graph.assets, { keepDays: options.rowHistoryDays ?? 30 });
    this.#retention = new Retention(
      [new EventRetention(around.database, options.eventRetentionDays ?? 30), this.#rowHistory],
      around.logger,
    );
  }

  /**
   * Validates the assets, updates their tables, and resumes interrupted work. The engine's own tables must exist (sql/migrations).
   *
   * @throws {DefinitionError} If assets, their config or their tables do not fit together.
   */
  static async open(options: EngineOptions): Promise<Engine> {
    const { database, logger } = options;
    const context = openContext(options);
    const { graph } = context;
    const pools = new Pools(database, options.pools ?? {});
    const tablesOf = options.ownsTables ?? true ? await reconcileTables(database, graph, logger) : 0;
    const heartbeat = await Heartbeat.join(
      database,
      {
        host: Deno.hostname(),
        pid: Deno.pid,
        role: options.role ?? "server",
        takesRuns: options.takesOpenRuns ?? true,
        tablesOf,
      },
      logger,
    );
    const engine = new Engine(graph, { ...context, heartbeat, pools }, options);
    await heartbeat.interruptRunsOfEndedProcesses();
    engine.#polling = engine.#poll();
    return engine;
  }

  // ---- queries ----------------------------------------------------------------------------------------------------

  /** All assets in dependency order with their state; with `keys`, only those, in that order. */
  async states(keys: readonly string[] = this.graph.keys): Promise<AssetState[]> {
    return await assetStates(this.around, keys);
  }

  /** Resources of asset functions. */
  get resources(): unknown {
    return this.around.resources;
  }

  /** The current state that judgements are based on. */
  snapshot(): Promise<Snapshot> {
    return takeSnapshot(this.around, { config: {} });
  }

  /**
   * The plan of a run.
   *
   * @throws {SelectionError | UnknownAssetError | ExternalAssetError | InvalidRequestError | UnmetUpstreamError}
   */
  async plan(request: MaterializeRequest, options?: PlanOptions): Promise<Plan> {
    const { plan, snapshot } = await this.#plan(request, options);
    return await this.backfills.estimated(plan, snapshot);
  }

  async #plan(
    request: MaterializeRequest,
    { except }: PlanOptions = {},
  ): Promise<{ plan: Plan; snapshot: Snapshot }> {
    const { selection, force = false, config = {}, range } = request;
    const selected = select(this.graph, selection).filter((key) => !except?.has(this.graph.producerOf(key).key));
    refuseExternalsAlone(this.graph, selected);
    checkConfig(this.graph, config, (message, issues) => new InvalidRequestError(message, issues));
    if (range) checkRange(range, "range.");
    const snapshot = await takeSnapshot(this.around, { config });
    if (range) {
      const producers = new Set(selected.map((key) => this.graph.producerOf(key).key));
      const assets = [...producers].map((key) => ({ key, space: snapshot.partitions.get(key)!.space }));
      refuseUnknownNames(range, assets, "range.");
    }
    return { plan: planRun(this.graph, selected, snapshot, { selection, force, range: range ?? null }), snapshot };
  }

  /** The settings of an asset, without those of a run. @throws {UnknownAssetError} */
  settings(key: string): unknown {
    return configOf(this.graph.producerOf(key), this.around.standingConfig, {});
  }

  /** Explains the state of an asset or of some of its partitions. @throws {UnknownAssetError | InvalidRequestError} */
  why(key: string, of: { name?: string; date?: string } = {}): Promise<Explanation> {
    return explain(this.around, key, of);
  }

  /** The impact of a change of an asset, or of some of its partitions. @throws {UnknownAssetError | InvalidRequestError} */
  impact(key: string, range: PartitionRange | null = null): Promise<Impact> {
    return impactOf(this.around, key, range);
  }

  async run(runId: number): Promise<Run> {
    return await this.#shown(await this.ledger.runs.get(runId));
  }

  /** Newest first. */
  async runs(query: { limit: number; before?: number } & RunFilter): Promise<RunSummary[]> {
    const runs = await this.ledger.runs.list(query);
    const waiting = await this.#waitingFor(runs);
    return runs.map((run) => ({ ...run, waitingFor: waiting.get(run.id) ?? null }));
  }

  /** Newest first. @throws {UnknownAssetError} */
  async materializations(key: string, query: { limit: number; before?: number }): Promise<Materialization[]> {
    this.graph.asset(key);
    return await this.ledger.materializations.list(key, query);
  }

  /** Last results of the asset's checks. @throws {UnknownAssetError} */
  async checks(key: string): Promise<CheckResult[]> {
    this.graph.asset(key);
    return await this.ledger.checks.last(key);
  }

  /** Partitions of an asset by state. @throws {UnknownAssetError | NotPartitionedError | InvalidRequestError} */
  async partitions(key: string, range: PartitionRange = {}): Promise<PartitionReport> {
    const producer = this.graph.producerOf(key);
    if (!producer.recipe.partitionsDef) throw new NotPartitionedError(key);
    checkRange(range);
    const snapshot = await takeSnapshot(this.around, { config: {}, of: [key] });
    const state = snapshot.partitions.get(producer.key)!;
    refuseUnknownNames(range, [{ key, space: state.space }]);
    return partitionReport(this.graph.asset(key), state, range);
  }

  /**
   * Rows of one version of a view, all of them unless there is a limit. Columns and values have the types of its row schema: a
   * column that it lacks does not compile.
   *
   * @throws {UnknownAssetError | ExternalAssetError | InvalidRequestError}
   */
  async read<Row, Field extends ColumnOf<Row> = ColumnOf<Row>>(
    view: View<Row>,
    query: ViewQuery<Row, Field> = {},
    options: PageOptions = {},
  ): Promise<ViewPage<Row, Field>> {
    return await readView<Row, Field>(this.around.database, this.#withRows(view), query, options);
  }

  /** The number of a view's rows, at most `atMost`. @throws {UnknownAssetError | ExternalAssetError | InvalidRequestError} */
  async count<Row>(view: View<Row>, query: CountQuery<ColumnOf<Row>>, options: PageOptions = {}): Promise<number> {
    return await countRows(this.around.database, this.#withRows(view), query, options);
  }

  #withRows<Row>({ key }: View<Row>): Asset<Row> {
    return withRows(this.graph.asset(key));
  }

  /** Rows of any asset by its key, a page at a time. @throws {UnknownAssetError | ExternalAssetError | InvalidRequestError} */
  async rows(key: string, query: PageQuery, options: PageOptions = {}): Promise<RowPage> {
    return await readPage(this.around.database, withRows(this.graph.asset(key)), query, options);
  }

  /** A version of an asset, the latest by default. @throws {UnknownAssetError | InvalidRequestError} */
  async rowVersion(key: string, query: VersionQuery = {}): Promise<RowVersion | undefined> {
    const asset = this.graph.asset(key);
    // External assets are reported, by any process.
    const latest = query.asOf === undefined && query.cursor === undefined && !asset.external;
    if (latest) return await this.#latestVersions.of(asset.key);
    return await versionOf(this.around.database.sql, asset, query);
  }

  /** The files with the rows of a version. @throws {UnknownAssetError | ExternalAssetError | InvalidRequestError} */
  async rowFiles(key: string, query: { asOf?: AsOf } = {}): Promise<RowFileList> {
    return await rowFileList(this.around.database, withRows(this.graph.asset(key)), query);
  }

  /** Names of the sources from which some versions originate, from the metadata of the assets that read them. */
  async origins(materializations: readonly number[]): Promise<string[]> {
    return await this.#origins.of(materializations);
  }

  /** All rows of a query, streamed. @throws {UnknownAssetError | ExternalAssetError | InvalidRequestError | StreamsBusyError} */
  async rowStream(key: string, query: RowQuery = {}, options: StreamOptions = {}): Promise<RowStream> {
    return await this.#rowStreams.open(withRows(this.graph.asset(key)), query, options);
  }

  /** The newest materialized date of its partitions, with rows or without; `null` for none. @throws {UnknownAssetError} */
  async newestDate(key: string, version: AtVersion = {}): Promise<string | null> {
    return await newestDate(this.around.database, this.graph.asset(key), version);
  }

  /**
   * The newest date in a column of its current rows, or of those in which the boolean column `where` is true; `null` for none.
   *
   * @throws {UnknownAssetError}
   */
  async newestIn<Row>(
    view: View<Row>,
    column: ColumnOf<Row>,
    where: ColumnOf<Row> | null = null,
  ): Promise<string | null> {
    return await newestInColumn(this.around.database, this.#withRows(view), { column, where });
  }

  /** Dates of its partitions that have rows, newest first. @throws {UnknownAssetError} */
  async datesWithRows(key: string, version: AtVersion = {}): Promise<string[]> {
    return await datesWithRows(this.around.database, this.graph.asset(key), version);
  }

  /** The newest rows of each name, such as the last bars of every ticker. @throws {UnknownAssetError | InvalidRequestError} */
  async newestRows<Row, Field extends ColumnOf<Row>>(
    view: View<Row>,
    query: NewestRowsQuery<Field>,
  ): Promise<NewestRows<Pick<Row, Field>>> {
    return await newestRows<Row, Field>(this.around.database, this.#withRows(view), query);
  }

  /** Rows of an asset, column by column. @throws {UnknownAssetError | ExternalAssetError | InvalidRequestError} */
  async table(key: string, query: TableQuery = {}, options: TableOptions = {}): Promise<RowTable> {
    return await readTable(this.around.database, withRows(this.graph.asset(key)), query, options);
  }

  /**
   * Events of a run after number `after`: past ones first, then live. Ends with the run.
   *
   * @throws {UnknownRunError}
   */
  async *events(
    runId: number,
    { after = 0, signal }: { after?: number; signal?: AbortSignal } = {},
  ): AsyncGenerator<RunEvent> {
    let seen = after;
    while (!signal?.aborted && !this.#closing.signal.aborted) {
      const { events, status } = await this.ledger.events.after(runId, seen);
      yield* events;
      seen = events.at(-1)?.seq ?? seen;
      if (events.length > 0) continue;
      if (isFinished(status)) return;
      await pause(eventPollMs, signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal)
        .catch(() => {});
    }
  }

  // ---- commands ---------------------------------------------------------------------------------------------------

  /**
   * Plans a run, queues it and starts it here. If there is nothing to do, the run has no steps.
   *
   * @throws {SelectionError | UnknownAssetError | ExternalAssetError | InvalidRequestError | UnmetUpstreamError}
   * @throws {IdempotencyConflictError}
   */
  async submit(request: MaterializeRequest & { trigger: string; idempotencyKey?: string }): Promise<Run> {
    const { trigger, idempotencyKey } = request;
    const { selection, force = false, config = {}, range, priority = defaultPriority } = request;
    checkPriority(priority);
    // The default is left out, as in requests from before there were priorities.
    const asked = {
      selection,
      force,
      config,
      ...(range && { range }),
      ...(priority !== defaultPriority && { priority }),
    };
    return await this.#submitOnce(idempotencyKey, hashOf(asked), async () => ({
      trigger,
      plan: (await this.#plan(request)).plan,
      config,
      priority,
    }));
  }

  /**
   * Runs the failed, skipped and cancelled steps of a finished run again, and those that depend on them: with the settings of that
   * run, on the versions that its other steps published.
   *
   * @throws {UnknownRunError | RunNotRetryableError | InvalidRequestError | IdempotencyConflictError}
   */
  async retry(runId: number, { trigger, idempotencyKey }: { trigger: string; idempotencyKey?: string }): Promise<Run> {
    return await this.#submitOnce(idempotencyKey, hashOf({ retryOf: runId }), async () => {
      const plan = retryPlan(await this.ledger.runs.get(runId), this.graph);
      const { config, priority } = await this.ledger.runs.settings(runId);
      checkConfig(this.graph, config, (message, issues) => new InvalidRequestError(message, issues));
      return { trigger, plan, config, priority, retryOf: runId };
    });
  }

  /** Queues the run that `make` returns and starts it, or returns the earlier run of the idempotency key. */
  async #submitOnce(key: string | undefined, requestHash: string, make: () => Promise<NewRun>): Promise<Run> {
    const idempotency = key === undefined ? undefined : { key, requestHash };
    if (idempotency) {
      // Before planning: the state may have changed since, but the answer must not.
      const before = await this.ledger.runs.ofIdempotencyKey(idempotency.key);
      if (before) {
        if (before.requestHash !== idempotency.requestHash) {
          throw new IdempotencyConflictError(idempotency.key, before.runId);
        }
        return await this.run(before.runId);
      }
    }
    const { runId, created } = await this.ledger.runs.create({ ...await make(), idempotency });
    const run = await this.ledger.runs.get(runId);
    if (created) this.begin(runId);
    return await this.#shown(run);
  }

  /** Queues a run within a transaction; the caller commits and then starts it. */
  async queue(tx: Sql, plan: Plan, trigger: string, more: Pick<NewRun, "priority"> = {}): Promise<number> {
    return (await this.ledger.runs.create({ trigger, plan, config: {}, ...more }, tx)).runId;
  }

  /** Starts a queued or interrupted run in this process, at once or when there is room, unless it has one already. */
  begin(runId: number): void {
    this.#queue.begin(runId);
  }

  /**
   * Records a report on an external asset: a new version makes downstream assets stale. Reporting the known version changes
   * nothing.
   *
   * @returns The latest materialization, and whether the report made it.
   * @throws {UnknownAssetError | NotExternalError | InvalidRequestError | OutdatedReportError}
   */
  async report(key: string, report: Report): Promise<{ recorded: boolean; materialization: Materialization }> {
    const { database, clock } = this.around;
    const id = await recordReport(key, report, { graph: this.graph, database, now: clock.now() });
    const [materialization] = await this.ledger.materializations.list(key, { limit: 1 });
    return { recorded: id !== undefined, materialization: materialization! };
  }

  /** Live processes, each with the time since its last heartbeat. @throws If the database does not answer. */
  processes(): Promise<LiveProcess[]> {
    return this.around.heartbeat.processes();
  }

  /** The id of this process in the database. */
  get processId(): number {
    return this.around.heartbeat.id;
  }

  /**
   * Runs the checks of a selection on the rows of the latest versions, without materializing them, and records the results with the
   * checked version. Assets without checks are left out.
   *
   * @param names Only checks of these names.
   * @throws {SelectionError | UnknownAssetError | InvalidRequestError}
   */
  async runChecks(
    selection: string,
    options: { names?: readonly string[]; signal?: AbortSignal } = {},
  ): Promise<CheckRun[]> {
    return await this.#standaloneChecks.run(select(this.graph, selection), options);
  }

  /** Calls `listener` after each run driven by this process. Returns a function that removes it. */
  onRunEnd(listener: () => void): () => void {
    this.#runEndListeners.add(listener);
    return () => this.#runEndListeners.delete(listener);
  }

  /** Resolves when the run has ended, in any process, or with its current state when the signal aborts. */
  async finished(runId: number, signal?: AbortSignal): Promise<Run> {
    for (;;) {
      const run = await this.ledger.runs.get(runId);
      if (isFinished(run.status) || signal?.aborted || this.#closing.signal.aborted) return await this.#shown(run);
      const ended = new AbortController();
      this.#queue.ended(runId)?.then(() => ended.abort());
      await pause(eventPollMs, signal ? AbortSignal.any([signal, ended.signal]) : ended.signal).catch(() => {});
    }
  }

  /** Requests cancellation of a run, in any process. A finished run stays as it is. */
  async cancel(runId: number): Promise<Run> {
    await this.ledger.runs.requestCancel(runId);
    await this.#queue.cancel(runId);
    return await this.run(runId);
  }

  /**
   * Deletes rows of expired versions, according to the retention of their assets. An engine that takes runs does so automatically
   * every hour.
   *
   * @param options.dryRun Reports the rows to delete and changes nothing.
   */
  async prune(options: { dryRun?: boolean; signal?: AbortSignal } = {}): Promise<PrunedHistory[]> {
    return await this.#rowHistory.prune(options);
  }

  /**
   * The difference between two versions of an asset: see {@link versionDifference}.
   *
   * @throws {ExternalAssetError | InvalidRequestError}
   */
  async compare(key: string, versions: { from: AsOf; to?: AsOf }): Promise<VersionDifference> {
    return await versionDifference(this.around.database, withRows(this.graph.asset(key)), versions);
  }

  /** Provenance of rows of an asset: see {@link receiptsOf}. @throws {ExternalAssetError | InvalidRequestError} */
  async receipts(key: string, query: ReceiptQuery): Promise<Receipt[]> {
    return await receiptsOf(this.around.database, withRows(this.graph.asset(key)), query);
  }

  /** Makes rows again from their recorded input versions, one request at a time: see {@link replay}. */
  async replay(key: string, query: ReceiptQuery, { signal }: { signal?: AbortSignal } = {}): Promise<Replay[]> {
    const until = AbortSignal.any([this.#closing.signal, ...signal ? [signal] : []]);
    const replayed = this.#replaying.then(() => replay(this.around, key, query, { signal: until }));
    this.#replaying = replayed.catch(() => {});
    return await replayed;
  }

  /** Size and kept versions of each asset's table, in dependency order. */
  storage(): Promise<AssetStorage[]> {
    return this.#rowHistory.storage();
  }

  /**
   * Takes no more work and lets running steps finish, until the signal aborts; work that has not started is handed back. Reads
   * continue until {@link close}.
   */
  async drain(signal: AbortSignal): Promise<void> {
    this.#draining = true;
    await Promise.all([this.#queue.drain(signal), this.backfills.close()]);
  }

  /** Stops running work and hands it back for another process to continue. */
  close(): Promise<void> {
    return this.#closed ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([this.#queue.close(), this.backfills.close(), this.#rowStreams.close()]);
    await this.#polling;
    await this.#retention.settled();
    await this.#judging;
    // If the database is down, skip the sign-off: peers see the lost lock.
    await this.around.heartbeat.leave()
      .catch((error) => this.around.logger.warn(`Could not sign off from the database: ${messageOf(error)}`));
  }

  // ---- internals --------------------------------------------------------------------------------------------------

  async #shown(run: StoredRun): Promise<Run> {
    return { ...run, waitingFor: (await this.#waitingFor([run])).get(run.id) ?? null };
  }

  #waitingFor(runs: readonly { id: number; status: RunStatus }[]): Promise<Map<number, string>> {
    return waitingFor(runs, {
      database: this.around.database,
      pools: this.around.pools,
      poolOf: (key) => this.graph.keys.includes(key) ? this.graph.producerOf(key).recipe.pool : undefined,
      processId: this.around.heartbeat.id,
      maxConcurrentRuns: this.options.maxConcurrentRuns ?? defaultConcurrentRuns,
      maxConcurrentSteps: this.options.maxConcurrentSteps ?? defaultConcurrentSteps,
      stepWaitsFor: (key) => this.graph.keys.includes(key) ? this.#executor.waitsFor?.(key) : undefined,
      drives: (runId) => this.#queue.drives(runId),
      awaits: (runId) => this.#queue.awaits(runId),
    });
  }

  /** Hands all runs back once another process, with other declarations, has altered tables. */
  async #stopIfOutdated(): Promise<void> {
    const altered = await this.around.heartbeat.alteredTables();
    if (altered.length === 0) return;
    this.around.logger.error(
      `Another process has altered the tables of ${
        altered.join(", ")
      } since this one started. This one runs nothing more: ` +
        "restart it with the assets that the other has.",
    );
    // Running steps finish, and fail if they use one of these tables.
    this.drain(this.#closing.signal)
      .catch((error) => this.around.logger.warn(`Runs could not be handed back: ${messageOf(error)}`));
  }

  /** Starts checks without a result for the latest versions, such as new ones. Does not wait for them. */
  #judgeUnjudged(): void {
    this.#judging ??= this.#standaloneChecks.runUnjudged(this.#closing.signal).then((runs) => {
      for (const { asset, results } of runs) {
        for (const { name, passed, message } of results) {
          this.around.logger[passed ? "info" : "warn"](
            `Check ${name} of ${asset}, which had not judged its latest version, ${
              passed ? "passed" : "failed"
            }: ${message}`,
          );
        }
      }
    }).catch((error) => {
      if (this.#closing.signal.aborted) return;
      this.around.logger.warn(`New checks could not be run: ${messageOf(error)}`);
    }).finally(() => this.#judging = undefined);
  }

  async #poll(): Promise<void> {
    let beatAt = -Infinity;
    let awaySince: number | undefined;
    let judgedAt = -Infinity;
    while (!this.#closing.signal.aborted) {
      try {
        // Immediately after a database outage: other processes may have recorded this one as ended.
        if (performance.now() - beatAt >= heartbeatMs || awaySince !== undefined) {
          await this.#beat();
          if (!this.#draining && (this.options.ownsTables ?? true)) await this.#stopIfOutdated();
          beatAt = performance.now();
        }
        if (this.#queue.size > 0) {
          this.#queue.cancelRequested(await this.ledger.runs.cancelRequests(this.around.heartbeat.id));
        }
        await this.#queue.take();
        if ((this.options.takesOpenRuns ?? true) && !this.#draining) await this.backfills.takeUp();
        if (this.options.takesOpenRuns ?? true) {
          this.#retention.begin(this.#closing.signal);
          if (performance.now() - judgedAt >= judgeMs && !this.#draining) {
            this.#judgeUnjudged();
            judgedAt = performance.now();
          }
        }
        if (awaySince !== undefined) {
          const seconds = ((performance.now() - awaySince) / 1_000).toFixed(1);
          this.around.logger.info(`The database answers again, after ${seconds} s.`);
        }
        awaySince = undefined;
      } catch (error) {
        // Log once per outage, not at every poll.
        if (awaySince === undefined) {
          this.around.logger.warn(`The queue of runs could not be read: ${messageOf(error)}`);
        }
        awaySince ??= performance.now();
      }
      await pause(pollMs, this.#closing.signal).catch(() => {});
    }
  }

  /** Writes this process's heartbeat, and frees the work of ended processes. */
  async #beat(): Promise<void> {
    const { heartbeat } = this.around;
    // Work under the old id no longer belongs to this process.
    if (await heartbeat.beat()) this.#queue.shutDown();
    await heartbeat.interruptRunsOfEndedProcesses();
    if (!this.#draining) await this.ledger.runs.handBackStrays(heartbeat.id, (runId) => this.#queue.drives(runId));
  }
}
