import { PartitionSet } from "../partitions/mod.ts";
import type { Condition, Facts, Moment, Verdict } from "../declare/automation_condition.ts";

/** Wanted partitions that were never made. {@link expected} are those made automatically. */
export function missing(): Condition {
  return atom("missing()", "were never made", (facts) => facts.missing);
}

/** Missing partitions made automatically: all, or those of the newest date (`missing: "latest"`). */
export function expected(): Condition {
  return atom("expected()", "were never made and are expected automatically", (facts) => facts.expected);
}

/**
 * Materialized partitions whose code, settings, source or upstream content has changed. A failed check is no reason: the same rows
 * would fail again.
 */
export function stale(): Condition {
  return atom("stale()", "are stale, or no longer wanted", (facts) => facts.stale);
}

/** Partitions made by another code version. */
export function codeChanged(): Condition {
  return atom("codeChanged()", "were made by another code version", (facts) => facts.staleBy("code"));
}

/** Partitions made with other settings. */
export function configChanged(): Condition {
  return atom("configChanged()", "were made with other settings", (facts) => facts.staleBy("config"));
}

/** Partitions whose source has changed since it was read, or is due to be read again. */
export function sourceChanged(): Condition {
  return atom(
    "sourceChanged()",
    "were read from a changed source, or are due again",
    (facts) => facts.staleBy("source"),
  );
}

/** Partitions whose upstream changed since they were made, or is made in the same evaluation. Reports instants. */
export function anyUpstreamUpdated(): Condition {
  return happening(
    "anyUpstreamUpdated()",
    "read an upstream partition that changed or is about to",
    (facts) => facts.upstreamUpdates,
  );
}

/** Partitions with missing upstream that the same evaluation does not make. */
export function anyUpstreamMissing(): Condition {
  return atom(
    "anyUpstreamMissing()",
    "read an upstream partition that was never made",
    (facts) => facts.upstreamMissing,
  );
}

/** Partitions that read a partition or asset in an unfinished run. */
export function anyUpstreamInProgress(): Condition {
  return atom(
    "anyUpstreamInProgress()",
    "read an upstream partition that a run is about to make",
    (facts) => facts.upstreamInProgress,
  );
}

/** Partitions in an unfinished run. */
export function inProgress(): Condition {
  return atom("inProgress()", "are part of a run that has not ended", (facts) => facts.inProgress);
}

/** Partitions whose last attempt failed. Reports instants. */
export function failed(): Condition {
  return { ...happening("failed()", "failed in their last attempt", (f) => f.failures), dependsOnFailures: true };
}

/** Partitions that failed within the last `duration`. Reports instants. */
export function failedSince(duration: Temporal.DurationLike): Condition {
  const { text, ms } = lengthOf(duration);
  return {
    ...happening(
      `failedSince(${text})`,
      `failed within the last ${text}`,
      ({ failures, nowMs }) => failures.filter(({ atMs }) => atMs > nowMs - ms),
    ),
    dependsOnFailures: true,
  };
}

/** Partitions that failed or were cancelled, with unchanged inputs: a retry would have the same result. */
export function failedOnSameInputs(): Condition {
  return {
    ...atom(
      "failedOnSameInputs()",
      "failed or were cancelled, and their inputs have not changed since",
      (facts) => facts.failedOnSameInputs,
    ),
    dependsOnFailures: true,
  };
}

/** All partitions, if the current upstream versions passed their checks of severity `error`. */
export function checksPassed(): Condition {
  return atom(
    "checksPassed()",
    "read only partitions that passed their checks",
    ({ upstreamChecksPassed, universe }) => upstreamChecksPassed ? universe : PartitionSet.none(universe.space),
  );
}

/** Partitions of the `dates` newest wanted dates; every partition of an asset without dates. */
export function inLatestWindow({ dates }: { dates: number }): Condition {
  return atom(
    `inLatestWindow({ dates: ${dates} })`,
    dates === 1 ? "have the newest date" : `have one of the ${dates} newest dates`,
    (facts) => latestPartitions(facts, dates),
  );
}

/** Partitions that a step attempted, whether it made them, found them fresh or failed. Reports instants: the start of the step. */
export function attempted(): Condition {
  return {
    ...happening("attempted()", "were processed by a step", (facts) => facts.attempts),
    dependsOnFailures: true,
    historySinceMs: () => 0,
  };
}

/** Materialized partitions. Reports instants: the start of the step that last made them. */
export function materialized(): Condition {
  return { ...happening("materialized()", "were made", (facts) => facts.makings), historySinceMs: () => 0 };
}

/** The partitions of the newest wanted dates. */
export function latestPartitions({ wanted }: Facts, dates = 1): PartitionSet {
  if (!wanted.space.hasDates) return wanted;
  const places = wanted.dateRanges;
  let left = dates;
  for (let i = places.length - 2; i >= 0; i -= 2) {
    const [start, end] = [places[i]!, places[i + 1]!];
    if (end - start >= left) return wanted.during([end - left, wanted.space.dates.length]);
    left -= end - start;
  }
  return wanted;
}

/** The partitions of all moments. */
export function partitionsOf(moments: readonly Moment[], { universe }: Facts): PartitionSet {
  return moments.reduce((all, { partitions }) => all.union(partitions), PartitionSet.none(universe.space));
}

/** A condition on the current state, without instants. */
export function atom(text: string, meaning: string, partitions: (facts: Facts) => PartitionSet): Condition {
  return {
    text,
    meaning,
    operands: [],
    hasInstant: false,
    dependsOnFailures: false,
    decide: (facts): Verdict => ({ partitions: partitions(facts) }),
  };
}

/** A condition that reports instants. */
export function happening(text: string, meaning: string, moments: (facts: Facts) => readonly Moment[]): Condition {
  return {
    text,
    meaning,
    operands: [],
    hasInstant: true,
    dependsOnFailures: false,
    decide(facts): Verdict {
      const found = moments(facts);
      return { partitions: partitionsOf(found, facts), moments: found };
    },
  };
}

function lengthOf(duration: Temporal.DurationLike): { text: string; ms: number } {
  const length = Temporal.Duration.from(duration);
  const ms = length.total({ unit: "milliseconds", relativeTo: Temporal.PlainDateTime.from("2000-01-01") });
  if (!(ms > 0)) throw new RangeError(`A duration lasts longer than ${length}. Give e.g. { hours: 6 }.`);
  return { text: length.toString(), ms };
}
