import type { PartitionState } from "../judge/partition_state.ts";
import { somePartitions, type Versions } from "../store/reasons.ts";
import { partsOf } from "../judge/estimate.ts";
import { partitionWork } from "../judge/partition_work.ts";
import { isDatabaseTrouble } from "../store/database_trouble.ts";
import {
  CheckFailedError,
  InvalidRowsError,
  isFatal,
  PartitionsFailedError,
  recordOfError,
  StepLostError,
  TablesAlteredError,
} from "../errors.ts";
import type { StepError, StepOutcome } from "../store/records.ts";
import { PartitionSet } from "../partitions/mod.ts";
import { recentRowsOf } from "../store/recent_rows.ts";
import type { NewCheckResult } from "../store/check_ledger.ts";
import type { Published } from "../store/step_ledger.ts";
import { publish } from "./publication.ts";
import type { OutputToPublish } from "./written_rows.ts";
import { isTriedAgain } from "../declare/retry.ts";
import { prepareRows } from "../declare/row_schema.ts";
import type { Snapshot } from "../judge/snapshot.ts";
import type { Present } from "../judge/staleness.ts";
import { turnsOf } from "./part_turns.ts";
import { inBlocksOf } from "./step_blocks.ts";
import type { MadePart, StepExecution } from "./step_execution.ts";

/** Consecutive failed parts, each after all attempts, after which the others are not tried: the source is down. */
const maxFailuresInARow = 3;

/**
 * Makes the partitions of a step, part by part; each part is published separately, so that finished parts survive the end of the
 * process. A failed part does not stop the others; its partitions are recorded as failed. A single partition is the whole step: the
 * step succeeds, fails or is skipped with it.
 */
export async function makePartitions(step: StepExecution, snapshot: Snapshot): Promise<StepOutcome> {
  return await new PartitionStep(step, snapshot).run();
}

interface Failure {
  partitions: PartitionSet;
  runId: number;
  error: StepError;
  failedAt?: string;
}

class PartitionStep {
  readonly #state: PartitionState;
  /** The partitions of the whole step. */
  #all: PartitionSet;
  #done: PartitionSet;
  #failed: PartitionSet;
  #failures: Failure[];
  /** Versions of the step's outputs, updated with each part. */
  #latest: Map<string, Versions & { rowCount: number }>;
  readonly #published = new Map<string, Published>();
  /** Code version, settings and source version of the producer. */
  #present: Present;

  constructor(private readonly step: StepExecution, private readonly snapshot: Snapshot) {
    this.#state = snapshot.partitions.get(step.producer.key)!;
    const none = PartitionSet.none(this.#state.space);
    this.#all = none;
    this.#done = none;
    this.#failed = none;
    this.#failures = [...this.#state.failed];
    this.#latest = new Map(snapshot.latest);
    this.#present = snapshot.present.get(step.producer.key)!;
  }

  get #isSingle(): boolean {
    return this.#state.space.isSingle;
  }

