import type { Clock } from "../resources/clock.ts";
import type { Database } from "../resources/database/database.ts";
import type { AnyAsset, Input, Output } from "./asset.ts";
import { readColumns, writeRows } from "./asset_table.ts";
import type { CheckedRows } from "./checks.ts";
import {
  CheckFailedError,
  isRetryable,
  messageOf,
  StepFailedError,
  StepLostError,
  UnmetUpstreamError,
} from "./errors.ts";
import { Cancelled, type Executor, limited, ShuttingDown, type StepOutcome, type StepTask } from "./executor.ts";
import { mayBeUnknown } from "./external_asset.ts";
import type { AssetGraph, Producer } from "./graph.ts";
import type { Ledger, NewCheckResult, NewMaterialization, StepClaim } from "./ledger.ts";
import { type Logger, loggerTo } from "./logger.ts";
import { type Metadata, typedMetadata } from "./metadata.ts";
import type { Pools, PoolSlot } from "./pools.ts";
import type { Presence } from "./presence.ts";
import { pause, retryDelayMs } from "./retry.ts";
import { type Columns, hashOf, type PreparedRows, prepareRows, toRows } from "./row_schema.ts";
import { timeLimit, timeoutOf, unlessAborted } from "./step_timeout.ts";
import { ownReasons, type Present, type Versions } from "./staleness.ts";

/** How often progress of one step is recorded, at most. */
const progressIntervalMs = 500;
/** How often a step looks whether the asset that somebody else is materializing is free now. */
const busyPollMs = 100;

/** What a step needs around it. */
export interface Surroundings {
  graph: AssetGraph;
  database: Database;
  ledger: Ledger;
  presence: Presence;
  pools: Pools;
  resources: unknown;
  clock: Clock;
  logger: Logger;
  /** Settings that hold unless a run brings its own, by asset key. */
  standingConfig: Readonly<Record<string, unknown>>;
}

/** The code version that is recorded: the declared one, and the shape of the rows. */
export function codeVersionOf(producer: Producer, graph: AssetGraph): string {
  return `${producer.recipe.codeVersion}+${
    producer.produces.map((key) => graph.asset(key).schema.fingerprint).join(".")
  }`;
}

/** The settings that a producer runs with. @throws {z.ZodError} If they do not fit. */
export function configOf(
  producer: Producer,
  standing: Readonly<Record<string, unknown>>,
  ofRun: Readonly<Record<string, unknown>>,
): unknown {
  return producer.recipe.config.parse(ofRun[producer.key] ?? standing[producer.key] ?? {});
}

/** Executes steps in this process, so many at a time. */
export class InProcessExecutor implements Executor {
  readonly #limited: ReturnType<typeof limited>;

  constructor(private readonly around: Surroundings, maxConcurrentSteps: number) {
    this.#limited = limited(maxConcurrentSteps);
  }

  async execute(task: StepTask, signal: AbortSignal): Promise<StepOutcome> {
    const { presence, pools, graph } = this.around;
    const claim: StepClaim = { runId: task.runId, key: task.key, processId: presence.id };
    const { pool } = graph.producerOf(task.key).recipe;
    if (pool !== undefined) {
      const { priority } = task;
      const attempt = (slot: PoolSlot, begun: () => void) => this.#attempt({ task, claim, signal, slot, begun });
      return await pools.run(claim, { pool, priority, signal, attempt }) ?? goneBy(signal);
    }
    for (let waits = 1;; waits++) {
      const outcome = await this.#attempt({ task, claim, signal });
      if (outcome !== "busy") return outcome;
      // Whoever holds the asset may be gone without having been able to say so.
      if (waits % 50 === 0) await presence.buryTheDead();
      await pause(busyPollMs, signal).catch(() => {});
    }
  }

