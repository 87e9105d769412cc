import type { BackfillPlan } from "../../engine/mod.ts";
import { backfillsPath } from "../backfills_path.ts";
import { count, counted, duration } from "../figures.ts";
import { type Column, DataTable } from "./data_table.tsx";

const columns: readonly Column<BackfillPlan["assets"][number]>[] = [
  { title: "Asset", header: true, cell: ({ key }) => <code>{key}</code> },
  {
    title: "Partitions",
    number: true,
    cell: ({ partitions, certain }) =>
      partitions
        ? (
          <>
            {count(partitions.count)}
            {!certain && <abbr title="The number may change once the assets before it are made.">+</abbr>}
          </>
        )
        : "whole",
  },
  { title: "Parts", number: true, cell: ({ parts }) => count(parts) },
  { title: "Vendor calls", number: true, cell: ({ vendorCalls }) => vendorCalls === null ? "–" : count(vendorCalls) },
  {
    title: "Time",
    number: true,
    cell: ({ seconds, boundBy }) =>
      seconds === null
        ? <abbr title="It has never run.">unknown</abbr>
        : `${duration(seconds * 1000)}${boundBy === "calls" ? ", by calls" : ""}`,
  },
];

/** The plan of a backfill: what it makes in which order, with how many calls, and how long it takes. */
export function BackfillPlanTable({ plan }: { plan: BackfillPlan }) {
  return (
    <>
      <p class="about">{amountOf(plan)}</p>
      {plan.unknownNames.length > 0 && <p class="notice bad">No selected asset has {plan.unknownNames.join(", ")}.</p>}
      {plan.skipped.map(({ key, upstream, partitions }) => (
        <p class="notice">
          {counted(partitions.count, "partition")} of {key} are skipped: their inputs from {upstream}{" "}
          are missing and not part of the backfill.
        </p>
      ))}
      {plan.skipped.length > 0 && (
        <p>
          <a href={withUpstream(plan)}>Plan it with everything upstream</a>
        </p>
      )}
      {plan.assets.length > 0 && <DataTable label="Plan" csv="backfill_plan" columns={columns} rows={plan.assets} />}
      {plan.fresh.length > 0 && <p class="faint">Nothing to do: {plan.fresh.join(", ")}.</p>}
    </>
  );
}

/** The address of the same plan with everything upstream of what it selects. */
function withUpstream({ selection, range: { from, to, names }, force }: BackfillPlan): string {
  const parts = selection.split(/\s+/).map((part) => part.startsWith("+") || part === "*" ? part : `+${part}`);
  return backfillsPath({ selection: parts.join(" "), from, to, names: names?.join(", "), force: force ? "on" : "" });
}

function amountOf({ assets, partitions, vendorCalls, seconds, unknown }: BackfillPlan): string {
  if (assets.length === 0) return "Nothing to do in this range.";
  const time = unknown.length === assets.length
    ? "duration unknown: no step has run before"
    : `${unknown.length > 0 ? "at least" : "about"} ${duration(seconds * 1000)}`;
  return [counted(partitions, "partition"), ...(vendorCalls > 0 ? [counted(vendorCalls, "vendor call")] : []), time]
    .join(", ") +
    ".";
}
