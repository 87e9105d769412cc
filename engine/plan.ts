import { type RejectedAttempt, WaitingLine, whyRejected } from "./blocking.ts";
import { UnmetUpstreamError } from "./errors.ts";
import type { AssetGraph } from "./graph.ts";
import { ownReasons, type Present, type Reason, upstreamStale, type Versions } from "./staleness.ts";

/** One step of a plan: a function that will run. */
export interface PlannedStep {
  /** The asset whose function runs. */
  key: string;
  /** All assets that it makes. */
  produces: readonly string[];
  /** Steps of the same plan that end before this one starts. */
  after: readonly string[];
  /** Why it is in the plan. */
  reasons: readonly Reason[];
  /**
   * False where everything depends on what is upstream in this plan: if that comes out with the content it had, this step is
   * left out.
   */
  certain: boolean;
}

/** A step that is left out because a blocking check failed upstream of it and nothing has changed since. */
export interface WaitingStep {
  /** The asset whose function would run. */
  key: string;
  /** What it waits for, for people: a sentence without its full stop. */
  because: string;
  /** The asset whose rows were rejected, and the run in which they were. */
  blockedBy: string;
  run: number;
}

/** What a run would do, in order. */
export interface Plan {
  selection: string;
  force: boolean;
  steps: readonly PlannedStep[];
  /** Selected assets with nothing to do. */
  fresh: readonly string[];
  /** Selected steps that could only read what is known to be out of date. */
  waiting: readonly WaitingStep[];
}

/**
 * What has to run so that the selected assets are fresh. Reads nothing but its arguments.
 *
 * @throws {UnmetUpstreamError} If a step would read an asset that has never been materialized and is not selected.
 */
export function planRun(
  graph: AssetGraph,
  selected: readonly string[],
  state: {
    present: ReadonlyMap<string, Present>;
    latest: ReadonlyMap<string, Versions>;
    /** By producer. A forced run waits for nothing. */
    rejected?: ReadonlyMap<string, RejectedAttempt>;
  },
  request: { selection: string; force: boolean },
): Plan {
  const wanted = new Set(selected.map((key) => graph.producerOf(key)));
  const planned = new Map<string, PlannedStep>();
  const fresh: string[] = [];
  const waiting: WaitingStep[] = [];
  const line = new WaitingLine(graph, request.force ? new Map() : state.rejected ?? new Map(), state);
  for (const producer of graph.producers) {
    const rebuilt = producer.upstream.filter((key) => planned.has(graph.producerOf(key).key));
    const blocker = line.next(producer, { willReadAnew: wanted.has(producer) && rebuilt.length > 0 });
    if (!wanted.has(producer)) continue;
    // Whatever it has to do of its own: what it reads is known not to be what it should be.
    if (blocker) {
      waiting.push({ key: producer.key, because: whyRejected(blocker), blockedBy: blocker.key, run: blocker.runId });
      continue;
    }
    const own: Reason[] = request.force
      ? [{ kind: "forced", message: "asked for whether stale or not" }]
      : ownReasons(producer, state.present.get(producer.key)!, state.latest);
    if (own.length === 0 && rebuilt.length === 0) {
      fresh.push(...producer.produces.filter((key) => selected.includes(key)));
      continue;
    }
    for (const key of producer.upstream) {
      if (!state.latest.has(key) && !rebuilt.includes(key)) throw new UnmetUpstreamError(producer.key, key);
    }
    planned.set(producer.key, {
      key: producer.key,
      produces: producer.produces,
      after: [...new Set(rebuilt.map((key) => graph.producerOf(key).key))],
      reasons: [
        ...own,
        ...rebuilt.filter((key) => !own.some((r) => r.kind === "upstream_changed" && r.upstream === key))
          .map((key) => upstreamStale(key, !state.latest.has(key))),
      ],
      certain: own.length > 0,
    });
  }
  return { ...request, steps: [...planned.values()], fresh, waiting };
}
