import {
  type BackfillSummary,
  type LiveProcess,
  type RunFilter,
  runStatuses,
  type RunSummary,
  type ScheduleState,
  silentAfterSeconds,
} from "../../engine/mod.ts";
import { Address, date, number, oneOf, type SearchOf, text } from "../address.ts";
import { type Problems, SearchProblems } from "../components/search_problems.tsx";
import { RunTable, triggerInWords } from "../components/run_table.tsx";
import { RunTimeline } from "../components/run_timeline.tsx";
import { count, counted } from "../figures.ts";
import { Layout } from "../layout.tsx";
import { Panel } from "../components/panel.tsx";
import type { TimeSpan } from "../time_axis.ts";
import { PageHead } from "../components/page_head.tsx";
import { Field, Select } from "../components/field.tsx";
import { type Column, DataTable } from "../components/data_table.tsx";

const roles: Readonly<Record<string, string>> = { server: "Server", worker: "Worker", cli: "Command" };

/** The processes that share the database, with the steps that they run. */
function ProcessTable({ processes }: { processes: readonly LiveProcess[] }) {
  const columns: Column<LiveProcess>[] = [
    { title: "Process", header: true, cell: ({ id, role }) => `${roles[role] ?? role} ${id}` },
    { title: "Machine", cell: ({ host }) => host },
    { title: "PID", number: true, cell: ({ pid }) => pid },
    { title: "Heartbeat", cell: ({ silentSeconds }) => heartbeat(silentSeconds) },
    {
      title: "Runs now",
      cell: ({ steps }) =>
        steps.length === 0 ? "nothing" : steps.map(({ run, key }, i) => (
          <>
            {i > 0 && ", "}
            <a href={`/runs/${run}`}>{key}</a>
          </>
        )),
    },
  ];
  return <DataTable columns={columns} rows={processes} label="Processes" />;
}

function heartbeat(silentSeconds: number): string {
  return silentSeconds < silentAfterSeconds ? "present" : `silent for ${Math.floor(silentSeconds)} s`;
}

/** Data for the page of all runs. */
export interface RunsPageData {
  search: RunSearch;
  problems: Problems;
  runs: readonly RunSummary[];
  /** Id before which the next page starts; `null` on the last page. */
  next: number | null;
  /** Hours on the timeline before now. */
  hours: DrawnHours;
  /** Runs on the timeline, independent of the search. */
  timeline: { span: TimeSpan; runs: readonly RunSummary[] };
  backfills: readonly BackfillSummary[];
  schedules: readonly ScheduleState[];
  assets: readonly string[];
  processes: readonly LiveProcess[];
  now: number;
}

const triggers = ["http", "cli", "startup", "schedule", "automation", "backfill"] as const;
/** Hours of the past that the timeline can show; it shows as many of the future. */
const drawnHours = ["1", "6", "24", "168"] as const;
export type DrawnHours = typeof drawnHours[number];

/** The address of the page of runs. */
export const runsAddress = new Address("/runs", {
  status: oneOf("Status", runStatuses),
  trigger: text(),
  asset: text(),
  /** First and last day of the runs, in UTC. */
  from: date("From"),
  to: date("To"),
  /** Fitted to the runs of a day unless given. */
  hours: oneOf("Hours", drawnHours),
  /** Id of the run before which the list starts. */
  before: number("Before", { least: 1, whole: true }),
});
export type RunSearch = SearchOf<typeof runsAddress>;

/** Filter for the runs of a search. */
export function filterOf({ status, trigger, asset, from, to, before }: RunSearch): RunFilter & { before?: number } {
  const day = (text: string) => Temporal.PlainDate.from(text).toZonedDateTime("UTC").toInstant();
  return {
    ...(status && { status }),
    ...(trigger && { trigger }),
    ...(asset && { asset }),
    ...(from && { from: day(from) }),
    ...(to && { to: day(to).add({ hours: 24 }) }),
    ...(before && { before }),
  };
}

