import {
  type AssetState,
  BackfillStateError,
  type Engine,
  equalTo,
  ExternalAssetError,
  IdempotencyConflictError,
  InvalidRequestError,
  RunNotRetryableError,
  SelectionError,
  UnknownAssetError,
  UnknownBackfillError,
  UnknownRunError,
  UnmetUpstreamError,
} from "../engine/mod.ts";
import { engineBackfills } from "./backfill_control.ts";
import { type Control, type ListedAsset, RefusedError } from "./control.ts";

/** Errors that the user can correct; everything else is a failure. */
const REFUSALS = [
  ExternalAssetError,
  BackfillStateError,
  IdempotencyConflictError,
  InvalidRequestError,
  RunNotRetryableError,
  SelectionError,
  UnknownAssetError,
  UnknownBackfillError,
  UnmetUpstreamError,
];

/**
 * Control over an engine in this process.
 *
 * @param trigger Trigger recorded for runs.
 * @param evaluateFreshness Evaluates freshness policies now, if no service does so continuously.
 */
export function engineControl(
  engine: Engine,
  { trigger = "cli", evaluateFreshness }: { trigger?: string; evaluateFreshness?: () => Promise<unknown> } = {},
): Control {
  return {
    place: "this process",
    async assets() {
      await evaluateFreshness?.();
      return (await engine.states()).map(listed);
    },
    why: (key, of) => refusing(engine.why(key, of)),
    impact: (key, range) => refusing(engine.impact(key, range)),
    check: (selection, names) => refusing(engine.runChecks(selection, { names })),
    prune: (options) => engine.prune(options),
    replay: (key, { where, asOf }) => refusing(engine.replay(key, { filters: equalTo(where), asOf })),
    plan: (request) => refusing(engine.plan(request)),
    submit: (request) => refusing(engine.submit({ ...request, trigger })),
    retry: (runId) => refusing(engine.retry(runId, { trigger }), runId),
    run: (runId) => refusing(engine.run(runId), runId),
    async *events(runId, options) {
      try {
        yield* engine.events(runId, options);
      } catch (error) {
        throw refusal(error, runId);
      }
    },
    cancel: (runId) => refusing(engine.cancel(runId), runId),
    backfills: engineBackfills(engine.backfills, { trigger, refusing }),
  };
}

function listed({ lastMaterialization: last, ...state }: AssetState): ListedAsset {
  if (!last) return { ...state, lastMaterialization: null };
  const { id, committedAt, origin, runId, rowCount, dataVersion } = last;
  return { ...state, lastMaterialization: { id, at: committedAt, origin, runId, rowCount, dataVersion } };
}

/** @param named The run that the user named: if it does not exist, that is a refusal. */
async function refusing<T>(asked: Promise<T>, named?: number): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw refusal(error, named);
  }
}

function refusal(error: unknown, named?: number): unknown {
  if (error instanceof UnknownRunError && error.runId !== named) {
    return new Error(`The database does not have the run that was just stored in it: ${error.message}`, {
      cause: error,
    });
  }
  return error instanceof UnknownRunError || (error instanceof Error && REFUSALS.some((type) => error instanceof type))
    ? new RefusedError((error as Error).message, { cause: error })
    : error;
}
