import type { AnyAsset, Output } from "../declare/asset.ts";
import { type BlockComputation, type ComputeInBlocks, inOneBlock } from "../declare/blocks.ts";
import { readingOf } from "../judge/reading.ts";
import type { Reading, StepOutcome, StepTask } from "../store/records.ts";
import { checkedRows } from "../checks/checked_rows.ts";
import { judgeAll } from "../checks/judge.ts";
import { pastVersions } from "../checks/past_versions.ts";
import { isDatabaseTrouble } from "../store/database_trouble.ts";
import { recentRowsOf } from "../store/recent_rows.ts";
import {
  CheckFailedError,
  InvalidRowsError,
  messageOf,
  recordOfError,
  StepLostError,
  UnmetUpstreamError,
} from "../errors.ts";
import { mayBeUnknown } from "../declare/external_asset.ts";
import type { Producer } from "../declare/graph.ts";
import type { NewCheckResult } from "../store/check_ledger.ts";
import type { StepClaim } from "../store/step_ledger.ts";
import { type Logger, loggerTo } from "../../resources/logger.ts";
import type { PartitionSet } from "../partitions/mod.ts";
import { sourceVersion } from "../judge/present.ts";
import type { OutputToPublish, PublicationContext } from "./written_rows.ts";
import { isTriedAgain, pause, retryDelayMs } from "../declare/retry.ts";
import { type Columns, type PreparedRows, prepareRows } from "../declare/row_schema.ts";
import type { Snapshot } from "../judge/snapshot.ts";
import type { Present } from "../judge/staleness.ts";
import { previousVersion } from "./previous_version.ts";
import { inputsOf, ownRows, settledRows } from "./step_inputs.ts";
import { unlessAborted } from "../declare/step_timeout.ts";
import type { EngineContext } from "../store/context.ts";

/** Minimum interval between progress records of one step. */
const progressIntervalMs = 500;

/** Result of a function for some partitions. */
export interface MadePart {
  outputs: OutputToPublish[];
  checks: NewCheckResult[];
}

/** A claimed step: its inputs, calls of its function, retries, checks and events. `step_runner.ts` runs it. */
export class StepExecution {
  readonly #producer: Producer;
  /** Pending events, to be stored before the step ends. */
  #pending: Promise<unknown> = Promise.resolve();
  #lastProgressAt = -Infinity;
  #reading: Reading | undefined;
  /** Set before the step's end is recorded: later reports of a cancelled function are dropped. */
  #silent = false;
  #attempt: number;
  #computations = 0;

  constructor(
    readonly around: EngineContext,
    readonly task: StepTask,
    readonly claim: StepClaim,
    /** As claimed. */
    readonly claimedAttempt: number,
    readonly signal: AbortSignal,
    private readonly onReading: (reading: Reading) => void = () => {},
  ) {
    this.#producer = around.graph.producerOf(task.key);
    this.#attempt = claimedAttempt;
  }

