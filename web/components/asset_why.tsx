import type { AssetRecord } from "../asset_record.ts";
import { AssetGraph } from "./asset_graph.tsx";
import { ExplanationTree } from "./explanation_tree.tsx";

/** Why an asset or one of its partitions is as it is, and what it is joined to. */
export function AssetWhy({ record }: { record: AssetRecord }) {
  const { asset, state, explanation, partition, partitionProblem, neighbours } = record;
  return (
    <>
      {partitionProblem !== null && (
        <p class="notice bad" role="alert">
          {partitionProblem} <a href={`/assets/${asset.key}#why`}>To the asset as a whole</a>
        </p>
      )}
      {partition && partitionProblem === null && (
        <p class="about">
          This is about the partition {[partition.name, partition.date].filter(Boolean).join(" ")} alone.{" "}
          <a href={`/assets/${asset.key}#why`}>To the asset as a whole</a>
        </p>
      )}
      <ExplanationTree explanation={explanation} />
      {state.freshness && (
        <p class="entry">
          <span class="faint">{state.freshness.policy}</span> {state.freshness.message}
        </p>
      )}
      <Neighbours title="Made from" keys={state.upstream} />
      <Neighbours title="Read by" keys={state.downstream} />
      {neighbours && (
        <div class="scroller neighbour-graph" tabindex={0} role="region" aria-label="Neighbours, may scroll">
          <AssetGraph
            layout={neighbours.layout}
            assets={neighbours.assets}
            label={`What ${asset.key} is made from, and what is made from it`}
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
