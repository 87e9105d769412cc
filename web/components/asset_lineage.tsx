import type { AssetRecord } from "../asset_record.ts";
import { AssetGraph, externalKeys, nodeTexts } from "./asset_graph.tsx";

/** Upstream and downstream of an asset. */
export function AssetLineage({ record }: { record: AssetRecord }) {
  const { asset, state, neighbours } = record;
  return (
    <>
      <Neighbours title="Made from" keys={state.upstream} />
      <Neighbours title="Read by" keys={state.downstream} />
      {neighbours && (
        <div class="scroller neighbour-graph" tabindex={0} role="region" aria-label="Neighbours, may scroll">
          <AssetGraph
            layout={neighbours.layout}
            texts={neighbours.assets.map((shown) =>
              nodeTexts(shown)
            )}
            external={externalKeys(neighbours.assets)}
            label={`Upstream and downstream of ${asset.key}`}
            current={asset.key}
          />
        </div>
      )}
      <p class="neighbours">
        <a href={`/assets?focus=${encodeURIComponent(`+${asset.key}+`)}&selected=${asset.key}`}>
          Everything upstream and downstream, as a graph
        </a>
      </p>
    </>
  );
}

function Neighbours({ title, keys }: { title: string; keys: readonly string[] }) {
  if (keys.length === 0) return null;
  return (
    <p class="neighbours">
      <span class="faint">{title}</span> {keys.map((key) => (
        <>
          <a href={`/assets/${key}`}>
            <code>{key}</code>
          </a>
          {" "}
        </>
      ))}
    </p>
  );
}
