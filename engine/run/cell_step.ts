import { type CellState } from "../judge/cell_state.ts";
import { someCells } from "../store/reasons.ts";
import { type CellWork, cellWork } from "../judge/cell_work.ts";
import { isDatabaseTrouble } from "../store/database_trouble.ts";
import {
  CellsFailedError,
  CheckFailedError,
  InvalidRowsError,
  isFatal,
  recordOfError,
  StepLostError,
  TablesAlteredError,
} from "../errors.ts";
import type { StepOutcome } from "../store/records.ts";
import { CellSet } from "../partitions/mod.ts";
import type { NewCheckResult } from "../store/ledger.ts";
import { type OutputToPublish, publishCells, type Published } from "./publication.ts";
import type { StepError } from "../store/records.ts";
import { isTriedAgain } from "../declare/retry.ts";
import { prepareRows } from "../declare/row_schema.ts";
import type { Snapshot } from "../judge/snapshot.ts";
import type { Present } from "../judge/staleness.ts";
import type { Versions } from "../store/reasons.ts";
import type { StepExecution } from "./step_runner.ts";

/** After so many parts in a row that failed though each was tried again, the others are not tried: what is outside is down. */
const hopelessAfter = 3;

/**
 * Makes the cells of a step, part by part; each part is published by itself, so that nothing that was made is lost when the process
 * ends. A part that fails does not keep the others from being made; its cells are recorded as failed.
 */
export async function makeCells(step: StepExecution, snapshot: Snapshot): Promise<StepOutcome> {
  return await new CellStep(step, snapshot).run();
}

/** Cells that could not be made, and why. */
interface Failure {
  cells: CellSet;
  runId: number;
  error: StepError;
  failedAt?: string;
}

class CellStep {
  readonly #state: CellState;
  /** The cells of the whole step. */
  #all: CellSet;
  #done: CellSet;
  #failed: CellSet;
  #failures: Failure[];
  /** Versions of what the step makes, which move on with each part. */
  #latest: Map<string, Versions & { rowCount: number }>;
  readonly #published = new Map<string, Published>();

