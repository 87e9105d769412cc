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
 * Whether a rejected attempt still stands: the producer has published nothing since, would read exactly what it read then, and
 * has something to do. A source that cannot be read now counts as unchanged.
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
    // Otherwise it would never be tried again, and what is downstream would wait for ever.
    !missing.union(stale).isEmpty;
}

/**
 * Goes through the producers in dependency order and tells of each what it waits for: the nearest rejected attempt upstream.
 */
export class WaitingLine {
  /** Rejected attempts that block the readers of a producer, by the producer's key. */
  readonly #blockers = new Map<string, RejectedAttempt>();

  constructor(
    private readonly graph: AssetGraph,
    private readonly attempts: ReadonlyMap<string, RejectedAttempt>,
    private readonly state: Now,
  ) {}

  /**
   * The attempt that the producer waits for, or `undefined`.
   *
   * @param willReadAnew Whether the producer is about to run after something upstream of it has, so that a rejected attempt of
   * its own says nothing of how it ends this time.
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

/** Why an attempt was rejected, for people: a sentence without its full stop. */
export function whyRejected({ key, runId, checks }: RejectedAttempt): string {
  const failed = checks.map((c) => `check ${c.name}${c.key === key ? "" : ` of ${c.key}`} failed (${c.message})`);
  return `${key} was not published in run ${runId}: ${failed.join("; ")}`;
}

/** The reason that an asset has from an attempt that it waits for. */
export function blockedReason(attempt: RejectedAttempt): Reason {
  return {
    kind: "blocked",
    message: `waits because ${whyRejected(attempt)}`,
    upstream: attempt.key,
    run: attempt.runId,
  };
}
