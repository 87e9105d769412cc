import {
  type AssetState,
  BackfillStateError,
  type Engine,
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

/** What the user can put right; everything else is a failure. */
const REFUSALS = [
  ExternalAssetError,
  BackfillStateError,
  IdempotencyConflictError,
  InvalidRequestError,
  RunNotRetryableError,
  SelectionError,
  UnknownAssetError,
  UnknownBackfillError,
  UnknownRunError,
  UnmetUpstreamError,
];

/**
 * Control over an engine in this process.
 *
 * @param trigger What runs say of who asked for them.
 */
export function engineControl(engine: Engine, { trigger = "cli" }: { trigger?: string } = {}): Control {
  return {
    place: "this process",
    assets: async () => (await engine.states()).map(listed),
    why: (key, of) => refusing(engine.why(key, of)),
    impact: (key, range) => refusing(engine.impact(key, range)),
    plan: (request) => refusing(engine.plan(request)),
    submit: (request) => refusing(engine.submit({ ...request, trigger })),
    retry: (runId) => refusing(engine.retry(runId, { trigger })),
    run: (runId) => refusing(engine.run(runId)),
    async *events(runId, options) {
      try {
        yield* engine.events(runId, options);
      } catch (error) {
        throw refusal(error);
      }
    },
    cancel: (runId) => refusing(engine.cancel(runId)),
    backfills: engineBackfills(engine.backfills, { trigger, refusing }),
  };
}

function listed({ lastMaterialization: last, ...state }: AssetState): ListedAsset {
  if (!last) return { ...state, lastMaterialization: null };
  const { id, committedAt, origin, runId, rowCount, contentVersion } = last;
  return { ...state, lastMaterialization: { id, at: committedAt, origin, runId, rowCount, contentVersion } };
}

async function refusing<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw refusal(error);
  }
}

function refusal(error: unknown): unknown {
  return error instanceof Error && REFUSALS.some((type) => error instanceof type)
    ? new RefusedError(error.message, { cause: error })
    : error;
}
