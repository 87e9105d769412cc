import { counted } from "../figures.ts";
import type { SelectedAsset } from "../graph_record.ts";
import type { RunRequest, Scope } from "../run_request.ts";
import { FailedChecks } from "./check_badge.tsx";
import { Moment } from "./moment.tsx";
import { RunPlan } from "./run_plan.tsx";
import { RunProgress } from "./run_progress.tsx";
import { StateBadge } from "./state_badge.tsx";

/** Words for the scopes of a run, in the order offered. */
export const scopeWords: readonly (readonly [Scope, string])[] = [
  ["this", "This"],
  ["upstream", "With upstream"],
  ["downstream", "With downstream"],
];

export interface AssetPanelProps {
  selected: SelectedAsset | null;
  /** The address of the page with another panel. */
  path(changes: { selected?: string; scope?: Scope; focus?: string }): string;
  now: number;
}

/** The panel of the selected asset beside the graph; hidden if none is selected. */
export function AssetPanel({ selected, path, now }: AssetPanelProps) {
  if (!selected) return <aside id="asset-panel" class="asset-panel" data-live hidden></aside>;
  const { asset, state, reason, request } = selected;
  const { key, lastMaterialization: last, lastStep } = asset;
  return (
    <aside id="asset-panel" class="asset-panel" aria-labelledby="asset-panel-title" data-live data-selected={key}>
      <div class="line">
        <h2 id="asset-panel-title" tabindex={-1}>
          <a href={`/assets/${key}`}>{key}</a>
        </h2>
        <a class="button quiet" id="close-panel" href={path({})} data-panel-link>Close</a>
      </div>
      <p class="faint">{asset.description}</p>
      <p>
        <StateBadge state={state} /> <FailedChecks asset={asset} />
        {state === "running" && <span class="faint" data-part={asset.madeBy ?? key}></span>}
      </p>
      {state === "running" && <progress data-progress={asset.madeBy ?? key} aria-label={`${key} progress`}></progress>}
      {state === "failed" && lastStep?.error
        ? (
          <p class="error">
            <a href={`/runs/${lastStep.runId}`}>Run {lastStep.runId}</a>: {lastStep.error.message}
          </p>
        )
        : reason !== "" && <p>{reason}</p>}
      <p class="faint">
        {last
          ? (
            <>
              {asset.external ? `Version ${last.dataVersion}` : counted(last.rowCount, "row")},{" "}
              {last.origin === "observed" ? "seen" : "made"} <Moment at={last.committedAt} now={now} />
            </>
          )
          : asset.external
          ? "No version has been reported yet."
          : "It has never been materialized."}
      </p>
      <p class="panel-links">
        <a href={`/assets/${key}#why`}>Why</a>
        <a href={path({ focus: `+${key}` })}>Only upstream</a>
        <a href={path({ focus: `${key}+` })}>Only downstream</a>
      </p>
      <h3>Materialize</h3>
      <Scopes request={request} external={asset.external} path={(scope) => path({ selected: key, scope })} />
      {[...request.problems.values()].map((problem) => <p class="notice bad" role="alert" key={problem}>{problem}</p>)}
      {request.asked && <RunPlan {...request.asked} />}
      {request.run && <RunProgress run={request.run} now={now} />}
      <p class="faint">
        <a href={`/assets/${key}#materialize`}>With other settings, for some partitions, forced …</a>
      </p>
    </aside>
  );
}

function Scopes({ request, external, path }: { request: RunRequest; external: boolean; path(scope: Scope): string }) {
  return (
    <p class="buttons">
      {scopeWords.filter(([scope]) => !external || scope === "downstream").map(([scope, word]) => (
        <a
          class="button"
          id={`plan-${scope}`}
          href={path(scope)}
          data-panel-link
          aria-current={request.asked && request.scope === scope ? "true" : undefined}
        >
          {word}
        </a>
      ))}
    </p>
  );
}
