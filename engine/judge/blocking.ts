import type { RejectedAttempt } from "../store/records.ts";
import type { AssetGraph, Producer } from "../declare/graph.ts";
import type { PartitionStates } from "./partition_state.ts";
import { isSameReading, readingOf } from "./reading.ts";
import type { Present } from "./staleness.ts";
import type { Reason, Versions } from "../store/reasons.ts";

/** State that attempts are compared with. */
interface Now extends Pick<PartitionStates, "partitions"> {
  present: ReadonlyMap<string, Present>;
  latest: ReadonlyMap<string, Versions>;
}

/**
 * Whether a rejected attempt still blocks: the producer has published nothing since, would read exactly the same inputs, and has
 * something to do. An unreadable source counts as unchanged.
 */
export function isBlocked(
  producer: Producer,
  attempt: RejectedAttempt,
  { present, latest, partitions }: Now,
): boolean {
  const now = present.get(producer.key)!;
  const reading = readingOf(producer, now, latest);
  const { missing, stale } = partitions.get(producer.key)!;
  const { sourceVersion, sourceError } = attempt;
  return reading.materialization === attempt.materialization &&
    isSameReading(now.sourceError === undefined ? reading : { ...reading, sourceVersion, sourceError }, attempt) &&
    // Otherwise it would never be tried again, and downstream assets would wait for ever.
    !missing.union(stale).isEmpty;
}

/** Visits the producers in dependency order and finds what blocks each: the nearest rejected attempt upstream. */
export class WaitingLine {
  /** Rejected attempts that block the readers of a producer, by the producer's key. */
  readonly #blockers = new Map<string, RejectedAttempt>();

  constructor(
    private readonly graph: AssetGraph,
    private readonly attempts: ReadonlyMap<string, RejectedAttempt>,
    private readonly state: Now,
  ) {}

  /**
   * The attempt that blocks the producer, or `undefined`.
   *
   * @param willReadAnew Whether some of its upstream is about to be made: then its own rejected attempt no longer counts.
   */
  next(producer: Producer, { willReadAnew }: { willReadAnew: boolean }): RejectedAttempt | undefined {
    const before = producer.upstream.map((key) => this.#blockers.get(this.graph.producerOf(key).key));
    const waitsFor = before.find((blocker) => blocker !== undefined);
    const own = this.attempts.get(producer.key);
    if (waitsFor) this.#blockers.set(producer.key, waitsFor);
    else if (own && !willReadAnew && isBlocked(producer, own, this.state)) this.#blockers.set(producer.key, own);
    return waitsFor;
  }
}

/** Why an attempt was rejected, for users: a sentence without its full stop. */
export function whyRejected({ key, runId, checks }: RejectedAttempt): string {
  const failed = checks.map((c) => `check ${c.name}${c.key === key ? "" : ` of ${c.key}`} failed (${c.message})`);
  return `${key} was not published in run ${runId}: ${failed.join("; ")}`;
}

/** The reason of an asset that is blocked by an attempt. */
export function blockedReason(attempt: RejectedAttempt): Reason {
  return {
    kind: "blocked",
    message: `waits because ${whyRejected(attempt)}`,
    upstream: attempt.key,
    run: attempt.runId,
  };
}
