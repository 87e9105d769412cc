import { type CellRecords, type FailedCells, type MadeCells } from "../store/cell_records.ts";
import { someCells } from "../store/reasons.ts";
import type { Clock } from "../../resources/clock.ts";
import { CheckFailedError } from "../errors.ts";
import type { AssetGraph, Producer } from "../declare/graph.ts";
import { CellSet, CellSpace, type Mapping, type UpstreamCells, type Wanted } from "../partitions/mod.ts";
import { downstreamCells, upstreamCells } from "../partitions/mapping.ts";
import { wantedCells } from "../partitions/partitions.ts";
import { numbersOf, rangesOf } from "../partitions/ranges.ts";
import type { Present } from "./staleness.ts";
import type { Reason, Versions } from "../store/reasons.ts";
import { readersOfChange } from "./touched_cells.ts";

/** What a producer reads of one upstream asset. */
export interface Read {
  upstream: string;
  mapping: Mapping;
}

/** The cells of a producer, each sort in the same space. */
export interface CellState {
  /** The producer. */
  key: string;
  space: CellSpace;
  /** Those that there should be. */
  wanted: CellSet;
  made: CellSet;
  /** Made once, of which some table has no rows any more because it was replaced; with why. They are missing. */
  lost: CellSet;
  lostBecause: string | null;
  /** Wanted and not made. */
  missing: CellSet;
  /** Missing ones that nobody has to ask for. */
  expected: CellSet;
  /** Whether only the newest date is expected. */
  latestAlone: boolean;
  /** Made, and would come out differently now; with why. A cell may have several reasons. */
  stale: CellSet;
  reasons: readonly { reason: Reason; cells: CellSet }[];
  /** Made, not wanted any more, and to be removed. */
  gone: CellSet;
  /** Wanted, made and as they would be now. */
  fresh: CellSet;
  /** Not fresh, and some cell that they read has not been made: with the upstream asset that keeps them waiting. */
  waiting: readonly { upstream: string; cells: CellSet }[];
  failed: readonly (Omit<FailedCells, "cells"> & { cells: CellSet })[];
  /** The made cells by the materialization that they belong to, those included that are to be removed. */
  groups: readonly { materialization: number; cells: CellSet }[];
}

/** All that is known of the state of producers; {@link cellStates} adds their cells. */
export interface Known {
  graph: AssetGraph;
  present: ReadonlyMap<string, Present>;
  latest: ReadonlyMap<string, Versions>;
  records: CellRecords;
  configs: ReadonlyMap<string, unknown>;
  resources: unknown;
  clock: Clock;
  /** Current rows of an asset. */
  rows(key: string): Promise<readonly Record<string, unknown>[]>;
}

/** Cells of some producers and spaces of their assets. */
export interface CellStates {
  /** By producer that is made by cells. */
  cells: Map<string, CellState>;
  /** By key of each asset that was looked at. */
  spaces: Map<string, CellSpace>;
  /** The same up to the newest date that was made and stays, by key of each asset that is made by cells. */
  madeSpaces: Map<string, CellSpace>;
  /** Coordinates that stay, those of cells that are to be removed left out, by key of each asset that was looked at. */
  lastingSpaces: Map<string, CellSpace>;
  /** Coordinates that are wanted, by key of each asset that was looked at. */
  wantedSpaces: Map<string, CellSpace>;
  /** What each producer reads, by producer. */
  reads: Map<string, readonly Read[]>;
}

/** Judges the cells of producers, which come in dependency order and with all that is upstream of them. */
export async function cellStates(producers: readonly Producer[], known: Known): Promise<CellStates> {
  const states: CellStates = {
    cells: new Map(),
    spaces: new Map(),
    madeSpaces: new Map(),
    lastingSpaces: new Map(),
    wantedSpaces: new Map(),
    reads: new Map(),
  };
  for (const producer of producers) {
    const reads = readsOf(producer, known.configs.get(producer.key));
    states.reads.set(producer.key, reads);
    if (producer.recipe.partitionsDef) {
      const { state, wanted } = await cellState(producer, reads, known, states);
      states.cells.set(producer.key, state);
      const made = untilMade(state);
      const lasting = lastingSpace(state);
      for (const key of producer.produces) {
        states.spaces.set(key, state.space);
        states.madeSpaces.set(key, made);
        states.lastingSpaces.set(key, lasting);
        states.wantedSpaces.set(key, wanted);
      }
    } else {
      for (const key of producer.produces) {
        const space = extentOf(key, known.records);
        for (const spaces of [states.spaces, states.lastingSpaces, states.wantedSpaces]) spaces.set(key, space);
      }
    }
  }
  return states;
}

