import { mayBeUnknown } from "../declare/external_asset.ts";
import { type CellState, gapsUpstream } from "../judge/cell_state.ts";
import { cellsWithin, goneWithin, restricts } from "../judge/cell_work.ts";
import { type CellRange } from "../partitions/cell_range.ts";
import type { AssetGraph, Producer } from "../declare/graph.ts";
import { CellSet, CellSpace } from "../partitions/mod.ts";
import { downstreamCells } from "../partitions/mapping.ts";
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
  requested: ReadonlyMap<string, CellSet>;
}

const causes: Readonly<Record<"code" | "config" | "source", readonly Reason["kind"][]>> = {
  code: ["code_changed", "definition_changed"],
  config: ["config_changed"],
  source: ["source_changed", "cells_due", "source_unreadable"],
};

/** The facts of one producer. Each is worked out when a condition asks for it, once. */
export class AssetFacts implements Facts {
  readonly nowMs: number;
  readonly universe: CellSet;
  readonly #none: CellSet;
  readonly #state: CellState | undefined;
  readonly #reasons: readonly { reason: Reason; cells: CellSet }[];
  readonly #worked = new Map<string, unknown>();

  constructor(private readonly producer: Producer, private readonly known: Known) {
    const { snapshot } = known;
    this.nowMs = known.nowMs;
    this.#state = snapshot.cells.get(producer.key);
    this.universe = this.#state ? this.#state.wanted.union(this.#state.gone) : single;
    this.#none = CellSet.none(this.universe.space);
    this.#reasons = this.#state?.reasons ??
      reasonsOfWhole(producer, snapshot).map((reason) => ({ reason, cells: single }));
  }

  get wanted(): CellSet {
    return this.#state?.wanted ?? single;
  }

  get missing(): CellSet {
    return this.#state?.missing ?? this.#because(["never_materialized", "table_replaced"]);
  }

  get expected(): CellSet {
    return this.#state?.expected ?? this.missing;
  }

