import { type AnyAsset, type AssetGraph, EngineError, select } from "../engine/mod.ts";
import { type ShownState, shownStates } from "./shown_state.ts";

/** What sort of asset something is. */
export const assetKinds = ["whole", "partitions", "output", "external"] as const;
export type AssetKind = typeof assetKinds[number];

/** What each kind means, for people. */
export const kindWords: Readonly<Record<AssetKind, string>> = {
  whole: "made as a whole",
  partitions: "made partition by partition",
  output: "made along with another",
  external: "made outside",
};

/** How the page with all assets is looked at: `auto` shows a graph and a table where there is room, and else the table. */
export const graphViews = ["auto", "graph", "table"] as const;
export type GraphView = typeof graphViews[number];

/** What a person looks for among the assets, as the address says it. */
export interface GraphSearch {
  /** Part of a key or a description. */
  q?: string;
  group?: string;
  state?: ShownState;
  kind?: AssetKind;
  /** A selection, such as `+chosen_pairs`. */
  focus?: string;
  view: GraphView;
  /** Of the table, from 1. */
  page: number;
}

/** Reads the search out of an address. What cannot be read is left out, and named in `problems` by its parameter. */
export function readGraphSearch(
  graph: AssetGraph,
  parameters: URLSearchParams,
): { search: GraphSearch; problems: Map<string, string> } {
  const problems = new Map<string, string>();
  const given = (name: string) => parameters.get(name)?.trim() || undefined;
  const oneOf = <T extends string>(name: string, allowed: readonly T[]): T | undefined => {
    const text = given(name);
    const found = allowed.find((value) => value === text);
    if (text !== undefined && found === undefined) {
      problems.set(name, `There is no ${name} “${text.slice(0, 60)}”. It is one of ${allowed.join(", ")}.`);
    }
    return found;
  };
  const search: GraphSearch = {
    q: given("q")?.slice(0, 80),
    group: oneOf("group", [...new Set(graph.assets.map(({ group }) => group))]),
    state: oneOf("state", shownStates),
    kind: oneOf("kind", assetKinds),
    view: oneOf("view", graphViews) ?? "auto",
    page: 1,
  };
  const focus = given("focus");
  if (focus !== undefined) {
    try {
      select(graph, focus);
      search.focus = focus;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      problems.set("focus", error.message);
    }
  }
  const page = given("page");
  if (page !== undefined && /^[1-9]\d{0,5}$/.test(page)) search.page = Number(page);
  else if (page !== undefined) problems.set("page", `“${page.slice(0, 40)}” is not the number of a page.`);
  return { search, problems };
}

/** The address of a search, with changes: the same search always has the same address. */
export function graphPath(
  search: GraphSearch,
  changes: Partial<GraphSearch> & { format?: "csv"; selected?: string } = {},
): string {
  const { q, group, state, kind, focus, view, page, format, selected } = { ...search, ...changes };
  const entries: [string, string | undefined][] = [
    ["q", q],
    ["group", group],
    ["state", state],
    ["kind", kind],
    ["focus", focus],
    ["view", view === "auto" ? undefined : view],
    ["page", page > 1 ? String(page) : undefined],
    ["selected", selected],
    ["format", format],
  ];
  const parameters = new URLSearchParams(
    entries.flatMap(([name, value]) => value === undefined ? [] : [[name, value] as [string, string]]),
  );
  return parameters.size === 0 ? "/assets" : `/assets?${parameters}`;
}

/** What sort of asset it is. */
export function kindOf(asset: AnyAsset): AssetKind {
  return asset.external ? "external" : !asset.recipe ? "output" : asset.recipe.partitionsDef ? "partitions" : "whole";
}

/** Keys of the assets that are drawn: those of the group, kind and focus that are asked for. */
export function drawnKeys(graph: AssetGraph, { group, kind, focus }: GraphSearch): string[] {
  const focused = focus === undefined ? undefined : new Set(select(graph, focus));
  return graph.assets
    .filter((asset) => group === undefined || asset.group === group)
    .filter((asset) => kind === undefined || kindOf(asset) === kind)
    .filter(({ key }) => focused?.has(key) ?? true)
    .map(({ key }) => key);
}

/** Whether an asset that is drawn is also what is looked for; others are drawn faintly. */
export function matches(
  { key, description, state }: { key: string; description: string; state: ShownState },
  search: GraphSearch,
): boolean {
  if (search.state !== undefined && state !== search.state) return false;
  const q = search.q?.toLowerCase();
  return q === undefined || key.includes(q) || description.toLowerCase().includes(q);
}
