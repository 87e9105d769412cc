import { type AnyAsset, type AssetGraph, assetGraph, EngineError, select } from "../engine/mod.ts";
import { Address, oneOf, page, type Parameter, type SearchOf, standing, text } from "./address.ts";
import { type ShownState, shownStates } from "./shown_state.ts";

/** Kinds of assets. */
export const assetKinds = ["whole", "partitions", "output", "external"] as const;
export type AssetKind = typeof assetKinds[number];

/** The kinds in words. */
export const kindWords: Readonly<Record<AssetKind, string>> = {
  whole: "not partitioned",
  partitions: "partitioned",
  output: "further output",
  external: "external",
};

/** Views of the page: `auto` shows graph and table on a wide screen, and only the table on a narrow one. */
export const graphViews = ["auto", "graph", "table"] as const;
export type GraphView = typeof graphViews[number];

/** Names of groups, separated by commas; `none` for no group. Unknown names have no effect. */
const groupNames: Parameter<readonly string[]> = {
  read: (text) => text === "none" ? [] : text.split(","),
  write: (names) => names.length === 0 ? "none" : names.join(","),
  problem: () => "",
};

/** The address of the page with all assets. */
function addressOf(graph: AssetGraph) {
  const problemOf = (selection: string) => {
    try {
      select(graph, selection);
      return null;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return error.message;
    }
  };
  const focus: Parameter<string> = {
    read: (selection) => problemOf(selection) === null ? selection : undefined,
    write: (selection) => selection,
    problem: (_, selection) => problemOf(selection)!,
  };
  return new Address("/assets", {
    /** Part of a key or a description. */
    q: text({ longest: 80 }),
    group: oneOf("Group", [...new Set(graph.assets.map(({ group }) => group))]),
    state: oneOf("State", shownStates),
    kind: oneOf("Kind", assetKinds),
    /** A selection, such as `+chosen_pairs`. */
    focus,
    view: standing("auto", oneOf("View", graphViews)),
    /** Groups drawn with their assets, the others as cards; unset by the number of assets. */
    open: groupNames,
    /** Page of the table. */
    page: page(),
  });
}
export type GraphSearch = SearchOf<ReturnType<typeof addressOf>>;

/** Reads the search from an address. Unreadable parameters are left out; `problems` has the reason under their name. */
export function readGraphSearch(
  graph: AssetGraph,
  parameters: URLSearchParams,
): { search: GraphSearch; problems: Map<string, string> } {
  return addressOf(graph).read(parameters);
}

const written = addressOf(assetGraph([]));

/** The address of a search, with changes: the same search always has the same address. */
export function graphPath(
  search: GraphSearch,
  { format, selected, ...changes }: Partial<GraphSearch> & { format?: "csv"; selected?: string } = {},
): string {
  return written.write(search, changes, { more: { ...selected && { selected }, ...format && { format } } });
}

/** Kind of an asset. */
export function kindOf(asset: AnyAsset): AssetKind {
  return asset.external ? "external" : !asset.recipe ? "output" : asset.recipe.partitionsDef ? "partitions" : "whole";
}

/** Keys of the assets that are drawn: those of the requested group, kind and focus. */
export function drawnKeys(graph: AssetGraph, { group, kind, focus }: GraphSearch): string[] {
  const focused = focus === undefined ? undefined : new Set(select(graph, focus));
  return graph.assets
    .filter((asset) => group === undefined || asset.group === group)
    .filter((asset) => kind === undefined || kindOf(asset) === kind)
    .filter(({ key }) => focused?.has(key) ?? true)
    .map(({ key }) => key);
}

/** Whether a drawn asset matches the search; others are drawn faintly. */
export function matches(
  { key, description, state }: { key: string; description: string; state: ShownState },
  search: GraphSearch,
): boolean {
  if (search.state !== undefined && state !== search.state) return false;
  const q = search.q?.toLowerCase();
  return q === undefined || key.includes(q) || description.toLowerCase().includes(q);
}

/** Up to so many assets are all drawn; more as one card for each group. */
const mostDrawn = 60;

/** Names of the groups that are drawn as cards. */
export function closedGroups(graph: AssetGraph, keys: readonly string[], { open }: GraphSearch): Set<string> {
  const groups = new Set(keys.map((key) => graph.asset(key).group));
  if (groups.size === 1) return new Set();
  if (open !== undefined) return groups.difference(new Set(open));
  return keys.length <= mostDrawn ? new Set() : groups;
}
