import type { AttemptReading, RejectedAttempt } from "../store/records.ts";
import type { AssetGraph, Producer } from "../declare/graph.ts";
import { ownReasons, type Present } from "./staleness.ts";
import type { Reason, Versions } from "../store/reasons.ts";

/** The reading of a producer that would run now. */
export function readingOf(
  producer: Producer,
  present: Present,
  latest: ReadonlyMap<string, Versions>,
): AttemptReading {
  return {
    materialization: latest.get(producer.key)?.materialization ?? null,
    codeVersion: present.codeVersion,
    configHash: present.configHash,
    sourceVersion: present.sourceVersion,
    upstream: Object.fromEntries(producer.upstream.map((key) => [key, latest.get(key)?.dataVersion ?? ""])),
  };
}

/**
 * Whether a rejected attempt still stands: the producer has published nothing since, would read exactly what it read then, and
 * has something to do. A source that cannot be read now has not changed as far as anybody knows.
 */
export function isBlocked(
  producer: Producer,
  attempt: RejectedAttempt,
  { present, latest }: { present: ReadonlyMap<string, Present>; latest: ReadonlyMap<string, Versions> },
): boolean {
  const now = present.get(producer.key)!;
  const reading = readingOf(producer, now, latest);
  return reading.materialization === attempt.materialization &&
    reading.codeVersion === attempt.codeVersion &&
    reading.configHash === attempt.configHash &&
    (now.sourceError !== undefined || reading.sourceVersion === attempt.sourceVersion) &&
    producer.upstream.every((key) => reading.upstream[key] === attempt.upstream[key]) &&
    // Otherwise it would never be tried again, and what is downstream would wait for ever.
    ownReasons(producer, now, latest).length > 0;
}

/**
 * Goes through the producers in dependency order and tells of each what it waits for: the nearest rejected attempt upstream.
 */
export class WaitingLine {
  /** What keeps back the readers of a producer, by the producer's key. */
  readonly #blockers = new Map<string, RejectedAttempt>();

  constructor(
    private readonly graph: AssetGraph,
    private readonly attempts: ReadonlyMap<string, RejectedAttempt>,
    private readonly state: { present: ReadonlyMap<string, Present>; latest: ReadonlyMap<string, Versions> },
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
