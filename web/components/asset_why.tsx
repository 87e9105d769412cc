import type { AssetRecord } from "../asset_record.ts";
import { backfillsPath } from "../backfills_path.ts";
import type { Explanation } from "../../engine/mod.ts";
import { counted } from "../figures.ts";
import { StateBadge } from "./state_badge.tsx";

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

/** The state of an asset, and below it its causes. */
function ExplanationTree({ explanation }: { explanation: Explanation }) {
  return (
    <ul class="causes">
      <Cause explanation={explanation} />
    </ul>
  );
}

function Cause({ explanation }: { explanation: Explanation }) {
  const { key, partition, partitions, state, because, rows = [], settings = [], run, others, causes } = explanation;
  return (
    <li>
      <p class="line">
        <a href={`/assets/${key}`}>
          <code>{key}</code>
        </a>
        {partition && <span>{Object.values(partition).join(" ")}</span>}
        {partitions && partitions.count > 0 && <span>{counted(partitions.count, "partition")}</span>}
        <StateBadge state={state} />
      </p>
      <p>
        {because}
        {run !== undefined && (
          <>
            {" "}
            (<a href={`/runs/${run}`}>run {run}</a>)
          </>
        )}
      </p>
      {rows.length > 0 && <ul class="changed">{rows.map((row) => <li key={row}>{row}</li>)}</ul>}
      {settings.length > 5 && (
        <ul class="changed">
          {settings.map(({ setting, from, to }) => (
            <li key={setting}>{setting}: {JSON.stringify(from)} → {JSON.stringify(to)}</li>
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <ul class="others">
          {others.map((other) => (
            <li>
              {other.partitions && `${counted(other.partitions.count, "partition")} `}
              <StateBadge state={other.state} /> {other.because}
            </li>
          ))}
        </ul>
      )}
      {causes.length > 0 && <ul class="causes">{causes.map((cause, i) => <Cause key={i} explanation={cause} />)}</ul>}
    </li>
  );
}
