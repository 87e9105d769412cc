import type { Explanation } from "../../engine/mod.ts";
import { counted } from "../figures.ts";
import { StateBadge } from "./state_badge.tsx";

/** The state of an asset, and below it its causes. */
export function ExplanationTree({ explanation }: { explanation: Explanation }) {
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
