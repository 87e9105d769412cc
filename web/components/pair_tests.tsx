import { brieflyFigured, count, decimal, pValue } from "../figures.ts";
import type { TestedPair } from "../tested_pairs.ts";
import { TableScroller } from "./table_scroller.tsx";

export interface PairTestsProps {
  tested: TestedPair | null;
  /** Settings of `cointegrated_pairs` as they were recorded with its rows. */
  config: unknown;
}

interface TestRow {
  title: string;
  hint: string;
  value: string;
  /** What the value must be, where it is a criterion. */
  wanted?: string;
  /** Its name among the criteria that failed. */
  criterion?: string;
}

/** The statistics of a pair, beside what they must be. */
export function PairTests({ tested, config }: PairTestsProps) {
  if (tested === null) {
    return <p class="empty">The pair is not tested now: its tickers share no cluster in cointegrated_pairs.</p>;
  }
  const failed = new Map(tested.failed_criteria.map(({ criterion, reason }) => [criterion, reason]));
  return (
    <>
      {failed.has("legs") && <p class="notice bad">{failed.get("legs")}</p>}
      <TableScroller label="Tests" csv="tests">
        <table>
          <thead>
            <tr>
              <th scope="col">Statistic</th>
              <th scope="col" class="number">Value</th>
              <th scope="col">Criterion</th>
              <th scope="col">Met</th>
              <th scope="col">What it says</th>
            </tr>
          </thead>
          <tbody>
            {rowsOf(tested, config).map(({ title, hint, value, wanted, criterion }) => (
              <tr>
                <th scope="row">{title}</th>
                <td class="number">{value}</td>
                <td>{wanted ?? <span class="faint">none</span>}</td>
                <td>
                  {criterion && !failed.has("legs") &&
                    (failed.has(criterion) ? <span class="loss">✕ no</span> : <span class="gain">✓ yes</span>)}
                </td>
                <td class="reason">{failed.has(criterion ?? "") ? brieflyFigured(failed.get(criterion!)!) : hint}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroller>
      <p class="about">
        All of cointegrated_pairs as of {tested.as_of}, computed over its formation: what was known after that session.
      </p>
    </>
  );
}

function rowsOf(tested: TestedPair, config: unknown): TestRow[] {
  const settings = (config ?? {}) as Record<string, unknown>;
  const bound = (name: string, text: (value: number) => string) =>
    typeof settings[name] === "number" ? text(settings[name]) : undefined;
  const text = (value: number | null, of: (value: number) => string) => value === null ? "–" : of(value);
  return [
    {
      title: "p cointegration",
      hint: "Engle–Granger; null hypothesis: the legs are not cointegrated. Chosen pairs are ranked by it.",
      value: text(tested.engle_granger_p_value, pValue),
    },
    {
      title: "p spread",
      hint: "Augmented Dickey–Fuller on the spread as if it had been observed, which makes it too small.",
      value: text(tested.adf_p_value, pValue),
      wanted: bound("maxPValue", (value) => `below ${value}`),
      criterion: "adfPValue",
    },
    {
      title: "ADF statistic",
      hint: `With ${tested.used_lag === null ? "no" : count(tested.used_lag)} lags, chosen by AIC.`,
      value: text(tested.adf_statistic, (value) => decimal(value, 3)),
    },
    {
      title: "Hurst exponent",
      hint: "Below 0.5 the spread reverts, at 0.5 it wanders, above it trends.",
      value: text(tested.hurst_exponent, (value) => decimal(value, 3)),
      wanted: bound("maxHurst", (value) => `below ${value}`),
      criterion: "hurst",
    },
    {
      title: "Half-life",
      hint: "Sessions (trading days) in which the spread halves its distance from the mean.",
      value: text(tested.half_life, (value) => value > 0 ? `${decimal(value, 1)} sessions` : "does not revert"),
      wanted: bound("maxHalfLife", (value) => `above 0, below ${value}`),
      criterion: "halfLife",
    },
    {
      title: "Mean crossings",
      hint: "How often the spread crossed its mean.",
      value: text(tested.mean_crossings, count),
      wanted: bound("minCrossings", (value) => `above ${value}`),
      criterion: "meanCrossings",
    },
    {
      title: "Hedge ratio",
      hint: `Shares of ${tested.ticker_1} against one of ${tested.ticker_2}, by least squares.`,
      value: text(tested.slope, (value) => decimal(value, 4)),
    },
    {
      title: "Intercept",
      hint: "USD, of the same line.",
      value: text(tested.intercept, (value) => decimal(value, 2)),
    },
  ];
}
