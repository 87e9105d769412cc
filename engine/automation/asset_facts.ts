import { mayBeUnknown } from "../declare/external_asset.ts";
import { gapsUpstream, type PartitionState } from "../judge/partition_state.ts";
import { goneWithin, partitionsWithin, restricts } from "../judge/partition_work.ts";
import type { PartitionRange } from "../partitions/partition_range.ts";
import type { AssetGraph, Producer } from "../declare/graph.ts";
import { PartitionSet, PartitionSpace } from "../partitions/mod.ts";
import { downstreamPartitions } from "../partitions/mapping.ts";
import { reasonsOfWhole, type Snapshot } from "../judge/snapshot.ts";
import { type Reason, saysMissing } from "../store/reasons.ts";
import type { Activity, EndedStep } from "./activity.ts";
import type { Facts, Moment } from "../declare/automation_condition.ts";
import { isSameReading, readingOf } from "./reading.ts";

/** All that is known when conditions are judged. */
export interface Known {
  graph: AssetGraph;
  snapshot: Snapshot;
  activity: Activity;
  nowMs: number;
  /** What this evaluation asks for so far, by producer: those upstream come first. */
  requested: ReadonlyMap<string, PartitionSet>;
}

const causes: Readonly<Record<"code" | "config" | "source", readonly Reason["kind"][]>> = {
  code: ["code_changed", "definition_changed"],
  config: ["config_changed"],
  source: ["source_changed", "partitions_due", "source_unreadable"],
};

/** The facts of one producer. Each is worked out when a condition asks for it, once. */
export class AssetFacts implements Facts {
  readonly nowMs: number;
  readonly universe: PartitionSet;
  readonly #none: PartitionSet;
  readonly #state: PartitionState | undefined;
  readonly #reasons: readonly { reason: Reason; partitions: PartitionSet }[];
  readonly #worked = new Map<string, unknown>();

  constructor(private readonly producer: Producer, private readonly known: Known) {
    const { snapshot } = known;
    this.nowMs = known.nowMs;
    this.#state = snapshot.partitions.get(producer.key);
    this.universe = this.#state ? this.#state.wanted.union(this.#state.gone) : single;
    this.#none = PartitionSet.none(this.universe.space);
    this.#reasons = this.#state?.reasons ??
      reasonsOfWhole(producer, snapshot).map((reason) => ({ reason, partitions: single }));
  }

  get wanted(): PartitionSet {
    return this.#state?.wanted ?? single;
  }

  get missing(): PartitionSet {
    return this.#state?.missing ?? this.#because(["never_materialized", "table_replaced"]);
  }

  get expected(): PartitionSet {
    return this.#state?.expected ?? this.missing;
  }

