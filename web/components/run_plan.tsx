import type { Plan, PlannedStep } from "../../engine/mod.ts";
import { count, counted, duration } from "../figures.ts";
import type { RunBody } from "../run_request.ts";
import { type Column, DataTable } from "./data_table.tsx";

const columns: readonly Column<PlannedStep>[] = [
  {
    title: "Step",
    header: true,
    cell({ key, produces }) {
      const also = produces.filter((made) => made !== key);
      return (
        <>
          <a href={`/assets/${key}`}>
            <code>{key}</code>
          </a>
          {also.length > 0 && <div class="faint">also makes {some(also)}</div>}
        </>
      );
    },
  },
  {
    title: "Why",
    class: "reason",
    cell: ({ reasons, certain }) => (
      <>
        {reasons.slice(0, 3).map(({ message }) => message).join("; ")}
        {reasons.length > 3 && `; and ${counted(reasons.length - 3, "more reason")}`}
        {!certain && <div class="faint">skipped if its inputs come out unchanged</div>}
      </>
    ),
  },
  { title: "Partitions", number: true, cell: ({ partitions }) => partitions ? count(partitions.count) : "whole" },
  {
    title: "Vendor calls",
    number: true,
    cell: ({ estimate }) =>
      estimate?.vendorCalls === null || estimate === undefined ? "–" : count(estimate.vendorCalls),
  },
  {
    title: "Time",
    number: true,
    cell: ({ estimate }) =>
      estimate?.seconds === null || estimate === undefined
        ? <abbr title="It has never run.">unknown</abbr>
        : duration(estimate.seconds * 1000),
  },
];

/** The plan of a run with reasons, and the button that starts it. */
export function RunPlan({ plan, body }: { plan: Plan; body: RunBody }) {
  return (
    <div class="plan" id="plan">
      <h3>Plan</h3>
      <p class="about">{amountOf(plan)}</p>
      {plan.blocked.map(({ key, because }) => (
        <p class="notice bad" key={key}>
          <code>{key}</code> is left out: {because}.
        </p>
      ))}
      {plan.waiting.map(({ key, upstream, partitions }) => (
        <p class="notice" key={key}>
          {counted(partitions.count, "partition")} of <code>{key}</code> wait for <code>{upstream}</code>.
        </p>
      ))}
      {plan.steps.length > 0 && <DataTable label="Plan" csv="plan" columns={columns} rows={plan.steps} />}
      {plan.fresh.length > 0 && <p class="faint">Nothing to do: {some(plan.fresh)}.</p>}
      {plan.steps.length > 0 && (
        <p>
          <button
            type="button"
            id="begin-run"
            class="primary"
            data-begin-run={JSON.stringify(body)}
          >
            Run {plan.steps.length === 1 ? "this step" : `these ${count(plan.steps.length)} steps`}
          </button>
        </p>
      )}
    </div>
  );
}

function amountOf({ steps, force }: Plan): string {
  if (steps.length === 0) return force ? "Nothing can run." : "Nothing to do: it is fresh.";
  const known = steps.flatMap(({ estimate }) => estimate?.seconds ?? []);
  const calls = steps.reduce((sum, { estimate }) => sum + (estimate?.vendorCalls ?? 0), 0);
  const partitions = steps.reduce((sum, step) => sum + (step.partitions?.count ?? 0), 0);
  const time = known.length === 0
    ? "duration unknown: no step has run before"
    : `${known.length < steps.length ? "at least" : "about"} ${
      duration(1000 * known.reduce((sum, seconds) => sum + seconds, 0))
    } of work`;
  return [
    counted(steps.length, "step"),
    ...(partitions > 0 ? [counted(partitions, "partition")] : []),
    ...(calls > 0 ? [counted(calls, "vendor call")] : []),
    time,
  ].join(", ") + ". Nothing runs until you start it.";
}

function some(keys: readonly string[]): string {
  return keys.length <= 6 ? keys.join(", ") : `${keys.slice(0, 5).join(", ")} and ${count(keys.length - 5)} more`;
}