  /** Runs the step to its end, unless it is held up: a step that waits for others takes up no place. */
  #attempt(
    { task, claim, signal, slot, begun }: {
      task: StepTask;
      claim: StepClaim;
      signal: AbortSignal;
      slot?: PoolSlot;
      /** Called once the step is this process's. */
      begun?: () => void;
    },
  ): Promise<StepOutcome | "busy"> {
    return this.#limited(async () => {
      if (signal.aborted) return goneBy(signal);
      const claimed = await this.around.ledger.claimStep(claim, slot);
      if (claimed.status !== "claimed") return claimed.status === "busy" ? "busy" : goneBy(signal);
      begun?.();
      using limit = timeLimit(task.key, this.around.graph.producerOf(task.key).recipe.timeoutMs, signal);
      return await new StepExecution(this.around, task, claim, claimed.attempt, limit.signal).run();
    }, task.priority);
  }
}

/** The outcome of a step that never began. */
function goneBy(signal: AbortSignal): StepOutcome {
  return signal.reason instanceof Cancelled ? "cancelled" : "lost";
}

interface OutputToPublish {
  asset: AnyAsset;
  rows: PreparedRows;
  metadata: Metadata;
}

/** One step from its claim to its end. */
class StepExecution {
  readonly #producer: Producer;
  readonly #logger: Logger;
  /** Events that were sent off and must be in place before the step ends. */
  #pending: Promise<unknown> = Promise.resolve();
  #lastProgressAt = -Infinity;
  /** Set before the step's end is recorded: a function that was left behind by a cancellation has nothing more to say. */
  #silent = false;

  constructor(
    private readonly around: Surroundings,
    private readonly task: StepTask,
    private readonly claim: StepClaim,
    private attempt: number,
    private readonly signal: AbortSignal,
  ) {
    this.#producer = around.graph.producerOf(task.key);
    this.#logger = around.logger.with({ run: task.runId, asset: task.key });
  }

