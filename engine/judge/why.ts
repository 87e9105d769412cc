/**
 * Explanations of a state, down to its cause. It is long because each state has its own explanation, and they call each other.
 *
 * @module
 */
import { type PartitionState, readersOf, readSpace } from "./partition_state.ts";
import { partitionsInReason, type Reason, saysMissing, upstreamStale } from "../store/reasons.ts";
import { changedRows } from "../store/changed_rows.ts";
import { InvalidRequestError } from "../errors.ts";
import { checkDate, someOf } from "./asked_range.ts";
import {
  areInWords,
  changedSettings,
  type ExplainedState,
  type Explanation,
  type Finding,
  onlyPartition,
  partitionsInWords,
  settingsInWords,
} from "./explanation.ts";
import type { Producer } from "../declare/graph.ts";
import { type LastStep, lastSteps } from "../store/asset_records.ts";
import { PastMaterializations } from "../store/past_materializations.ts";
import { PartitionSet, type PartitionSpace, type Rectangle } from "../partitions/mod.ts";
import { upstreamPartitions } from "../partitions/mapping.ts";
import { reasonsOfAll, type Snapshot, takeSnapshot } from "./snapshot.ts";
import type { EngineContext } from "../store/context.ts";

/** Maximum depth and number of causes: only these bound the number of queries. */
const maxDepth = 8;
const maxExplanations = 24;

/**
 * Explains why an asset or some of its partitions are fresh, stale, missing, waiting, blocked, failed, running or gone, down to the
 * cause.
 *
 * @param of The partitions: those of a name, of a date, or the one with both; all of them by default.
 * @throws {UnknownAssetError}
 * @throws {InvalidRequestError} If the asset has no such partition.
 */
export async function explain(
  around: EngineContext,
  key: string,
  of: { name?: string; date?: string } = {},
): Promise<Explanation> {
  const producer = around.graph.producerOf(key);
  const snapshot = await takeSnapshot(around, { config: {}, of: [key] });
  const steps = await lastSteps(around.database.sql, snapshot.producers.map((p) => p.key));
  const explainer = new Explainer(around, snapshot, steps);
  return await explainer.partitions(key, partitionsOf(key, snapshot.partitions.get(producer.key)!, of));
}

function partitionsOf(
  key: string,
  { space, wanted, made }: PartitionState,
  of: { name?: string; date?: string },
): PartitionSet {
  for (
    const [field, value, has, known] of [
      ["name", of.name, space.hasNames, space.names],
      ["date", of.date, space.hasDates, space.dates],
    ] as const
  ) {
    if (value === undefined || (has && known.includes(value))) continue;
    if (space.isSingle) {
      const message = `"${key}" is made as a whole: omit the ${field}.`;
      throw new InvalidRequestError(message, [{ path: field, message }]);
    }
    if (field === "date") checkDate(value, field);
    const hint = !has
      ? `Its partitions have no ${field}.`
      : known.length === 0
      ? `It has no ${field} at all.`
      : field === "date"
      ? `Its dates go from ${known[0]} to ${known.at(-1)}${nearestDates(space, value)}.`
      : `Its names are ${someOf(known)}.`;
    const message = `"${key}" has no partition with the ${field} "${value}". ${hint}`;
    throw new InvalidRequestError(message, [{ path: field, message }]);
  }
  let partitions = wanted.union(made);
  if (of.name !== undefined) partitions = partitions.named((name) => name === of.name);
  if (of.date !== undefined) partitions = partitions.during([space.dateAt(of.date), space.dateAt(of.date) + 1]);
  if (partitions.isEmpty && (of.name !== undefined || of.date !== undefined)) {
    const message = `"${key}" has no partition at ${
      [of.name, of.date].filter(Boolean).join(" on ")
    }: it is not wanted there.`;
    throw new InvalidRequestError(message, [{ path: of.name === undefined ? "date" : "name", message }]);
  }
  return partitions;
}

