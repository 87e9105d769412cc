import { portfolioDaily, strategyComparison } from "../../assets/views.ts";
import { equalTo } from "../../engine/mod.ts";
import { ChartCredit } from "../components/chart.tsx";
import { DrawdownTable } from "../components/drawdown_table.tsx";
import { MonthlyReturns } from "../components/monthly_returns.tsx";
import { Panel } from "../components/panel.tsx";
import { ReturnDistribution } from "../components/return_distribution.tsx";
import { SheetChart } from "../components/sheet_chart.tsx";
import { SheetFigures } from "../components/sheet_figures.tsx";
import { Sources } from "../components/sources.tsx";
import { StrategyChart } from "../components/strategy_chart.tsx";
import { Standing, StrategyTable } from "../components/strategy_table.tsx";
import { limitWords } from "../exposure_limits.ts";
import { count, counted, decimal, percent } from "../figures.ts";
import { Layout } from "../layout.tsx";
import { rowsPath } from "../rows_path.ts";
import { isTradable, type StrategiesRecord, type StrategyResult } from "../strategy_record.ts";
import { strategiesPath, type StrategySearch, tearSheetPath } from "../strategy_search.ts";
import { costTitle, strategyTitle, weightingTitle, weightingWords } from "../strategy_words.ts";
import { sheetOf } from "../tear_sheet.ts";
import { ChoiceLinks, type ChoiceLinksProps, linksOf } from "../components/choice_links.tsx";
import { NotYet } from "../components/not_yet.tsx";
import { ParameterProblems } from "../components/search_problems.tsx";
import { PageHead } from "../components/page_head.tsx";

export interface StrategiesPageProps {
  /** `null` if nothing is materialized. */
  record: StrategiesRecord | null;
  search: StrategySearch;
  /** Unreadable parameters of the address, with the problem. */
  problems: ReadonlyMap<string, string>;
}

/** All strategies side by side, and the tear sheet of one. */
export function StrategiesPage({ record, search, problems }: StrategiesPageProps) {
  return (
    <Layout
      title="Strategies · Tandem"
      path="/strategies"
      script="strategies.js"
      styles={["pairs.css", "strategies.css"]}
      sections={record
        ? [{ id: "table", title: "Comparison" }, { id: "equity", title: "Equity" }, {
          id: "sheet",
          title: "Tear sheet",
        }]
        : []}
      headline={<Headline record={record} />}
    >
      <ParameterProblems problems={problems} />
      {record
        ? <Body record={record} search={search} />
        : (
          <section class="panel" aria-label="Why there is nothing here">
            <NotYet of={strategyComparison} appears="this page fills">No strategy has been compared yet</NotYet>
          </section>
        )}
    </Layout>
  );
}

function Headline({ record }: { record: StrategiesRecord | null }) {
  const best = record?.results.find((result) => result.best);
  return (
    <PageHead title="Strategies">
      {record && (
        <>
          {best
            ? (
              <>
                Best out-of-sample record: <strong>{strategyTitle(best.strategy)}</strong>, Sharpe{" "}
                {decimal(best.sharpe!, 2)} (95 % band {decimal(best.sharpe_low!, 2)} to {decimal(best.sharpe_high!, 2)})
                {best.sharpe_low! > 0 ? "." : ": its band includes 0, so that luck may explain it."}
              </>
            )
            : "No strategy has a record that is long enough to be called the best."} {record.chosen.first_session} to
          {" "}
          {record.chosen.last_session}, {record.chosen.sessions} sessions, the same pairs and windows for all.
        </>
      )}
    </PageHead>
  );
}

function Body({ record, search }: { record: StrategiesRecord; search: StrategySearch }) {
  const { results, chosen, days, columns, limits, weighting, sources } = record;
  const sharing = weightingWords(weighting);
  return (
    <>
      <section id="table" class="panel" aria-label="Comparison">
        <Toggles record={record} search={search} />
        <StrategyTable results={results} search={search} chosen={chosen.strategy} />
        {limits && (
          <p class="notice">
            {limitWords(limits, chosen.sessions)} Sessions are those of {strategyTitle(chosen.strategy)}.
          </p>
        )}
        <p class="faint about">
          Best is the strategy with the highest lower end of the 95 % band of its Sharpe ratio, among those traded out
          of sample and filled after their signal. {results.some(({ strategy }) => strategy === "best_record") &&
            `${
              strategyTitle("best_record")
            } trades in each window the one with the best record in the windows before it. `}
          {sharing && `Weights: ${sharing}. `}
          {triedWords(chosen)} {overfittingWords(chosen)} Bands: stationary block bootstrap, 399 resamples.{" "}
          <a href={rowsPath(strategyComparison, equalTo(columns))}>As CSV</a>
        </p>
      </section>
      <Panel id="equity" title="Equity">
        {days.size === 0
          ? <p class="empty">{portfolioDaily.key} has no sessions of these strategies.</p>
          : <StrategyChart record={record} search={search} />}
      </Panel>
      <TearSheet record={record} search={search} />
      <Panel id="sources" title="Provenance">
        <Sources sources={sources} />
      </Panel>
      <ChartCredit />
    </>
  );
}