  async run(): Promise<StepOutcome> {
    const { step, snapshot } = this;
    const { ledger } = step.around;
    const { key, produces } = step.producer;
    const work = partitionWork(this.#state, step.task);
    const before = step.task.force && !this.#isSingle ? await this.#doneBefore() : PartitionSet.none(this.#state.space);
    const make = work.make.difference(before);
    const isNew = produces.some((made) => !snapshot.latest.has(made));
    const [gap] = this.#isSingle ? work.wait : [];
    if (make.isEmpty && work.remove.isEmpty && !isNew && !gap) {
      return await ledger.steps.end(step.claim, { status: "up_to_date" }) ? "up_to_date" : "lost";
    }
    step.demandUpstream(snapshot);
    if (gap) return await step.skip(gap.upstream);
    this.#all = work.make.union(work.remove);
    this.#done = before;
    if (!this.#isSingle) this.#present = await step.presentAgain(this.#present, snapshot);
    const config = snapshot.configs.get(key);
    const parts = partsOf(step.producer, make, { config, ...step.around });
    try {
      await this.#makeParts(parts);
    } catch (error) {
      if (!step.signal.aborted && !(error instanceof StepLostError) && !isFatal(error)) await this.#remove(work.remove);
      throw error;
    }
    if (this.#isSingle) return "succeeded";
    await this.#remove(work.remove);
    // An asset without any partition still gets a materialization, so that its downstream can be made.
    if (parts.length === 0 && work.remove.isEmpty && isNew) await this.#publishEmpty(make);
    await step.settle();
    return await ledger.steps.endParts(step.claim, [...this.#published.values()]) ? "succeeded" : "lost";
  }

  /** Last, so that newer rows are published before the newest old ones are removed. */
  async #remove(partitions: PartitionSet): Promise<void> {
    if (!partitions.isEmpty) await this.#publishEmpty(partitions);
  }

  async #makeParts(parts: readonly PartitionSet[]): Promise<void> {
    const { step } = this;
    const { recipe } = step.producer;
    let inARow = 0;
    let last: unknown;
    let ended = 0;
    for await (const { at, made } of turnsOf(step, parts, { fresh: this.#state.fresh, latest: this.#latest })) {
      const part = parts[at]!;
      try {
        await step.withRetries(() => this.#makePart(part, { ended, count: parts.length, made }));
        if (this.#isSingle) return;
        step.progress(++ended, parts.length);
        inARow = 0;
      } catch (error) {
        const isOver = error instanceof StepLostError || error instanceof TablesAlteredError ||
          isDatabaseTrouble(error);
        if (step.signal.aborted || isOver || this.#isSingle) throw error;
        last = error;
        ended++;
        await this.#recordFailure(part, error);
        const hopeless = isFatal(error) || (isTriedAgain(error, recipe.retry) && ++inARow >= maxFailuresInARow);
        if (hopeless && ended < parts.length || isFatal(error)) {
          throw new PartitionsFailedError(step.producer.key, this.#failed.count, isFatal(error), error);
        }
      }
    }
    // The error of the only part is more specific.
    if (parts.length === 1 && last instanceof CheckFailedError) throw last;
    if (!this.#failed.isEmpty) throw new PartitionsFailedError(step.producer.key, this.#failed.count, false, last);
  }

  /** @param turn.made The result of another process. */
  async #makePart(
    part: PartitionSet,
    { ended, count, made }: { ended: number; count: number; made: MadePart | undefined },
  ): Promise<void> {
    const { step } = this;
    const snapshot = { ...this.snapshot, latest: this.#latest };
    this.#present = await step.presentAgain(this.#present, snapshot);
    const settled = this.#isSingle
      ? PartitionSet.none(part.space)
      : this.#state.fresh.union(this.#done).difference(part);
    const { outputs, checks } = made ?? await step.make(
      snapshot,
      // Of several parts other processes make whole ones.
      { partitions: part, settled, ...count === 1 && { inBlocks: inBlocksOf(step) } },
      this.#isSingle ? undefined : (done, total) => step.progress(ended + done / total, count),
    );
    for (const { asset, rows } of outputs) refuseOthers(asset, rows.data, part);
    await this.#publish(outputs, part, checks);
  }

  async #publish(
    outputs: readonly OutputToPublish[],
    part: PartitionSet,
    checks: readonly NewCheckResult[],
  ): Promise<void> {
    const { step } = this;
    await step.settle();
    const done = this.#done.union(part);
    const context = { ...step.publicationContext(this.snapshot, this.#present), latest: this.#latest };
    const publication = await publish(outputs, checks, context, {
      partitions: part,
      state: this.#state,
      // Partitions kept though not wanted keep their recorded inputs: they may be wanted again.
      right: this.#state.fresh.union(done).intersection(this.#state.wanted),
      failures: this.#stillFailing(part),
      step: { partitions: this.#all, done, failed: this.#failed.isEmpty ? null : this.#failed },
    });
    this.#done = done;
    this.#failures = this.#stillFailing(part);
    for (const [i, { published, versions }] of publication.entries()) {
      const { key, rows, added, removed } = published;
      // Rows from a date on are not those of the version.
      if (this.#isSingle && outputs[i]!.from === undefined) {
        recentRowsOf(step.around.database).keep(outputs[i]!.asset, versions.materialization, outputs[i]!.rows);
      }
      this.#latest.set(key, versions);
      const before = this.#published.get(key) ?? { rows: 0, added: 0, removed: 0 };
      this.#published.set(key, {
        ...published,
        rows: rows + before.rows,
        added: added + before.added,
        removed: removed + before.removed,
      });
    }
  }

  /** Publishes some partitions without rows, and without checks: there is nothing to check. */
  async #publishEmpty(partitions: PartitionSet): Promise<void> {
    const { graph } = this.step.around;
    const outputs = this.step.producer.produces.map((key): OutputToPublish => {
      const asset = graph.asset(key);
      return { asset, rows: prepareRows(key, asset.schema, []), metadata: {} };
    });
    await this.#publish(outputs, partitions, []);
  }

  #stillFailing(made: PartitionSet): Failure[] {
    return this.#failures.map((failure) => ({ ...failure, partitions: failure.partitions.difference(made) }))
      .filter(({ partitions }) => !partitions.isEmpty);
  }

  async #recordFailure(partitions: PartitionSet, error: unknown): Promise<void> {
    const { step } = this;
    const { partitionLedger, database, ledger } = step.around;
    const failed = recordOfError(error);
    this.#failed = this.#failed.union(partitions);
    this.#failures = [...this.#stillFailing(partitions), { partitions, runId: step.task.runId, error: failed }];
    await step.settle();
    await database.sql.begin(async (tx) => {
      if (!await ledger.steps.holds(tx, step.claim)) throw new StepLostError(step.task.key, step.task.runId);
      await partitionLedger.recordFailed(tx, step.producer.key, this.#failures);
      if (error instanceof CheckFailedError && "results" in error) {
        await ledger.checks.record(tx, step.task.runId, error.results as NewCheckResult[], new Map());
      }
      await partitionLedger.recordStepPartitions(tx, step.claim, {
        partitions: this.#all,
        done: this.#done,
        failed: this.#failed,
      });
      await ledger.events.append(tx, step.task.runId, "partitions_failed", step.task.key, {
        error: failed,
        partitions: somePartitions(partitions),
      });
    });
  }

  /** Partitions made by an interrupted attempt of the same step. */
  async #doneBefore(): Promise<PartitionSet> {
    const steps = await this.step.around.ledger.runs.steps(this.step.task.runId);
    const done = steps.find(({ key }) => key === this.step.task.key)?.done;
    return PartitionSet.fromRectangles(this.#state.space, done?.partitions ?? []);
  }
}

/** @throws {InvalidRowsError} If a row lies outside the requested partitions. */
function refuseOthers(
  { key, partitionedBy }: OutputToPublish["asset"],
  data: OutputToPublish["rows"]["data"],
  part: PartitionSet,
): void {
  if (part.space.isSingle) return;
  const names = partitionedBy!.name === undefined ? null : data[partitionedBy!.name] as readonly string[];
  const dates = partitionedBy!.date === undefined ? null : data[partitionedBy!.date] as readonly string[];
  const count = names?.length ?? dates?.length ?? 0;
  const whole = part.count === part.names.length * part.dates.length;
  const [known, knownDates] = whole ? [new Set(part.names), new Set(part.dates)] : [null, null];
  for (let i = 0; i < count; i++) {
    const [name, date] = [names?.[i] ?? "", dates?.[i] ?? ""];
    // Usually of a whole rectangle, in which the search for each row can be left out.
    if (!(known !== null ? known.has(name) && knownDates.has(date) : part.has(name, date))) {
      throw new InvalidRowsError(
        `"${key}" returned a row of ${[name, date].filter((c) => c !== "").join(" on ")}, which was not requested.`,
      );
    }
  }
}
