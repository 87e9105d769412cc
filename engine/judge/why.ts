import { type CellState, gapsUpstream, readersOf, readSpace } from "./cell_state.ts";
import { someCells } from "../store/reasons.ts";
import { changedRows } from "../store/changed_rows.ts";
import { InvalidRequestError } from "../errors.ts";
import {
  areInWords,
  cellsInWords,
  changedSettings,
  type ExplainedState,
  type Explanation,
  type Finding,
  onlyCell,
  settingsInWords,
} from "./explanation.ts";
import type { Producer } from "../declare/graph.ts";
import type { LastStep } from "../store/ledger.ts";
import { PastMaterializations } from "../store/past_materializations.ts";
import { CellSet, CellSpace, type Rectangle } from "../partitions/mod.ts";
import { upstreamCells } from "../partitions/mapping.ts";
import { reasonsOfAll, type Snapshot, takeSnapshot } from "./snapshot.ts";
import { type Reason, saysMissing } from "../store/reasons.ts";
import type { Surroundings } from "../store/context.ts";

/** How far down causes are followed, and how many are told at most: the number of queries grows with these alone. */
const maxDepth = 8;
const maxExplanations = 24;

/**
 * Says why an asset or some of its cells are fresh, stale, missing, waiting, blocked, failed, running or gone, down to the cause.
 *
 * @param of The cells: those of a name, of a date, or the one with both. All of them where it is left out.
 * @throws {UnknownAssetError}
 * @throws {InvalidRequestError} If the asset has no such cell.
 */
export async function explain(
  around: Surroundings,
  key: string,
  of: { name?: string; date?: string } = {},
): Promise<Explanation> {
  const producer = around.graph.producerOf(key);
  const snapshot = await takeSnapshot(around, { config: {}, of: [key] });
  const lastSteps = await around.ledger.lastSteps(snapshot.producers.map((p) => p.key));
  const explainer = new Explainer(around, snapshot, lastSteps);
  const state = snapshot.cells.get(producer.key);
  if (state) return await explainer.cells(key, cellsOf(key, state, of));
  if (of.name !== undefined || of.date !== undefined) {
    const field = of.name === undefined ? "date" : "name";
    const message = `"${key}" is made as a whole: ask without a ${field}.`;
    throw new InvalidRequestError(message, [{ path: field, message }]);
  }
  return await explainer.whole(key);
}

function cellsOf(key: string, { space, wanted, made }: CellState, of: { name?: string; date?: string }): CellSet {
  for (
    const [field, value, has, known] of [
      ["name", of.name, space.hasNames, space.names],
      ["date", of.date, space.hasDates, space.dates],
    ] as const
  ) {
    if (value === undefined || (has && known.includes(value))) continue;
    const hint = !has
      ? `Its cells have no ${field}.`
      : known.length === 0
      ? `It has no ${field} at all.`
      : field === "date"
      ? `Its dates go from ${known[0]} to ${known.at(-1)}.`
      : `Its names are ${known.slice(0, 5).join(", ")}${known.length > 5 ? ` and ${known.length - 5} others` : ""}.`;
    const message = `"${key}" has no cell with the ${field} "${value}". ${hint}`;
    throw new InvalidRequestError(message, [{ path: field, message }]);
  }
  let cells = wanted.union(made);
  if (of.name !== undefined) cells = cells.named((name) => name === of.name);
  if (of.date !== undefined) cells = cells.during([space.dateAt(of.date), space.dateAt(of.date) + 1]);
  if (cells.isEmpty && (of.name !== undefined || of.date !== undefined)) {
    const message = `"${key}" has no cell at ${
      [of.name, of.date].filter(Boolean).join(" on ")
    }: it is not wanted there.`;
    throw new InvalidRequestError(message, [{ path: of.name === undefined ? "date" : "name", message }]);
  }
  return cells;
}

/** What holds for some cells, with what is known of its cause; the cause is looked for only where it is told. */
interface Found {
  state: ExplainedState;
  because: string;
  cells: CellSet;
  more?: () => Promise<Partial<Explanation>>;
}

class Explainer {
  readonly #past: PastMaterializations;
  #told = 0;
  readonly #path: string[] = [];

  constructor(
    private readonly around: Surroundings,
    private readonly snapshot: Snapshot,
    private readonly lastSteps: ReadonlyMap<string, LastStep>,
  ) {
    this.#past = new PastMaterializations(around.database);
  }

