import type { FailedPartitions, MadePartitions, PartitionRecords } from "../store/partition_records.ts";
import { partitionsInReason, type Reason, type Versions } from "../store/reasons.ts";
import type { Clock } from "../../resources/clock.ts";
import { CheckFailedError } from "../errors.ts";
import type { AssetGraph, Producer } from "../declare/graph.ts";
import { PartitionSet, PartitionSpace, type UpstreamPartitions, type Wanted } from "../partitions/mod.ts";
import { downstreamPartitions, upstreamPartitions } from "../partitions/mapping.ts";
import { wantedPartitions } from "../partitions/definition.ts";
import { numbersOf, rangesOf } from "../partitions/ranges.ts";
import { judgeGroup, type OnStale, type Present, type Read } from "./staleness.ts";

/**
 * The partitions of a producer, with all sets in one space. A producer without a partitions definition has a single partition
 * for rows of any names and dates.
 */
export interface PartitionState {
  /** The producer. */
  key: string;
  space: PartitionSpace;
  /** All partitions that should exist. */
  wanted: PartitionSet;
  made: PartitionSet;
  /** Materialized partitions that lost rows when a table was replaced; with the cause. They count as missing. */
  lost: PartitionSet;
  lostBecause: string | null;
  /** Wanted and not materialized. */
  missing: PartitionSet;
  /** Missing partitions the next run makes by default. */
  expected: PartitionSet;
  /** Whether only the newest date is expected. */
  latestAlone: boolean;
  /** Materialized with inputs that have changed; with the reasons. A partition may have several. */
  stale: PartitionSet;
  reasons: readonly { reason: Reason; partitions: PartitionSet }[];
  /** Materialized, no longer wanted, and to be removed. */
  gone: PartitionSet;
  /** Wanted, materialized and not stale. */
  fresh: PartitionSet;
  /**
   * Not fresh, with missing upstream partitions; with the upstream asset. A single partition waits, fresh or not, with its missing
   * upstream partitions in `lacking`.
   */
  waiting: readonly { upstream: string; partitions: PartitionSet; lacking?: PartitionSet }[];
  failed: readonly (Omit<FailedPartitions, "partitions"> & { partitions: PartitionSet })[];
  /** Materialized partitions by their materialization, including those to be removed. */
  groups: readonly { materialization: number; partitions: PartitionSet }[];
}

/** Records of producers, and their current inputs. */
export interface ProducerFacts {
  graph: AssetGraph;
  present: ReadonlyMap<string, Present>;
  latest: ReadonlyMap<string, Versions>;
  records: PartitionRecords;
  configs: ReadonlyMap<string, unknown>;
}

/** Inputs of the state of producers; {@link partitionStates} adds their partitions. */
export interface Known extends ProducerFacts {
  resources: unknown;
  clock: Clock;
  rows(key: string): Promise<readonly Record<string, unknown>[]>;
}

/** Partitions of some producers and spaces of their assets. */
export interface PartitionStates {
  /** By producer. */
  partitions: Map<string, PartitionState>;
  /** By key of each visited asset. */
  spaces: Map<string, PartitionSpace>;
  /** The same up to the newest materialized date that stays, by key of each partitioned asset. */
  madeSpaces: Map<string, PartitionSpace>;
  /** Coordinates that stay, without those of partitions to be removed, by key of each visited asset. */
  lastingSpaces: Map<string, PartitionSpace>;
  /** Wanted coordinates, by key of each visited asset. */
  wantedSpaces: Map<string, PartitionSpace>;
  reads: Map<string, readonly Read[]>;
}

/** An empty result. */
export function noStates(): PartitionStates {
  return {
    partitions: new Map(),
    spaces: new Map(),
    madeSpaces: new Map(),
    lastingSpaces: new Map(),
    wantedSpaces: new Map(),
    reads: new Map(),
  };
}

/** Judges the partitions of producers, given in dependency order together with all their upstream. */
export async function partitionStates(producers: readonly Producer[], known: Known): Promise<PartitionStates> {
  const states = noStates();
  for (const producer of producers) addState(producer, await wantedOf(producer, known, states), known, states);
  return states;
}

