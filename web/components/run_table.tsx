import { isFinished, type RunSummary } from "../../engine/mod.ts";
import { counted, duration } from "../figures.ts";
import { CancelButton } from "./cancel_button.tsx";
import { Moment } from "./moment.tsx";
import { StateBadge } from "./state_badge.tsx";
import { type Column, DataTable } from "./data_table.tsx";

const OUTCOMES: readonly [keyof RunSummary["stepCounts"], string][] = [
  ["succeeded", "succeeded"],
  ["up_to_date", "up to date"],
  ["running", "running"],
  ["pending", "waiting"],
  ["interrupted", "interrupted"],
  ["failed", "failed"],
  ["skipped", "skipped"],
  ["cancelled", "cancelled"],
];

export interface RunTableProps {
  label: string;
  /** Newest first. */
  runs: readonly RunSummary[];
  now: number;
  /** Leaves out target, trigger and steps, if there is little room. */
  brief?: boolean;
}

/** Runs, one per row. */
export function RunTable({ label, runs, now, brief = false }: RunTableProps) {
  const columns: (Column<RunSummary> | false)[] = [
    !brief && { title: <span class="read">Selected</span>, cell: (run) => <Selection run={run} /> },
    { title: "Run", header: true, cell: ({ id }) => <a href={`/runs/${id}`}>{brief ? id : `Run ${id}`}</a> },
    {
      title: "Status",
      cell: ({ status, waitingFor }) => (
        <>
          <StateBadge state={status} />
          {waitingFor !== null && <span class="why">, waits for {waitingFor}</span>}
        </>
      ),
    },
    !brief && {
      title: "Target",
      cellClass: () => "target",
      cell: ({ selection, force }) => (
        <>
          <code title={selection}>{briefly(selection)}</code>
          {force && <span class="faint">, forced</span>}
        </>
      ),
    },
    !brief && { title: "Trigger", cell: ({ trigger }) => triggerInWords(trigger) },
    { title: "Started", cell: ({ startedAt, createdAt }) => <Moment at={startedAt ?? createdAt} now={now} /> },
    {
      title: "Duration",
      number: true,
      cell: ({ startedAt, finishedAt }) =>
        startedAt ? duration((finishedAt ? Date.parse(finishedAt) : now) - Date.parse(startedAt)) : "–",
    },
    !brief && { title: "Steps", cell: outcomes },
    !brief && {
      title: <span class="read">Action</span>,
      cellClass: () => "number",
      cell: (run) => !isFinished(run.status) && <CancelButton run={run} />,
    },
  ];
  return <DataTable label={label} class="runs" columns={columns} rows={runs} />;
}

function Selection({ run: { id, status } }: { run: RunSummary }) {
  if (status === "succeeded") return null;
  return (
    <input
      type="checkbox"
      id={`select-${id}`}
      data-select-run={id}
      data-can={isFinished(status) ? "retry" : "cancel"}
      aria-label={`Select run ${id}`}
    />
  );
}

/** The trigger of a run in words, or a kind of trigger such as `schedule`. */
export function triggerInWords(trigger: string): string {
  const [kind, name] = trigger.split(":");
  switch (kind) {
    case "http":
      return "API or page";
    case "cli":
      return "command line";
    case "startup":
      return "first start";
    case "automation":
      return "automation";
    case "backfill":
    case "schedule":
      return name === undefined ? kind : `${kind} ${name}`;
    default:
      return trigger;
  }
}

/** A selection shortened to its first terms. */
function briefly(selection: string): string {
  const terms = selection.split(/[\s,]+/);
  return terms.length <= 3 ? selection : `${terms[0]} and ${terms.length - 1} more`;
}

function outcomes({ stepCounts }: RunSummary): string {
  const parts = OUTCOMES.filter(([status]) => stepCounts[status]).map(([status, word]) =>
    `${stepCounts[status]} ${word}`
  );
  return parts.length === 0 ? `${counted(0, "step")}, nothing to do` : parts.join(", ");
}
