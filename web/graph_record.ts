import type { AssetGraph, AssetState, AssetStorage, Engine } from "../engine/mod.ts";
import type { GraphLayout, GraphNode } from "./graph_layout.ts";
import type { GraphLayouts } from "./graph_layouts.ts";
import { drawnKeys, type GraphSearch, matches, readGraphSearch } from "./graph_search.ts";
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
  /** `null` while it is computed, or if no graph is requested. */
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
  { engine, layouts, parameters, now }: {
    engine: GraphEngine;
    layouts: GraphLayouts;
    parameters: URLSearchParams;
    now: number;
  },
): Promise<GraphRecord> {
  const { graph } = engine;
  const { search, problems } = readGraphSearch(graph, parameters);
  const keys = drawnKeys(graph, search);
  const partsOnly = parameters.has("parts");
  const [states, open, storage, layout, selected] = await Promise.all([
    engine.states(),
    readOpenRuns(engine),
    search.view === "table" ? engine.storage() : [],
    search.view === "table" || partsOnly ? null : layouts.of(graphNodes(graph, keys)),
    readSelected(engine, parameters, problems),
  ]);
  const drawn = new Set(keys);
  return {
    search,
    problems,
    groups: [...new Set(graph.assets.map(({ group }) => group))],
    states,
    shown: states.filter(({ key }) => drawn.has(key)).map((asset) => {
      const shown = { asset, ...howItIs(asset, open) };
      return { ...shown, matches: matches({ ...asset, state: shown.state }, search) };
    }),
    storage: new Map(storage.map((asset) => [asset.key, asset])),
    layout,
    partsOnly,
    open,
    selected: selected && selectedAsset(states, open, selected),
    now,
  };
}

/** Nodes of the layout. A further output depends on its producer alone, not on all inputs of the function. */
export function graphNodes(graph: AssetGraph, keys: readonly string[]): GraphNode[] {
  return keys.map((key) => {
    const producer = graph.producerOf(key).key;
    return { key, group: graph.asset(key).group, upstream: producer === key ? graph.upstream(key) : [producer] };
  });
}

/** State of an asset with its reason. */
export function howItIs(asset: AssetState, { waiting }: OpenRuns): { state: ShownState; reason: string } {
  return { state: shownState(asset, waiting), reason: reasonInShort(asset, waiting) };
}

function selectedAsset(states: readonly AssetState[], open: OpenRuns, request: RunRequest): SelectedAsset {
  const asset = states.find(({ key }) => key === request.key)!;
  return { request, asset, ...howItIs(asset, open) };
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
