import {
  type BackfillSummary,
  type RunFilter,
  type RunStatus,
  runStatuses,
  type RunSummary,
  type ScheduleState,
} from "../../engine/mod.ts";
import { RunTable, triggerInWords } from "../components/run_table.tsx";
import { RunTimeline } from "../components/run_timeline.tsx";
import { count, counted } from "../figures.ts";
import { Layout } from "../layout.tsx";
import { Panel } from "../components/panel.tsx";
import type { TimeSpan } from "../time_axis.ts";

/** Fields of the filter, as they stand in the address. */
export interface RunSearch {
  status: string;
  trigger: string;
  asset: string;
  from: string;
  to: string;
}

/** What the page with all runs shows. */
export interface RunsPageData {
  search: RunSearch;
  /** What of the search cannot be understood. */
  problems: readonly string[];
  runs: readonly RunSummary[];
  /** Id before which the next page begins; `null` on the last one. */
  next: number | null;
  /** What is drawn, whatever is searched for. */
  timeline: { span: TimeSpan; runs: readonly RunSummary[] };
  hours: number;
  backfills: readonly BackfillSummary[];
  schedules: readonly ScheduleState[];
  assets: readonly string[];
  now: number;
}

const triggers = ["http", "cli", "startup", "schedule", "automation", "backfill"] as const;
/** Hours of the past that can be drawn; as many of the future are. */
export const drawnHours = [1, 6, 24, 168] as const;

/** The filter that a search means, with what of it cannot be understood. */
export function filterOf(search: RunSearch): { filter: RunFilter; problems: string[] } {
  const problems: string[] = [];
  const { status, trigger, asset } = search;
  if (status !== "" && !runStatuses.includes(status as RunStatus)) problems.push(`There is no status "${status}".`);
  const day = (name: "from" | "to") => {
    const text = search[name];
    if (text === "") return undefined;
    try {
      return Temporal.PlainDate.from(text).toZonedDateTime("UTC").toInstant();
    } catch {
      problems.push(`"${text}" is no day: write it as YYYY-MM-DD, such as 2026-11-23.`);
      return undefined;
    }
  };
  const [from, to] = [day("from"), day("to")];
  const filter = {
    ...(status !== "" && problems.length === 0 && { status: status as RunStatus }),
    ...(trigger !== "" && { trigger }),
    ...(asset !== "" && { asset }),
    ...(from && { from }),
    ...(to && { to: to.add({ hours: 24 }) }),
  };
  return { filter, problems };
}

/** All runs: on an axis with what is to come, and as a list. */
export function RunsPage(data: RunsPageData) {
  const { search, problems, runs, next, timeline, hours, backfills, schedules, now } = data;
  const open = timeline.runs.filter(({ finishedAt }) => finishedAt === null).length;
  const failed = timeline.runs.filter(({ status }) => status === "failed").length;
  return (
    <Layout
      title="Runs · Tandem"
      path="/runs"
      script="runs.js"
      styles={["runs.css"]}
      headline={
        <div class="headline" id="headline" data-live>
          <div>
            <h1>Runs</h1>
            <p>
              {open > 0 ? `${counted(open, "run")} in progress` : "No runs in progress"}
              {failed > 0 ? ` · ${count(failed)} failed in the last ${hoursInWords(hours)}` : ""}
            </p>
          </div>
        </div>
      }
    >
      <Panel id="timeline-panel" title="Timeline">
        <p class="choices">
          {drawnHours.map((each) => (
            <a href={runsPath(search, { hours: each })} aria-current={each === hours ? "true" : undefined}>
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
          {problems.length === 0 && (runs.length === 0
            ? (
              <p class="empty">
                {Object.values(search).every((field) => field === "") ? "No runs yet." : "No matching runs."}
              </p>
            )
            : <RunTable label="Runs" runs={runs} now={now} />)}
          <p class="line">
            {next !== null && <a rel="next" href={runsPath(search, { hours, before: next })}>Older runs</a>}
            {runs.length > 0 && <a href={csvPath(search)}>CSV</a>}
          </p>
        </div>
      </Panel>
    </Layout>
  );
}

function hoursInWords(hours: number): string {
  return hours === 168 ? "7 days" : hours === 1 ? "hour" : `${hours} h`;
}

function Filters({ search, problems, assets, hours }: RunsPageData) {
  const option = (value: string, chosen: string, word = value) => (
    <option value={value} selected={value === chosen}>{word}</option>
  );
  return (
    <form class="filters" action="/runs" method="get" role="search" aria-label="Runs">
      <label>
        Status
        <select name="status">
          <option value="">any</option>
          {runStatuses.map((status) => option(status, search.status))}
        </select>
      </label>
      <label>
        Trigger
        <select name="trigger">
          <option value="">any</option>
          {[...new Set([...triggers, ...(search.trigger === "" ? [] : [search.trigger])])]
            .map((trigger) => option(trigger, search.trigger, triggerInWords(trigger)))}
        </select>
      </label>
      <label>
        Asset
        <input type="search" name="asset" value={search.asset} list="asset-keys" placeholder="any" autocomplete="off" />
        <datalist id="asset-keys">{assets.map((key) => <option key={key} value={key}></option>)}</datalist>
      </label>
      <label>
        From (UTC)
        <input type="date" name="from" value={search.from} />
      </label>
      <label>
        To (UTC)
        <input type="date" name="to" value={search.to} />
      </label>
      {hours !== 24 && <input type="hidden" name="hours" value={hours} />}
      <button type="submit" class="primary">Filter</button>
      {Object.values(search).some((field) => field !== "") && <a href="/runs">Show all</a>}
      {problems.length > 0 && <p class="notice bad" role="alert">{problems.join(" ")}</p>}
    </form>
  );
}

/** The page with another part of the list or of the past. */
function runsPath(search: RunSearch, { hours, before }: { hours: number; before?: number }): string {
  const parameters = new URLSearchParams(Object.entries(search).filter(([, value]) => value !== ""));
  if (hours !== 24) parameters.set("hours", String(hours));
  if (before !== undefined) parameters.set("before", String(before));
  return parameters.size === 0 ? "/runs" : `/runs?${parameters}`;
}

function csvPath(search: RunSearch): string {
  const parameters = new URLSearchParams(Object.entries(search).filter(([, value]) => value !== ""));
  parameters.set("limit", "1000");
  parameters.set("format", "csv");
  return `/v1/runs?${parameters}`;
}
