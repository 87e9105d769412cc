/** Base class of the engine's errors: one class for each condition that a caller would handle differently. */
export abstract class EngineError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A declaration of assets or schedules is wrong: found at load, before any run. The message names both ends. */
export class DefinitionError extends EngineError {}

/** The selection matches nothing in the graph. */
export class SelectionError extends EngineError {}

/** No asset has this key. */
export class UnknownAssetError extends EngineError {
  constructor(readonly key: string, known: readonly string[] = []) {
    const near = nearest(key, known);
    super(`There is no asset "${key}".${near ? ` Did you mean "${near}"?` : ""}`);
  }
}

/** No run has this id. */
export class UnknownRunError extends EngineError {
  constructor(readonly runId: number) {
    super(`There is no run ${runId}.`);
  }
}

/** No backfill has this id. */
export class UnknownBackfillError extends EngineError {
  constructor(readonly backfillId: number) {
    super(`There is no backfill ${backfillId}.`);
  }
}

/** The state of a backfill does not allow the requested action. */
export class BackfillStateError extends EngineError {}

/** Partitions of an unpartitioned asset were requested. */
export class NotPartitionedError extends EngineError {
  constructor(readonly key: string) {
    super(`"${key}" is made as a whole and has no partitions. Its state is under /v1/assets/${key}.`);
  }
}

/** A request contradicts itself or the asset's schema. `issues` has the paths. */
export class InvalidRequestError extends EngineError {
  constructor(message: string, readonly issues: readonly { path: string; message: string }[] = []) {
    super(message);
  }
}

/** A step cannot run because one of its upstream assets was never materialized and is not part of the run. */
export class UnmetUpstreamError extends EngineError {
  constructor(readonly key: string, readonly upstream: string) {
    super(
      `"${key}" cannot be materialized: its upstream "${upstream}" has never been. Select "+${key}" to materialize what is upstream as well.`,
    );
  }
}

/** The same idempotency key came with a different request. */
export class IdempotencyConflictError extends EngineError {
  constructor(readonly idempotencyKey: string, readonly runId: number, what: "run" | "backfill" = "run") {
    super(`Idempotency key "${idempotencyKey}" was used for ${what} ${runId} with a different request. Use a new key.`);
  }
}

/** The code of an asset failed. `cause` is what it threw. */
export class StepFailedError extends EngineError {
  constructor(readonly key: string, readonly runId: number, cause: unknown) {
    super(`"${key}" failed in run ${runId}: ${messageOf(cause)}`, { cause });
  }
}

/** A step took longer than its asset allows. */
export class StepTimeoutError extends EngineError {
  constructor(readonly key: string, readonly timeoutMs: number) {
    super(
      `"${key}" was stopped: it took longer than its limit of ${timeoutMs} ms. Raise timeoutMs in its declaration if it needs more.`,
    );
  }
}

/** A run cannot be retried: it has not ended, or has nothing left to do. */
export class RunNotRetryableError extends EngineError {
  constructor(readonly runId: number, reason: string) {
    super(`Run ${runId} cannot be retried: ${reason}`);
  }
}

/** The operation is not possible for an external asset. */
export class ExternalAssetError extends EngineError {
  constructor(readonly key: string, reason: string) {
    super(`"${key}" is made outside Tandem: ${reason}`);
  }
}

/** The report is for an asset that Tandem makes itself. */
export class NotExternalError extends EngineError {
  constructor(readonly key: string, madeBy: string) {
    const maker = key === madeBy ? "Tandem" : `"${madeBy}"`;
    super(
      `"${key}" is made by ${maker}, so that only a run may record a version of it. Materialize "${madeBy}" instead.`,
    );
  }
}

/** The report is older than the latest known version. */
export class OutdatedReportError extends EngineError {
  constructor(readonly key: string, at: string, latest: string) {
    super(
      `The report of "${key}" is of ${at}, and its version of ${latest} is already known. Report the current version.`,
    );
  }
}