/** What a producer reads of its upstream assets, under its settings. */
export function readsOf(producer: Producer, config: unknown): Read[] {
  return Object.entries(producer.recipe.deps).map(([name, { key }]) => ({
    upstream: key,
    mapping: producer.recipe.mappings[name]!(config),
  }));
}

/**
 * Whether what changed in an upstream asset since a materialization is nothing that a producer reads which is made as a whole.
 */
export function isUntouched(
  producer: Producer,
  states: CellStates,
  { changes }: CellRecords,
): (upstream: string, since: number) => boolean {
  return (upstream, since) => {
    const reads = states.reads.get(producer.key)!.filter((read) => read.upstream === upstream);
    const after = changes.get(upstream)?.filter((change) => change.materialization > since);
    if (!after || reads.length === 0) return false;
    return after.every(({ changed }) =>
      changed !== null &&
      reads.every(({ mapping }) => {
        const touched = { upstream: readSpace({ upstream, mapping }, states), changed, own: CellSpace.single };
        return readersOfChange(mapping, touched).isEmpty;
      })
    );
  };
}

/** Upstream assets of a producer that is made as a whole of which it reads cells that should be there and are not. */
export function gapsUpstream(
  producer: Producer,
  states: CellStates,
  graph: AssetGraph,
): { upstream: string; cells: CellSet }[] {
  return states.reads.get(producer.key)!.flatMap(({ upstream, mapping }) => {
    const state = states.cells.get(graph.producerOf(upstream).key);
    if (!state) return [];
    const cells = upstreamCells(mapping, CellSet.all(CellSpace.single), states.lastingSpaces.get(upstream)!)
      .in(state.space)
      .intersection(state.expected.union(rejectedCells(state)));
    return cells.isEmpty ? [] : [{ upstream, cells }];
  });
}

/** Cells of `producer` that read any of the given cells of an upstream asset. */
export function readersOf(
  producer: string,
  { upstream, cells }: { upstream: string; cells: CellSet },
  states: CellStates,
): CellSet {
  const { space } = states.cells.get(producer)!;
  return states.reads.get(producer)!
    .filter((read) => read.upstream === upstream)
    .reduce((all, { mapping }) => all.union(downstreamCells(mapping, cells, space)), CellSet.none(space));
}

