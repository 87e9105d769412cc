import { mayBeUnknown } from "../declare/external_asset.ts";
import { partitionsOfAsset, type PartitionState } from "../judge/partition_state.ts";
import { goneWithin, partitionsWithin, restricts } from "../judge/partition_work.ts";
import type { PartitionRange } from "../partitions/partition_range.ts";
import type { AssetGraph, Producer } from "../declare/graph.ts";
import { PartitionSet } from "../partitions/mod.ts";
import { downstreamPartitions } from "../partitions/mapping.ts";
import { isSameReading, readingOf, runsTheSame } from "../judge/reading.ts";
import type { Snapshot } from "../judge/snapshot.ts";
import type { Reading } from "../store/records.ts";
import type { Reason } from "../store/reasons.ts";
import type { Activity, EndedStep } from "./activity.ts";
import type { Facts, Moment } from "../declare/automation_condition.ts";

/** Inputs of the evaluation of conditions. */
export interface Known {
  graph: AssetGraph;
  snapshot: Snapshot;
  activity: Activity;
  nowMs: number;
  /** Partitions requested by this evaluation so far, by producer, upstream first. */
  requested: ReadonlyMap<string, PartitionSet>;
}

const causes: Readonly<Record<"code" | "config" | "source", readonly Reason["kind"][]>> = {
  code: ["code_changed", "definition_changed"],
  config: ["config_changed"],
  source: ["source_changed", "partitions_due", "source_unreadable"],
};

/** The facts of one producer, each computed once, on first use. */
export class AssetFacts implements Facts {
  readonly nowMs: number;
  readonly universe: PartitionSet;
  readonly #none: PartitionSet;
  readonly #state: PartitionState;
  readonly #worked = new Map<string, unknown>();

  constructor(private readonly producer: Producer, private readonly known: Known) {
    const { snapshot } = known;
    this.nowMs = known.nowMs;
    this.#state = snapshot.partitions.get(producer.key)!;
    this.universe = this.#state.wanted.union(this.#state.gone);
    this.#none = PartitionSet.none(this.universe.space);
  }

  get wanted(): PartitionSet {
    return this.#state.wanted;
  }

  get missing(): PartitionSet {
    return this.#state.missing;
  }

  get expected(): PartitionSet {
    return this.#state.expected;
  }

