import { isFinished, type RunSummary } from "../../engine/mod.ts";
import { counted, duration } from "../figures.ts";
import { CancelButton } from "./cancel_button.tsx";
import { Moment } from "./moment.tsx";
import { StateBadge } from "./state_badge.tsx";
import { TableScroller } from "./table_scroller.tsx";

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
  /** Whether what was asked for and by what is left out, where there is little room. */
  brief?: boolean;
}

/** Runs, one a row. */
export function RunTable({ label, runs, now, brief = false }: RunTableProps) {
  return (
    <TableScroller label={label}>
      <table class="runs">
        <thead>
          <tr>
            {!brief && (
              <th scope="col">
                <span class="read">Selected</span>
              </th>
            )}
            <th scope="col">Run</th>
            <th scope="col">Status</th>
            {!brief && <th scope="col">Target</th>}
            {!brief && <th scope="col">Trigger</th>}
            <th scope="col">Started</th>
            <th scope="col" class="number">Duration</th>
            {!brief && <th scope="col">Steps</th>}
            {!brief && (
              <th scope="col">
                <span class="read">Action</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>{runs.map((run) => <Row key={run.id} run={run} now={now} brief={brief} />)}</tbody>
      </table>
    </TableScroller>
  );
}

function Row({ run, now, brief }: { run: RunSummary; now: number; brief: boolean }) {
  const { id, status, selection, force, trigger, waitingFor, createdAt, startedAt, finishedAt } = run;
  const begun = startedAt ?? createdAt;
  return (
    <tr>
      {!brief && (
        <td>
          {status !== "succeeded" && (
            <input
              type="checkbox"
              id={`select-${id}`}
              data-select-run={id}
              data-can={isFinished(status) ? "retry" : "cancel"}
              aria-label={`Select run ${id}`}
            />
          )}
        </td>
      )}
      <th scope="row">
        <a href={`/runs/${id}`}>{brief ? id : `Run ${id}`}</a>
      </th>
      <td>
        <StateBadge state={status} />
        {waitingFor !== null && <span class="why">, waits for {waitingFor}</span>}
      </td>
      {!brief && (
        <td class="target">
          <code title={selection}>{briefly(selection)}</code>
          {force && <span class="faint">, forced</span>}
        </td>
      )}
      {!brief && <td>{triggerInWords(trigger)}</td>}
      <td>
        <Moment at={begun} now={now} />
      </td>
      <td class="number">
        {!startedAt ? "–" : duration((finishedAt ? Date.parse(finishedAt) : now) - Date.parse(startedAt))}
      </td>
      {!brief && <td>{outcomes(run)}</td>}
      {!brief && <td class="number">{!isFinished(status) && <CancelButton run={run} />}</td>}
    </tr>
  );
}

/** What began a run, in words. */
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
      return `backfill ${name}`;
    case "schedule":
      return `schedule ${name}`;
    default:
      return trigger;
  }
}

/** A selection by its first terms. */
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