/** There is no schedule of this name. */
export class UnknownScheduleError extends EngineError {
  constructor(readonly schedule: string, known: readonly string[]) {
    const meant = nearest(schedule, known);
    super(`There is no schedule "${schedule}".${meant === undefined ? "" : ` Did you mean "${meant}"?`}`);
  }
}

/** The rows that an asset returned do not fit its row schema or key. None was stored. */
export class InvalidRowsError extends EngineError {
  readonly retryable = false;
}

/** A blocking check failed; the new version was not published. */
export class CheckFailedError extends EngineError {
  readonly retryable = false;
  constructor(readonly key: string, readonly failures: readonly { name: string; message: string }[]) {
    super(
      `"${key}" was not published: ${
        failures.map((f) => `check ${f.name} failed (${f.message})`).join("; ")
      }. The version before stays.`,
    );
  }
}

/** Some partitions of an asset could not be made; the others are published. `fatal` if every further one would fail as well. */
export class PartitionsFailedError extends EngineError {
  constructor(readonly key: string, readonly failed: number, readonly fatal: boolean, cause: unknown) {
    const said = messageOf(cause);
    // Ends as a sentence, so that the cause is not appended again.
    super(`${failed} partitions of "${key}" could not be made: ${said}${said.endsWith(".") ? "" : "."}`, { cause });
  }
}

/** Another process took over the step while it ran (this one lost its connection to the database), or the run was cancelled. */
export class StepLostError extends EngineError {
  constructor(readonly key: string, readonly runId: number) {
    super(`"${key}" of run ${runId} no longer belongs to this process; its result was not stored.`);
  }
}

/** The thread or worker of a step ended before the outcome was recorded. The step is run again. */
export class StepRunnerLostError extends EngineError {
  /** Whether other steps ran there as well, so that it need not have ended because of this one. */
  readonly shared: boolean;

  constructor(message: string, { shared = false }: { shared?: boolean } = {}) {
    super(message);
    this.shared = shared;
  }
}

/** A function would read upstream rows from before a column was added or became nullable. */
export class OutdatedRowsError extends EngineError {
  readonly retryable = false;
  constructor(readonly key: string, readonly upstream: string, readonly column: string) {
    super(
      `"${key}" cannot read "${upstream}": some of its rows have no "${column}", a column added to their schema later. Materialize "${upstream}" first.`,
    );
  }
}

/**
 * Another process, with other declarations, has altered a table that this one uses. Nothing was stored; this process has to be
 * restarted.
 */
export class TablesAlteredError extends EngineError {
  readonly retryable = false;
}

/** The message of any thrown value. A sentence is used as it is; a fragment is followed by its cause. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.message || error.name;
  return error.cause === undefined || own.endsWith(".") ? own : `${own}: ${messageOf(error.cause)}`;
}

/** The recorded form of a thrown value, in characters that PostgreSQL's jsonb can store. */
export function recordOfError(error: unknown): { name: string; message: string } {
  const recordable = (text: string) => text.replaceAll("\0", "\ufffd").toWellFormed();
  return {
    name: recordable(error instanceof Error ? error.name : "Error"),
    message: recordable(messageOf(error)),
  };
}

/**
 * Whether the same call may succeed later, according to `retryable` on the error or on a cause of it; `undefined` without that
 * property.
 */
export function retryableOf(error: unknown): boolean | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("retryable" in error && typeof error.retryable === "boolean") return error.retryable;
  return retryableOf(error.cause);
}

/** Whether the error, or a cause of it, has `retryable: true`. */
export function isRetryable(error: unknown): boolean {
  return retryableOf(error) === true;
}

/** Whether no further call can succeed before an operator acts (`fatal: true`, on the error or on a cause). */
export function isFatal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ("fatal" in error && error.fatal === true) || isFatal(error.cause);
}

function nearest(key: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(key.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(key, candidate);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
