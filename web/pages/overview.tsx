import { chosenPairs } from "../../assets/views.ts";
import {
  type AssetState,
  type Engine,
  isFinished,
  overallState,
  type Run,
  type RunSummary,
  type ScheduleState,
} from "../../engine/mod.ts";
import { type ChosenPairs, readChosenPairs } from "../chosen_pairs.ts";
import { AssetMap } from "../components/asset_map.tsx";
import { AttentionList } from "../components/attention_list.tsx";
import { ChartCredit } from "../components/chart.tsx";
import { LivePanel } from "../components/live_panel.tsx";
import { Moment } from "../components/moment.tsx";
import { OrderTable } from "../components/order_table.tsx";
import { PortfolioChart } from "../components/portfolio_chart.tsx";
import { RunTable } from "../components/run_table.tsx";
import { Layout } from "../layout.tsx";
import { type NewestSignals, readNewestSignals } from "../newest_signals.ts";
import { type Portfolio, readPortfolio } from "../portfolio.ts";
import { counted } from "../figures.ts";
import { CancelButton } from "../components/cancel_button.tsx";
import { StateBadge } from "../components/state_badge.tsx";
import { PageHead } from "../components/page_head.tsx";

/** Parts of the engine used by the page. */
export type OverviewEngine = Pick<Engine, "graph" | "states" | "read" | "newestDate" | "run" | "runs" | "ledger">;

/** Data for the overview, read at one time. */
export interface OverviewData {
  assets: readonly AssetState[];
  /** The run in which an asset waits for its turn, by key. */
  waiting: ReadonlyMap<string, number>;
  runs: readonly RunSummary[];
  /** Open runs among them. */
  open: readonly Run[];
  schedules: readonly ScheduleState[];
  /** `null` if pairs were never chosen. */
  selection: ChosenPairs | null;
  /** `null` if there is none. */
  portfolio: Portfolio | null;
  /** Of the portfolio's newest session; `null` if it has none. */
  signals: NewestSignals | null;
  /** Milliseconds since 1970. */
  now: number;
}

const shownRuns = 5;
const shownSchedules = 4;

/** Reads the data of the overview. */
export async function readOverview(
  { engine, scheduler, now }: {
    engine: OverviewEngine;
    scheduler: { states(): Promise<ScheduleState[]> };
    now: number;
  },
): Promise<OverviewData> {
  const [assets, runs, schedules, selection, portfolio] = await Promise.all([
    engine.states(),
    engine.runs({ limit: shownRuns }),
    scheduler.states(),
    readChosenPairs(engine),
    readPortfolio(engine),
  ]);
  const signals = portfolio &&
    await readNewestSignals(engine, { strategy: portfolio.tradedStrategy, session: portfolio.sessions.at(-1)! });
  const open = await Promise.all(runs.filter((run) => !isFinished(run.status)).map(({ id }) => engine.run(id)));
  const waiting = new Map(
    open.flatMap(({ id, steps }) =>
      steps.filter(({ status }) => status === "pending" || status === "interrupted").map(({ key }) =>
        [key, id] as const
      )
    ),
  );
  return { assets, waiting, runs, open, schedules, selection, portfolio, signals, now };
}

/** The first page on one screen: the portfolio, the next orders, and what needs attention. */
export function OverviewPage(data: OverviewData) {
  const { assets, waiting, runs, open, schedules, selection, portfolio, signals, now } = data;
  const choosesPairs = assets.some(({ key }) => key === chosenPairs.key);
  return (
    <Layout
      title="Overview · Tandem"
      path="/"
      script="overview.js"
      styles={["overview.css", "runs.css"]}
      headline={<Headline assets={assets} open={open} />}
    >
      <div class="overview">
        <div id="first-place" class="place" data-live>
          {portfolio
            ? (
              <section id="portfolio" aria-labelledby="portfolio-title" class="panel">
                <div class="line">
                  <h2 id="portfolio-title">Portfolio</h2>
                  <ChartCredit />
                </div>
                <PortfolioChart portfolio={portfolio} />
              </section>
            )
            : (
              <section id="assets" aria-labelledby="assets-title" class="panel">
                <h2 id="assets-title">Assets</h2>
                <AssetMap assets={assets} waiting={waiting} />
              </section>
            )}
        </div>
        <div class="side">
          <LivePanel id="attention" title="Needs attention">
            <AttentionList assets={assets} now={now} />
          </LivePanel>
          <LivePanel id="runs" title="Runs">
            {open.length > 0 && <RunActivity runs={open} />}
            {runs.length > open.length
              ? <RunTable label="Last runs" runs={runs.filter(({ status }) => isFinished(status))} now={now} brief />
              : open.length === 0 && <p class="empty">No runs yet.</p>}
          </LivePanel>
          <LivePanel id="schedules" title="Next scheduled">
            <NextTicks schedules={schedules} now={now} />
          </LivePanel>
        </div>
      </div>
      {choosesPairs && (
        <LivePanel id="orders" title="Orders and pairs">
          <PairsBody selection={selection} signals={signals} assets={assets} />
        </LivePanel>
      )}
    </Layout>
  );
}