/** All runs: on a timeline with scheduled ones, and as a list. */
export function RunsPage(data: RunsPageData) {
  const { search, hours, runs, next, timeline, backfills, schedules, processes, now } = data;
  const { hours: _hours, before: _, ...filter } = search;
  const open = timeline.runs.filter(({ finishedAt }) => finishedAt === null).length;
  const failed = timeline.runs.filter(({ status }) => status === "failed").length;
  return (
    <Layout
      title="Runs · Tandem"
      path="/runs"
      script="runs.js"
      styles={["runs.css"]}
      headline={
        <PageHead title="Runs" live>
          {open > 0 ? `${counted(open, "run")} in progress` : "No runs in progress"}
          {failed > 0 ? ` · ${count(failed)} failed in the last ${hoursInWords(hours)}` : ""}
        </PageHead>
      }
    >
      <Panel id="timeline-panel" title="Timeline">
        <p class="choices">
          {drawnHours.map((each) => (
            <a
              href={runsAddress.write(search, { hours: each, before: undefined })}
              aria-current={each === hours ? "true" : undefined}
            >
              {hoursInWords(each)}
            </a>
          ))}
        </p>
        <div id="timeline" data-live>
          <RunTimeline {...timeline} now={now} backfills={backfills} schedules={schedules} />
        </div>
      </Panel>
      <Panel id="list-panel" title="Runs">
        <Filters {...data} />
        <p class="line bulk" id="bulk" role="group" aria-label="Selected runs" hidden>
          <span id="bulk-count" role="status"></span>
          <button type="button" id="bulk-retry" data-bulk="retry">Retry</button>
          <button type="button" id="bulk-cancel" data-bulk="cancel">Cancel</button>
        </p>
        <div id="list" data-live>
          {runs.length === 0
            ? <p class="empty">{Object.keys(filter).length === 0 ? "No runs yet." : "No matching runs."}</p>
            : <RunTable label="Runs" runs={runs} now={now} />}
          <p class="line below">
            {next !== null && <a rel="next" href={runsAddress.write(search, { before: next })}>Older runs</a>}
            {runs.length > 0 && (
              <a
                href={runsAddress.write(search, { hours: undefined, before: undefined }, {
                  path: "/v1/runs",
                  more: { limit: "1000", format: "csv" },
                })}
              >
                As CSV
              </a>
            )}
          </p>
        </div>
      </Panel>
      <Panel id="processes-panel" title="Processes">
        <div id="processes" data-live>
          <ProcessTable processes={processes} />
        </div>
      </Panel>
    </Layout>
  );
}

/** The shortest span that holds all runs of the last day: a timeline of a day shows those of an hour on a few pixels. */
export function fittedHours(createdAt: readonly string[], nowMs: number): DrawnHours {
  const oldest = Math.min(...createdAt.map((at) => Date.parse(at)));
  if (!Number.isFinite(oldest)) return "24";
  return drawnHours.find((hours) => nowMs - oldest <= Number(hours) * 3_600_000) ?? "24";
}

function hoursInWords(hours: DrawnHours): string {
  return hours === "168" ? "7 days" : hours === "1" ? "hour" : `${hours} h`;
}

function Filters({ search, problems, assets }: RunsPageData) {
  const { hours, before: _, ...filter } = search;

  return (
    <form class="filters" action="/runs" method="get" role="search" aria-label="Runs">
      <Select label="Status" name="status" any="any" options={runStatuses} chosen={search.status} />
      <Select
        label="Trigger"
        name="trigger"
        any="any"
        options={[...new Set([...triggers, ...(search.trigger === undefined ? [] : [search.trigger])])]}
        chosen={search.trigger}
        words={triggerInWords}
      />
      <label>
        Asset
        <input
          type="search"
          name="asset"
          value={search.asset ?? ""}
          list="asset-keys"
          placeholder="any"
          autocomplete="off"
        />
        <datalist id="asset-keys">{assets.map((key) => <option key={key} value={key}></option>)}</datalist>
      </label>
      <Field label="From (UTC)" type="date" name="from" value={search.from ?? ""} />
      <Field label="To (UTC)" type="date" name="to" value={search.to ?? ""} />
      {hours !== undefined && <input type="hidden" name="hours" value={hours} />}
      <button type="submit" class="primary">Filter</button>
      {Object.keys(filter).length > 0 && <a href="/runs">Show all</a>}
      <SearchProblems problems={problems} />
    </form>
  );
}
