import type { AssetState } from "../../engine/mod.ts";
import { counted } from "../figures.ts";
import { FailedChecks } from "./check_badge.tsx";
import { Moment } from "./moment.tsx";
import { type BadgeName, StateBadge } from "./state_badge.tsx";

export interface AssetListProps {
  assets: readonly AssetState[];
  /** The run in which an asset waits for its turn, by key of the asset whose function makes it. */
  waiting: ReadonlyMap<string, number>;
  now: number;
}

/** The assets in dependency order, group by group. */
export function AssetList({ assets, waiting, now }: AssetListProps) {
  const groups = Map.groupBy(assets, (asset) => asset.group);
  return (
    <div class="groups">
      {[...groups].map(([group, members]) => (
        <section aria-labelledby={`group-${group}`}>
          <h3 id={`group-${group}`}>{group}</h3>
          <ol class="assets">
            {members.map((asset) => (
              <AssetItem asset={asset} waitingIn={waiting.get(asset.madeBy ?? asset.key) ?? null} now={now} />
            ))}
          </ol>
        </section>
      ))}
    </div>
  );
}

function AssetItem({ asset, waitingIn, now }: { asset: AssetState; waitingIn: number | null; now: number }) {
  const { key, description, lastMaterialization: last, lastStep } = asset;
  const state: BadgeName = asset.state !== "running" && waitingIn !== null ? "waiting" : asset.state;
  const busy = state === "running" || state === "waiting";
  return (
    <li id={`asset-${key}`} class={`asset ${state}`} data-live data-state={state}>
      <div class="what">
        <a href={`/assets/${key}`}>
          <h4>{key}</h4>
        </a>
        <p>{description}</p>
      </div>
      <div class="state">
        <StateBadge state={state} /> <FailedChecks asset={asset} />
        <Why asset={asset} waitingIn={waitingIn} now={now} />
      </div>
      <div class="size">
        {asset.external
          ? <span class="faint">{last ? `version ${last.dataVersion}` : "not reported yet"}</span>
          : last
          ? <span>{counted(last.rowCount, "row")}</span>
          : <span class="faint">no rows yet</span>}
        {last && (
          <span class="faint">
            {last.origin === "observed" ? "seen" : "made"} <Moment at={last.committedAt} now={now} />
          </span>
        )}
      </div>
      {!asset.external && (
        <button
          type="button"
          id={`materialize-${key}`}
          class={state === "fresh" ? "quiet" : ""}
          data-materialize={key}
          aria-label={`Materialize ${key} and what is upstream of it`}
          aria-disabled={busy ? "true" : undefined}
        >
          Materialize
        </button>
      )}
      {state === "running" && lastStep && (
        <progress
          id={`progress-${asset.madeBy ?? key}-${key}`}
          data-progress={asset.madeBy ?? key}
          aria-label={`${key} progress`}
        >
        </progress>
      )}
    </li>
  );
}

/** Why the asset is in the state that it is in, in words. */
function Why({ asset, waitingIn, now }: { asset: AssetState; waitingIn: number | null; now: number }) {
  const { state, reasons, lastStep } = asset;
  if (state === "running") {
    return (
      <p class="why">
        in run {lastStep?.runId}
        {lastStep?.startedAt && (
          <>
            , began <Moment at={lastStep.startedAt} now={now} />
          </>
        )}
        <span data-part={asset.madeBy ?? asset.key}></span>
      </p>
    );
  }
  if (waitingIn !== null) return <p class="why">for its turn in run {waitingIn}</p>;
  if (state === "fresh") return null;
  return (
    <>
      {state === "failed" && lastStep?.error && (
        <p class="why error">
          Run {lastStep.runId}: {lastStep.error.message}
        </p>
      )}
      <ul class="why">
        {reasons.map(({ message }) => (
          <li key={message}>
            <a href={`/assets/${asset.key}#why`}>{message}</a>
          </li>
        ))}
      </ul>
    </>
  );
}
