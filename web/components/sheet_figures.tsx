import { count, decimal, orDash, percent, signedPercent } from "../figures.ts";
import { isTradable, type StrategyResult } from "../strategy_record.ts";
import { bandHint } from "./strategy_table.tsx";

interface Line {
  title: string;
  hint?: string;
  text: string;
  /** Bounds of the band, formatted. */
  band?: string;
  /** Its sign marks the figure as good or bad. */
  of?: number;
}

const figure = (value: number | null) => orDash(value, (value) => decimal(value, 2));
const share = (value: number | null) => orDash(value, signedPercent);

function band(low: number | null, high: number | null, text: (value: number) => string): string | undefined {
  return low === null || high === null ? undefined : `${text(low)} to ${text(high)}`;
}

/** All figures of a strategy, by subject. */
export function SheetFigures({ result }: { result: StrategyResult }) {
  const tone = (value: number | null) => isTradable(result) ? value ?? 0 : 0;
  const groups: { title: string; lines: Line[] }[] = [
    {
      title: "Return",
      lines: [
        { title: "Total return", text: share(result.total_return), of: tone(result.total_return) },
        {
          title: "Annualized",
          text: share(result.annualized_return),
          band: band(result.annualized_return_low, result.annualized_return_high, signedPercent),
          of: tone(result.annualized_return),
        },
        { title: "Benchmark", text: share(result.benchmark_total_return) },
        { title: "Alpha a year", hint: "In excess of cash and beta", text: share(result.alpha_per_year) },
        { title: "Beta", text: figure(result.beta) },
        { title: "Correlation", hint: "With the benchmark", text: figure(result.correlation) },
      ],
    },
    {
      title: "Risk",
      lines: [
        { title: "Volatility a year", text: percent(result.volatility) },
        {
          title: "Max drawdown",
          text: share(result.max_drawdown),
          band: band(result.max_drawdown_low, result.max_drawdown_high, signedPercent),
        },
        { title: "Longest drawdown", text: `${count(result.longest_drawdown_sessions)} sessions` },
        {
          title: "Value at risk, 95 %",
          hint: "Loss that one session in twenty exceeds",
          text: result.value_at_risk === null ? "–" : `${decimal(100 * result.value_at_risk, 2)} %`,
        },
        {
          title: "Expected shortfall, 95 %",
          hint: "Mean loss of the worst twentieth of sessions",
          text: result.expected_shortfall === null ? "–" : `${decimal(100 * result.expected_shortfall, 2)} %`,
        },
      ],
    },
    {
      title: "Return for risk",
      lines: [
        {
          title: "Sharpe",
          hint: "Of returns in excess of cash, a year",
          text: figure(result.sharpe),
          band: band(result.sharpe_low, result.sharpe_high, (value) => decimal(value, 2)),
        },
        { title: "Sortino", text: figure(result.sortino) },
        { title: "Calmar", text: figure(result.calmar) },
        {
          title: "Probabilistic Sharpe",
          hint: "Probability that the true Sharpe ratio is above 0, with a single trial",
          text: orDash(result.probabilistic_sharpe, percent),
        },
        {
          title: "Deflated Sharpe",
          hint: `The same given the ${result.settings_tried} settings tried`,
          text: orDash(result.deflated_sharpe, percent),
        },
      ],
    },
    {
      title: "Activity",
      lines: [
        { title: "Trades", text: count(result.positions) },
        { title: "Turnover", text: `${decimal(result.turnover_per_year, 1)} × a year` },
        { title: "Mean exposure", text: `${decimal(result.mean_gross_exposure, 2)} ×` },
        { title: "Time in market", text: percent(result.time_in_market) },
        {
          title: "Winning sessions",
          hint: "Share of sessions that gained among those that moved",
          text: orDash(result.hit_rate, percent),
        },
        {
          title: "Profit factor",
          hint: "Gains of sessions over losses of sessions",
          text: figure(result.profit_factor),
        },
      ],
    },
  ];
  return (
    <div class="sheet-figures">
      {groups.map(({ title, lines }) => (
        <section key={title} aria-label={title}>
          <h3>{title}</h3>
          <dl>
            {lines.map(({ title, hint, text, band, of = 0 }) => (
              <div key={title}>
                <dt>{hint ? <abbr title={hint}>{title}</abbr> : title}</dt>
                <dd>
                  <span class={of > 0 ? "gain" : of < 0 ? "loss" : ""}>{text}</span>
                  {band && <small class="faint" title={bandHint}>{band}</small>}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}
