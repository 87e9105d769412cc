import {
  type AssetGraph,
  type BackfillPlan,
  type BackfillRange,
  type BackfillRequest,
  type BackfillSummary,
  type Engine,
  EngineError,
  parseNames,
} from "../../engine/mod.ts";
import { BackfillPlanTable } from "../components/backfill_plan.tsx";
import { Moment } from "../components/moment.tsx";
import { StateBadge } from "../components/state_badge.tsx";
import { count, counted } from "../figures.ts";
import { Layout } from "../layout.tsx";
import { Field } from "../components/field.tsx";
import { PageHead } from "../components/page_head.tsx";

/** Parts of the engine used by the pages. */
export type BackfillEngine = Pick<Engine, "backfills" | "graph">;

/** Data for the page of all backfills. */
export interface BackfillsData {
  backfills: readonly BackfillSummary[];
  /** Selections that the form completes. */
  selections: readonly string[];
  /** Values of the form's fields. */
  fields: Readonly<Record<"selection" | "from" | "to" | "names", string>> & { force: boolean };
  /** The requested backfill with its plan; `null` if none is requested. */
  asked: { request: BackfillRequest; plan: BackfillPlan } | null;
  /** Why the requested backfill has no plan. */
  problem: string | null;
  now: number;
}

const shown = 50;

/** Reads the data of the page. */
export async function readBackfills(
  { engine, parameters, now }: { engine: BackfillEngine; parameters: URLSearchParams; now: number },
): Promise<BackfillsData> {
  const field = (name: string) => parameters.get(name)?.trim() ?? "";
  const { selections, usual } = selectionsOf(engine.graph);
  const fields = {
    selection: field("selection") || usual,
    from: field("from"),
    to: field("to"),
    names: field("names"),
    force: parameters.has("force"),
  };
  const names = parseNames(fields.names).filter((name) => name !== "");
  const request: BackfillRequest = {
    selection: fields.selection,
    ...(fields.from !== "" && { from: fields.from }),
    ...(fields.to !== "" && { to: fields.to }),
    ...(names.length > 0 && { names }),
    ...(fields.force && { force: true }),
  };
  const backfills = await engine.backfills.list({ limit: shown });
  if (!parameters.has("selection")) return { backfills, selections, fields, asked: null, problem: null, now };
  try {
    const plan = await engine.backfills.plan(request);
    return { backfills, selections, fields, asked: { request, plan }, problem: null, now };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { backfills, selections, fields, asked: null, problem: error.message, now };
  }
}

/** What a backfill can select, and what it usually does: the last asset that is made for past dates on request alone, and upstream. */
function selectionsOf(graph: AssetGraph): { selections: string[]; usual: string } {
  const partitioned = graph.producers.filter(({ recipe }) => recipe.partitionsDef);
  const keys = partitioned.map(({ key }) => key);
  const groups = new Set(partitioned.map(({ asset }) => asset.group));
  const last = partitioned.findLast(({ recipe }) => recipe.partitionsDef!.missing === "latest");
  return {
    selections: [...keys.map((key) => `+${key}`), ...keys, ...[...groups].map((group) => `group:${group}`), "*"],
    usual: last ? `+${last.key}` : "",
  };
}

/** All backfills, and a form for a new one. */
export function BackfillsPage({ backfills, selections, fields, asked, problem, now }: BackfillsData) {
  const running = backfills.filter(({ status }) => status === "running").length;
  return (
    <Layout
      title="Backfills · Tandem"
      path="/backfills"
      script="backfills.js"
      styles={["backfills.css"]}
      headline={
        <PageHead title="Backfills" live>
          {backfills.length === 0
            ? "None yet"
            : `${counted(backfills.length, "backfill")}, ${running > 0 ? `${running} running` : "none running"}`}
        </PageHead>
      }
    >
      <section class="panel" aria-labelledby="new-title">
        <h2 id="new-title">New backfill</h2>
        <NewBackfill fields={fields} selections={selections} problem={problem} />
        {asked && (
          <div id="plan">
            <h3>Plan</h3>
            <BackfillPlanTable plan={asked.plan} />
            {asked.plan.assets.length > 0 && (
              <p>
                <button
                  type="button"
                  id="begin"
                  class="primary"
                  data-begin={JSON.stringify(asked.request)}
                  data-idempotency-key={crypto.randomUUID()}
                >
                  Start this backfill
                </button>
              </p>
            )}
          </div>
        )}
      </section>
      <section class="panel" aria-labelledby="list-title">
        <h2 id="list-title">Backfills</h2>
        <div id="list" data-live>
          {backfills.length === 0
            ? (
              <p class="empty">
                No backfills yet. A backfill materializes past partitions that no run makes by itself.
              </p>
            )
            : (
              <ol class="entries">
                {backfills.map((backfill) => (
                  <li>
                    <BackfillEntry backfill={backfill} now={now} />
                  </li>
                ))}
              </ol>
            )}
        </div>
      </section>
    </Layout>
  );
}

function NewBackfill({ fields, selections, problem }: Pick<BackfillsData, "fields" | "selections" | "problem">) {
  const described = problem === null ? undefined : "new-problem";
  return (
    <form class="filters" action="/backfills" method="get" aria-label="New backfill">
      <label class="wide">
        Assets
        <input
          type="text"
          name="selection"
          value={fields.selection}
          placeholder="key, +key, group:name or *"
          list="selections"
          required
          autocomplete="off"
          spellcheck={false}
          aria-describedby={described}
        />
        <datalist id="selections">{selections.map((one) => <option key={one} value={one}></option>)}</datalist>
      </label>
      <Field label="From" type="date" name="from" value={fields.from} aria-describedby={described} />
      <Field label="To" type="date" name="to" value={fields.to} aria-describedby={described} />
      <Field
        label="Names"
        type="text"
        name="names"
        value={fields.names}
        placeholder="all, or A, B"
        spellcheck={false}
      />
      <label class="tick">
        <input type="checkbox" name="force" checked={fields.force} /> Force (also re-materialize fresh partitions)
      </label>
      <button type="submit">Show the plan</button>
      {problem !== null && <p class="notice bad" id="new-problem" role="alert">{problem}</p>}
    </form>
  );
}

function BackfillEntry({ backfill, now }: { backfill: BackfillSummary; now: number }) {
  const { id, status, progress, selection, range, force, reason, createdAt } = backfill;
  return (
    <>
      <div class="line">
        <a href={`/backfills/${id}`}>Backfill {id}</a>
        <StateBadge state={status} />
        <span class="faint">
          <Moment at={createdAt} now={now} />
        </span>
      </div>
      <p>
        <code>{selection}</code>
        {rangeInWords(range)}
        {force ? ", forced" : ""}: {count(progress.done)} of {counted(progress.partitions, "partition")} done
        {progress.failed > 0 ? `, ${count(progress.failed)} failed` : ""}
        {progress.skipped > 0 ? `, ${count(progress.skipped)} skipped` : ""}
      </p>
      {reason !== null && <p class={status === "paused" ? "faint" : "error"}>{reason}</p>}
    </>
  );
}

/** Dates and names of a range, to be appended to a selection. */
export function rangeInWords({ from, to, names }: BackfillRange): string {
  return [
    ...(from === undefined ? [] : [` from ${from}`]),
    ...(to === undefined ? [] : [` to ${to}`]),
    ...(names === undefined ? [] : [` for ${names.length > 5 ? counted(names.length, "name") : names.join(", ")}`]),
  ].join("");
}