/** The dates before and after one between them. */
function nearestDates(space: PartitionSpace, date: string): string {
  const [before, after] = [space.dates[space.lastUntil(date)], space.dates[space.firstFrom(date)]];
  return before !== undefined && after !== undefined ? `; the nearest are ${before} and ${after}` : "";
}

/** A finding for some partitions; its cause is looked up only if it is shown. */
interface Found {
  state: ExplainedState;
  because: string;
  partitions: PartitionSet;
  more?: () => Promise<Partial<Explanation>>;
}

class Explainer {
  readonly #past: PastMaterializations;
  #explained = 0;
  readonly #path: string[] = [];
  #allReasons: ReadonlyMap<string, readonly Reason[]> | undefined;

  constructor(
    private readonly around: EngineContext,
    private readonly snapshot: Snapshot,
    private readonly lastSteps: ReadonlyMap<string, LastStep>,
  ) {
    this.#past = new PastMaterializations(around.database);
  }

  /** Some partitions of an asset, or the whole of an unpartitioned one. */
  async partitions(key: string, partitions: PartitionSet): Promise<Explanation> {
    const { isSingle } = partitions.space;
    const [first, ...others] = isSingle
      ? this.#findingsOfSingle(key, partitions)
      : await this.#findings(key, partitions);
    const verdict = first ?? { state: "fresh", because: "it has no partitions, and none is wanted", partitions };
    const partition = onlyPartition(verdict.partitions);
    return {
      key,
      partition,
      state: verdict.state,
      because: verdict.because,
      ...(partition === null && partitionsInReason(verdict.partitions)),
      causes: [],
      ...await this.#below(`${key} ${verdict.state} ${verdict.because}`, () => verdict.more?.()),
      others: others.map(({ state, because, partitions }): Finding => ({
        state,
        because,
        ...partitionsInReason(partitions),
      })),
    };
  }