/** The state of all assets in one line, with a button to materialize stale ones. */
function Headline({ assets, open }: { assets: readonly AssetState[]; open: readonly Run[] }) {
  const settled = assets.every(({ state }) => state === "fresh");
  const untouched = assets.length > 0 && assets.every(({ state }) => state === "missing");
  const { title, detail } = overallState(assets, { running: open.length > 0 });
  return (
    <PageHead
      title={title}
      live
      data-open-runs={open.map(({ id }) => id).join(" ")}
      beside={!settled && (
        <button
          type="button"
          id="materialize-all"
          class="primary"
          data-selection="*"
          aria-disabled={open.length > 0 ? "true" : undefined}
        >
          {untouched ? "Materialize everything" : "Materialize stale assets"}
        </button>
      )}
    >
      {detail}
    </PageHead>
  );
}

function PairsBody({ selection, signals, assets }: Pick<OverviewData, "selection" | "signals" | "assets">) {
  const chosen = assets.find(({ key }) => key === chosenPairs.key)!;
  if (!selection) return <p class="empty">No pairs yet: they appear here once {chosenPairs.key} is materialized.</p>;
  if (selection.pairs.length === 0 && !signals?.signals.length) {
    return <p class="empty">No pair was chosen: none met the criteria.</p>;
  }
  return (
    <>
      {chosen.state !== "fresh" && <p class="notice">Selection as last made: {chosenPairs.key} is not fresh.</p>}
      <OrderTable signals={signals} selection={selection} />
    </>
  );
}

/** Next ticks of the schedules, soonest first. */
function NextTicks({ schedules, now }: { schedules: readonly ScheduleState[]; now: number }) {
  const due = schedules.flatMap((schedule) => schedule.nextAt ? [{ ...schedule, at: schedule.nextAt }] : [])
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  if (due.length === 0) return <p class="empty">No schedule will fire: assets are materialized on request.</p>;
  return (
    <ul class="ticks">
      {due.slice(0, shownSchedules).map(({ name, description, selection, at }) => (
        <li class="line" key={name} title={description}>
          <a href={`/schedules#${name}`}>{name}</a>
          {selection === "*" ? <span class="faint">all assets</span> : <code>{selection}</code>}
          <Moment at={at} now={now} />
        </li>
      ))}
    </ul>
  );
}

/** Open runs, each with its progress and running steps. */
function RunActivity({ runs }: { runs: readonly Run[] }) {
  return (
    <ul class="entries activity">
      {runs.map((run) => {
        const { id, status, steps, waitingFor } = run;
        const ended = steps.filter((step) => step.finishedAt !== null || step.status === "skipped").length;
        return (
          <li key={id}>
            <div class="line">
              <a href={`/runs/${id}`}>Run {id}</a>
              <StateBadge state={status} />
              <span class="faint">{ended} of {counted(steps.length, "step")}</span>
              <CancelButton run={run} />
            </div>
            {waitingFor !== null && <p class="why">waits for {waitingFor}</p>}
            <progress
              max={Math.max(1, steps.length)}
              value={ended}
              aria-label={`Run ${id}: ${ended} of ${counted(steps.length, "step")} ended`}
            >
            </progress>
            {steps.filter((step) => step.status === "running").map(({ key }) => (
              <p class="faint" key={key}>
                <a href={`/assets/${key}`}>{key}</a>
                <span data-part={key}></span>
              </p>
            ))}
          </li>
        );
      })}
    </ul>
  );
}