  get logger(): Logger {
    return this.around.logger.with({ runId: this.task.runId, assetKey: this.task.key, attempt: this.#attempt });
  }

  /** Inputs of the step, so that it is not requested again before they change. */
  get reading(): Reading | undefined {
    return this.#reading;
  }

  set reading(reading: Reading | undefined) {
    this.#reading = reading;
    if (reading) this.onReading(reading);
  }

  get producer(): Producer {
    return this.#producer;
  }

  /** The declaration of a computation in blocks. */
  // deno-lint-ignore no-explicit-any -- the function's calls are typed
  blockComputation(name: string): BlockComputation<any, any> {
    const found = this.#producer.recipe.blocks.find((computation) => computation.name === name);
    if (!found) {
      throw new TypeError(`The function of "${this.#producer.key}" computes "${name}", which its blocks do not list.`);
    }
    return found;
  }

  /** Numbers the computations that this attempt divides into blocks. */
  countComputation(): number {
    return ++this.#computations;
  }

  /** Ends the step as skipped because of another step, or of an upstream asset that is not available. */
  async skip(because: string): Promise<StepOutcome> {
    return await this.around.ledger.steps.end(this.claim, { status: "skipped", because }) ? "skipped" : "lost";
  }

  /** The first upstream asset that was never materialized. */
  unmetUpstream({ latest }: Snapshot): string | undefined {
    return this.#producer.upstream.find((key) => !latest.has(key) && !mayBeUnknown(this.around.graph, key));
  }

  /** @throws {UnmetUpstreamError} If an upstream asset was never materialized. */
  demandUpstream(snapshot: Snapshot): void {
    const unmet = this.unmetUpstream(snapshot);
    if (unmet !== undefined) throw new UnmetUpstreamError(this.#producer.key, unmet);
  }

  /** Code version, settings and source version; reads the source again if that failed. */
  async presentAgain(present: Present, { configs, latest }: Snapshot): Promise<Present> {
    if (present.sourceError === undefined) return present;
    const asked = sourceVersion(this.#producer, configs.get(this.#producer.key), this.around);
    const again = { ...present, ...await this.orAborted(asked) };
    this.reading = readingOf(this.#producer, again, latest);
    return again;
  }

  publicationContext(snapshot: Snapshot, present: Present): PublicationContext {
    const { database, ledger, partitionLedger, whilePublishing } = this.around;
    const config = snapshot.configs.get(this.#producer.key);
    return {
      database,
      ledger,
      partitionLedger,
      producer: this.#producer,
      claim: this.claim,
      present,
      config,
      latest: snapshot.latest,
      signal: this.signal,
      whilePublishing,
    };
  }

  /** Retries according to the asset's policy. */
  async withRetries(work: () => Promise<void>): Promise<void> {
    const { retry } = this.#producer.recipe;
    for (let tries = 1;; tries++) {
      try {
        return await work();
      } catch (error) {
        // A failed database write does not count as an attempt of the function.
        const final = this.signal.aborted || error instanceof StepLostError || isDatabaseTrouble(error) ||
          tries >= retry.maxAttempts || !isTriedAgain(error, retry);
        if (final) throw error;
        const delayMs = retryDelayMs(retry, tries);
        this.logger.warn(`Try ${tries} failed; the next is in ${delayMs} ms. ${messageOf(error)}`);
        await this.settle();
        await this.around.ledger.events.add(this.task.runId, "step_retry", this.task.key, {
          attempt: ++this.#attempt,
          delayMs,
          error: recordOfError(error),
        });
        await pause(delayMs, this.signal);
      }
    }
  }

  /**
   * Calls the function for some partitions, and validates its result against the row schemas.
   *
   * @param settled Other partitions that are fresh.
   * @param inBlocks How it computes in blocks; as one block by default.
   */
  async materialize(
    snapshot: Snapshot,
    { partitions, settled, inBlocks = inOneBlock }: {
      partitions: PartitionSet;
      settled: PartitionSet;
      inBlocks?: ComputeInBlocks;
    },
    progress: (done: number, total: number) => void = (done, total) => this.progress(done, total),
  ): Promise<OutputToPublish[]> {
    const { recipe } = this.#producer;
    const reading = { database: this.around.database, snapshot, signal: this.signal };
    const previous = this.task.force ? null : previousVersion(this.#producer, this.around.graph, reading);
    const context = {
      inputs: inputsOf(this.#producer, partitions, { ...reading, recent: recentRowsOf(this.around.database) }),
      partitions,
      before: ownRows(this.#producer.asset, partitions, reading),
      settled: settledRows(this.#producer.asset, settled, reading),
      previous,
      config: snapshot.configs.get(this.#producer.key),
      resources: this.around.resources,
      clock: this.around.clock,
      logger: this.#recordingLogger(),
      progress,
      inBlocks: ((computation, of) => inBlocks(this.blockComputation(computation.name), of)) as ComputeInBlocks,
      signal: this.signal,
    };
    const result = await this.orAborted(recipe.materialize(context));
    const declared: [AnyAsset, Output<object> | undefined][] = [
      [this.#producer.asset, result],
      ...Object.entries(recipe.outs).map(([name, asset]): [AnyAsset, Output<object> | undefined] => [
        asset,
        result.outs?.[name],
      ]),
    ];
    return declared.map(([asset, output]): OutputToPublish => {
      if (!output) throw new TypeError(`The function of "${this.#producer.key}" returned nothing for "${asset.key}".`);
      const rows = prepareRows(asset.key, asset.schema, output.rows as readonly object[] | Columns<object>);
      const metadata = output.metadata ?? {};
      if (output.from === undefined) return { asset, rows, metadata };
      refuseEarlier(asset, rows, { from: output.from, isCarriedOn: previous !== null && asset.carriedOn });
      return { asset, rows, from: output.from, metadata };
    });
  }

  /**
   * Calls the function for some partitions, and runs the checks on its result.
   *
   * @throws {CheckFailedError} If a blocking check fails.
   */
  async make(...given: Parameters<StepExecution["materialize"]>): Promise<MadePart> {
    const outputs = await this.materialize(...given);
    return { outputs, checks: await this.orAborted(this.check(outputs)) };
  }

  /** A function that ignores its signal must not delay a cancelled or late step; its later result is dropped. */
  orAborted<T>(work: Promise<T>): Promise<T> {
    return unlessAborted(work, this.signal);
  }

  /** Runs the checks on the rows. @throws {CheckFailedError} If a blocking check fails. */
  async check(outputs: readonly OutputToPublish[]): Promise<NewCheckResult[]> {
    const results: NewCheckResult[] = [];
    for (const { asset, rows, from, metadata } of outputs) {
      const history = () => pastVersions(this.around.database.sql, asset.key);
      results.push(
        ...await judgeAll(asset.key, asset.checks, checkedRows(asset.schema, rows, { from, metadata, history })),
      );
    }
    const blocking = results.filter((result) => result.blocking && !result.passed);
    if (blocking.length > 0) {
      throw Object.assign(new CheckFailedError(this.#producer.key, blocking), { results });
    }
    return results;
  }

  progress(done: number, total: number): void {
    const now = performance.now();
    if (now - this.#lastProgressAt < progressIntervalMs) return;
    this.#lastProgressAt = now;
    this.#send("step_progress", { done, total });
  }

  #recordingLogger(): Logger {
    return loggerTo((level, message, fields) => {
      this.logger.log(level, message, fields);
      this.#send("log", { level, message, ...fields });
    });
  }

  #send(kind: "step_progress" | "log", data: Record<string, unknown>): void {
    if (this.#silent) return;
    this.#pending = this.#pending
      .then(() => this.around.ledger.events.add(this.task.runId, kind, this.task.key, data))
      .catch((error) => this.logger.warn("An event could not be recorded.", { error: messageOf(error) }));
  }

  /** Drops further logs and progress of the function, and waits for the pending ones. */
  async silence(): Promise<void> {
    this.#silent = true;
    await this.settle();
  }

  /** Resolves when the pending events are stored. */
  async settle(): Promise<void> {
    await this.#pending;
  }
}

/** @throws {InvalidRowsError} If rows from a date on have no earlier rows to follow, or one of them is earlier. */
function refuseEarlier(
  { key, partitionedBy }: AnyAsset,
  { data }: PreparedRows,
  { from, isCarriedOn }: { from: string; isCarriedOn: boolean },
): void {
  if (!isCarriedOn) {
    throw new InvalidRowsError(
      `"${key}" returned rows from ${from} on, and has no version to carry on. Return all rows if \`previous\` is null, and declare \`carriedOn\`.`,
    );
  }
  const earlier = (data[partitionedBy!.date!] as readonly string[]).find((date) => date < from);
  if (earlier !== undefined) {
    throw new InvalidRowsError(`"${key}" returned a row of ${earlier}, and said that its rows begin on ${from}.`);
  }
}