  get stale(): PartitionSet {
    return this.#once(
      "stale",
      () => this.#because(({ kind }) => kind !== "check_failed").union(this.#state.gone),
    );
  }

  staleBy(cause: "code" | "config" | "source"): PartitionSet {
    return this.#because(({ kind }) => causes[cause].includes(kind));
  }

  get upstreamUpdates(): readonly Moment[] {
    return this.#once("upstreamUpdates", () => {
      const { reasons, made, expected } = this.#state;
      const changed = reasons.flatMap(({ reason, partitions }): Moment[] =>
        reason.kind === "upstream_changed" ? [{ partitions, atMs: this.#committedAtMs(reason.upstream) }] : []
      );
      const soon = this.#aboutToChange.intersection(made.union(expected)).intersection(this.universe);
      return soon.isEmpty ? changed : [...changed, { partitions: soon, atMs: this.nowMs }];
    });
  }

  get upstreamMissing(): PartitionSet {
    return this.#once("upstreamMissing", () => {
      const { snapshot, graph, requested } = this.known;
      const isRequested = (key: string) => requested.get(this.#makerOf(key))?.isEmpty === false;
      const isMissing = (key: string) => !snapshot.latest.has(key) && !isRequested(key) && !mayBeUnknown(graph, key);
      if (this.producer.upstream.some(isMissing)) return this.universe;
      if (this.universe.space.isSingle) {
        // Not made while upstream partitions are missing that this evaluation does not request.
        const open = this.#state.waiting.some(({ upstream, lacking }) => {
          const soon = requested.get(this.#makerOf(upstream));
          return !(soon ? lacking!.difference(soon) : lacking!).isEmpty;
        });
        return open ? this.universe : this.#none;
      }
      return this.#readersOf((key) => {
        const { missing } = snapshot.partitions.get(this.#makerOf(key))!;
        if (missing.space.isSingle) return undefined;
        const soon = requested.get(this.#makerOf(key));
        return soon ? missing.difference(soon) : missing;
      });
    });
  }

  get upstreamInProgress(): PartitionSet {
    return this.#once("upstreamInProgress", () =>
      this.#readersOf((key) => {
        const maker = this.#makerOf(key);
        return partitionsOfAsset(
          key,
          this.#open(maker, this.known.snapshot.partitions.get(maker)!),
          this.known.snapshot,
        );
      }));
  }

  get upstreamChecksPassed(): boolean {
    const { latest } = this.known.snapshot;
    return this.producer.upstream.every((key) => (latest.get(key)?.failedChecks ?? []).length === 0);
  }

  get inProgress(): PartitionSet {
    return this.#once("inProgress", () => this.#open(this.producer.key, this.#state));
  }

  get failures(): readonly Moment[] {
    if (!this.universe.space.isSingle) {
      return this.#failedPartitions.map(({ partitions, failedAt }) => ({ partitions, atMs: Date.parse(failedAt) }));
    }
    const last = this.#lastEnded;
    return last?.status === "failed" ? [{ partitions: this.universe, atMs: Date.parse(last.endedAt) }] : [];
  }

  get failedOnSameInputs(): PartitionSet {
    return this.#once("failedOnSameInputs", () => {
      const last = this.#lastEnded;
      const { present, latest } = this.known.snapshot;
      const reading = readingOf(this.producer, present.get(this.producer.key)!, latest);
      const isRead = (then: Reading | null | undefined) => !!then && isSameReading(then, reading);
      const failedPartitions = this.#failedPartitions.filter(({ runId }) => {
        return isRead(this.known.activity.failedReadings.get(`${this.producer.key} ${runId}`));
      });
      // A step that failed as a whole did not attempt all of its partitions.
      const failed = last?.status === "failed" && !last.error?.partial && isRead(last.reading);
      const cancelled = last?.status === "cancelled" && this.#isUnchangedSince(last, reading);
      return PartitionSet.together(
        this.universe.space,
        [...failedPartitions, ...(failed || cancelled ? [{ partitions: this.#partitionsOfStep(last) }] : [])],
      ).difference(this.#aboutToChange);
    });
  }

  get attempts(): readonly Moment[] {
    return this.#once("attempts", () =>
      (this.known.activity.attempts.get(this.producer.key) ?? [])
        .map(({ range, startedAt }) => ({ partitions: this.#within(range), atMs: Date.parse(startedAt) })));
  }

  get makings(): readonly Moment[] {
    return this.#once(
      "makings",
      () =>
        (this.known.activity.makings.get(this.producer.key) ?? []).map(({ partitions, startedAt }) => ({
          partitions: partitions === null
            ? this.universe
            : PartitionSet.fromRectangles(this.universe.space, partitions),
          atMs: Date.parse(startedAt),
        })),
    );
  }

  get #lastEnded(): EndedStep | undefined {
    return this.known.activity.lastEnded.get(this.producer.key);
  }

  /** Partitions that read a partition requested by this evaluation. */
  get #aboutToChange(): PartitionSet {
    return this.#once("aboutToChange", () =>
      this.#readersOf((key) => {
        const requested = this.known.requested.get(this.#makerOf(key));
        return requested && !requested.isEmpty ? partitionsOfAsset(key, requested, this.known.snapshot) : undefined;
      }));
  }

  /** Partitions that failed in their last attempt, including those with an earlier version. */
  get #failedPartitions(): readonly { partitions: PartitionSet; runId: number; failedAt: string }[] {
    return this.#once("failedPartitions", () => {
      const notFresh = this.missing.union(this.stale);
      return (this.known.snapshot.records.failed.get(this.producer.key) ?? []).map((
        { partitions, runId, failedAt },
      ) => ({
        partitions: PartitionSet.fromRectangles(this.universe.space, partitions).intersection(notFresh),
        runId,
        failedAt,
      }));
    });
  }

  /** Whether its inputs are unchanged since it was cancelled. */
  #isUnchangedSince({ reading, endedAt }: EndedStep, now: Reading): boolean {
    if (reading && !runsTheSame(reading, now)) return false;
    return this.producer.upstream.every((key) => !(this.#committedAtMs(key) > Date.parse(endedAt)));
  }

  #partitionsOfStep({ partitions, range }: EndedStep): PartitionSet {
    return partitions ? PartitionSet.fromRectangles(this.universe.space, partitions.partitions) : this.#within(range);
  }

  #within(range: PartitionRange | null): PartitionSet {
    return rangePartitions(range, this.#state);
  }

  /** Partitions of a producer in unfinished runs. */
  #open(producer: string, state: PartitionState): PartitionSet {
    const open = this.known.activity.open.get(producer) ?? [];
    return PartitionSet.together(state.space, open.map((range) => ({ partitions: rangePartitions(range, state) })));
  }

  #because(counts: (reason: Reason) => boolean): PartitionSet {
    return PartitionSet.together(this.universe.space, this.#state.reasons.filter(({ reason }) => counts(reason)));
  }

  #committedAtMs(key: string): number {
    return this.known.activity.committedAtMs.get(key) ?? -Infinity;
  }

  #makerOf(key: string): string {
    return this.known.graph.producerOf(key).key;
  }

  /** Partitions that read any of the upstream partitions that `ofUpstream` returns. */
  #readersOf(ofUpstream: (key: string) => PartitionSet | undefined): PartitionSet {
    const { space } = this.universe;
    const reads = this.known.snapshot.reads.get(this.producer.key)!;
    let readers = this.#none;
    for (const key of this.producer.upstream) {
      const partitions = ofUpstream(key);
      if (!partitions || partitions.isEmpty) continue;
      const mappings = reads.filter(({ upstream }) => upstream === key).map(({ mapping }) => mapping);
      // Assets listed under `after` affect every partition.
      if (mappings.length === 0) return this.universe;
      for (const mapping of mappings) readers = readers.union(downstreamPartitions(mapping, partitions, space));
    }
    return readers;
  }

  #once<T>(name: string, work: () => T): T {
    if (!this.#worked.has(name)) this.#worked.set(name, work());
    return this.#worked.get(name) as T;
  }
}

function rangePartitions(range: PartitionRange | null, state: PartitionState): PartitionSet {
  if (!range || !restricts(range, state.key)) return state.wanted.union(state.gone);
  return partitionsWithin(state, range).union(goneWithin(state, range));
}