async function cellState(
  producer: Producer,
  reads: readonly Read[],
  known: Known,
  states: CellStates,
): Promise<{ state: CellState; wanted: CellSpace }> {
  const { key, recipe } = producer;
  const partitionsDef = recipe.partitionsDef!;
  const { records, resources, clock } = known;
  const upstream = Object.fromEntries(
    Object.entries(recipe.deps).map(([name, dep]): [string, UpstreamCells] => [name, {
      space: states.lastingSpaces.get(dep.key)!,
      wanted: states.wantedSpaces.get(dep.key)!,
      rows: () => known.rows(dep.key),
    }]),
  );
  const answer = await partitionsDef.wanted({ upstream, config: known.configs.get(key), resources, clock });
  const asked = wantedCells(answer);
  const groups = records.made.get(key) ?? [];
  const failures = records.failed.get(key) ?? [];
  // What was made may have coordinates that are not wanted any more.
  const rectangles = groups.flatMap((group) => group.cells);
  const dates = records.extents.get(key)?.dates ?? rectangles.flatMap(({ dates }) => (dates ?? []).flat());
  // The usual state: what was made are the first of the dates that are wanted.
  const isBeginning = isPrefix(dates, asked.space.dates);
  const furtherDates = rectangles.length === 0 || isBeginning ? [] : dates;
  const space = asked.space.with(rectangles.flatMap(({ names }) => names ?? []), furtherDates);
  const wanted = asked.in(space);
  const none = CellSet.none(space);

  // A date that has come to lie between two that were made is not made by that.
  const madeDates = isBeginning
    ? (dates.length === 0 ? [] : [0, dates.length])
    : rangesOf(dates.map((date) => space.dateAt(date)).filter((at) => at >= 0).sort((a, b) => a - b));
  const madeGroups = groups.map((group) => {
    const cells = CellSet.fromRectangles(space, group.cells);
    return { group, cells: space.hasDates ? cells.during(madeDates) : cells };
  });
  const together = (groups: typeof madeGroups) => groups.reduce((all, { cells }) => all.union(cells), none);
  const lostGroups = madeGroups.filter(({ group }) => group.lost !== null);
  const keptGroups = madeGroups.filter(({ group }) => group.lost === null);
  const made = together(keptGroups);
  const lost = together(lostGroups);
  const missing = wanted.difference(made);
  // What was there is made again without anybody asking.
  const expected = partitionsDef.missing === "latest"
    ? missing.during(space.dates.length === 0 ? [] : lastOf(wanted)).union(missing.intersection(lost))
    : missing;
  const there = made.union(lost);
  const kept = partitionsDef.gone === "keep" ? keptCells(there, answer) : none;
  const gone = there.difference(wanted).difference(kept);

  const found = new Map<string, { reason: Reason; cells: CellSet }>();
  let stale = none;
  const staleIn = (cells: CellSet, id: string, reason: () => Reason) => {
    if (cells.isEmpty) return;
    stale = stale.union(cells);
    const before = found.get(id);
    found.set(id, before ? { ...before, cells: before.cells.union(cells) } : { reason: reason(), cells });
  };
  for (const { group, cells } of keptGroups) {
    // What is kept though it is not wanted any more cannot be made again: what it was made of may be gone.
    judgeGroup({ producer, reads, group, cells: cells.intersection(wanted), known, states, space }, staleIn);
  }
  const notFresh = missing.union(stale);
  const state: CellState = {
    key,
    space,
    wanted,
    made,
    lost,
    lostBecause: lostGroups[0]?.group.lost ?? null,
    missing,
    expected,
    latestAlone: partitionsDef.missing === "latest",
    stale,
    reasons: [...found.values()].map(({ reason, cells }) => ({
      reason: { ...reason, cells: someCells(cells) },
      cells,
    })),
    gone,
    // What is kept unwanted stays on record as it was made: it is judged by that should it be wanted again.
    fresh: made.intersection(wanted).difference(stale),
    waiting: waitingCells(notFresh, reads, states, known.graph),
    failed: failures.map((failure) => ({
      ...failure,
      cells: CellSet.fromRectangles(space, failure.cells).intersection(notFresh),
    })).filter(({ cells }) => !cells.isEmpty),
    groups: madeGroups.map(({ group, cells }) => ({
      materialization: group.materialization,
      cells,
    })),
  };
  return { state, wanted: asked.space };
}

/** Of the cells that were made those whose date still is one. */
function keptCells(made: CellSet, { isDate }: Wanted): CellSet {
  if (!isDate) return made;
  const { dates } = made.space;
  return made.during(rangesOf(Array.from(numbersOf(made.dateRanges)).filter((at) => isDate(dates[at]!))));
}

interface Judged {
  producer: Producer;
  reads: readonly Read[];
  group: MadeCells;
  cells: CellSet;
  known: Known;
  states: CellStates;
  space: CellSpace;
}

function judgeGroup(
  { producer, reads, group, cells, known, states, space }: Judged,
  staleIn: (cells: CellSet, id: string, reason: () => Reason) => void,
): void {
  const present = known.present.get(producer.key)!;
  const { remake } = group;
  if (remake !== null) {
    staleIn(cells, "definition", () => ({ kind: "definition_changed", message: remake }));
  }
  if (group.codeVersion !== present.codeVersion) {
    const [from, to] = [group.codeVersion, present.codeVersion];
    staleIn(cells, "code", () => ({
      kind: "code_changed",
      message: `its code changed from version ${from} to ${to}`,
      from,
      to,
    }));
  }
  if (group.configHash !== present.configHash) {
    staleIn(cells, "config", () => ({ kind: "config_changed", message: "its configuration changed" }));
  }
  if (present.sourceError === undefined && group.sourceVersion !== present.sourceVersion) {
    const due = dueCells(cells, group.sourceVersion, present.sourceVersion, producer);
    const [from, to] = [group.sourceVersion, present.sourceVersion];
    staleIn(due, "source", () =>
      producer.recipe.partitionsDef!.due
        ? {
          kind: "cells_due",
          message: `it was read at ${from ?? "no version"} and is due again, because it may be restated until then`,
          from,
          to,
        }
        : { kind: "source_changed", message: "its source has other data than when it was read", from, to });
  }
  for (const upstream of producer.upstream) {
    const now = known.latest.get(upstream);
    const read = group.upstream[upstream];
    if (!now || read?.version === now.contentVersion) continue;
    const changes = known.records.changes.get(upstream);
    const after = read && changes?.filter((change) => change.materialization > read.materialization);
    // Without a record of cells whatever changed may be anywhere.
    if (!after || after.some(({ changed }) => changed === null)) {
      staleIn(cells, `upstream ${upstream}`, () => ({
        kind: "upstream_changed",
        message: `upstream ${upstream} changed`,
        upstream,
        materialization: now.materialization,
      }));
      continue;
    }
    for (const { materialization, changed } of after) {
      for (const { mapping } of reads.filter((r) => r.upstream === upstream)) {
        const touched = { upstream: readSpace({ upstream, mapping }, states), changed: changed!, own: space };
        staleIn(
          readersOfChange(mapping, touched).intersection(cells),
          `upstream ${upstream} ${materialization}`,
          () => ({
            kind: "upstream_changed",
            message: `upstream ${upstream} changed in materialization ${materialization}`,
            upstream,
            materialization,
          }),
        );
      }
    }
  }
}