/** Current result of a partitions definition; `null` for a producer without one. */
async function wantedOf({ key, recipe }: Producer, known: Known, states: PartitionStates): Promise<Wanted | null> {
  if (!recipe.partitionsDef) return null;
  const upstream = Object.fromEntries(
    Object.entries(recipe.deps).map(([name, dep]): [string, UpstreamPartitions] => [name, {
      space: states.lastingSpaces.get(dep.key)!,
      wanted: states.wantedSpaces.get(dep.key)!,
      rows: () => known.rows(dep.key),
    }]),
  );
  const { resources, clock } = known;
  return await recipe.partitionsDef.wanted({ upstream, config: known.configs.get(key), resources, clock });
}

/** Judges one producer; all of its upstream must have been judged. */
export function addState(
  producer: Producer,
  answer: Wanted | null,
  known: ProducerFacts,
  states: PartitionStates,
): void {
  const reads = readsOf(producer, known.configs.get(producer.key));
  states.reads.set(producer.key, reads);
  const asked = answer ? wantedPartitions(answer) : PartitionSet.all(PartitionSpace.single);
  const state = partitionState(producer, { answer, asked, reads }, known, states);
  states.partitions.set(producer.key, state);
  const lasting = lastingSpace(state);
  const made = answer ? untilMade(state) : undefined;
  for (const key of producer.produces) {
    const extent = answer ? undefined : extentOf(key, known.records);
    states.spaces.set(key, extent ?? state.space);
    states.lastingSpaces.set(key, extent ?? lasting);
    states.wantedSpaces.set(key, extent ?? asked.space);
    if (made) states.madeSpaces.set(key, made);
  }
}

function readsOf(producer: Producer, config: unknown): Read[] {
  return Object.entries(producer.recipe.deps).map(([name, { key }]) => ({
    upstream: key,
    mapping: producer.recipe.mappings[name]!(config),
  }));
}

/**
 * Partitions of an asset that correspond to some partitions of its producer: the same ones, or all for a producer with a single
 * partition, because the names and dates of its rows are not made one by one.
 */