  /** Some cells of an asset that is made by cells. */
  async cells(key: string, cells: CellSet): Promise<Explanation> {
    const found = await this.#findings(key, cells);
    const [first, ...others] = found;
    const told = first ?? { state: "fresh", because: "it has no cells, and none are wanted", cells };
    const cell = onlyCell(told.cells);
    return {
      key,
      cell,
      state: told.state,
      because: told.because,
      ...(cell === null && { cells: someCells(told.cells) }),
      causes: [],
      ...await this.#below(`${key} ${told.state} ${told.because}`, () => told.more?.()),
      others: others.map(({ state, because, cells }): Finding => ({ state, because, cells: someCells(cells) })),
    };
  }

  /** An asset that is made as a whole. */
  async whole(key: string): Promise<Explanation> {
    const producer = this.around.graph.producerOf(key);
    const findings = this.#findingsOfWhole(key, producer);
    const [first, ...others] = findings;
    const { state, because, more } = first!;
    return {
      key,
      cell: null,
      state,
      because,
      causes: [],
      ...await this.#below(`${key} ${state} ${because}`, () => more?.()),
      others: others.map(({ state, because }): Finding => ({ state, because })),
    };
  }

  /** Follows a cause, unless it is followed already, lies too deep or was told often enough. */
  async #below(
    id: string,
    more: () => Promise<Partial<Explanation>> | undefined,
  ): Promise<Partial<Explanation>> {
    if (this.#path.includes(id) || this.#path.length >= maxDepth || ++this.#told > maxExplanations) return {};
    this.#path.push(id);
    try {
      return await more() ?? {};
    } finally {
      this.#path.pop();
    }
  }

  // ---- assets by cells --------------------------------------------------------------------------------------------

  /** What holds for some cells, most important first; each cell is told of where it comes first, and with all reasons if it is stale. */
  async #findings(key: string, all: CellSet): Promise<Found[]> {
    const { graph } = this.around;
    const producer = graph.producerOf(key);
    const state = this.snapshot.cells.get(producer.key)!;
    const found: Found[] = [];
    let left = all;
    const add = (cells: CellSet, finding: Omit<Found, "cells">) => {
      if (!cells.isEmpty) found.push({ ...finding, cells });
      left = left.difference(cells);
    };
    const step = this.lastSteps.get(producer.key);
    if (step?.status === "running") {
      add((await this.#beingMade(producer, step, state)).intersection(left), {
        state: "running",
        because: `run ${step.runId} is making it`,
        more: () => Promise.resolve({ run: step.runId }),
      });
    }
    for (const { cells, error, runId } of state.failed) {
      add(cells.intersection(left), {
        state: "failed",
        because: `it could not be made in run ${runId}: ${error.message}`,
        more: () => Promise.resolve({ run: runId }),
      });
    }
    for (const upstream of producer.upstream.filter((other) => !this.snapshot.latest.has(other))) {
      add(state.missing.union(state.stale).intersection(left), this.#waitingFor(producer, upstream, null));
    }
    for (const { upstream, cells } of state.waiting) {
      const kept = cells.intersection(left);
      const concerned = all.count === 1 ? kept : kept.intersection(state.expected.union(state.stale));
      add(concerned, this.#waitingFor(producer, upstream, concerned));
    }
    const stale = state.stale.intersection(left);
    for (const { reason, cells } of state.reasons) {
      const here = cells.intersection(stale);
      add(here, {
        state: "stale",
        because: reason.message,
        more: () => this.#ofReason(producer, reason, here),
      });
    }
    const missing = state.expected.intersection(left);
    add(missing.intersection(state.lost), {
      state: "missing",
      because: `its rows are not there any more (${state.lostBecause}), and the next run makes it`,
    });
    add(missing.difference(state.lost), {
      state: "missing",
      because: "it has never been materialized, and the next run makes it",
    });
    add(state.gone.intersection(left), {
      state: "gone",
      because: "it is not part of the asset any more, and the next run removes it",
    });
    for (const upstream of producer.upstream) {
      const above = this.#notFresh(upstream);
      if (!above || left.isEmpty) continue;
      const readers = readersOf(producer.key, { upstream, cells: above }, this.snapshot)
        .intersection(left).intersection(state.made).intersection(state.wanted);
      add(readers, {
        state: "stale",
        because: `upstream ${upstream} is not fresh in what it reads`,
        more: async () => ({ causes: await this.#upstream(producer, upstream, readers) }),
      });
    }
    const unasked = state.missing.intersection(left);
    const range = unasked.dates;
    add(left.difference(state.wanted), {
      state: "fresh",
      because: "it is kept as it was made, though it is not part of the asset any more",
    });
    const made = left.difference(unasked);
    const group = state.groups.find(({ cells }) => !cells.intersection(made).isEmpty);
    add(made, {
      state: "fresh",
      because: `nothing that it was made of has changed since materialization ${group?.materialization}`,
      more: () => Promise.resolve({ materialization: group?.materialization }),
    });
    // Last: history that nobody asked for does not keep the asset from being fresh.
    add(unasked, {
      state: "missing",
      because:
        `it has never been asked for: of ${producer.key} only the newest date is made by itself. Ask for it by a ` +
        `backfill of ${producer.key} from ${range[0]} to ${range.at(-1)}`,
    });
    return found;
  }

  async #beingMade(producer: Producer, { runId }: LastStep, { space }: CellState): Promise<CellSet> {
    const step = (await this.around.ledger.steps(runId)).find((s) => s.key === producer.key);
    const of = (cells: NonNullable<typeof step>["cells"] | undefined) =>
      CellSet.fromRectangles(space, cells?.cells ?? []);
    return of(step?.cells).difference(of(step?.done)).difference(of(step?.failed));
  }

  /** @param cells Those that wait; `null` for all of them. */
  #waitingFor(producer: Producer, upstream: string, cells: CellSet | null): Omit<Found, "cells"> {
    const { graph } = this.around;
    const state = this.snapshot.cells.get(graph.producerOf(upstream).key);
    const read = state && cells && this.#read(producer, upstream, cells).intersection(state.missing);
    const blocked = read && state.failed.find((failure) => !failure.cells.intersection(read).isEmpty);
    return {
      state: blocked ? "blocked" : "waiting",
      because: read
        ? `it reads ${cellsInWords(read)} of ${upstream}, which ${
          blocked ? `could not be made in run ${blocked.runId}` : `${areInWords(read)} not there yet`
        }`
        : `upstream ${upstream} has never been materialized`,
      more: async () => ({ causes: [read ? await this.cells(upstream, read) : await this.#asset(upstream)] }),
    };
  }

  /**
   * Cells of an upstream asset that some cells of a producer read.
   *
   * @param gone What changed in it, whose coordinates may not be there any more.
   */
  #read(producer: Producer, upstream: string, cells: CellSet, gone: readonly Rectangle[] = []): CellSet {
    const names = gone.flatMap(({ names }) => names ?? []);
    const dates = gone.flatMap(({ dates }) => (dates ?? []).flat());
    const space = this.snapshot.spaces.get(upstream)!.with(names, dates);
    return this.snapshot.reads.get(producer.key)!.filter((read) => read.upstream === upstream)
      .reduce((all, read) => {
        const looked = readSpace(read, this.snapshot).with(names, dates);
        return all.union(upstreamCells(read.mapping, cells, looked).in(space));
      }, CellSet.none(space));
  }

  /** Cells of an asset that a run would make; `null` for a whole, or where there are none. */
  #notFresh(key: string): CellSet | null {
    const state = this.snapshot.cells.get(this.around.graph.producerOf(key).key);
    if (!state) {
      const reasons = reasonsOfAll(this.snapshot, this.around.graph).get(key)!;
      return reasons.length === 0 ? null : CellSet.all(this.snapshot.spaces.get(key)!);
    }
    const cells = state.expected.union(state.stale);
    return cells.isEmpty ? null : cells;
  }

  /** Why what some cells read of an upstream asset is not fresh. */
  async #upstream(producer: Producer, upstream: string, cells: CellSet): Promise<Explanation[]> {
    const above = this.#notFresh(upstream);
    if (!above || !this.snapshot.cells.has(this.around.graph.producerOf(upstream).key)) {
      return [await this.#asset(upstream)];
    }
    const read = this.#read(producer, upstream, cells).intersection(above);
    return [await this.cells(upstream, read.isEmpty ? above : read)];
  }

  async #asset(key: string): Promise<Explanation> {
    const state = this.snapshot.cells.get(this.around.graph.producerOf(key).key);
    return state ? await this.cells(key, state.wanted.union(state.made)) : await this.whole(key);
  }

  // ---- assets as a whole ------------------------------------------------------------------------------------------

  #findingsOfWhole(key: string, producer: Producer): (Omit<Found, "cells">)[] {
    const { graph } = this.around;
    const reasons = reasonsOfAll(this.snapshot, graph).get(key)!;
    const step = this.lastSteps.get(producer.key);
    const single = CellSet.all(CellSpace.single);
    const found: Omit<Found, "cells">[] = [];
    const ofRun = (runId: number) => () => Promise.resolve({ run: runId });
    if (step?.status === "running") {
      found.push({ state: "running", because: `run ${step.runId} is making it`, more: ofRun(step.runId) });
    }
    if (reasons.length > 0 && step?.status === "failed") {
      const blocked = step.error?.name === "CheckFailedError";
      found.push({
        state: blocked ? "blocked" : "failed",
        because: `run ${step.runId} ${blocked ? "did not publish it" : "failed"}: ${step.error?.message}`,
        more: ofRun(step.runId),
      });
    }
    for (const { upstream, cells } of reasons.length === 0 ? [] : gapsUpstream(producer, this.snapshot, graph)) {
      const state = this.snapshot.cells.get(graph.producerOf(upstream).key)!;
      const blocked = state.failed.some((failure) => !failure.cells.intersection(cells).isEmpty);
      found.push({
        state: blocked ? "blocked" : "waiting",
        because: `it reads ${cellsInWords(cells)} of ${upstream}, which ${
          blocked ? "could not be made" : `${areInWords(cells)} not there yet`
        }`,
        more: async () => ({ causes: [await this.cells(upstream, cells)] }),
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
            ? { causes: await this.#upstream(producer, reason.upstream, single) }
            : await this.#ofReason(producer, reason, single),
      });
    }
    const made = this.snapshot.latest.get(key)?.materialization;
    if (found.length === 0) {
      found.push({
        state: "fresh",
        because: `nothing that it was made of has changed since materialization ${made}`,
        more: () => Promise.resolve({ materialization: made }),
      });
    }
    return found;
  }

  // ---- causes -----------------------------------------------------------------------------------------------------

  async #ofReason(producer: Producer, reason: Reason, cells: CellSet): Promise<Partial<Explanation>> {
    const made = this.#madeIn(producer, cells);
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
    const change = await this.#change(producer, { upstream, cells, since, until });
    return { materialization: made, causes: change ? [change] : [] };
  }

  #madeIn(producer: Producer, cells: CellSet): number | undefined {
    const state = this.snapshot.cells.get(producer.key);
    if (!state) return this.snapshot.latest.get(producer.key)?.materialization;
    return state.groups.find((group) => !group.cells.intersection(cells).isEmpty)?.materialization;
  }

  /** What materializations of an upstream asset changed in what some cells of a producer read, and why they were made. */
  async #change(
    producer: Producer,
    { upstream, cells, since, until }: { upstream: string; cells: CellSet; since: number; until: number },
  ): Promise<Explanation | undefined> {
    const { graph, database } = this.around;
    const record = await this.#past.of(until);
    if (!record) return undefined;
    const changed = record.changed ?? [];
    const asset = graph.asset(upstream);
    const within = asset.partitionedBy ? this.#read(producer, upstream, cells, changed) : null;
    const rows = await changedRows(database, asset, { since, until, within });
    const maker = graph.producerOf(upstream);
    const why = record.reasons.filter(({ kind }) => kind !== "upstream_stale" && kind !== "forced");
    const because = `materialization ${until} in run ${record.runId} changed it` +
      (why.length === 0 ? "" : `: ${why.map(({ message }) => message).join("; ")}`);
    return {
      key: upstream,
      cell: null,
      state: "changed",
      because,
      materialization: until,
      run: record.runId,
      rows,
      others: [],
      causes: [],
      ...await this.#below(`${upstream} ${until}`, async () => {
        const own = this.snapshot.cells.get(maker.key)?.space;
        const there = !own
          ? CellSet.all(CellSpace.single)
          : (record.changed === null ? CellSet.all(own) : CellSet.fromRectangles(own, changed))
            .intersection(within ? CellSet.fromRectangles(own, within.rectangles()) : CellSet.all(own));
        const above = maker.upstream.filter((other) =>
          (record.upstream[other]?.materialization ?? 0) > (record.before?.[other]?.materialization ?? Infinity)
        );
        const causes = await inTurn(above, (other) =>
          this.#change(maker, {
            upstream: other,
            cells: there,
            since: record.before![other]!.materialization,
            until: record.upstream[other]!.materialization,
          }));
        return { causes: causes.flatMap((cause) => cause?.rows?.length ? [cause] : []) };
      }),
    };
  }
}

/** One after the other: what was told already is not told twice. */
async function inTurn<T, U>(list: readonly T[], of: (item: T) => Promise<U>): Promise<U[]> {
  const results: U[] = [];
  for (const item of list) results.push(await of(item));
  return results;
}