/** Cells whose date asks for a later version of the source than the one they were read at. */
function dueCells(cells: CellSet, made: string | null, now: string | null, { recipe }: Producer): CellSet {
  const { due } = recipe.partitionsDef!;
  if (!due || now === null) return cells;
  if (made === null) return cells;
  const { dates } = cells.space;
  // The version that a cell asks for rises with its date: those that ask for too much are the last ones.
  let low = 0;
  let high = dates.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (due(dates[middle]!, now) > made) high = middle;
    else low = middle + 1;
  }
  return cells.during(low < dates.length ? [low, dates.length] : []);
}

/** Cells that read something which was never made. */
function waitingCells(
  cells: CellSet,
  reads: readonly Read[],
  states: CellStates,
  graph: AssetGraph,
): CellState["waiting"] {
  if (cells.isEmpty) return [];
  const waiting: { upstream: string; cells: CellSet }[] = [];
  for (const { upstream, mapping } of reads) {
    const state = states.cells.get(graph.producerOf(upstream).key);
    if (!state) continue;
    const absent = state.missing.union(rejectedCells(state));
    if (absent.isEmpty) continue;
    const kept = downstreamCells(mapping, absent, cells.space).intersection(cells);
    if (!kept.isEmpty) waiting.push({ upstream, cells: kept });
  }
  return waiting;
}

/**
 * The space in which an upstream asset's cells are looked for. The newest date is the newest that was made: one that is only wanted has
 * nothing to read yet.
 */
export function readSpace(
  { upstream, mapping }: Read,
  { spaces, madeSpaces }: Pick<CellStates, "spaces" | "madeSpaces">,
): CellSpace {
  return (mapping.dates.kind === "last" ? madeSpaces.get(upstream) : undefined) ?? spaces.get(upstream)!;
}

function untilMade(state: CellState): CellSpace {
  const end = state.made.difference(state.gone).dateRanges.at(-1) ?? 0;
  const lasting = lastingSpace(state);
  const newest = state.space.dates[end - 1];
  return new CellSpace(
    lasting.names,
    newest === undefined ? [] : lasting.dates.slice(0, lasting.lastUntil(newest) + 1),
  );
}

/** The space without what only cells have that are to be removed. */
function lastingSpace({ space, wanted, made, gone }: CellState): CellSpace {
  if (gone.isEmpty) return space;
  const left = wanted.union(made.difference(gone));
  return new CellSpace(space.hasNames ? left.names : space.names, space.hasDates ? left.dates : space.dates);
}

/** Cells whose new rows a blocking check kept back: what there was before is known not to be what it should be. */
function rejectedCells({ space, failed }: CellState): CellSet {
  return failed.filter(({ error }) => error.name === CheckFailedError.name)
    .reduce((all, { cells }) => all.union(cells), CellSet.none(space));
}

function isPrefix(some: readonly string[], all: readonly string[]): boolean {
  return some.length <= all.length && some.every((one, i) => one === all[i]);
}

function lastOf(cells: CellSet): [number, number] | [] {
  const end = cells.dateRanges.at(-1);
  return end === undefined ? [] : [end - 1, end];
}

function extentOf(key: string, { extents }: CellRecords): CellSpace {
  const extent = extents.get(key);
  return extent ? new CellSpace(extent.names ?? [""], extent.dates ?? [""]) : CellSpace.single;
}
