import { PartitionSet } from "../partitions/mod.ts";
import type { Condition, Facts, Moment, Verdict } from "../declare/automation_condition.ts";

/** Partitions that there should be and that were never made. {@link expected} are those that are made without a request. */
export function missing(): Condition {
  return atom("missing()", "were never made", (facts) => facts.missing);
}

/** Missing partitions that are made automatically: all, or those of the newest date (`missing: "latest"`). */
export function expected(): Condition {
  return atom("expected()", "were never made and are expected automatically", (facts) => facts.expected);
}

/**
 * Partitions that were made and would come out differently now: code, settings, source or what is upstream changed. A check that failed is
 * no reason, since making the same again would fail it again.
 */
export function stale(): Condition {
  return atom("stale()", "are stale, or no longer wanted", (facts) => facts.stale);
}

/** Partitions that were made by another code version. */
export function codeChanged(): Condition {
  return atom("codeChanged()", "were made by another code version", (facts) => facts.staleBy("code"));
}

/** Partitions that were made with other settings. */
export function configChanged(): Condition {
  return atom("configChanged()", "were made with other settings", (facts) => facts.staleBy("config"));
}

/** Partitions whose source has other data than when it was read, or is due to be read again. */
export function sourceChanged(): Condition {
  return atom(
    "sourceChanged()",
    "were read from a changed source, or are due again",
    (facts) => facts.staleBy("source"),
  );
}

/** Partitions that read something which changed since they were made, or that is made in the same evaluation. Happens at an instant. */
export function anyUpstreamUpdated(): Condition {
  return happening(
    "anyUpstreamUpdated()",
    "read an upstream partition that changed or is about to",
    (facts) => facts.upstreamUpdates,
  );
}

/** Partitions that read a partition or an asset which was never made and is not made in the same evaluation. */
export function anyUpstreamMissing(): Condition {
  return atom(
    "anyUpstreamMissing()",
    "read an upstream partition that was never made",
    (facts) => facts.upstreamMissing,
  );
}

/** Partitions that read something which a run is about to make. */
export function anyUpstreamInProgress(): Condition {
  return atom(
    "anyUpstreamInProgress()",
    "read an upstream partition that a run is about to make",
    (facts) => facts.upstreamInProgress,
  );
}

/** Partitions that a run is about to make. */
export function inProgress(): Condition {
  return atom("inProgress()", "are part of a run that has not ended", (facts) => facts.inProgress);
}

/** Partitions that failed in their last attempt. Happens at an instant. */
export function failed(): Condition {
  return { ...happening("failed()", "failed in their last attempt", (f) => f.failures), mindsFailures: true };
}

/** Partitions that failed within the last `duration`. Happens at an instant. */
export function failedSince(duration: Temporal.DurationLike): Condition {
  const { text, ms } = lengthOf(duration);
  return {
    ...happening(
      `failedSince(${text})`,
      `failed within the last ${text}`,
      ({ failures, nowMs }) => failures.filter(({ atMs }) => atMs > nowMs - ms),
    ),
    mindsFailures: true,
  };
}

/** Partitions that failed or were cancelled and would be made of the same now: to try again would be in vain. */
export function triedInVain(): Condition {
  return {
    ...atom(
      "triedInVain()",
      "failed or were cancelled, and their inputs have not changed since",
      (facts) => facts.triedInVain,
    ),
    mindsFailures: true,
  };
}

/** All partitions, if the current versions of what is upstream passed their checks of severity `error`. */
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

/** Partitions that a step has looked at, whether it made them, found them right or failed. Happens at an instant: the step's start. */
export function attempted(): Condition {
  return {
    ...happening("attempted()", "were processed by a step", (facts) => facts.attempts),
    mindsFailures: true,
    historySinceMs: () => 0,
  };
}

/** Partitions that were made. Happens at an instant: the start of the step that made them last. */
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

/** All partitions of moments. */
export function partitionsOf(moments: readonly Moment[], { universe }: Facts): PartitionSet {
  return moments.reduce((all, { partitions }) => all.union(partitions), PartitionSet.none(universe.space));
}

/** A condition that is read off the state. */
export function atom(text: string, meaning: string, partitions: (facts: Facts) => PartitionSet): Condition {
  return {
    text,
    meaning,
    operands: [],
    hasInstant: false,
    mindsFailures: false,
    decide: (facts): Verdict => ({ partitions: partitions(facts) }),
  };
}

/** A condition that came to hold at an instant. */
export function happening(text: string, meaning: string, moments: (facts: Facts) => readonly Moment[]): Condition {
  return {
    text,
    meaning,
    operands: [],
    hasInstant: true,
    mindsFailures: false,
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
