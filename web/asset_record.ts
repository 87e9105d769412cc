import {
  type AnyAsset,
  type AssetState,
  type AutomationState,
  type CheckResult,
  type Engine,
  EngineError,
  type Explanation,
  type Materialization,
  type PartitionReport,
  type PastStep,
  stepHistory,
} from "../engine/mod.ts";
import { type FoundRows, readRows } from "./asset_rows.ts";
import { type GraphLayout, layoutGraph } from "./graph_layout.ts";
import { graphNodes, howItIs, type ShownAsset } from "./graph_record.ts";
import { readOpenRuns } from "./open_runs.ts";
import { readRunRequest, type RunRequest, type RunRequestEngine } from "./run_request.ts";

/** Parts of the engine used by the page of an asset. */
export type AssetEngine =
  & RunRequestEngine
  & Pick<
    Engine,
    "states" | "why" | "partitions" | "materializations" | "checks" | "rows" | "runs" | "automation" | "ledger"
  >;

/** The partition whose state a person asks about. */
export interface AskedPartition {
  name?: string;
  date?: string;
}

/** Data for the page of an asset. */
export interface AssetRecord {
  asset: AnyAsset;
  /** The asset whose function makes this one; the asset itself unless it is a further output. */
  producer: AnyAsset;
  state: AssetState;
  shown: Omit<ShownAsset, "matches">;
  /** Of the asset, or of the partition asked about. */
  explanation: Explanation;
  partition: AskedPartition | null;
  /** Why the partition asked about cannot be explained. */
  partitionProblem: string | null;
  /** `null` for an asset without partitions. */
  report: PartitionReport | null;
  /** Newest first. */
  materializations: readonly Materialization[];
  checks: readonly CheckResult[];
  /** `null` for an asset whose rows are outside Tandem. */
  rows: FoundRows | null;
  request: RunRequest;
  automation: AutomationState;
  /** Newest first. */
  steps: readonly PastStep[];
  neighbours: { layout: GraphLayout; assets: readonly Omit<ShownAsset, "matches">[] } | null;
  /** Milliseconds since 1970. */
  now: number;
}

/** Number of newest materializations that are read and plotted. */
const plottedMaterializations = 60;
const shownSteps = 10;
/** Above this number of neighbours the page lists them instead of drawing a graph. */
const drawnNeighbours = 40;

/** Reads the data for the page of an asset, by the parameters of its address; `undefined` if there is no such asset. */
export async function readAsset(
  { engine, key, parameters, now }: {
    engine: AssetEngine;
    key: string;
    parameters: URLSearchParams;
    now: number;
  },
): Promise<AssetRecord | undefined> {
  const { graph, ledger } = engine;
  if (!graph.keys.includes(key)) return undefined;
  const asset = graph.asset(key);
  const producer = graph.producerOf(key).asset;
  const around = graph.keys.filter((other) =>
    other === key || graph.upstream(key).includes(other) || graph.downstream(key).includes(other)
  );
  const [states, open, why, report, materializations, checks, rows, request, automation, steps] = await Promise
    .all([
      engine.states(around),
      readOpenRuns(engine),
      explained(engine, key, parameters),
      graph.producerOf(key).recipe.partitionsDef ? engine.partitions(key) : null,
      engine.materializations(key, { limit: plottedMaterializations }),
      engine.checks(key),
      asset.external ? null : readRows(engine, asset, parameters),
      readRunRequest(engine, key, parameters),
      engine.automation.state(key, { limit: 1 }),
      stepHistory(ledger.database.sql, producer.key, { limit: shownSteps }),
    ]);
  const shown = states.map((state) => ({ asset: state, ...howItIs(graph, state, open) }));
  const own = shown.find((one) => one.asset.key === key)!;
  return {
    asset,
    producer,
    state: own.asset,
    shown: own,
    ...why,
    report,
    materializations,
    checks,
    rows,
    request,
    automation,
    steps,
    neighbours: around.length > 1 && around.length <= drawnNeighbours
      ? { layout: layoutGraph(graphNodes(graph, around).map((node) => ({ ...node, group: "" }))), assets: shown }
      : null,
    now,
  };
}

/** Explains the partition asked about; the asset if there is none or the partition cannot be explained. */
async function explained(
  engine: AssetEngine,
  key: string,
  parameters: URLSearchParams,
): Promise<Pick<AssetRecord, "explanation" | "partition" | "partitionProblem">> {
  const given = (name: string) => parameters.get(name)?.trim() || undefined;
  const [name, date] = [given("name"), given("date")];
  if (name === undefined && date === undefined) {
    return { explanation: await engine.why(key), partition: null, partitionProblem: null };
  }
  const partition = { ...(name !== undefined && { name }), ...(date !== undefined && { date }) };
  try {
    return { explanation: await engine.why(key, partition), partition, partitionProblem: null };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { explanation: await engine.why(key), partition, partitionProblem: error.message };
  }
}