  /** Follows a cause, unless it is already being followed, lies too deep or has been shown often enough. */
  async #below(
    id: string,
    more: () => Promise<Partial<Explanation>> | undefined,
  ): Promise<Partial<Explanation>> {
    if (this.#path.includes(id) || this.#path.length >= maxDepth || ++this.#explained > maxExplanations) return {};
    this.#path.push(id);
    try {
      return await more() ?? {};
    } finally {
      this.#path.pop();
    }
  }

  // ---- partitions -------------------------------------------------------------------------------------------------

  /** Findings of some partitions, most important first; each partition is in its first finding, and in all reasons if it is stale. */
  async #findings(key: string, all: PartitionSet): Promise<Found[]> {
    const { graph } = this.around;
    const producer = graph.producerOf(key);
    const state = this.snapshot.partitions.get(producer.key)!;
    const found: Found[] = [];
    let left = all;
    const add = (partitions: PartitionSet, finding: Omit<Found, "partitions">) => {
      if (!partitions.isEmpty) found.push({ ...finding, partitions });
      left = left.difference(partitions);
    };
    const step = this.lastSteps.get(producer.key);
    if (step?.status === "running") {
      add((await this.#beingMade(producer, step, state)).intersection(left), runningIn(step.runId));
    }
    for (const { partitions, error, runId } of state.failed) {
      add(partitions.intersection(left), {
        state: "failed",
        because: `it could not be made in run ${runId}: ${error.message}`,
        more: ofRun(runId),
      });
    }
    for (const upstream of producer.upstream.filter((other) => !this.snapshot.latest.has(other))) {
      add(state.missing.union(state.stale).intersection(left), this.#waitingFor(producer, upstream, null));
    }
    for (const { upstream, partitions } of state.waiting) {
      const kept = partitions.intersection(left);
      const concerned = all.count === 1 ? kept : kept.intersection(state.expected.union(state.stale));
      const finding = this.#waitingFor(producer, upstream, concerned);
      const unasked = concerned.difference(state.expected.union(state.stale));
      const request = unasked.isEmpty ? "" : `. ${requestOf(`+${producer.key}`, unasked.dates)}`;
      add(concerned, { ...finding, because: finding.because + request });
    }
    const stale = state.stale.intersection(left);
    for (const { reason, partitions } of state.reasons) {
      const here = partitions.intersection(stale);
      add(here, {
        state: "stale",
        because: reason.message,
        more: () => this.#ofReason(producer, reason, here),
      });
    }
    const missing = state.expected.intersection(left);
    add(missing.intersection(state.lost), {
      state: "missing",
      because: `its rows are lost (${state.lostBecause}), and the next run makes it`,
    });
    add(missing.difference(state.lost), {
      state: "missing",
      because: "it has never been materialized, and the next run makes it",
    });
    add(state.gone.intersection(left), {
      state: "gone",
      because: "it is no longer part of the asset, and the next run removes it",
    });
    for (const upstream of producer.upstream) {
      const above = this.#notFresh(upstream);
      if (!above || left.isEmpty) continue;
      const readers = readersOf(producer.key, { upstream, partitions: above }, this.snapshot)
        .intersection(left).intersection(state.made).intersection(state.wanted);
      add(readers, {
        state: "stale",
        because: `upstream ${upstream} is not fresh in what it reads`,
        more: async () => ({ causes: await this.#upstream(producer, upstream, readers) }),
      });
    }
    const unasked = state.missing.intersection(left);
    // What it reads may be as old, and equally missing.
    const lacks = state.waiting.some(({ partitions }) => !partitions.intersection(unasked).isEmpty);
    const selection = `${lacks ? "+" : ""}${producer.key}`;
    add(left.difference(state.wanted), {
      state: "fresh",
      because: "it is kept unchanged, although it is no longer part of the asset",
    });
    const made = left.difference(unasked);
    add(made, unchangedSince(this.#madeIn(producer, made)));
    // Last: history that was not requested does not keep the asset from being fresh.
    add(unasked, {
      state: "missing",
      because: `it was never requested: only the newest date of ${producer.key} is made automatically. ` +
        requestOf(selection, unasked.dates),
    });
    return found;
  }

  async #beingMade(producer: Producer, { runId }: LastStep, { space }: PartitionState): Promise<PartitionSet> {
    const step = (await this.around.ledger.runs.steps(runId)).find((s) => s.key === producer.key);
    const of = (partitions: NonNullable<typeof step>["partitions"] | undefined) =>
      PartitionSet.fromRectangles(space, partitions?.partitions ?? []);
    return of(step?.partitions).difference(of(step?.done)).difference(of(step?.failed));
  }

  /** @param partitions The waiting partitions; `null` for all. */
  #waitingFor(producer: Producer, upstream: string, partitions: PartitionSet | null): Omit<Found, "partitions"> {
    const { graph } = this.around;
    const state = this.snapshot.partitions.get(graph.producerOf(upstream).key)!;
    const read = partitions && this.#read(producer, upstream, partitions).intersection(state.missing);
    const blocked = read && state.failed.find((failure) => !failure.partitions.intersection(read).isEmpty);
    return {
      state: blocked ? "blocked" : "waiting",
      because: read
        ? `it reads ${partitionsInWords(read)} of ${upstream}, which ${
          blocked ? `could not be made in run ${blocked.runId}` : `${areInWords(read)} not there yet`
        }`
        : upstreamStale(upstream, this.snapshot).message,
      more: async () => ({ causes: [read ? await this.partitions(upstream, read) : await this.#asset(upstream)] }),
    };
  }

  /**
   * Partitions of an upstream asset that some partitions of a producer read.
   *
   * @param gone Its changed partitions, whose coordinates may have been removed.
   */
  #read(producer: Producer, upstream: string, partitions: PartitionSet, gone: readonly Rectangle[] = []): PartitionSet {
    const names = gone.flatMap(({ names }) => names ?? []);
    const dates = gone.flatMap(({ dates }) => (dates ?? []).flat());
    const space = this.snapshot.spaces.get(upstream)!.with(names, dates);
    return this.snapshot.reads.get(producer.key)!.filter((read) => read.upstream === upstream)
      .reduce((all, read) => {
        const looked = readSpace(read, this.snapshot).with(names, dates);
        return all.union(upstreamPartitions(read.mapping, partitions, looked).in(space));
      }, PartitionSet.none(space));
  }

  get #reasons(): ReadonlyMap<string, readonly Reason[]> {
    return this.#allReasons ??= reasonsOfAll(this.snapshot, this.around.graph);
  }

  #stateOf(key: string): PartitionState {
    return this.snapshot.partitions.get(this.around.graph.producerOf(key).key)!;
  }

  /** Partitions of an asset that a run would make; `null` for none. */
  #notFresh(key: string): PartitionSet | null {
    const { space, expected, stale } = this.#stateOf(key);
    if (space.isSingle) {
      return this.#reasons.get(key)!.length === 0 ? null : PartitionSet.all(this.snapshot.spaces.get(key)!);
    }
    const partitions = expected.union(stale);
    return partitions.isEmpty ? null : partitions;
  }

  /** Why the upstream partitions read by some partitions are not fresh. */
  async #upstream(producer: Producer, upstream: string, partitions: PartitionSet): Promise<Explanation[]> {
    const above = this.#notFresh(upstream);
    if (!above || this.#stateOf(upstream).space.isSingle) return [await this.#asset(upstream)];
    const read = this.#read(producer, upstream, partitions).intersection(above);
    return [await this.partitions(upstream, read.isEmpty ? above : read)];
  }

  async #asset(key: string): Promise<Explanation> {
    const { wanted, made } = this.#stateOf(key);
    return await this.partitions(key, wanted.union(made));
  }

  // ---- unpartitioned assets ---------------------------------------------------------------------------------------

  /** All findings of the single partition, upstream causes included. */
  #findingsOfSingle(key: string, partitions: PartitionSet): Found[] {
    const { graph } = this.around;
    const producer = graph.producerOf(key);
    const reasons = this.#reasons.get(key)!;
    const step = this.lastSteps.get(producer.key);
    const found: Omit<Found, "partitions">[] = [];
    if (step?.status === "running") found.push(runningIn(step.runId));
    if (reasons.length > 0 && step?.status === "failed") {
      const blocked = step.error?.name === "CheckFailedError";
      found.push({
        state: blocked ? "blocked" : "failed",
        because: `run ${step.runId} ${blocked ? "did not publish it" : "failed"}: ${step.error?.message}`,
        more: ofRun(step.runId),
      });
    }
    for (const { upstream, lacking } of reasons.length === 0 ? [] : this.#stateOf(key).waiting) {
      const blocked = this.#stateOf(upstream).failed.some((f) => !f.partitions.intersection(lacking!).isEmpty);
      found.push({
        state: blocked ? "blocked" : "waiting",
        because: `it reads ${partitionsInWords(lacking!)} of ${upstream}, which ${
          blocked ? "could not be made" : `${areInWords(lacking!)} not there yet`
        }`,
        more: async () => ({ causes: [await this.partitions(upstream, lacking!)] }),
      });
    }
    for (const reason of reasons) {
      const absent = saysMissing(reason);
      const waits = absent ? producer.upstream.filter((other) => !this.snapshot.latest.has(other)) : [];
      found.push({
        state: absent ? "missing" : "stale",
        because: reason.message,
        more: async () =>
          absent
            ? { causes: await inTurn(waits, (other) => this.#asset(other)) }
            : reason.kind === "upstream_stale"
            ? { causes: await this.#upstream(producer, reason.upstream, partitions) }
            : await this.#ofReason(producer, reason, partitions),
      });
    }
    if (found.length === 0) found.push(unchangedSince(this.snapshot.latest.get(key)?.materialization));
    return found.map((finding) => ({ ...finding, partitions }));
  }

  // ---- causes -----------------------------------------------------------------------------------------------------

  async #ofReason(producer: Producer, reason: Reason, partitions: PartitionSet): Promise<Partial<Explanation>> {
    const made = this.#madeIn(producer, partitions);
    if (reason.kind === "config_changed" && made !== undefined) {
      const before = await this.#past.of(made);
      const settings = changedSettings(before?.config, this.snapshot.configs.get(producer.key));
      const because = settings.length === 0 ? reason.message : `its settings changed: ${settingsInWords(settings)}`;
      return { because, settings, materialization: made };
    }
    if (reason.kind !== "upstream_changed") return { materialization: made };
    const { upstream } = reason;
    const until = reason.materialization ?? this.snapshot.latest.get(upstream)!.materialization;
    const since = reason.materialization !== undefined
      ? until - 1
      : this.snapshot.latest.get(producer.key)?.upstream[upstream]?.materialization ?? 0;
    const change = await this.#change(producer, { upstream, partitions, since, until });
    return { materialization: made, causes: change ? [change] : [] };
  }

  #madeIn(producer: Producer, partitions: PartitionSet): number | undefined {
    const { groups } = this.snapshot.partitions.get(producer.key)!;
    return groups.find((group) => !group.partitions.intersection(partitions).isEmpty)?.materialization;
  }

  /** Changes by materializations of an upstream asset in what some partitions of a producer read, and their causes. */
  async #change(
    producer: Producer,
    { upstream, partitions, since, until }: {
      upstream: string;
      partitions: PartitionSet;
      since: number;
      until: number;
    },
  ): Promise<Explanation | undefined> {
    const { graph, database } = this.around;
    const record = await this.#past.of(until);
    if (!record) return undefined;
    const changed = record.changed ?? [];
    const asset = graph.asset(upstream);
    const within = asset.partitionedBy ? this.#read(producer, upstream, partitions, changed) : null;
    const rows = await changedRows(database, asset, { since, until, within });
    const maker = graph.producerOf(upstream);
    const why = record.reasons.filter(({ kind }) => kind !== "upstream_stale" && kind !== "forced");
    const because = `materialization ${until} in run ${record.runId} changed it` +
      (why.length === 0 ? "" : `: ${why.map(({ message }) => message).join("; ")}`);
    return {
      key: upstream,
      partition: null,
      state: "changed",
      because,
      materialization: until,
      run: record.runId,
      rows,
      others: [],
      causes: [],
      ...await this.#below(`${upstream} ${until}`, async () => {
        const own = this.snapshot.partitions.get(maker.key)!.space;
        const there = own.isSingle
          ? PartitionSet.all(own)
          : (record.changed === null ? PartitionSet.all(own) : PartitionSet.fromRectangles(own, changed))
            .intersection(within ? PartitionSet.fromRectangles(own, within.rectangles()) : PartitionSet.all(own));
        const above = maker.upstream.filter((other) =>
          (record.upstream[other]?.materialization ?? 0) > (record.before?.[other]?.materialization ?? Infinity)
        );
        const causes = await inTurn(above, (other) =>
          this.#change(maker, {
            upstream: other,
            partitions: there,
            since: record.before![other]!.materialization,
            until: record.upstream[other]!.materialization,
          }));
        return { causes: causes.flatMap((cause) => cause?.rows?.length ? [cause] : []) };
      }),
    };
  }
}

/** How history is requested. */
function requestOf(selection: string, dates: readonly string[]): string {
  return `Request it by a backfill of ${selection} from ${dates[0]} to ${dates.at(-1)}`;
}

function ofRun(runId: number): () => Promise<Partial<Explanation>> {
  return () => Promise.resolve({ run: runId });
}

function runningIn(runId: number): Omit<Found, "partitions"> {
  return { state: "running", because: `run ${runId} is making it`, more: ofRun(runId) };
}

function unchangedSince(materialization: number | undefined): Omit<Found, "partitions"> {
  return {
    state: "fresh",
    because: `its inputs have not changed since materialization ${materialization}`,
    more: () => Promise.resolve({ materialization }),
  };
}

/** Sequential, so that no cause is shown twice. */
async function inTurn<T, U>(list: readonly T[], of: (item: T) => Promise<U>): Promise<U[]> {
  const results: U[] = [];
  for (const item of list) results.push(await of(item));
  return results;
}
