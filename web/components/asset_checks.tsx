import type { AnyAsset, CheckResult, FailedCheck } from "../../engine/mod.ts";
import { CheckBadge, type CheckOutcomeName, outcomeOf } from "./check_badge.tsx";
import { brieflyFigured, counted } from "../figures.ts";
import { DataTable } from "./data_table.tsx";

/**
 * The checks of an asset with their results.
 *
 * @param results Of the last run that evaluated them.
 * @param failedChecks Current failures, including those of partitions made before that run.
 * @param rowCount Rows of an asset with partitions, of which a run checks those that it makes; `null` for another asset.
 */
export function AssetChecks(
  { asset, results, failedChecks, rowCount }: {
    asset: AnyAsset;
    results: readonly CheckResult[];
    failedChecks: readonly FailedCheck[];
    rowCount: number | null;
  },
) {
  if (asset.checks.length === 0) return <p class="empty">This asset has no checks.</p>;
  return (
    <>
      {rowCount !== null && results.length > 0 && (
        <p class="about">
          A run checks the partitions that it makes: results are of the rows checked last, of {counted(rowCount, "row")}
          {" "}
          in all.
        </p>
      )}
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
    </>
  );
}

/** A sample of the rows that failed a check, folded by default. */
function FailingRows({ rows }: { rows: readonly object[] }) {
  if (rows.length === 0) return null;
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return (
    <details class="failing">
      <summary>{rows.length === 1 ? "The row at fault" : `${rows.length} of the rows at fault`}</summary>
      <DataTable
        label="Rows at fault"
        csv="rows_at_fault"
        columns={columns.map((name) => ({
          title: name,
          cell: (row: object) => shown((row as Record<string, unknown>)[name]),
        }))}
        rows={rows}
      />
    </details>
  );
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
