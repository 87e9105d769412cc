import type { AutomationState, Condition, EvaluationNode } from "../../engine/mod.ts";
import { count, counted } from "../figures.ts";
import { Moment } from "./moment.tsx";

/** The automation condition of an asset as a tree, with the last evaluation of each part. */
export function AutomationTree(
  { automation, condition, now }: { automation: AutomationState; condition: Condition | undefined; now: number },
) {
  if (!condition) {
    return <p class="empty">No automation: schedules and requests materialize it.</p>;
  }
  const [last] = automation.evaluations;
  return (
    <>
      <p>
        Materialized automatically when <code>{condition.text}</code>
      </p>
      <p class="line">
        <span>
          {automation.meaning} {automation.pausedAt !== null && (
            <strong>
              Paused{" "}
              <Moment at={automation.pausedAt} now={now} />: its condition is evaluated, and neither it nor a schedule
              starts a run of this asset.
            </strong>
          )}
        </span>
        <button
          type="button"
          id="automation-switch"
          class="quiet"
          data-automation={automation.pausedAt === null ? "pause" : "resume"}
          data-key={automation.key}
        >
          {automation.pausedAt === null ? "Pause" : "Resume"}
        </button>
      </p>
      <p class="about">
        {last
          ? (
            <>
              Evaluated, unchanged since <Moment at={last.evaluatedAt} now={now} />
              {last.requested
                ? `, when ${counted(last.requested.count, "partition")} ${
                  last.requested.count === 1 ? "was" : "were"
                } requested`
                : ""}
              {last.runId !== null && (
                <>
                  {" "}in <a href={`/runs/${last.runId}`}>run {last.runId}</a>
                </>
              )}.
            </>
          )
          : "It has not been evaluated yet."}
      </p>
      <ul class="conditions">
        {last ? <Judged node={last.tree} /> : <Unknown condition={condition} />}
      </ul>
    </>
  );
}

const marks = { true: "●", partly: "◐", false: "○", unknown: "?" } as const;

function Verdict({ verdict, more }: { verdict: keyof typeof marks; more?: string }) {
  return (
    <span class={`badge verdict-${verdict}`}>
      <span aria-hidden="true">{marks[verdict]}</span> {verdict}
      {more}
    </span>
  );
}

function Judged({ node }: { node: EvaluationNode }) {
  const { condition, meaning, holds, count: held, of, operands } = node;
  const verdict = !holds ? "false" : held < of ? "partly" : "true";
  return (
    <li>
      <p class="line">
        <Verdict verdict={verdict} more={verdict === "partly" ? `, for ${count(held)} of ${count(of)}` : undefined} />
        <code>{condition}</code>
      </p>
      <p class="faint">{meaning}</p>
      {operands.length > 0 && <ul class="conditions">{operands.map((inner, i) => <Judged key={i} node={inner} />)}</ul>}
    </li>
  );
}

function Unknown({ condition: { text, meaning, operands } }: { condition: Condition }) {
  return (
    <li>
      <p class="line">
        <Verdict verdict="unknown" />
        <code>{text}</code>
      </p>
      <p class="faint">{meaning}</p>
      {operands.length > 0 && (
        <ul class="conditions">{operands.map((inner, i) => <Unknown key={i} condition={inner} />)}</ul>
      )}
    </li>
  );
}
