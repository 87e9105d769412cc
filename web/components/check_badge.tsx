import type { AssetState, FailedCheck } from "../../engine/mod.ts";
import { counted } from "../figures.ts";

/** Outcome of a check, shown as asset states are: as shape and word, repeated by the colour. */
export type CheckOutcomeName = "passed" | "warned" | "failed" | "not run yet";

const MARKS: Readonly<Record<CheckOutcomeName, string>> = { passed: "●", warned: "▲", failed: "✕", "not run yet": "○" };

/** Outcome of a check whose last evaluation failed. */
export function outcomeOf({ severity }: Pick<FailedCheck, "severity">): CheckOutcomeName {
  return severity === "warn" ? "warned" : "failed";
}

/** One mark for all failed checks of an asset, if there is no room for badges; empty if none failed. */
export function checksMark(failedChecks: readonly FailedCheck[]): string {
  const outcomes = failedChecks.map(outcomeOf);
  return outcomes.includes("failed") ? MARKS.failed : outcomes.length > 0 ? MARKS.warned : "";
}

/** The same in words: `check price_jump failed`. */
export function checksText(failedChecks: readonly FailedCheck[]): string {
  if (failedChecks.length === 0) return "";
  return `${failedChecks.length === 1 ? "check" : "checks"} ${failedChecks.map(({ name }) => name).join(", ")} failed`;
}

/** Outcome of one check. */
export function CheckBadge({ outcome, children }: { outcome: CheckOutcomeName; children?: string }) {
  return (
    <span class={`badge check ${outcome.replaceAll(" ", "-")}`}>
      <span aria-hidden="true">{MARKS[outcome]}</span> {children ?? (outcome === "warned" ? "failed" : outcome)}
    </span>
  );
}

/** The failed checks of an asset, each a link to its details; one link for all if `brief`. */
export function FailedChecks(
  { asset: { key, failedChecks }, brief = false }: {
    asset: Pick<AssetState, "key" | "failedChecks">;
    brief?: boolean;
  },
) {
  if (brief && failedChecks.length > 0) {
    const outcome = failedChecks.some((check) => outcomeOf(check) === "failed") ? "failed" : "warned";
    return (
      <a class="failed-check" href={`/assets/${key}#checks`} title={checksText(failedChecks)}>
        <CheckBadge outcome={outcome}>{`${counted(failedChecks.length, "check")} failed`}</CheckBadge>
      </a>
    );
  }
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
