import type { AssetState } from "../../engine/mod.ts";
import { Moment } from "./moment.tsx";

/** What failed and what is late, each with the way to it; nothing where all is well. */
export function FailureList({ assets, now }: { assets: readonly AssetState[]; now: number }) {
  const failed = assets.filter((asset) => asset.state === "failed" && asset.madeBy === null);
  const late = assets.filter((asset) => asset.freshness?.state === "late");
  if (failed.length === 0 && late.length === 0) return null;
  return (
    <section class="panel failures" aria-labelledby="failures-title">
      <h2 id="failures-title">What needs somebody</h2>
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
      </ul>
    </section>
  );
}
