import type { FailedPartitions, MadePartitions, PartitionRecords } from "../store/partition_records.ts";
import { type Reason, somePartitions, type Versions } from "../store/reasons.ts";
import type { Clock } from "../../resources/clock.ts";
import { CheckFailedError } from "../errors.ts";
import type { AssetGraph, Producer } from "../declare/graph.ts";
import {
  type PartitionMapping,
  PartitionSet,
  PartitionSpace,
  type UpstreamPartitions,
  type Wanted,
} from "../partitions/mod.ts";
import { downstreamPartitions, upstreamPartitions } from "../partitions/mapping.ts";
import { wantedPartitions } from "../partitions/definition.ts";
import { numbersOf, rangesOf } from "../partitions/ranges.ts";
import type { Present } from "./staleness.ts";
import { readersOfChange } from "./touched_partitions.ts";

/** What a producer reads of one upstream asset. */
export interface Read {
  upstream: string;
  mapping: PartitionMapping;
}

/** The partitions of a producer, each sort in the same space. */
export interface PartitionState {
  /** The producer. */
  key: string;
  space: PartitionSpace;
  /** Those that there should be. */
  wanted: PartitionSet;
  made: PartitionSet;
  /** Made once, of which some table has no rows any more because it was replaced; with why. They are missing. */
  lost: PartitionSet;
  lostBecause: string | null;
  /** Wanted and not made. */
  missing: PartitionSet;
  /** Missing partitions the next run makes by default. */
  expected: PartitionSet;
  /** Whether only the newest date is expected. */
  latestAlone: boolean;
  /** Made, and would come out differently now; with why. A partition may have several reasons. */
  stale: PartitionSet;
  reasons: readonly { reason: Reason; partitions: PartitionSet }[];
  /** Made, not wanted any more, and to be removed. */
  gone: PartitionSet;
  /** Wanted, made and as they would be now. */
  fresh: PartitionSet;
  /** Not fresh, and some partition that they read has not been made: with the upstream asset that keeps them waiting. */
  waiting: readonly { upstream: string; partitions: PartitionSet }[];
  failed: readonly (Omit<FailedPartitions, "partitions"> & { partitions: PartitionSet })[];
  /** The made partitions by the materialization that they belong to, those included that are to be removed. */
  groups: readonly { materialization: number; partitions: PartitionSet }[];
}

/** All that is known of the state of producers; {@link partitionStates} adds their partitions. */
export interface Known {
  graph: AssetGraph;
  present: ReadonlyMap<string, Present>;
  latest: ReadonlyMap<string, Versions>;
  records: PartitionRecords;
  configs: ReadonlyMap<string, unknown>;
  resources: unknown;
  clock: Clock;
  /** Current rows of an asset. */
  rows(key: string): Promise<readonly Record<string, unknown>[]>;
}

/** Partitions of some producers and spaces of their assets. */
export interface PartitionStates {
  /** By producer that is made by partitions. */
  partitions: Map<string, PartitionState>;
  /** By key of each asset that was looked at. */
  spaces: Map<string, PartitionSpace>;
  /** The same up to the newest date that was made and stays, by key of each asset that is made by partitions. */
  madeSpaces: Map<string, PartitionSpace>;
  /** Coordinates that stay, those of partitions that are to be removed left out, by key of each asset that was looked at. */
  lastingSpaces: Map<string, PartitionSpace>;
  /** Coordinates that are wanted, by key of each asset that was looked at. */
  wantedSpaces: Map<string, PartitionSpace>;
  /** What each producer reads, by producer. */
  reads: Map<string, readonly Read[]>;
}