  get stale(): CellSet {
    return this.#once("stale", () => {
      if (this.#state) return this.#state.stale.union(this.#state.gone);
      const reasons = this.#reasons.map(({ reason }) => reason).filter((reason) => !saysMissing(reason));
      return this.#because(reasons.map(({ kind }) => kind).filter((kind) => kind !== "check_failed"));
    });
  }

  staleBy(cause: "code" | "config" | "source"): CellSet {
    return this.#because(causes[cause]);
  }

  get upstreamUpdates(): readonly Moment[] {
    return this.#once("upstreamUpdates", () => {
      const changed = this.#reasons.flatMap(({ reason, cells }): Moment[] =>
        reason.kind === "upstream_changed" ? [{ cells, atMs: this.#committedAtMs(reason.upstream) }] : []
      );
      const tended = this.#state ? this.#state.made.union(this.#state.expected) : single;
      const soon = this.#aboutToChange.intersection(tended).intersection(this.universe);
      return soon.isEmpty ? changed : [...changed, { cells: soon, atMs: this.nowMs }];
    });
  }

  get upstreamMissing(): CellSet {
    return this.#once("upstreamMissing", () => {
      const { snapshot, graph, requested } = this.known;
      const isRequested = (key: string) => requested.get(this.#makerOf(key))?.isEmpty === false;
      const isMissing = (key: string) => !snapshot.latest.has(key) && !isRequested(key) && !mayBeUnknown(graph, key);
      if (this.producer.upstream.some(isMissing)) return this.universe;
      if (!this.#state) {
        // A whole is not made with a gap in it that this evaluation does not close.
        const open = gapsUpstream(this.producer, snapshot, graph).some(({ upstream, cells }) => {
          const soon = requested.get(this.#makerOf(upstream));
          return !(soon ? cells.difference(soon) : cells).isEmpty;
        });
        return open ? this.universe : this.#none;
      }
      return this.#readersOf((key) => {
        const missing = snapshot.cells.get(this.#makerOf(key))?.missing;
        if (!missing || missing.isEmpty) return undefined;
        const soon = requested.get(this.#makerOf(key));
        return soon ? missing.difference(soon) : missing;
      });
    });
  }

  get upstreamInProgress(): CellSet {
    return this.#once("upstreamInProgress", () =>
      this.#readersOf((key) => {
        const maker = this.#makerOf(key);
        const open = this.known.activity.open.get(maker);
        const state = this.known.snapshot.cells.get(maker);
        if (!open) return undefined;
        return state
          ? together(open.map((range) => rangeCells(range, state)), state.space)
          : this.#cellsOf(key, single);
      }));
  }

  get upstreamChecksPassed(): boolean {
    const { latest } = this.known.snapshot;
    return this.producer.upstream.every((key) => (latest.get(key)?.failedChecks ?? []).length === 0);
  }

  get inProgress(): CellSet {
    return this.#once("inProgress", () =>
      together(
        (this.known.activity.open.get(this.producer.key) ?? []).map((range) => this.#within(range)),
        this.universe.space,
      ));
  }

  get failures(): readonly Moment[] {
    if (this.#state) {
      return this.#failedCells.map(({ cells, failedAt }) => ({ cells, atMs: Date.parse(failedAt) }));
    }
    const last = this.#lastEnded;
    return last?.status === "failed" ? [{ cells: single, atMs: Date.parse(last.endedAt) }] : [];
  }

  get triedInVain(): CellSet {
    return this.#once("triedInVain", () => {
      const last = this.#lastEnded;
      const reading = readingOf(this.producer, this.known.snapshot);
      const failedCells = this.#failedCells.filter(({ runId }) => {
        const then = this.known.activity.failedReadings.get(`${this.producer.key} ${runId}`);
        return then && isSameReading(then, reading);
      }).map(({ cells }) => cells);
      // A step that failed as a whole never came to some of its cells.
      const failed = last?.status === "failed" && !last.error?.partial && last.reading &&
        isSameReading(last.reading, reading);
      const cancelled = last?.status === "cancelled" && this.#isUnchangedSince(last, reading.own);
      return together(
        [...failedCells, ...(failed || cancelled ? [this.#cellsOfStep(last)] : [])],
        this.universe.space,
      ).difference(this.#aboutToChange);
    });
  }

  get attempts(): readonly Moment[] {
    return this.#once("attempts", () =>
      (this.known.activity.attempts.get(this.producer.key) ?? [])
        .map(({ range, startedAt }) => ({ cells: this.#within(range), atMs: Date.parse(startedAt) })));
  }

  get makings(): readonly Moment[] {
    return this.#once(
      "makings",
      () =>
        (this.known.activity.makings.get(this.producer.key) ?? []).map(({ cells, startedAt }) => ({
          cells: cells === null ? this.universe : CellSet.fromRectangles(this.universe.space, cells),
          atMs: Date.parse(startedAt),
        })),
    );
  }

  get #lastEnded(): EndedStep | undefined {
    return this.known.activity.lastEnded.get(this.producer.key);
  }

  /** Cells that read something which this evaluation asks for. */
  get #aboutToChange(): CellSet {
    return this.#once("aboutToChange", () =>
      this.#readersOf((key) => {
        const requested = this.known.requested.get(this.#makerOf(key));
        return requested && !requested.isEmpty ? this.#cellsOf(key, requested) : undefined;
      }));
  }

  /** Cells that failed when they were last tried, those included of which an earlier version stays. */
  get #failedCells(): readonly { cells: CellSet; runId: number; failedAt: string }[] {
    return this.#once("failedCells", () => {
      const notFresh = this.missing.union(this.stale);
      return (this.known.snapshot.records.failed.get(this.producer.key) ?? []).map(({ cells, runId, failedAt }) => ({
        cells: CellSet.fromRectangles(this.universe.space, cells).intersection(notFresh),
        runId,
        failedAt,
      }));
    });
  }

  /** Whether nothing that would be read has changed since somebody said that it should not be made. */
  #isUnchangedSince({ reading, endedAt }: EndedStep, own: string): boolean {
    if (reading && reading.own !== own) return false;
    return this.producer.upstream.every((key) => !(this.#committedAtMs(key) > Date.parse(endedAt)));
  }

  #cellsOfStep({ cells, range }: EndedStep): CellSet {
    return cells ? CellSet.fromRectangles(this.universe.space, cells.cells) : this.#within(range);
  }

  #within(range: CellRange | null): CellSet {
    return this.#state ? rangeCells(range, this.#state) : single;
  }

  #because(kinds: readonly Reason["kind"][]): CellSet {
    return together(
      this.#reasons.filter(({ reason }) => kinds.includes(reason.kind)).map(({ cells }) => cells),
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

  /** Cells of an upstream asset: what its producer's cells are in the asset's own space. */
  #cellsOf(key: string, cells: CellSet): CellSet {
    const { snapshot } = this.known;
    return snapshot.cells.has(this.#makerOf(key)) ? cells : CellSet.all(snapshot.spaces.get(key)!);
  }

  /** The cells that read any of the cells that `ofUpstream` gives for an upstream asset. */
  #readersOf(ofUpstream: (key: string) => CellSet | undefined): CellSet {
    const { space } = this.universe;
    const reads = this.known.snapshot.reads.get(this.producer.key)!;
    let readers = this.#none;
    for (const key of this.producer.upstream) {
      const cells = ofUpstream(key);
      if (!cells || cells.isEmpty) continue;
      const mappings = reads.filter(({ upstream }) => upstream === key).map(({ mapping }) => mapping);
      // What is only waited for concerns every cell.
      if (mappings.length === 0) return this.universe;
      for (const mapping of mappings) readers = readers.union(downstreamCells(mapping, cells, space));
    }
    return readers;
  }

  #once<T>(name: string, work: () => T): T {
    if (!this.#worked.has(name)) this.#worked.set(name, work());
    return this.#worked.get(name) as T;
  }
}

const single = CellSet.all(CellSpace.single);

/** The cells that a run with a range is about. */
function rangeCells(range: CellRange | null, state: CellState): CellSet {
  if (!range || !restricts(range, state.key)) return state.wanted.union(state.gone);
  return cellsWithin(state, range).union(goneWithin(state, range));
}

function together(parts: readonly CellSet[], space: CellSpace): CellSet {
  return parts.reduce((all, cells) => all.union(cells), CellSet.none(space));
}
