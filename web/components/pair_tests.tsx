import { cointegratedPairs } from "../../assets/views.ts";
import { brieflyFigured, count, decimal, orDash, percent, pValue, shortUsd } from "../figures.ts";
import type { TestRow } from "../test_row.ts";
import type { TestedPair } from "../tested_pairs.ts";
import { type Column, DataTable } from "./data_table.tsx";

export interface PairTestsProps {
  tested: TestedPair | null;
  /** Settings of `cointegrated_pairs` as recorded with its rows. */
  config: unknown;
  /** Whether the source of prices has dividends. */
  hasDividends: boolean;
}

/** The statistics of a pair with their thresholds. */
export function PairTests({ tested, config, hasDividends }: PairTestsProps) {
  if (tested === null) {
    return (
      <p class="empty">The pair is not tested now: no source of candidates of {cointegratedPairs.key} proposes it.</p>
    );
  }
  const failed = new Map(tested.failed_criteria.map(({ criterion, reason }) => [criterion, reason]));
  const columns: Column<TestRow>[] = [
    { title: "Statistic", header: true, cell: ({ title }) => title },
    { title: "Value", number: true, cell: ({ value }) => value },
    { title: "Criterion", cell: ({ wanted }) => wanted ?? <span class="faint">none</span> },
    {
      title: "Met",
      cell: ({ criterion, wanted, unjudged }) =>
        criterion && wanted !== undefined && !failed.has("legs") &&
        (unjudged
          ? <span class="faint">{unjudged}</span>
          : failed.has(criterion)
          ? <span class="loss">✕ no</span>
          : <span class="gain">✓ yes</span>),
    },
    {
      title: "Meaning",
      class: "reason",
      cell: ({ criterion, hint }) => failed.has(criterion ?? "") ? brieflyFigured(failed.get(criterion!)!) : hint,
    },
  ];
  return (
    <>
      {failed.has("legs") && <p class="notice bad">{failed.get("legs")}</p>}
      <DataTable label="Tests" csv="tests" columns={columns} rows={rowsOf(tested, config)} />
      <p class="about">
        All of {cointegratedPairs.key} as of {tested.as_of}, over its formation, from data known at its close.
        {testedPrices(config, hasDividends)}
      </p>
    </>
  );
}

function rowsOf(tested: TestedPair, config: unknown): TestRow[] {
  const settings = (config ?? {}) as Record<string, unknown>;
  const bound = (name: string, text: (value: number) => string) =>
    typeof settings[name] === "number" ? text(settings[name]) : undefined;

  return [
    {
      title: "Proposed by",
      hint: "Sources of candidates; “named” is a pair of the settings, such as a pinned one.",
      value: tested.sources.join(", "),
    },
    {
      title: "p cointegration",
      hint:
        `Engle–Granger of ${tested.ticker_2} on ${tested.ticker_1}; null hypothesis: the legs are not cointegrated. Chosen pairs are ranked by the larger of both orders.`,
      value: orDash(tested.engle_granger_p_value, pValue),
      wanted: bound("maxEngleGrangerPValue", (value) => `below ${value}`),
      criterion: "engleGranger",
    },
    {
      title: "p cointegration, reversed",
      hint: settings.testOrders === "one"
        ? "Not tested: only one order is configured."
        : `The same of ${tested.ticker_1} on ${tested.ticker_2}.`,
      value: orDash(tested.engle_granger_p_value_reversed, pValue),
      ...(settings.testOrders === "one" ? {} : {
        wanted: bound("maxEngleGrangerPValue", (value) => `below ${value}`),
        criterion: "engleGranger",
      }),
    },
    {
      title: "p adjusted",
      hint: "The larger of both, adjusted for all pairs tested as of the session (Benjamini and Hochberg).",
      value: orDash(tested.adjusted_p_value, pValue),
      wanted: bound("maxAdjustedPValue", (value) => `below ${value}`),
      criterion: "adjustedPValue",
    },
    ...(typeof settings.confirmationSessions === "number"
      ? [{
        title: "p earlier",
        hint: `Engle–Granger ${count(settings.confirmationSessions)} sessions earlier, the larger of both orders.`,
        value: orDash(tested.earlier_p_value, pValue),
        wanted: "below the bound of p cointegration",
        criterion: "confirmation",
        ...tested.failed_criteria.some(({ criterion }) => criterion !== "confirmation") &&
          { unjudged: "not tested" as const },
      }]
      : []),
    {
      title: "p spread",
      hint: "Augmented Dickey–Fuller on the spread as if it had been observed, which makes it too small.",
      value: orDash(tested.adf_p_value, pValue),
      wanted: bound("maxPValue", (value) => `below ${value}`),
      criterion: "adfPValue",
    },
    {
      title: "ADF statistic",
      hint: `With ${tested.used_lag === null ? "no" : count(tested.used_lag)} lags, chosen by AIC.`,
      value: orDash(tested.adf_statistic, (value) => decimal(value, 3)),
    },
    {
      title: "Hurst exponent",
      hint: "Below 0.5 the spread reverts, at 0.5 it is a random walk, above it trends.",
      value: orDash(tested.hurst_exponent, (value) => decimal(value, 3)),
      wanted: bound("maxHurst", (value) => `below ${value}`),
      criterion: "hurst",
    },
    {
      title: "Half-life",
      hint: "Sessions (trading days) in which the spread halves its distance from the mean.",
      value: orDash(tested.half_life, (value) => value > 0 ? `${decimal(value, 1)} sessions` : "does not revert"),
      wanted: bound("maxHalfLife", (value) => `above 0, below ${value}`),
      criterion: "halfLife",
    },
    ...(tested.half_life_low === null ? [] : [{
      title: "Half-life, 95 % band",
      hint: "By a bootstrap of the spread's autoregression, corrected for bias (Kilian); of accepted pairs.",
      value: tested.half_life_high === null
        ? `${decimal(tested.half_life_low, 1)} sessions to never`
        : `${decimal(tested.half_life_low, 1)} to ${decimal(tested.half_life_high, 1)} sessions`,
    }]),
    {
      title: "Mean crossings",
      hint: "How often the spread crossed its mean.",
      value: orDash(tested.mean_crossings, count),
      wanted: bound("minCrossings", (value) => `above ${value}`),
      criterion: "meanCrossings",
    },
    {
      title: "Hedge ratio",
      hint: `Shares of ${tested.ticker_1} against one of ${tested.ticker_2}, by least squares of the closes.`,
      value: orDash(tested.slope, (value) => decimal(value, 4)),
    },
    {
      title: "Intercept",
      hint: "Of the same line.",
      value: orDash(tested.intercept, (value) => `${decimal(value, 2)} USD`),
    },
    ...tradabilityRows(tested, bound),
  ];
}

