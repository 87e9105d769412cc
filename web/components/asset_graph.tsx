import { type GraphLayout, nodeHeight, shownKeyLength } from "../graph_layout.ts";
import type { ShownAsset } from "../graph_record.ts";
import { checksMark, checksText } from "./check_badge.tsx";
import { stateMark } from "./state_badge.tsx";

export interface AssetGraphProps {
  layout: GraphLayout;
  assets: readonly Omit<ShownAsset, "matches">[];
  label: string;
  /** Keys of assets that match the search, if it does not match all. */
  found?: ReadonlySet<string>;
  /** Key of the highlighted asset. */
  current?: string;
}

/**
 * Assets as a graph from left to right: a box for each group, a node for each asset that leads to its page. The client pans and
 * zooms it (`client/graph_view.js`); without JavaScript it scrolls.
 *
 * One more element per node would be thousands of elements: a node has only its box, mark, name and state in words.
 */
export function AssetGraph({ layout, assets, label, found, current }: AssetGraphProps) {
  const byKey = new Map(assets.map((shown) => [shown.asset.key, shown]));
  const { width, height, nodeWidth } = layout;
  return (
    <svg
      class="asset-graph"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="group"
      aria-label={label}
    >
      <g class="clusters" aria-hidden="true">
        {layout.groups.map(({ name, ...box }) => <rect key={name} {...box} rx="8" />)}
        {layout.groups.map(({ name, x, y }) => <text key={name} x={x + 16} y={y + 22}>{name}</text>)}
      </g>
      <g class="edges" aria-hidden="true">
        {layout.edges.map(({ from, to, path }) => <path key={path} d={path} data-from={from} data-to={to} />)}
      </g>
      {layout.nodes.map(({ key, x, y }) => {
        const shown = byKey.get(key)!;
        const { asset, state } = shown;
        const mark = checksMark(asset.failedChecks);
        const faded = found && !found.has(key) ? " faded" : "";
        return (
          <a
            href={`/assets/${key}`}
            class={`node ${state}${faded}`}
            data-key={key}
            transform={`translate(${Math.round(x)} ${Math.round(y)})`}
            aria-label={nodeLabel(shown)}
            aria-current={key === current ? "true" : undefined}
          >
            <rect class={asset.external ? "external" : undefined} width={nodeWidth} height={nodeHeight} rx="6" />
            <text class="mark" x="12" y="25" aria-hidden="true">{stateMark(state)}</text>
            <text x="32" y="17">{key.length > shownKeyLength ? `${key.slice(0, shownKeyLength - 1)}…` : key}</text>{" "}
            <text class="word" x="32" y="32">{state}</text>
            {mark !== "" && <text class="checks" x={nodeWidth - 18} y="32" aria-hidden="true">{mark}</text>}
          </a>
        );
      })}
    </svg>
  );
}

/** A node in one line: key, state with reason, and failed checks. */
export function nodeLabel({ asset: { key, failedChecks }, state, reason }: Omit<ShownAsset, "matches">): string {
  const short = reason.length > 160 ? `${reason.slice(0, 159)}…` : reason;
  return [short === "" ? `${key}, ${state}` : `${key}, ${state}: ${short}`, checksText(failedChecks)]
    .filter((text) => text !== "").join("; ");
}