  async run(): Promise<StepOutcome> {
    const { ledger } = this.around;
    try {
      const latest = await ledger.latestVersions([...this.#producer.produces, ...this.#producer.upstream]);
      const config = configOf(this.#producer, this.around.standingConfig, this.task.config);
      const present = await this.#orAborted(presentOf(this.#producer, config, this.around));
      if (!this.task.force && ownReasons(this.#producer, present, latest).length === 0) {
        return await ledger.endStep(this.claim, { status: "up_to_date" }) ? "up_to_date" : "lost";
      }
      for (const key of this.#producer.upstream) {
        if (latest.has(key) || mayBeUnknown(this.around.graph, key)) continue;
        throw new UnmetUpstreamError(this.#producer.key, key);
      }
      await this.#withRetries(async () => {
        if (present.sourceError !== undefined) {
          Object.assign(present, await this.#orAborted(sourceVersion(this.#producer, config, this.around)));
        }
        const outputs = await this.#materialize(config, latest);
        const checks = await this.#orAborted(this.#check(outputs));
        await this.#publish(outputs, checks, { present, config, latest });
      });
      return "succeeded";
    } catch (error) {
      return await this.#end(error);
    }
  }

  async #withRetries(work: () => Promise<void>): Promise<void> {
    const { retry } = this.#producer.recipe;
    for (let tries = 1;; tries++) {
      try {
        return await work();
      } catch (error) {
        if (
          this.signal.aborted || error instanceof StepLostError || !isRetryable(error) || tries >= retry.maxAttempts
        ) {
          throw error;
        }
        const delayMs = retryDelayMs(retry, tries);
        this.#logger.warn(`Try ${tries} failed; the next is in ${delayMs} ms. ${messageOf(error)}`);
        await this.#settle();
        await this.around.ledger.event(this.task.runId, "step_retry", this.task.key, {
          attempt: ++this.attempt,
          delayMs,
          error: { name: nameOf(error), message: messageOf(error) },
        });
        await pause(delayMs, this.signal);
      }
    }
  }

  async #materialize(config: unknown, latest: ReadonlyMap<string, Versions & { rowCount: number }>) {
    const { recipe } = this.#producer;
    const inputs = Object.fromEntries(
      Object.entries(recipe.deps).map(([name, asset]) => [name, this.#input(asset, latest.get(asset.key)!)]),
    );
    const context = {
      inputs,
      config,
      resources: this.around.resources,
      clock: this.around.clock,
      logger: this.#recordingLogger(),
      progress: (done: number, total: number) => this.#progress(done, total),
      signal: this.signal,
    };
    const result = await this.#orAborted(recipe.materialize(context));
    const declared: [AnyAsset, Output<object> | undefined][] = [
      [this.#producer.asset, result],
      ...Object.entries(recipe.byproducts).map(([name, asset]): [AnyAsset, Output<object> | undefined] => [
        asset,
        result.byproducts?.[name],
      ]),
    ];
    return declared.map(([asset, output]): OutputToPublish => {
      if (!output) throw new TypeError(`The function of "${this.#producer.key}" returned nothing for "${asset.key}".`);
      return {
        asset,
        rows: prepareRows(asset.key, asset.schema, output.rows as readonly object[] | Columns<object>),
        metadata: output.metadata ?? {},
      };
    });
  }

  /** What does not look at its signal must not keep a cancelled or late step waiting; what it returns later is dropped. */
  #orAborted<T>(work: Promise<T>): Promise<T> {
    return unlessAborted(work, this.signal);
  }

  #input(asset: AnyAsset, version: Versions & { rowCount: number }): Input<object> {
    const read = (names: readonly string[]) => readColumns(this.around.database, asset, names, version.materialization);
    return {
      key: asset.key,
      materialization: version.materialization,
      rowCount: version.rowCount,
      columns: async (...names: string[]) => await read(names) as never,
      rows: async () => {
        const names = asset.schema.columns.map((c) => c.name);
        return toRows(asset.schema, await read(names)) as never;
      },
    };
  }

  async #check(outputs: readonly OutputToPublish[]): Promise<NewCheckResult[]> {
    const results: NewCheckResult[] = [];
    const blocking: NewCheckResult[] = [];
    for (const { asset, rows, metadata } of outputs) {
      for (const check of asset.checks) {
        const outcome = await check.check(checkedRows(asset, rows, metadata));
        const result: NewCheckResult = {
          key: asset.key,
          name: check.name,
          severity: check.severity,
          passed: outcome.passed,
          message: outcome.message,
          failingRows: outcome.failingRows ?? null,
        };
        results.push(result);
        if (!outcome.passed && check.severity === "error" && check.blocking) blocking.push(result);
      }
    }
    if (blocking.length > 0) {
      throw Object.assign(new CheckFailedError(this.#producer.key, blocking), { results });
    }
    return results;
  }

  async #publish(
    outputs: readonly OutputToPublish[],
    checks: readonly NewCheckResult[],
    { present, config, latest }: { present: Present; config: unknown; latest: ReadonlyMap<string, Versions> },
  ): Promise<void> {
    const { ledger, database } = this.around;
    // One that is made outside may be unknown yet: it counts as changed once it is reported.
    const upstream = Object.fromEntries(
      this.#producer.upstream.filter((key) => latest.has(key)).map((key) => {
        const { materialization, contentVersion } = latest.get(key)!;
        return [key, { materialization, version: contentVersion }];
      }),
    );
    const records = outputs.map(({ asset, rows, metadata }): NewMaterialization => ({
      key: asset.key,
      codeVersion: present.codeVersion,
      config,
      configHash: present.configHash,
      upstream,
      sourceVersion: present.sourceVersion,
      contentVersion: rows.contentVersion,
      rowCount: rows.count,
      metadata: typedMetadata(metadata),
    }));
    await this.#settle();
    const writes = outputs.some(({ asset, rows }) => isToBeWritten(rows, latest.get(asset.key)));
    if (!writes && checks.length === 0) {
      const ids = await ledger.recordSuccess(database.sql, this.claim, records, { alone: true });
      if (!ids) throw new StepLostError(this.task.key, this.task.runId);
      return;
    }
    await database.sql.begin(async (tx) => {
      const ids = await ledger.recordSuccess(tx, this.claim, records, { alone: false });
      if (!ids) throw new StepLostError(this.task.key, this.task.runId);
      const published = [];
      for (const { asset, rows } of outputs) {
        const id = ids.get(asset.key)!;
        const before = latest.get(asset.key);
        let changes = { added: 0, removed: 0 };
        if (isToBeWritten(rows, before)) {
          const first = before === undefined;
          changes = await writeRows(database, tx, asset, rows, { id, first, signal: this.signal });
          await ledger.recordRowChanges(tx, id, changes.added, changes.removed);
        }
        published.push({ key: asset.key, materialization: id, rows: rows.count, ...changes });
      }
      await ledger.recordChecks(tx, this.task.runId, checks, ids);
      await ledger.stepSucceeded(tx, this.claim, published);
    });
  }

  /** Records how a step ended that did not succeed. */
  async #end(thrown: unknown): Promise<StepOutcome> {
    const { ledger } = this.around;
    const late = thrown instanceof StepLostError ? undefined : timeoutOf(this.signal);
    const error = late ?? thrown;
    this.#silent = true;
    await this.#settle();
    if (this.signal.reason instanceof ShuttingDown || error instanceof StepLostError) {
      // Cancelled by another process: the guard saw it before the signal came.
      if (error instanceof StepLostError && await ledger.endStep(this.claim, { status: "cancelled" })) {
        return "cancelled";
      }
      return "lost";
    }
    if (this.signal.aborted && !late) {
      return await ledger.endStep(this.claim, { status: "cancelled" }) ? "cancelled" : "lost";
    }
    const failure = new StepFailedError(this.task.key, this.task.runId, error);
    this.#logger.error(failure.message, { stack: error instanceof Error ? error.stack : undefined });
    const recorded = await ledger.endStep(this.claim, {
      status: "failed",
      error: { name: nameOf(error), message: messageOf(error) },
      checks: error instanceof CheckFailedError && "results" in error ? error.results as NewCheckResult[] : undefined,
    });
    return recorded ? "failed" : "lost";
  }