export function partitionsOfAsset(
  key: string,
  partitions: PartitionSet,
  { spaces }: Pick<PartitionStates, "spaces">,
): PartitionSet {
  if (!partitions.space.isSingle) return partitions;
  const space = spaces.get(key)!;
  return partitions.isEmpty ? PartitionSet.none(space) : PartitionSet.all(space);
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

function partitionState(
  producer: Producer,
  { answer, asked, reads }: { answer: Wanted | null; asked: PartitionSet; reads: readonly Read[] },
  known: ProducerFacts,
  states: PartitionStates,
): PartitionState {
  const { key, recipe: { partitionsDef } } = producer;
  const { records } = known;
  const groups = answer ? records.made.get(key) ?? [] : madeAtOnce(producer, known.latest);
  const failures = records.failed.get(key) ?? [];
  // Materialized partitions may no longer be wanted.
  const rectangles = groups.flatMap((group) => group.partitions);
  const dates = (answer ? records.extents.get(key)?.dates : null) ??
    rectangles.flatMap(({ dates }) => (dates ?? []).flat());
  // The usual case: the materialized dates are the first of the wanted dates.
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
  const lostGroups = madeGroups.filter(({ group }) => group.lost !== null);
  const keptGroups = madeGroups.filter(({ group }) => group.lost === null);
  const made = PartitionSet.together(space, keptGroups);
  const lost = PartitionSet.together(space, lostGroups);
  const missing = wanted.difference(made);
  // Lost partitions are made again by default.
  const expected = partitionsDef?.missing === "latest"
    ? missing.during(space.dates.length === 0 ? [] : lastOf(wanted)).union(missing.intersection(lost))
    : missing;
  const there = made.union(lost);
  const kept = answer && partitionsDef?.gone === "keep" ? keptPartitions(there, answer) : none;
  const gone = there.difference(wanted).difference(kept);

  const found = new Map<string, { reason: Reason; partitions: PartitionSet }>();
  let stale = none;
  const staleIn: OnStale = (partitions, id, reason) => {
    if (partitions.isEmpty) return;
    stale = stale.union(partitions);
    const before = found.get(id);
    found.set(
      id,
      before ? { ...before, partitions: before.partitions.union(partitions) } : { reason: reason(), partitions },
    );
  };
  const judged = {
    producer,
    present: known.present.get(key)!,
    latest: known.latest,
    changes: records.changes,
    reads,
    readSpace: (read: Read) => readSpace(read, states),
  };
  // External assets have their reported version.
  for (const { group, partitions } of producer.asset.external ? [] : keptGroups) {
    // Partitions that are kept but no longer wanted cannot be made again: their upstream may be gone.
    judgeGroup({ ...judged, group, partitions: partitions.intersection(wanted) }, staleIn);
  }
  const notFresh = missing.union(stale);
  return {
    key,
    space,
    wanted,
    made,
    lost,
    lostBecause: lostGroups[0]?.group.lost ?? null,
    missing,
    expected,
    latestAlone: partitionsDef?.missing === "latest",
    stale,
    reasons: [...found.values()].map(({ reason, partitions }) => ({
      reason: { ...reason, ...partitionsInReason(partitions) },
      partitions,
    })),
    gone,
    // Partitions kept unwanted stay on record, and are judged by that record if they are wanted again.
    fresh: made.intersection(wanted).difference(stale),
    waiting: waitingPartitions(space.isSingle ? wanted : notFresh, reads, states, known.graph),
    failed: failures.map((failure) => ({
      ...failure,
      partitions: PartitionSet.fromRectangles(space, failure.partitions).intersection(notFresh),
    })).filter(({ partitions }) => !partitions.isEmpty),
    groups: madeGroups.map(({ group, partitions }) => ({
      materialization: group.materialization,
      partitions,
    })),
  };
}

/** Records of a single partition: the latest materialization, unless one of the tables lacks its rows. */
function madeAtOnce({ key, produces }: Producer, latest: ReadonlyMap<string, Versions>): MadePartitions[] {
  const tables = produces.flatMap((made) => latest.has(made) ? [{ made, versions: latest.get(made)! }] : []);
  if (tables.length < produces.length) return [];
  return [{
    ...latest.get(key)!,
    partitions: [{ names: null, dates: null }],
    lost: null,
    remake: tables.flatMap(({ made, versions: { remake } }) =>
      remake === null ? [] : [made === key ? remake : `${made}: ${remake}`]
    ),
    failedChecks: tables.flatMap(({ made, versions }) => versions.failedChecks.map((check) => ({ key: made, check }))),
  }];
}

/** Materialized partitions whose date still exists. */
function keptPartitions(made: PartitionSet, { isDate }: Wanted): PartitionSet {
  if (!isDate) return made;
  const { dates } = made.space;
  return made.during(rangesOf(Array.from(numbersOf(made.dateRanges)).filter((at) => isDate(dates[at]!))));
}

/** Partitions with missing upstream. A single upstream partition is missing for all of them. */
function waitingPartitions(
  partitions: PartitionSet,
  reads: readonly Read[],
  states: PartitionStates,
  graph: AssetGraph,
): PartitionState["waiting"] {
  if (partitions.isEmpty) return [];
  return reads.flatMap(({ upstream, mapping }) => {
    const state = states.partitions.get(graph.producerOf(upstream).key);
    if (!state || state.space.isSingle) return [];
    const { isSingle } = partitions.space;
    // A single partition does not wait for history that is made on request only: it would wait for ever.
    const absent = (isSingle ? state.expected : state.missing).union(rejectedPartitions(state));
    if (absent.isEmpty) return [];
    if (isSingle) {
      const lacking = upstreamPartitions(mapping, partitions, states.lastingSpaces.get(upstream)!).in(state.space)
        .intersection(absent);
      return lacking.isEmpty ? [] : [{ upstream, partitions, lacking }];
    }
    const kept = downstreamPartitions(mapping, absent, partitions.space).intersection(partitions);
    return kept.isEmpty ? [] : [{ upstream, partitions: kept }];
  });
}

/**
 * The space in which an upstream asset's partitions are looked up. The newest date is the newest materialized one: a date that is
 * only wanted has no rows yet.
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

/** The space without the coordinates that only partitions to be removed have. */
function lastingSpace({ space, wanted, made, gone }: PartitionState): PartitionSpace {
  if (gone.isEmpty) return space;
  const left = wanted.union(made.difference(gone));
  return new PartitionSpace(space.hasNames ? left.names : space.names, space.hasDates ? left.dates : space.dates);
}

/** Partitions whose new rows a blocking check rejected: their current rows are known to be outdated. */
function rejectedPartitions({ space, failed }: PartitionState): PartitionSet {
  return PartitionSet.together(space, failed.filter(({ error }) => error.name === CheckFailedError.name));
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
