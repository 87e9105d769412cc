import { cointegratedPairs } from "../../assets/views.ts";
import { ChartCredit } from "../components/chart.tsx";
import { DecisionStrip } from "../components/decision_strip.tsx";
import { ForecastChart } from "../components/forecast_chart.tsx";
import { ForecastChoice } from "../components/forecast_choice.tsx";
import { PairChart } from "../components/pair_chart.tsx";
import { PairDividends } from "../components/pair_dividends.tsx";
import { PairReference } from "../components/pair_reference.tsx";
import { PairTests } from "../components/pair_tests.tsx";
import { PairWalkForward } from "../components/pair_walk_forward.tsx";
import { Panel } from "../components/panel.tsx";
import { ResidualCharts } from "../components/residual_charts.tsx";
import { Sources } from "../components/sources.tsx";
import { brieflyFigured } from "../figures.ts";
import type { PairForecasts } from "../forecast_record.ts";
import { Layout } from "../layout.tsx";
import type { MovedPair } from "../moved_pair.ts";
import { pairSpread } from "../pair_charts.ts";
import { decisionOf } from "../pair_decision.ts";
import { formationOf } from "../pair_formation.ts";
import { pairPath } from "../pair_path.ts";
import type { PairRecord } from "../pair_record.ts";
import type { PairView } from "../pair_view.ts";
import { residualDiagnostics } from "../residual_diagnostics.ts";
import { TickerLinks } from "../components/ticker_links.tsx";
import { ParameterProblems } from "../components/search_problems.tsx";

export interface PairPageProps {
  pair: PairRecord;
  forecasts: PairForecasts | null;
  view: PairView;
  /** `null` if settings cannot be moved. */
  moved: MovedPair | null;
  /** Invalid parameters, with the problem. */
  problems: ReadonlyMap<string, string>;
  /** The session after a date; `null` if the calendar has none. */
  nextSession(date: string): string | null;
}

/** One pair: its signal, chart, backtests, forecasts and tests, with the source of each number. */
export function PairPage({ pair, forecasts, view, moved, problems, nextSession }: PairPageProps) {
  const { tickers, walkForward, reference, tested, sources } = pair;
  const name = tickers.join(" / ");
  const path = pairPath(...tickers);
  const formation = formationOf(pair);
  const { walkForward: tried } = typeof moved?.result === "object" && moved.result || { walkForward: null };
  const decision = decisionOf(pair, { formation, notional: view.notional });
  return (
    <Layout
      title={`${name} · Tandem`}
      path={path}
      script="pair.js"
      styles={["pairs.css", "pair.css"]}
      sections={[
        { id: "chart", title: "Chart" },
        { id: "walk-forward", title: "Walk-forward" },
        ...(forecasts ? [{ id: "forecasts", title: "Forecasts" }] : []),
        { id: "tests", title: "Tests" },
        { id: "residual", title: "Residual" },
        ...(reference ? [{ id: "reference", title: "Reference" }] : []),
      ]}
      headline={<Headline pair={pair} name={name} />}
    >
      <ParameterProblems problems={problems} />
      <DecisionStrip
        tickers={tickers}
        decision={decision}
        view={view}
        strategy={walkForward?.strategy ?? null}
        settings={walkForward?.settings ?? null}
        nextSession={decision.session === null ? null : nextSession(decision.session)}
      />
      <section id="chart" class="panel" aria-label="Chart" data-live>
        <PairChart pair={pair} tried={tried} formation={formation} view={view} />
        {pair.dividends && <PairDividends dividends={pair.dividends} tickers={tickers} />}
      </section>
      <Panel id="walk-forward" title="Walk-forward backtest">
        <PairWalkForward pair={pair} view={view} moved={moved} />
      </Panel>
      {forecasts && (
        <Panel id="forecasts" title="Forecasts of the spread, with realized values">
          <ForecastChoice action={`${path}#forecasts`} of={forecasts} />
          <ForecastChart of={forecasts} />
        </Panel>
      )}
      <Panel id="tests" title="The numbers behind the tests">
        <PairTests
          tested={tested}
          config={sources.get(cointegratedPairs.key)?.config}
          hasDividends={pair.dividends?.inSource ?? true}
        />
      </Panel>
      <Panel id="residual" title="The residual">
        <Residual pair={pair} path={path} />
      </Panel>
      {reference && (
        <Panel id="reference" title="Reference backtest, fitted on the sample it trades">
          <PairReference tickers={tickers} reference={reference} />
        </Panel>
      )}
      <Panel id="sources" title="Sources">
        <Sources sources={sources} />
      </Panel>
      <ChartCredit />
    </Layout>
  );
}

function Headline({ pair, name }: { pair: PairRecord; name: string }) {
  const { tested, rank, pinned } = pair;
  const standing = tested === null
    ? "Not tested now: no source of candidates proposes it."
    : `As of ${tested.as_of} ${
      tested.cluster === null ? "in no common cluster" : `in cluster ${tested.cluster}`
    }, proposed by ${tested.sources.join(", ")}. ${tested.accepted ? "Accepted" : "Not accepted"}${
      rank === null ? "" : `, number ${rank} of the chosen pairs`
    }.`;
  return (
    <div class="headline">
      <div>
        <h1>{name}</h1>
        {pinned && (
          <p>
            Pinned by hand, number {rank} of the chosen pairs. {pinned.reason === null
              ? "The tests accept it, too."
              : `The tests do not accept it: ${brieflyFigured(pinned.reason)}`}
          </p>
        )}
        <p>
          {standing} <a href="/pairs">All pairs</a>, tickers <TickerLinks of={pair.tickers} />
        </p>
      </div>
    </div>
  );
}

function Residual({ pair: { closes, tested }, path }: { pair: PairRecord; path: string }) {
  const found = closes === null || tested === null || tested.slope === null || tested.intercept === null
    ? null
    : residualDiagnostics(pairSpread(closes, { slope: tested.slope, intercept: tested.intercept }).values, {
      halfLife: tested.half_life,
    });
  return found === null
    ? <p class="empty">No residual: the pair is currently not tested, or its legs have no spread.</p>
    : <ResidualCharts of={found} csv={`${path}/spread_distribution.csv`} />;
}