function testedPrices(config: unknown, hasDividends: boolean): string {
  const { totalReturn, logPrices } = (config ?? {}) as { totalReturn?: unknown; logPrices?: unknown };
  if (typeof totalReturn !== "boolean" || typeof logPrices !== "boolean") return "";
  return ` The tests use ${logPrices ? "logarithms of " : ""}closes${
    !totalReturn
      ? " without dividends"
      : hasDividends
      ? " with dividends reinvested"
      : " with dividends reinvested, of which the source has none"
  }.`;
}

/** Figures of how easily the legs can be traded; the leg that is harder to trade decides. */
function tradabilityRows(
  tested: TestedPair,
  bound: (name: string, text: (value: number) => string) => string | undefined,
): TestRow[] {
  const { ticker_1, ticker_2, dollar_volume_1, dollar_volume_2, lowest_price, share_without_trade } = tested;
  const volumes = dollar_volume_1 !== null && dollar_volume_2 !== null;
  const spreads = [tested.spread_bps_1, tested.spread_bps_2];
  const noVolumes = "Unknown: the source has no volumes in this formation. This refuses no pair.";
  return [
    {
      title: "Dollar volume",
      hint: volumes
        ? `Median USD a session: ${ticker_1} ${shortUsd(dollar_volume_1)}, ${ticker_2} ${shortUsd(dollar_volume_2)}.`
        : noVolumes,
      value: volumes ? shortUsd(Math.min(dollar_volume_1, dollar_volume_2)) : "–",
      wanted: bound("minDollarVolume", (value) => `at least ${shortUsd(value)}`),
      criterion: "dollarVolume",
      ...!volumes && { unjudged: "unknown" as const },
    },
    {
      title: "Lowest price",
      hint: "The lowest close of either leg as traded: for a cheap share a tick is a large cost.",
      value: lowest_price === null ? "–" : `${decimal(lowest_price, 2)} USD`,
      wanted: bound("minPrice", (value) => `at least ${value} USD`),
      criterion: "price",
      ...lowest_price === null && { unjudged: "unknown" as const },
    },
    {
      title: "Sessions without a trade",
      hint: share_without_trade === null ? noVolumes : "Of the leg with more of them.",
      value: share_without_trade === null ? "–" : percent(share_without_trade),
      wanted: bound("maxShareWithoutTrade", (value) => `at most ${percent(value)}`),
      criterion: "withoutTrade",
      ...share_without_trade === null && { unjudged: "unknown" as const },
    },
    {
      title: "Bid–ask spread",
      hint: `Of ${ticker_1} and ${ticker_2}, estimated from daily bars (Abdi and Ranaldo), which is coarse.`,
      value: spreads.every((bps) => bps === null)
        ? "–"
        : `${spreads.map((bps) => bps === null ? "–" : decimal(bps, 1)).join(" and ")} bps`,
    },
    {
      title: "Capacity",
      hint: "Notional of both legs at which one of them reaches 1 % of its median dollar volume.",
      value: tested.max_notional === null ? "–" : shortUsd(tested.max_notional),
    },
  ];
}
