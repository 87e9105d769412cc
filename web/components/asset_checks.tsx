import type { AnyAsset, CheckResult } from "../../engine/mod.ts";
import { FailingRows } from "./failing_rows.tsx";

/** What is checked of an asset, and what was found last. */
export function AssetChecks({ asset, results }: { asset: AnyAsset; results: readonly CheckResult[] }) {
  if (asset.checks.length === 0) return <p class="empty">Nothing is checked of it.</p>;
  return (
    <ul class="entries">
      {asset.checks.map(({ name, description, severity }) => {
        const last = results.find((result) => result.name === name);
        return (
          <li>
            <p class="line">
              <code>{name}</code> <span class="faint">{severity}</span>
              <span>{last ? (last.passed ? "● passed" : "✕ failed") : "○ not run yet"}</span>
            </p>
            <p>{last?.message ?? description}</p>
            {last && !last.passed && <FailingRows rows={last.failingRows ?? []} />}
          </li>
        );
      })}
    </ul>
  );
}