/** Judges the partitions of producers, which come in dependency order and with all that is upstream of them. */
export async function partitionStates(producers: readonly Producer[], known: Known): Promise<PartitionStates> {
  const states: PartitionStates = {
    partitions: new Map(),
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
      const { state, wanted } = await partitionState(producer, reads, known, states);
      states.partitions.set(producer.key, state);
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
  states: PartitionStates,
  { changes }: PartitionRecords,
): (upstream: string, since: number) => boolean {
  return (upstream, since) => {
    const reads = states.reads.get(producer.key)!.filter((read) => read.upstream === upstream);
    const after = changes.get(upstream)?.filter((change) => change.materialization > since);
    if (!after || reads.length === 0) return false;
    return after.every(({ changed }) =>
      changed !== null &&
      reads.every(({ mapping }) => {
        const touched = { upstream: readSpace({ upstream, mapping }, states), changed, own: PartitionSpace.single };
        return readersOfChange(mapping, touched).isEmpty;
      })
    );
  };
}

/** Upstream assets of a producer that is made as a whole of which it reads partitions that should be there and are not. */
export function gapsUpstream(
  producer: Producer,
  states: PartitionStates,
  graph: AssetGraph,
): { upstream: string; partitions: PartitionSet }[] {
  return states.reads.get(producer.key)!.flatMap(({ upstream, mapping }) => {
    const state = states.partitions.get(graph.producerOf(upstream).key);
    if (!state) return [];
    const partitions = upstreamPartitions(
      mapping,
      PartitionSet.all(PartitionSpace.single),
      states.lastingSpaces.get(upstream)!,
    )
      .in(state.space)
      .intersection(state.expected.union(rejectedPartitions(state)));
    return partitions.isEmpty ? [] : [{ upstream, partitions }];
  });
}

/** Partitions of `producer` that read any of the given partitions of an upstream asset. */
export function readersOf(
  producer: string,
  { upstream, partitions }: { upstream: string; partitions: PartitionSet },
  states: PartitionStates,
): PartitionSet {
  const { space } = states.partitions.get(producer)!;
  return states.reads.get(producer)!
    .filter((read) => read.upstream === upstream)
    .reduce(
      (all, { mapping }) => all.union(downstreamPartitions(mapping, partitions, space)),
      PartitionSet.none(space),
    );
}

async function partitionState(
  producer: Producer,
  reads: readonly Read[],
  known: Known,
  states: PartitionStates,
): Promise<{ state: PartitionState; wanted: PartitionSpace }> {
  const { key, recipe } = producer;
  const partitionsDef = recipe.partitionsDef!;
  const { records, resources, clock } = known;
  const upstream = Object.fromEntries(
    Object.entries(recipe.deps).map(([name, dep]): [string, UpstreamPartitions] => [name, {
      space: states.lastingSpaces.get(dep.key)!,
      wanted: states.wantedSpaces.get(dep.key)!,
      rows: () => known.rows(dep.key),
    }]),
  );
  const answer = await partitionsDef.wanted({ upstream, config: known.configs.get(key), resources, clock });
  const asked = wantedPartitions(answer);
  const groups = records.made.get(key) ?? [];
  const failures = records.failed.get(key) ?? [];
  // What was made may have coordinates that are not wanted any more.
  const rectangles = groups.flatMap((group) => group.partitions);
  const dates = records.extents.get(key)?.dates ?? rectangles.flatMap(({ dates }) => (dates ?? []).flat());
  // The usual state: what was made are the first of the dates that are wanted.
  const isBeginning = isPrefix(dates, asked.space.dates);
  const furtherDates = rectangles.length === 0 || isBeginning ? [] : dates;
  const space = asked.space.with(rectangles.flatMap(({ names }) => names ?? []), furtherDates);
  const wanted = asked.in(space);
  const none = PartitionSet.none(space);

  // A date inserted between materialized dates counts as missing.
  const madeDates = isBeginning
    ? (dates.length === 0 ? [] : [0, dates.length])
    : rangesOf(dates.map((date) => space.dateAt(date)).filter((at) => at >= 0).sort((a, b) => a - b));
  const madeGroups = groups.map((group) => {
    const partitions = PartitionSet.fromRectangles(space, group.partitions);
    return { group, partitions: space.hasDates ? partitions.during(madeDates) : partitions };
  });
  const together = (groups: typeof madeGroups) => groups.reduce((all, { partitions }) => all.union(partitions), none);
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
  const kept = partitionsDef.gone === "keep" ? keptPartitions(there, answer) : none;
  const gone = there.difference(wanted).difference(kept);

  const found = new Map<string, { reason: Reason; partitions: PartitionSet }>();
  let stale = none;
  const staleIn = (partitions: PartitionSet, id: string, reason: () => Reason) => {
    if (partitions.isEmpty) return;
    stale = stale.union(partitions);
    const before = found.get(id);
    found.set(
      id,
      before ? { ...before, partitions: before.partitions.union(partitions) } : { reason: reason(), partitions },
    );
  };
  for (const { group, partitions } of keptGroups) {
    // What is kept though it is not wanted any more cannot be made again: what it was made of may be gone.
    judgeGroup({ producer, reads, group, partitions: partitions.intersection(wanted), known, states, space }, staleIn);
  }
  const notFresh = missing.union(stale);
  const state: PartitionState = {
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
    reasons: [...found.values()].map(({ reason, partitions }) => ({
      reason: { ...reason, partitions: somePartitions(partitions) },
      partitions,
    })),
    gone,
    // What is kept unwanted stays on record as it was made: it is judged by that should it be wanted again.
    fresh: made.intersection(wanted).difference(stale),
    waiting: waitingPartitions(notFresh, reads, states, known.graph),
    failed: failures.map((failure) => ({
      ...failure,
      partitions: PartitionSet.fromRectangles(space, failure.partitions).intersection(notFresh),
    })).filter(({ partitions }) => !partitions.isEmpty),
    groups: madeGroups.map(({ group, partitions }) => ({
      materialization: group.materialization,
      partitions,
    })),
  };
  return { state, wanted: asked.space };
}

/** Of the partitions that were made those whose date still is one. */
function keptPartitions(made: PartitionSet, { isDate }: Wanted): PartitionSet {
  if (!isDate) return made;
  const { dates } = made.space;
  return made.during(rangesOf(Array.from(numbersOf(made.dateRanges)).filter((at) => isDate(dates[at]!))));
}

interface Judged {
  producer: Producer;
  reads: readonly Read[];
  group: MadePartitions;
  partitions: PartitionSet;
  known: Known;
  states: PartitionStates;
  space: PartitionSpace;
}

function judgeGroup(
  { producer, reads, group, partitions, known, states, space }: Judged,
  staleIn: (partitions: PartitionSet, id: string, reason: () => Reason) => void,
): void {
  const present = known.present.get(producer.key)!;
  const { remake } = group;
  if (remake !== null) {
    staleIn(partitions, "definition", () => ({ kind: "definition_changed", message: remake }));
  }
  if (group.codeVersion !== present.codeVersion) {
    const [from, to] = [group.codeVersion, present.codeVersion];
    staleIn(partitions, "code", () => ({
      kind: "code_changed",
      message: `its code changed from version ${from} to ${to}`,
      from,
      to,
    }));
  }
  if (group.configHash !== present.configHash) {
    staleIn(partitions, "config", () => ({ kind: "config_changed", message: "its configuration changed" }));
  }
  if (present.sourceError === undefined && group.sourceVersion !== present.sourceVersion) {
    const due = duePartitions(partitions, group.sourceVersion, present.sourceVersion, producer);
    const [from, to] = [group.sourceVersion, present.sourceVersion];
    staleIn(due, "source", () =>
      producer.recipe.partitionsDef!.due
        ? {
          kind: "partitions_due",
          message: `it was read at ${from ?? "no version"} and is due again, because it may be restated until then`,
          from,
          to,
        }
        : { kind: "source_changed", message: "its source has other data than when it was read", from, to });
  }
  for (const upstream of producer.upstream) {
    const now = known.latest.get(upstream);
    const read = group.upstream[upstream];
    if (!now || read?.version === now.dataVersion) continue;
    const changes = known.records.changes.get(upstream);
    const after = read && changes?.filter((change) => change.materialization > read.materialization);
    // Without a record of partitions whatever changed may be anywhere.
    if (!after || after.some(({ changed }) => changed === null)) {
      staleIn(partitions, `upstream ${upstream}`, () => ({
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
          readersOfChange(mapping, touched).intersection(partitions),
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

/** Partitions whose date asks for a later version of the source than the one they were read at. */
function duePartitions(
  partitions: PartitionSet,
  made: string | null,
  now: string | null,
  { recipe }: Producer,
): PartitionSet {
  const { due } = recipe.partitionsDef!;
  if (!due || now === null) return partitions;
  if (made === null) return partitions;
  const { dates } = partitions.space;
  // The version that a partition asks for rises with its date: those that ask for too much are the last ones.
  let low = 0;
  let high = dates.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (due(dates[middle]!, now) > made) high = middle;
    else low = middle + 1;
  }
  return partitions.during(low < dates.length ? [low, dates.length] : []);
}

/** Partitions that read something which was never made. */
function waitingPartitions(
  partitions: PartitionSet,
  reads: readonly Read[],
  states: PartitionStates,
  graph: AssetGraph,
): PartitionState["waiting"] {
  if (partitions.isEmpty) return [];
  const waiting: { upstream: string; partitions: PartitionSet }[] = [];
  for (const { upstream, mapping } of reads) {
    const state = states.partitions.get(graph.producerOf(upstream).key);
    if (!state) continue;
    const absent = state.missing.union(rejectedPartitions(state));
    if (absent.isEmpty) continue;
    const kept = downstreamPartitions(mapping, absent, partitions.space).intersection(partitions);
    if (!kept.isEmpty) waiting.push({ upstream, partitions: kept });
  }
  return waiting;
}

/**
 * The space in which an upstream asset's partitions are looked for. The newest date is the newest that was made: one that is only wanted has
 * nothing to read yet.
 */
export function readSpace(
  { upstream, mapping }: Read,
  { spaces, madeSpaces }: Pick<PartitionStates, "spaces" | "madeSpaces">,
): PartitionSpace {
  return (mapping.dates.kind === "last" ? madeSpaces.get(upstream) : undefined) ?? spaces.get(upstream)!;
}

function untilMade(state: PartitionState): PartitionSpace {
  const end = state.made.difference(state.gone).dateRanges.at(-1) ?? 0;
  const lasting = lastingSpace(state);
  const newest = state.space.dates[end - 1];
  return new PartitionSpace(
    lasting.names,
    newest === undefined ? [] : lasting.dates.slice(0, lasting.lastUntil(newest) + 1),
  );
}

/** The space without what only partitions have that are to be removed. */
function lastingSpace({ space, wanted, made, gone }: PartitionState): PartitionSpace {
  if (gone.isEmpty) return space;
  const left = wanted.union(made.difference(gone));
  return new PartitionSpace(space.hasNames ? left.names : space.names, space.hasDates ? left.dates : space.dates);
}

/** Partitions whose new rows a blocking check kept back: what there was before is known not to be what it should be. */
function rejectedPartitions({ space, failed }: PartitionState): PartitionSet {
  return failed.filter(({ error }) => error.name === CheckFailedError.name)
    .reduce((all, { partitions }) => all.union(partitions), PartitionSet.none(space));
}

function isPrefix(some: readonly string[], all: readonly string[]): boolean {
  return some.length <= all.length && some.every((one, i) => one === all[i]);
}

function lastOf(partitions: PartitionSet): [number, number] | [] {
  const end = partitions.dateRanges.at(-1);
  return end === undefined ? [] : [end - 1, end];
}

function extentOf(key: string, { extents }: PartitionRecords): PartitionSpace {
  const extent = extents.get(key);
  return extent ? new PartitionSpace(extent.names ?? [""], extent.dates ?? [""]) : PartitionSpace.single;
}
