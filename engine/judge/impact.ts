import { readersOf, readSpace } from "./cell_state.ts";
import { someCells } from "../store/reasons.ts";
import { cellsWithin } from "./cell_work.ts";
import { type CellRange } from "../partitions/cell_range.ts";
import { InvalidRequestError } from "../errors.ts";
import type { Producer } from "../declare/graph.ts";
import { CellSet, CellSpace } from "../partitions/mod.ts";
import { downstreamCells } from "../partitions/mapping.ts";
import { type Snapshot, takeSnapshot } from "./snapshot.ts";
import type { SomeCells } from "../store/reasons.ts";
import type { Surroundings } from "../store/context.ts";

/** What would have to be made again of one asset. */
export interface ImpactStep {
  key: string;
  produces: readonly string[];
  /** The cells; `null` for an asset that is made as a whole. */
  cells: SomeCells | null;
  /** By how long it took in the past; `null` where it never ran. */
  minutes: number | null;
  /** Calls to the vendor; `null` where the asset does not tell. */
  vendorCalls: number | null;
}

/** What a change of an asset would touch. */
export interface Impact {
  key: string;
  range: CellRange | null;
  /** The cells that are taken as changed; `null` where the asset is not told apart by cells. */
  changed: SomeCells | null;
  /** In dependency order. */
  steps: readonly ImpactStep[];
  /** Cells of all steps, a whole counted as one. */
  cells: number;
  /** Together, one step after the other; `null` where that is not known of a step. */
  minutes: number | null;
  vendorCalls: number;
}

/**
 * The cells of all downstream assets that would become stale if an asset changed, or those of its cells that are within a range;
 * with an estimate of what it takes to make them again. Changes nothing.
 *
 * @throws {UnknownAssetError}
 * @throws {InvalidRequestError} If a range is given for an asset without cells, or holds none of them.
 */
export async function impactOf(around: Surroundings, key: string, range: CellRange | null = null): Promise<Impact> {
  const { graph } = around;
  const origin = graph.producerOf(key);
  const snapshot = await takeSnapshot(around, { config: {} });
  const changed = changedCellsOf(origin, key, { range, snapshot, around });
  const touched = new Map<string, CellSet>(origin.produces.map((made) => [made, changed]));
  const found: { producer: Producer; cells: CellSet | null }[] = [];
  for (const producer of snapshot.producers) {
    if (producer === origin) continue;
    const readers = touchedOf(producer, touched, snapshot);
    if (!readers || readers.isEmpty) continue;
    const state = snapshot.cells.get(producer.key);
    found.push({ producer, cells: state ? readers : null });
    for (const made of producer.produces) {
      touched.set(made, state ? readers : CellSet.all(snapshot.spaces.get(made)!));
    }
  }
  const past = await pastSeconds(around, found.map(({ producer }) => producer.key));
  const steps: ImpactStep[] = [];
  for (const { producer, cells } of found) {
    const seconds = past.get(producer.key);
    const perUnit = seconds && (cells ? seconds.perCell ?? seconds.perRun : seconds.perRun);
    const { partitionsDef } = producer.recipe;
    const config = snapshot.configs.get(producer.key);
    steps.push({
      key: producer.key,
      produces: producer.produces,
      cells: cells && someCells(cells),
      minutes: perUnit === undefined ? null : perUnit * (cells && seconds!.perCell !== null ? cells.count : 1) / 60,
      vendorCalls: (cells && partitionsDef?.calls?.(cells, { config, resources: around.resources })) ?? null,
    });
  }
  return {
    key,
    range,
    changed: graph.asset(key).partitionedBy ? someCells(changed) : null,
    steps,
    cells: steps.reduce((sum, { cells }) => sum + (cells?.count ?? 1), 0),
    minutes: steps.reduce<number | null>(
      (sum, { minutes }) => sum === null || minutes === null ? null : sum + minutes,
      0,
    ),
    vendorCalls: steps.reduce((sum, { vendorCalls }) => sum + (vendorCalls ?? 0), 0),
  };
}

function changedCellsOf(
  origin: Producer,
  key: string,
  { range, snapshot, around }: { range: CellRange | null; snapshot: Snapshot; around: Surroundings },
): CellSet {
  const space = snapshot.spaces.get(key)!;
  const state = snapshot.cells.get(origin.key);
  const all = state ? state.wanted.union(state.made) : CellSet.all(space);
  if (!range) return all;
  if (!around.graph.asset(key).partitionedBy) {
    throw new InvalidRequestError(`"${key}" is not told apart by cells: ask without a range.`);
  }
  const cells = cellsWithin({ key: origin.key, space, wanted: all }, range);
  if (cells.isEmpty) throw new InvalidRequestError(`"${key}" has no cells in this range.`);
  return cells;
}

/** The cells of a producer that would be stale: those that were made or are expected, and read what is touched. */
function touchedOf(
  producer: Producer,
  touched: ReadonlyMap<string, CellSet>,
  snapshot: Snapshot,
): CellSet | undefined {
  const upstream = producer.upstream.filter((key) => touched.has(key));
  if (upstream.length === 0) return undefined;
  const state = snapshot.cells.get(producer.key);
  const reads = snapshot.reads.get(producer.key)!;
  if (!state) {
    const isTouched = upstream.some((key) =>
      reads.filter((read) => read.upstream === key).some((read) => {
        // The newest date is the newest that was made, or one that is made with the change.
        const all = touched.get(key)!;
        const made = CellSet.fromRectangles(readSpace(read, snapshot), all.rectangles());
        return [all, made].some((cells) => !downstreamCells(read.mapping, cells, CellSpace.single).isEmpty);
      })
    );
    return isTouched ? CellSet.all(CellSpace.single) : undefined;
  }
  const readers = upstream.reduce(
    (all, key) => all.union(readersOf(producer.key, { upstream: key, cells: touched.get(key)! }, snapshot)),
    CellSet.none(state.space),
  );
  return readers.intersection(state.made.intersection(state.wanted).union(state.expected));
}

/** How long steps took, of the last ten of each that made something. One query. */
async function pastSeconds(
  { database }: Surroundings,
  keys: readonly string[],
): Promise<Map<string, { perRun: number; perCell: number | null }>> {
  if (keys.length === 0) return new Map();
  const rows = await database.sql<{ key: string; perRun: number; perCell: number | null }[]>`
    SELECT k.key, avg(s.seconds)::double precision AS "perRun",
           (sum(s.seconds) FILTER (WHERE s.cells > 0) / nullif(sum(s.cells), 0))::double precision AS "perCell"
    FROM unnest(${keys as string[]}::text[]) AS k(key)
    CROSS JOIN LATERAL (
      SELECT extract(epoch FROM finished_at - started_at) AS seconds, (done->>'count')::bigint AS cells
      FROM engine.step WHERE key = k.key AND status = 'succeeded' ORDER BY run_id DESC LIMIT 10
    ) s GROUP BY k.key`;
  return new Map(rows.map(({ key, ...seconds }) => [key, seconds]));
}
