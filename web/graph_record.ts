import type { AssetGraph, AssetState, AssetStorage, Engine } from "../engine/mod.ts";
import { type GraphLayout, type GraphNode, layoutGraph } from "./graph_layout.ts";
import { closedGroups, drawnKeys, type GraphSearch, matches, readGraphSearch } from "./graph_search.ts";
import { type OpenRuns, readOpenRuns } from "./open_runs.ts";
import { readRunRequest, type RunRequest, type RunRequestEngine } from "./run_request.ts";
import { reasonInShort, type ShownState, shownState } from "./shown_state.ts";

/** Parts of the engine used by the page with all assets. */
export type GraphEngine = RunRequestEngine & Pick<Engine, "states" | "runs" | "storage">;

/** An asset in the graph and the table. */
export interface ShownAsset {
  asset: AssetState;
  state: ShownState;
  /** Reason of the state; empty for a fresh asset. */
  reason: string;
  /** Number of its declared checks. */
  checks: number;
  /** Whether it matches the search. */
  matches: boolean;
}

/** The selected asset: its state, and a form to materialize it. */
export interface SelectedAsset extends Omit<ShownAsset, "matches"> {
  request: RunRequest;
}

/** Data for the page of all assets. */
export interface GraphRecord {
  search: GraphSearch;
  problems: ReadonlyMap<string, string>;
  groups: readonly string[];
  /** Of all assets. */
  states: readonly AssetState[];
  /** Assets that are drawn, in dependency order. */
  shown: readonly ShownAsset[];
  /** Sizes of the assets' tables; empty if no table is requested. */
  storage: ReadonlyMap<string, AssetStorage>;
  /** Names of the groups that are drawn as cards. */
  closed: ReadonlySet<string>;
  /** `null` if no graph is requested. */
  layout: GraphLayout | null;
  /** Whether the browser has the graph already and needs only the states. */
  partsOnly: boolean;
  open: OpenRuns;
  selected: SelectedAsset | null;
  /** Milliseconds since 1970. */
  now: number;
}

/** Reads the data for the page of all assets, by the parameters of its address. */
export async function readGraph(
  { engine, parameters, now }: {
    engine: GraphEngine;
    parameters: URLSearchParams;
    now: number;
  },
): Promise<GraphRecord> {
  const { graph } = engine;
  const { search, problems } = readGraphSearch(graph, parameters);
  const keys = drawnKeys(graph, search);
  const closed = closedGroups(graph, keys, search);
  const partsOnly = parameters.has("parts");
  const [states, open, storage, selected] = await Promise.all([
    engine.states(),
    readOpenRuns(engine),
    search.view === "table" ? engine.storage() : [],
    readSelected(engine, parameters, problems),
  ]);
  const drawn = new Set(keys);
  return {
    search,
    problems,
    groups: [...new Set(graph.assets.map(({ group }) => group))],
    states,
    shown: states.filter(({ key }) => drawn.has(key)).map((asset) => {
      const shown = { asset, ...howItIs(graph, asset, open) };
      return { ...shown, matches: matches({ ...asset, state: shown.state }, search) };
    }),
    storage: new Map(storage.map((asset) => [asset.key, asset])),
    closed,
    layout: search.view === "table" || partsOnly
      ? null
      : layoutGraph(graphNodes(graph, keys), { closed, narrow: parameters.has("narrow") }),
    partsOnly,
    open,
    selected: selected && selectedAsset(graph, states, open, selected),
    now,
  };
}

/** Nodes of the layout. A further output depends on its producer alone, not on all inputs of the function. */
export function graphNodes(graph: AssetGraph, keys: readonly string[]): GraphNode[] {
  return keys.map((key) => {
    const producer = graph.producerOf(key).key;
    return {
      key,
      group: graph.asset(key).group,
      producer,
      upstream: producer === key ? graph.upstream(key) : [producer],
    };
  });
}

/** State of an asset with its reason, and the number of its checks. */
export function howItIs(
  graph: AssetGraph,
  asset: AssetState,
  { waiting }: OpenRuns,
): Pick<ShownAsset, "state" | "reason" | "checks"> {
  return {
    state: shownState(asset, waiting),
    reason: reasonInShort(asset, waiting),
    checks: graph.asset(asset.key).checks.length,
  };
}

function selectedAsset(
  graph: AssetGraph,
  states: readonly AssetState[],
  open: OpenRuns,
  request: RunRequest,
): SelectedAsset {
  const asset = states.find(({ key }) => key === request.key)!;
  return { request, asset, ...howItIs(graph, asset, open) };
}

async function readSelected(
  engine: GraphEngine,
  parameters: URLSearchParams,
  problems: Map<string, string>,
): Promise<RunRequest | null> {
  const key = parameters.get("selected")?.trim() ?? "";
  if (key === "") return null;
  if (engine.graph.keys.includes(key)) return await readRunRequest(engine, key, parameters);
  problems.set("selected", `There is no asset “${key.slice(0, 60)}”.`);
  return null;
}
