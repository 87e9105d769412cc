import type { AnyAsset, CheckResult, FailedCheck } from "../../engine/mod.ts";
import { CheckBadge, type CheckOutcomeName, outcomeOf } from "./check_badge.tsx";
import { brieflyFigured } from "../figures.ts";
import { FailingRows } from "./failing_rows.tsx";

/**
 * The checks of an asset with their results.
 *
 * @param results Of the last run that evaluated them.
 * @param failedChecks Current failures, including those of partitions made before that run.
 */
export function AssetChecks(
  { asset, results, failedChecks }: {
    asset: AnyAsset;
    results: readonly CheckResult[];
    failedChecks: readonly FailedCheck[];
  },
) {
  if (asset.checks.length === 0) return <p class="empty">This asset has no checks.</p>;
  return (
    <ul class="entries">
      {asset.checks.map(({ name, description, severity }) => {
        const failed = failedChecks.find((check) => check.name === name);
        const last = failed ?? results.findLast((result) => result.name === name);
        const outcome: CheckOutcomeName = failed ? outcomeOf(failed) : last ? "passed" : "not run yet";
        // The last run may have the whole sample.
        const rows = results.findLast((result) => result.name === name && !result.passed)?.failingRows;
        return (
          <li>
            <p class="line">
              <code>{name}</code> <span class="faint">{severity === "warn" ? "warning" : severity}</span>
              <CheckBadge outcome={outcome} />
            </p>
            <p>{last ? brieflyFigured(last.message) : description}</p>
            {failed && <FailingRows rows={rows ?? failed.failingRows} />}
          </li>
        );
      })}
    </ul>
  );
}