  #progress(done: number, total: number): void {
    const now = performance.now();
    if (now - this.#lastProgressAt < progressIntervalMs) return;
    this.#lastProgressAt = now;
    this.#send("step_progress", { done, total });
  }

  #recordingLogger(): Logger {
    return loggerTo((level, message, fields) => {
      this.#logger.log(level, message, fields);
      this.#send("log", { level, message, ...fields });
    });
  }

  #send(kind: "step_progress" | "log", data: Record<string, unknown>): void {
    if (this.#silent) return;
    this.#pending = this.#pending
      .then(() => this.around.ledger.event(this.task.runId, kind, this.task.key, data))
      .catch((error) => this.#logger.warn("An event could not be recorded.", { error: messageOf(error) }));
  }

  async #settle(): Promise<void> {
    await this.#pending;
  }
}

/** What a producer would run with now. */
export async function presentOf(
  producer: Producer,
  config: unknown,
  around: Pick<Surroundings, "graph" | "resources" | "clock">,
): Promise<Present> {
  const present: Present = {
    codeVersion: codeVersionOf(producer, around.graph),
    configHash: hashOf(config),
    sourceVersion: null,
  };
  try {
    return { ...present, ...await sourceVersion(producer, config, around) };
  } catch (error) {
    return { ...present, sourceError: messageOf(error) };
  }
}

async function sourceVersion(
  producer: Producer,
  config: unknown,
  { resources, clock }: Pick<Surroundings, "resources" | "clock">,
): Promise<{ sourceVersion: string | null; sourceError: undefined }> {
  const version = await producer.recipe.source?.({ config, resources, clock }) ?? null;
  return { sourceVersion: version, sourceError: undefined };
}

/** Whether a table has to change: not for the content that it has, nor for none in a table that is still empty. */
function isToBeWritten(rows: PreparedRows, before: Versions | undefined): boolean {
  return before === undefined ? rows.count > 0 : before.contentVersion !== rows.contentVersion;
}

function checkedRows(asset: AnyAsset, rows: PreparedRows, metadata: Metadata): CheckedRows<unknown> {
  const value = (row: number, column: string): unknown => {
    const data = rows.data[column]!;
    const cell = data[row];
    return data instanceof Float64Array && Number.isNaN(cell) ? null : cell;
  };
  return {
    count: rows.count,
    metadata,
    value: value as never,
    row: (row) => Object.fromEntries(asset.schema.columns.map(({ name }) => [name, value(row, name)])),
  };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "Error";
}