/** Number of settings by which the Sharpe ratios are deflated. */
function triedWords(
  { settings_tried: tried, settings_tried_before: before, settings_tried_by_hand: byHand }: StrategyResult,
): string {
  const parts = [
    ...before ? [`${count(before)} of them in earlier runs`] : [],
    ...byHand ? [`${count(byHand)} by hand on the pages of pairs`] : [],
  ];
  return `Deflated Sharpe counts ${[`${counted(tried, "setting")} tried on these bars`, ...parts].join(", ")}.`;
}

/** The probability of backtest overfitting, and its meaning. */
function overfittingWords({ overfitting_probability: probability }: StrategyResult): string {
  if (probability === null) return "";
  return `Probability of backtest overfitting: ${
    percent(probability)
  }. So often, over all ways to divide the sessions into halves, the ` +
    "strategy with the highest Sharpe ratio in one half was no better than the median of all in the other. Near 0 % the best one is " +
    "likely to stay above the median; at 50 % picking the best is worth nothing.";
}

/** Links to other costs and weightings; the rest of the address stays. */
function Toggles({ record, search }: { record: StrategiesRecord; search: StrategySearch }) {
  const { costLevels, weightings, cost, weighting } = record;
  /** Keeps the shown strategy, if it exists there too. */
  const path = (changes: { cost: string; weighting: string }) =>
    strategiesPath(
      search,
      record.isThere(changes) ? changes : { cost: changes.cost, weighting: undefined, strategy: undefined },
    );
  return (
    <div class="toggles">
      <Toggle
        label="Costs"
        links={costLevels.map((level) => ({
          href: path({ cost: level, weighting }),
          title: costTitle(level),
          chosen: level === cost,
          hint: level === "spread"
            ? "Half the bid–ask spread of each leg, estimated from its formation's daily bars, and the configured costs at least"
            : undefined,
        }))}
      />
      <Toggle
        label="Weights"
        links={weightings.map((name) => ({
          href: path({ cost, weighting: name }),
          title: weightingTitle(name),
          chosen: name === weighting,
        }))}
      />
    </div>
  );
}

function Toggle({ label, links }: Pick<ChoiceLinksProps, "label" | "links">) {
  return (
    <nav aria-label={label}>
      <span class="faint">{label}</span>
      <span class="segments">{linksOf({ links, keep: true })}</span>
    </nav>
  );
}

function TearSheet({ record, search }: { record: StrategiesRecord; search: StrategySearch }) {
  const { chosen, days, results } = record;
  const own = days.get(chosen.strategy);
  const name = strategyTitle(chosen.strategy);
  return (
    <section id="sheet" aria-labelledby="sheet-title" class={`panel sheet${isTradable(chosen) ? "" : " look-ahead"}`}>
      <div class="sheet-head">
        <h2 id="sheet-title">
          {name} <Standing result={chosen} />
        </h2>
        <div class="sheet-actions">
          <a href={tearSheetPath({ ...record, strategy: chosen.strategy })} download={`${chosen.strategy}.html`}>
            Download as HTML
          </a>
          <button type="button" class="quiet" data-print hidden>Print or PDF</button>
        </div>
      </div>
      <ChoiceLinks
        class="segments"
        label="Tear sheet of"
        keep
        links={results.map(({ strategy }) => ({
          href: `${strategiesPath(search, { strategy })}#sheet`,
          title: strategyTitle(strategy),
          chosen: strategy === chosen.strategy,
        }))}
      />
      {!isTradable(chosen) && (
        <p class="notice">
          {chosen.looks_ahead
            ? "In-sample. Not achievable in live trading: it is fitted on the sessions that it trades."
            : "Not achievable in live trading: it fills at the very close that gives the signal."}
        </p>
      )}
      <SheetFigures result={chosen} />
      {own && <SheetParts record={record} />}
    </section>
  );
}

function SheetParts({ record: { chosen, days, benchmark, columns } }: { record: StrategiesRecord }) {
  const sheet = sheetOf(days.get(chosen.strategy)!);
  const filters = equalTo({ strategy: chosen.strategy, ...columns });
  return (
    <>
      <SheetChart result={chosen} sheet={sheet} benchmark={benchmark} csv={rowsPath(portfolioDaily, filters)} />
      <MonthlyReturns
        shaded={isTradable(chosen)}
        years={sheet.months}
        label={`Returns of ${strategyTitle(chosen.strategy)}`}
        csv={rowsPath(portfolioDaily, filters)}
      />
      <div class="side-by-side sheet-tables">
        <div>
          <h3 class="part">Worst drawdowns</h3>
          <DrawdownTable drawdowns={sheet.drawdowns} />
        </div>
        <div>
          <h3 class="part">Distribution of daily returns</h3>
          <ReturnDistribution of={sheet} valueAtRisk={chosen.value_at_risk} />
        </div>
      </div>
    </>
  );
}
