import type { AssetRecord } from "../asset_record.ts";
import { backfillsPath } from "../backfills_path.ts";
import { ExplanationTree } from "./explanation_tree.tsx";

/** Explains the state of an asset or of one of its partitions. */
export function AssetWhy({ record }: { record: AssetRecord }) {
  const { asset, state, explanation, partition, partitionProblem, report } = record;
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
      {partition?.date !== undefined && explanation.state === "missing" && report && (
        <p class="notice">
          <a
            href={backfillsPath({
              selection: `+${report.madeBy}`,
              from: partition.date,
              to: partition.date,
              names: partition.name,
            })}
          >
            Plan a backfill of it, with everything that it needs
          </a>
        </p>
      )}
      {state.freshness && (
        <p class="entry">
          <span class="faint">{state.freshness.policy}</span> {state.freshness.message}
        </p>
      )}
    </>
  );
}
