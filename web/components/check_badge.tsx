import type { AssetState, FailedCheck } from "../../engine/mod.ts";

/** How a check came out: as asset states, by a shape and a word that the colour repeats. */
export type CheckOutcomeName = "passed" | "warned" | "failed" | "not run yet";

const MARKS: Readonly<Record<CheckOutcomeName, string>> = { passed: "●", warned: "▲", failed: "✕", "not run yet": "○" };

/** What a check that stands failed counts as. */
export function outcomeOf({ severity }: Pick<FailedCheck, "severity">): CheckOutcomeName {
  return severity === "warn" ? "warned" : "failed";
}

/** The shape for all failed checks of an asset, for where no badge fits; empty where none failed. */
export function checksMark(failedChecks: readonly FailedCheck[]): string {
  const outcomes = failedChecks.map(outcomeOf);
  return outcomes.includes("failed") ? MARKS.failed : outcomes.length > 0 ? MARKS.warned : "";
}

/** The same in words: `check price_jump failed`. */
export function checksText(failedChecks: readonly FailedCheck[]): string {
  if (failedChecks.length === 0) return "";
  return `${failedChecks.length === 1 ? "check" : "checks"} ${failedChecks.map(({ name }) => name).join(", ")} failed`;
}

/** How one check came out. */
export function CheckBadge({ outcome, children }: { outcome: CheckOutcomeName; children?: string }) {
  return (
    <span class={`badge check ${outcome.replaceAll(" ", "-")}`}>
      <span aria-hidden="true">{MARKS[outcome]}</span> {children ?? (outcome === "warned" ? "failed" : outcome)}
    </span>
  );
}

/** The checks of an asset that stand failed, each the way to where they are told in full. */
export function FailedChecks({ asset: { key, failedChecks } }: { asset: Pick<AssetState, "key" | "failedChecks"> }) {
  return (
    <>
      {failedChecks.map((check) => (
        <a class="failed-check" href={`/assets/${key}#checks`} title={check.message}>
          <CheckBadge outcome={outcomeOf(check)}>{`check ${check.name} failed`}</CheckBadge>
        </a>
      ))}
    </>
  );
}