  constructor(private readonly step: StepExecution, private readonly snapshot: Snapshot) {
    this.#state = snapshot.cells.get(step.producer.key)!;
    const none = CellSet.none(this.#state.space);
    this.#all = none;
    this.#done = none;
    this.#failed = none;
    this.#failures = [...this.#state.failed];
    this.#latest = new Map(snapshot.latest);
  }

  async run(): Promise<StepOutcome> {
    const { step, snapshot } = this;
    const { ledger } = step.around;
    const { key, recipe, produces } = step.producer;
    const work = cellWork(this.#state, step.task);
    const before = step.task.force ? await this.#doneBefore() : CellSet.none(this.#state.space);
    const make = work.make.difference(before);
    const isNew = produces.some((made) => !snapshot.latest.has(made));
    if (make.isEmpty && work.remove.isEmpty && !isNew) {
      return await ledger.endStep(step.claim, { status: "up_to_date" }) ? "up_to_date" : "lost";
    }
    step.demandUpstream(snapshot);
    this.#all = work.make.union(work.remove);
    this.#done = before;
    const present = await step.presentAgain(snapshot);
    const config = snapshot.configs.get(key);
    const parts = make.isEmpty
      ? []
      : recipe.partitionsDef!.chunks?.(make, { config, resources: step.around.resources }) ?? [make];
    try {
      await this.#makeParts(parts, present);
    } catch (error) {
      if (!step.signal.aborted && !(error instanceof StepLostError) && !isFatal(error)) {
        await this.#remove(work, present);
      }
      throw error;
    }
    await this.#remove(work, present);
    // An asset without any cell is there all the same, so that what reads it can be made.
    if (parts.length === 0 && work.remove.isEmpty && isNew) {
      await this.#publishEmpty(CellSet.none(this.#state.space), present);
    }
    await step.settle();
    return await ledger.endParts(step.claim, [...this.#published.values()]) ? "succeeded" : "lost";
  }

  /** Last, so that what is served as the newest goes when there is something newer in its place. */
  async #remove({ remove }: CellWork, present: Present): Promise<void> {
    if (!remove.isEmpty) await this.#publishEmpty(remove, present);
  }

  async #makeParts(parts: readonly CellSet[], present: Present): Promise<void> {
    const { step } = this;
    const { recipe } = step.producer;
    let inARow = 0;
    let last: unknown;
    for (const [i, part] of parts.entries()) {
      try {
        await step.withRetries(async () => {
          const outputs = await step.materialize(
            { ...this.snapshot, latest: this.#latest },
            part,
            (done, total) => step.progress(i + done / total, parts.length),
          );
          for (const { asset, rows } of outputs) refuseOthers(asset, rows.data, part);
          await this.#publish(outputs, part, { present, checks: await step.check(outputs) });
        });
        step.progress(i + 1, parts.length);
        inARow = 0;
      } catch (error) {
        const isOver = error instanceof StepLostError || error instanceof TablesAlteredError ||
          isDatabaseTrouble(error);
        if (step.signal.aborted || isOver) throw error;
        last = error;
        await this.#recordFailure(part, error);
        const hopeless = isFatal(error) || (isTriedAgain(error, recipe.retry) && ++inARow >= hopelessAfter);
        if (hopeless && i + 1 < parts.length || isFatal(error)) {
          throw new CellsFailedError(step.producer.key, this.#failed.count, isFatal(error), error);
        }
      }
    }
    // A single part that fails is the whole: its own error says more.
    if (parts.length === 1 && last instanceof CheckFailedError) throw last;
    if (!this.#failed.isEmpty) throw new CellsFailedError(step.producer.key, this.#failed.count, false, last);
  }

  async #publish(
    outputs: readonly OutputToPublish[],
    part: CellSet,
    { present, checks }: { present: Present; checks: readonly NewCheckResult[] },
  ): Promise<void> {
    const { step } = this;
    await step.settle();
    const done = this.#done.union(part);
    const context = { ...step.publicationContext(this.snapshot, present), latest: this.#latest };
    const { published, versions } = await publishCells(outputs, checks, context, {
      cells: part,
      state: this.#state,
      // What is kept though nobody wants it stays with what it was made of: it may be wanted again.
      right: this.#state.fresh.union(done).intersection(this.#state.wanted),
      failures: this.#stillFailing(part),
      step: { cells: this.#all, done, failed: this.#failed.isEmpty ? null : this.#failed },
    });
    this.#done = done;
    this.#failures = this.#stillFailing(part);
    for (const [key, version] of versions) this.#latest.set(key, version);
    for (const one of published) {
      const before = this.#published.get(one.key);
      this.#published.set(one.key, {
        ...one,
        rows: one.rows + (before?.rows ?? 0),
        added: one.added + (before?.added ?? 0),
        removed: one.removed + (before?.removed ?? 0),
      });
    }
  }

  /** Publishes that there is nothing in some cells. Nothing is judged: there is nothing that could have gone wrong. */
  async #publishEmpty(cells: CellSet, present: Present): Promise<void> {
    const { graph } = this.step.around;
    const outputs = this.step.producer.produces.map((key): OutputToPublish => {
      const asset = graph.asset(key);
      return { asset, rows: prepareRows(key, asset.schema, []), metadata: {} };
    });
    await this.#publish(outputs, cells, { present, checks: [] });
  }

  #stillFailing(made: CellSet): Failure[] {
    return this.#failures.map((failure) => ({ ...failure, cells: failure.cells.difference(made) }))
      .filter(({ cells }) => !cells.isEmpty);
  }

  async #recordFailure(cells: CellSet, error: unknown): Promise<void> {
    const { step } = this;
    const { cellLedger, database, ledger } = step.around;
    const failed = recordOfError(error);
    this.#failed = this.#failed.union(cells);
    this.#failures = [...this.#stillFailing(cells), { cells, runId: step.task.runId, error: failed }];
    await step.settle();
    await database.sql.begin(async (tx) => {
      if (!await ledger.holds(tx, step.claim)) throw new StepLostError(step.task.key, step.task.runId);
      await cellLedger.recordFailed(tx, step.producer.key, this.#failures);
      if (error instanceof CheckFailedError && "results" in error) {
        await ledger.recordChecks(tx, step.task.runId, error.results as NewCheckResult[], new Map());
      }
      await cellLedger.recordStepCells(tx, step.claim, { cells: this.#all, done: this.#done, failed: this.#failed });
      await ledger.append(tx, step.task.runId, "cells_failed", step.task.key, {
        error: failed,
        cells: someCells(cells),
      });
    });
  }

  /** What an interrupted attempt of the same step has made. */
  async #doneBefore(): Promise<CellSet> {
    const steps = await this.step.around.ledger.steps(this.step.task.runId);
    const done = steps.find(({ key }) => key === this.step.task.key)?.done;
    return CellSet.fromRectangles(this.#state.space, done?.cells ?? []);
  }
}

/** @throws {InvalidRowsError} If a row lies outside the cells that were asked for. */
function refuseOthers(
  { key, partitionedBy }: OutputToPublish["asset"],
  data: OutputToPublish["rows"]["data"],
  part: CellSet,
): void {
  const names = partitionedBy!.name === undefined ? null : data[partitionedBy!.name] as readonly string[];
  const dates = partitionedBy!.date === undefined ? null : data[partitionedBy!.date] as readonly string[];
  const count = names?.length ?? dates?.length ?? 0;
  for (let i = 0; i < count; i++) {
    const [name, date] = [names?.[i] ?? "", dates?.[i] ?? ""];
    if (!part.has(name, date)) {
      throw new InvalidRowsError(
        `"${key}" returned a row of ${[name, date].filter((c) => c !== "").join(" on ")}, which it was not asked for.`,
      );
    }
  }
}
