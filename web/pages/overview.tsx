import {
  type AssetState,
  type Engine,
  isFinished,
  overallState,
  type RunSummary,
  type ScheduleState,
} from "../../engine/mod.ts";
import { type PairTable as Pairs, readPairTable } from "../chosen_pairs.ts";
import { AssetChain } from "../components/asset_chain.tsx";
import { AssetList } from "../components/asset_list.tsx";
import { FailureList } from "../components/failure_list.tsx";
import { PairTable } from "../components/pair_table.tsx";
import { PortfolioChart } from "../components/portfolio_chart.tsx";
import { RunList } from "../components/run_list.tsx";
import { ScheduleList } from "../components/schedule_list.tsx";
import { SignalTable } from "../components/signal_table.tsx";
import { Layout } from "../layout.tsx";
import { type NewestSignals, readNewestSignals } from "../newest_signals.ts";
import { type Portfolio, readPortfolio } from "../portfolio.ts";

/** What the page reads of the engine. */
export type OverviewEngine = Pick<Engine, "graph" | "states" | "rows" | "newestDate" | "run" | "runs">;

/** Everything that the overview shows, as it is at one moment. */
export interface OverviewData {
  assets: readonly AssetState[];
  /** The run in which an asset waits for its turn, by key. */
  waiting: ReadonlyMap<string, number>;
  runs: readonly RunSummary[];
  schedules: readonly ScheduleState[];
  pairs: Pairs | null;
  /** `null` where there is none. */
  portfolio: Portfolio | null;
  /** Of the portfolio's newest session; `null` where there are none. */
  signals: NewestSignals | null;
  /** Milliseconds since 1970. */
  now: number;
}

const shownRuns = 8;
const portfolioSection = { id: "portfolio", title: "Portfolio" };
const signalsSection = { id: "signals", title: "Signals" };
const pairsSection = { id: "pairs", title: "Chosen pairs" };
const sections = [
  { id: "assets", title: "Assets" },
  { id: "schedules", title: "Schedules" },
  { id: "runs", title: "Runs" },
];

/** Reads what the overview shows. */
export async function readOverview(
  { engine, scheduler, now }: {
    engine: OverviewEngine;
    scheduler: { states(): Promise<ScheduleState[]> };
    now: number;
  },
): Promise<OverviewData> {
  const [assets, runs, schedules, pairs, portfolio] = await Promise.all([
    engine.states(),
    engine.runs({ limit: shownRuns }),
    scheduler.states(),
    readPairTable(engine),
    readPortfolio(engine),
  ]);
  const signals = portfolio &&
    await readNewestSignals(engine, { strategy: portfolio.strategy, session: portfolio.sessions.at(-1)! });
  const waiting = new Map<string, number>();
  for (const { id } of runs.filter((run) => !isFinished(run.status))) {
    for (const step of (await engine.run(id)).steps) {
      if (step.status === "pending" || step.status === "interrupted") waiting.set(step.key, id);
    }
  }
  return { assets, waiting, runs, schedules, pairs, portfolio, signals, now };
}

/** The first page: what there is, how fresh it is, and what came of it. */
export function OverviewPage({ assets, waiting, runs, schedules, pairs, portfolio, signals, now }: OverviewData) {
  const choosesPairs = assets.some(({ key }) => key === "chosen_pairs");
  const open = runs.filter((run) => !isFinished(run.status)).map((run) => run.id);
  return (
    <Layout
      title="Tandem"
      path="/"
      script="overview.js"
      sections={[
        ...portfolio ? [portfolioSection] : [],
        ...signals ? [signalsSection] : [],
        ...choosesPairs ? [pairsSection] : [],
        ...sections,
      ]}
      headline={<Headline assets={assets} open={open} />}
    >
      <div id="failures-place" class="place" data-live>
        <FailureList assets={assets} now={now} />
      </div>
      <div id="portfolio-place" class="place" data-live>
        {portfolio && (
          <section id="portfolio" aria-labelledby="portfolio-title" class="panel">
            <h2 id="portfolio-title">Portfolio</h2>
            <PortfolioChart portfolio={portfolio} />
          </section>
        )}
      </div>
      <div id="signals-place" class="place" data-live>
        {signals && (
          <section id="signals" aria-labelledby="signals-title" class="panel">
            <h2 id="signals-title">Newest signals</h2>
            <SignalTable of={signals} />
          </section>
        )}
      </div>
      {choosesPairs && (
        <section id="pairs" aria-labelledby="pairs-title" class="panel">
          <h2 id="pairs-title">Chosen pairs</h2>
          <div id="pairs-body" data-live>
            <PairsBody pairs={pairs} assets={assets} />
          </div>
        </section>
      )}
      <section id="assets" aria-labelledby="assets-title" class="panel split">
        <div class="aside">
          <h2 id="assets-title">Assets</h2>
          <div id="chain" data-live>
            <AssetChain assets={assets} />
          </div>
        </div>
        <AssetList assets={assets} waiting={waiting} now={now} />
      </section>
      <div class="columns">
        <section id="schedules" aria-labelledby="schedules-title" class="panel">
          <h2 id="schedules-title">Schedules</h2>
          <div id="schedules-body" data-live>
            {schedules.length > 0
              ? <ScheduleList schedules={schedules} now={now} />
              : <p class="empty">No schedule is declared: assets are materialized on request.</p>}
          </div>
        </section>
        <section id="runs" aria-labelledby="runs-title" class="panel">
          <h2 id="runs-title">Last runs</h2>
          <div id="runs-body" data-live>
            {runs.length > 0 ? <RunList runs={runs} now={now} /> : <p class="empty">Nothing has run yet.</p>}
          </div>
        </section>
      </div>
    </Layout>
  );
}

/** How everything stands in one line, with the way to make what is stale. */
function Headline({ assets, open }: { assets: readonly AssetState[]; open: readonly number[] }) {
  const settled = assets.every(({ state }) => state === "fresh");
  const untouched = assets.length > 0 && assets.every(({ state }) => state === "missing");
  const { title, detail } = overallState(assets, { running: open.length > 0 });
  return (
    <div class="headline" id="headline" data-live data-open-runs={open.join(" ")}>
      <div>
        <h1>{title}</h1>
        <p>{detail}</p>
      </div>
      {!settled && (
        <button
          type="button"
          id="materialize-all"
          class="primary"
          data-selection="*"
          aria-disabled={open.length > 0 ? "true" : undefined}
        >
          {untouched ? "Materialize everything" : "Materialize what is stale"}
        </button>
      )}
    </div>
  );
}

function PairsBody({ pairs, assets }: { pairs: Pairs | null; assets: readonly AssetState[] }) {
  const find = (key: string) => assets.find((asset) => asset.key === key);
  const [chosen, metrics] = [find("chosen_pairs")!, find("pair_metrics")];
  if (!pairs) return <p class="empty">No pairs yet: they appear here once chosen_pairs is materialized.</p>;
  if (pairs.rows.length === 0) {
    return <p class="empty">No pair was chosen: none met the criteria on the data at hand.</p>;
  }
  const aged = [chosen, metrics].filter((asset) => asset && asset.state !== "fresh").map((asset) => asset!.key);
  return (
    <>
      {aged.length > 0 && (
        <p class="notice">Shown as last made: {aged.join(" and ")} {aged.length > 1 ? "are" : "is"} not fresh.</p>
      )}
      <PairTable
        pairs={pairs}
        about={[
          ...pairs.asOf === null ? [] : [`Chosen as of ${pairs.asOf}.`],
          ...[chosen, metrics].flatMap((asset) => asset?.description ?? []),
        ].join(" ")}
      />
    </>
  );
}
