import { type AssetState, failingRowText, isLate } from "../../engine/mod.ts";
import { CheckBadge, outcomeOf } from "./check_badge.tsx";
import { Moment } from "./moment.tsx";

/** What failed, what is late and which checks stand failed, each with the way to it; nothing where all is well. */
export function FailureList({ assets, now }: { assets: readonly AssetState[]; now: number }) {
  const failed = assets.filter((asset) => asset.state === "failed" && asset.madeBy === null);
  const late = assets.filter(isLate);
  const checks = assets.flatMap(({ key, failedChecks }) => failedChecks.map((check) => ({ key, check })));
  if (failed.length + late.length + checks.length === 0) return null;
  return (
    <section class="panel failures" id="attention" aria-labelledby="attention-title">
      <h2 id="attention-title">Needs attention</h2>
      <ul class="entries">
        {failed.map(({ key, lastStep }) => (
          <li>
            <a href={`/assets/${key}#why`}>{key}</a> failed{lastStep && (
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
              {check.message}
              {check.failingRows.length > 0 && `: ${check.failingRows.map(failingRowText).join("; ")}`}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