  get stale(): PartitionSet {
    return this.#once("stale", () => {
      if (this.#state) return this.#state.stale.union(this.#state.gone);
      const reasons = this.#reasons.map(({ reason }) => reason).filter((reason) => !saysMissing(reason));
      return this.#because(reasons.map(({ kind }) => kind).filter((kind) => kind !== "check_failed"));
    });
  }

  staleBy(cause: "code" | "config" | "source"): PartitionSet {
    return this.#because(causes[cause]);
  }

  get upstreamUpdates(): readonly Moment[] {
    return this.#once("upstreamUpdates", () => {
      const changed = this.#reasons.flatMap(({ reason, partitions }): Moment[] =>
        reason.kind === "upstream_changed" ? [{ partitions, atMs: this.#committedAtMs(reason.upstream) }] : []
      );
      const tended = this.#state ? this.#state.made.union(this.#state.expected) : single;
      const soon = this.#aboutToChange.intersection(tended).intersection(this.universe);
      return soon.isEmpty ? changed : [...changed, { partitions: soon, atMs: this.nowMs }];
    });
  }

  get upstreamMissing(): PartitionSet {
    return this.#once("upstreamMissing", () => {
      const { snapshot, graph, requested } = this.known;
      const isRequested = (key: string) => requested.get(this.#makerOf(key))?.isEmpty === false;
      const isMissing = (key: string) => !snapshot.latest.has(key) && !isRequested(key) && !mayBeUnknown(graph, key);
      if (this.producer.upstream.some(isMissing)) return this.universe;
      if (!this.#state) {
        // A whole is not made with a gap in it that this evaluation does not close.
        const open = gapsUpstream(this.producer, snapshot, graph).some(({ upstream, partitions }) => {
          const soon = requested.get(this.#makerOf(upstream));
          return !(soon ? partitions.difference(soon) : partitions).isEmpty;
        });
        return open ? this.universe : this.#none;
      }
      return this.#readersOf((key) => {
        const missing = snapshot.partitions.get(this.#makerOf(key))?.missing;
        if (!missing || missing.isEmpty) return undefined;
        const soon = requested.get(this.#makerOf(key));
        return soon ? missing.difference(soon) : missing;
      });
    });
  }

  get upstreamInProgress(): PartitionSet {
    return this.#once("upstreamInProgress", () =>
      this.#readersOf((key) => {
        const maker = this.#makerOf(key);
        const open = this.known.activity.open.get(maker);
        const state = this.known.snapshot.partitions.get(maker);
        if (!open) return undefined;
        return state
          ? together(open.map((range) => rangePartitions(range, state)), state.space)
          : this.#partitionsOf(key, single);
      }));
  }

  get upstreamChecksPassed(): boolean {
    const { latest } = this.known.snapshot;
    return this.producer.upstream.every((key) => (latest.get(key)?.failedChecks ?? []).length === 0);
  }

  get inProgress(): PartitionSet {
    return this.#once("inProgress", () =>
      together(
        (this.known.activity.open.get(this.producer.key) ?? []).map((range) => this.#within(range)),
        this.universe.space,
      ));
  }

  get failures(): readonly Moment[] {
    if (this.#state) {
      return this.#failedPartitions.map(({ partitions, failedAt }) => ({ partitions, atMs: Date.parse(failedAt) }));
    }
    const last = this.#lastEnded;
    return last?.status === "failed" ? [{ partitions: single, atMs: Date.parse(last.endedAt) }] : [];
  }

  get triedInVain(): PartitionSet {
    return this.#once("triedInVain", () => {
      const last = this.#lastEnded;
      const reading = readingOf(this.producer, this.known.snapshot);
      const failedPartitions = this.#failedPartitions.filter(({ runId }) => {
        const then = this.known.activity.failedReadings.get(`${this.producer.key} ${runId}`);
        return then && isSameReading(then, reading);
      }).map(({ partitions }) => partitions);
      // A step that failed as a whole never came to some of its partitions.
      const failed = last?.status === "failed" && !last.error?.partial && last.reading &&
        isSameReading(last.reading, reading);
      const cancelled = last?.status === "cancelled" && this.#isUnchangedSince(last, reading.own);
      return together(
        [...failedPartitions, ...(failed || cancelled ? [this.#partitionsOfStep(last)] : [])],
        this.universe.space,
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

  /** Partitions that read something which this evaluation asks for. */
  get #aboutToChange(): PartitionSet {
    return this.#once("aboutToChange", () =>
      this.#readersOf((key) => {
        const requested = this.known.requested.get(this.#makerOf(key));
        return requested && !requested.isEmpty ? this.#partitionsOf(key, requested) : undefined;
      }));
  }

  /** Partitions that failed when they were last tried, those included of which an earlier version stays. */
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
  #isUnchangedSince({ reading, endedAt }: EndedStep, own: string): boolean {
    if (reading && reading.own !== own) return false;
    return this.producer.upstream.every((key) => !(this.#committedAtMs(key) > Date.parse(endedAt)));
  }

  #partitionsOfStep({ partitions, range }: EndedStep): PartitionSet {
    return partitions ? PartitionSet.fromRectangles(this.universe.space, partitions.partitions) : this.#within(range);
  }

  #within(range: PartitionRange | null): PartitionSet {
    return this.#state ? rangePartitions(range, this.#state) : single;
  }

  #because(kinds: readonly Reason["kind"][]): PartitionSet {
    return together(
      this.#reasons.filter(({ reason }) => kinds.includes(reason.kind)).map(({ partitions }) => partitions),
      this.universe.space,
    );
  }

  #committedAtMs(key: string): number {
    const at = this.known.activity.committedAt.get(key);
    return at === undefined ? -Infinity : Date.parse(at);
  }

  #makerOf(key: string): string {
    return this.known.graph.producerOf(key).key;
  }

  /** Partitions of an upstream asset: what its producer's partitions are in the asset's own space. */
  #partitionsOf(key: string, partitions: PartitionSet): PartitionSet {
    const { snapshot } = this.known;
    return snapshot.partitions.has(this.#makerOf(key)) ? partitions : PartitionSet.all(snapshot.spaces.get(key)!);
  }

  /** The partitions that read any of the partitions that `ofUpstream` gives for an upstream asset. */
  #readersOf(ofUpstream: (key: string) => PartitionSet | undefined): PartitionSet {
    const { space } = this.universe;
    const reads = this.known.snapshot.reads.get(this.producer.key)!;
    let readers = this.#none;
    for (const key of this.producer.upstream) {
      const partitions = ofUpstream(key);
      if (!partitions || partitions.isEmpty) continue;
      const mappings = reads.filter(({ upstream }) => upstream === key).map(({ mapping }) => mapping);
      // What is only waited for concerns every partition.
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

const single = PartitionSet.all(PartitionSpace.single);

/** The partitions that a run with a range is about. */
function rangePartitions(range: PartitionRange | null, state: PartitionState): PartitionSet {
  if (!range || !restricts(range, state.key)) return state.wanted.union(state.gone);
  return partitionsWithin(state, range).union(goneWithin(state, range));
}

function together(parts: readonly PartitionSet[], space: PartitionSpace): PartitionSet {
  return parts.reduce((all, partitions) => all.union(partitions), PartitionSet.none(space));
}
