import { type AssetState, type FailedCheck, failingRowText, isLate } from "../../engine/mod.ts";
import { brieflyFigured, counted } from "../figures.ts";
import { CheckBadge, outcomeOf } from "./check_badge.tsx";
import { Moment } from "./moment.tsx";
import { StateBadge } from "./state_badge.tsx";

/** Whether an asset failed, is late or has a failed check. */
export function hasFault(asset: AssetState): boolean {
  return asset.state === "failed" || isLate(asset) || asset.failedChecks.length > 0;
}

/** Whether a check's message names each of its failing rows, such as by its ticker. */
function namesRows({ message, failingRows }: FailedCheck): boolean {
  return failingRows.every((row) =>
    Object.values(row).some((value) => typeof value === "string" && value !== "" && message.includes(value))
  );
}

/** Failed, late and stale assets and failed checks, each with a link. */
export function AttentionList({ assets, now }: { assets: readonly AssetState[]; now: number }) {
  const failed = assets.filter((asset) => asset.state === "failed" && asset.madeBy === null);
  const late = assets.filter(isLate);
  const checks = assets.flatMap(({ key, failedChecks }) => failedChecks.map((check) => ({ key, check })));
  const old = assets.filter(({ state }) => state === "stale");
  if (failed.length + late.length + checks.length + old.length === 0) {
    return <p class="faint">Nothing failed, no check failed, nothing is late or stale.</p>;
  }
  return (
    <ul class="entries">
      {failed.map(({ key, lastStep }) => (
        <li>
          <StateBadge state="failed" /> <a href={`/assets/${key}#why`}>{key}</a>
          {lastStep && (
            <>
              {" "}
              in <a href={`/runs/${lastStep.runId}`}>run {lastStep.runId}</a>
              {lastStep.finishedAt && (
                <>
                  {" "}
                  <Moment at={lastStep.finishedAt} now={now} />
                </>
              )}
            </>
          )}
          {lastStep?.error && <p class="why error">{lastStep.error.message}</p>}
        </li>
      ))}
      {late.map(({ key, freshness }) => (
        <li>
          <a href={`/assets/${key}`}>{key}</a> is late: {freshness!.message}
        </li>
      ))}
      {checks.map(({ key, check }) => (
        <li>
          <a href={`/assets/${key}#checks`}>{key}</a>{" "}
          <CheckBadge outcome={outcomeOf(check)}>{`check ${check.name} failed`}</CheckBadge>
          {check.severity === "warn" && " (warning)"}
          {check.runId === null ? " when it was run alone " : (
            <>
              {" "}
              in <a href={`/runs/${check.runId}`}>run {check.runId}</a>
              {" "}
            </>
          )}
          <Moment at={check.checkedAt} now={now} />
          <p class="why">
            {brieflyFigured(check.message)}
            {check.failingRows.length > 0 && !namesRows(check) &&
              `: ${check.failingRows.map(failingRowText).join("; ")}`}
          </p>
        </li>
      ))}
      {old.length > 0 && (
        <li>
          <StateBadge state="stale" /> {old.length === 1
            ? <a href={`/assets/${old[0]!.key}#why`}>{old[0]!.key}</a>
            : <a href="/assets?state=stale">{counted(old.length, "asset")}</a>}
          <p class="why">{old.length === 1 ? old[0]!.reasons[0]?.message : old.map(({ key }) => key).join(", ")}</p>
        </li>
      )}
    </ul>
  );
}
