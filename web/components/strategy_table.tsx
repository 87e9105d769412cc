import { count, decimal, orDash, percent, signedPercent } from "../figures.ts";
import { isTradable, type StrategyResult } from "../strategy_record.ts";
import { strategiesPath, type StrategySearch } from "../strategy_search.ts";
import { strategyTitle } from "../strategy_words.ts";
import { type Column, DataTable, numberColumn, places } from "./data_table.tsx";

/** Range of all marks of a table. */
interface BandScale {
  least: number;
  most: number;
}

/** A scale that includes all given values and 0. */
function bandScale(values: readonly (number | null)[]): BandScale {
  const known = values.filter((value) => value !== null);
  const [least, most] = [Math.min(0, ...known), Math.max(0, ...known)];
  return least === most ? { least: -1, most: 1 } : { least, most };
}

const width = 84;
const height = 14;

/** A figure over its band: a dot on a line, with a mark at 0. */
function BandMark(
  { value, low, high, scale: { least, most } }: {
    value: number | null;
    low: number | null;
    high: number | null;
    scale: BandScale;
  },
) {
  if (value === null) return <>–</>;
  const x = (at: number) => Math.round(10 * (3 + (width - 6) * (at - least) / (most - least))) / 10;
  const isKnown = low !== null && high !== null;
  return (
    <span class="band-mark">
      <span class="value">{decimal(value, 2)}</span>
      {isKnown && (
        <>
          <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true">
            <line class="zero" x1={x(0)} x2={x(0)} y1="0" y2={height} />
            <line class="range" x1={x(low)} x2={x(high)} y1={height / 2} y2={height / 2} />
            <circle cx={x(value)} cy={height / 2} r="3" />
          </svg>
          <small class="faint">{decimal(low, 2)} to {decimal(high, 2)}</small>
        </>
      )}
    </span>
  );
}

/** Sorts from the largest. */
const descending = { sorts: true, descends: true };

/** Tooltip that explains bands. */
export const bandHint =
  "95 % band by stationary block bootstrap (Politis and Romano), 399 resamples of the daily returns. It knows nothing of settings tried before.";

const columnsOf = (search: StrategySearch, scale: BandScale, chosen: string): Column<StrategyResult>[] => [
  {
    title: "Strategy",
    header: true,
    sort: "strategy",
    cell: (result) => (
      <>
        <a
          href={`${strategiesPath(search, { strategy: result.strategy })}#sheet`}
          aria-current={result.strategy === chosen ? "true" : undefined}
        >
          {strategyTitle(result.strategy)}
        </a>
        <Standing result={result} />
      </>
    ),
  },
  {
    sort: "total_return",
    descends: true,
    number: true,
    title: "Total return",
    hint: "After costs",
    cell: (result) => <Signed result={result} value={result.total_return} />,
  },
  {
    sort: "annualized_return",
    descends: true,
    number: true,
    title: "Annualized",
    hint: "Compounded over sessions / 252",
    cell: (result) => <Signed result={result} value={result.annualized_return} />,
  },
  numberColumn("Volatility", "volatility", percent, { unit: "a year", hint: "Of daily returns", ...descending }),
  {
    sort: "sharpe",
    descends: true,
    number: true,
    title: "Sharpe",
    unit: "with 95 % band",
    hint: `Of returns in excess of cash, a year. ${bandHint}`,
    cell: (result) => (
      <BandMark
        value={result.sharpe}
        low={result.sharpe_low}
        high={result.sharpe_high}
        scale={scale}
      />
    ),
  },
  numberColumn("Deflated Sharpe", "deflated_sharpe", percent, {
    hint: "Probability that the true Sharpe ratio is above 0, given the settings tried (Bailey and López de Prado)",
    ...descending,
  }),
  numberColumn("Sortino", "sortino", places(2), { hint: "As Sharpe, with the deviation below cash", ...descending }),
  numberColumn("Calmar", "calmar", places(2), {
    hint: "Annualized return over the maximum drawdown",
    ...descending,
  }),
  numberColumn("Max drawdown", "max_drawdown", signedPercent, {
    hint: "Deepest fall from an earlier peak",
    ...descending,
  }),
  numberColumn("Longest drawdown", "longest_drawdown_sessions", count, {
    unit: "sessions",
    hint: "Longest time below an earlier peak",
    ...descending,
  }),
  numberColumn("Turnover", "turnover_per_year", places(1), {
    unit: "× equity a year",
    hint: "Notional traded over equity",
    ...descending,
  }),
  numberColumn("Trades", "positions", count, { hint: "Positions entered, over all pairs", ...descending }),
];

/** All strategies: first those achievable in live trading, then the others separately. */
export function StrategyTable(
  { results, search, chosen }: { results: readonly StrategyResult[]; search: StrategySearch; chosen: string },
) {
  const sorted = sortedBy(results, search.sort);
  const groups = [
    { title: null, rows: sorted.filter(isTradable) },
    {
      title: <span>For comparison: not achievable in live trading</span>,
      class: "apart",
      rows: sorted.filter((row) => !isTradable(row)),
    },
  ].filter(({ rows }) => rows.length > 0);
  const scale = bandScale(results.flatMap((row) => [row.sharpe, row.sharpe_low, row.sharpe_high]));
  return (
    <DataTable
      label="Strategies"
      class="strategies-table"
      columns={columnsOf(search, scale, chosen)}
      groups={groups}
      sorting={{ sort: search.sort, path: (sort) => strategiesPath(search, { sort: sort as StrategySearch["sort"] }) }}
      row={({ strategy }) => ({ class: strategy === chosen ? "chosen" : undefined })}
    />
  );
}

/** Marks of a result: best record, headline, look-ahead, fills. */
export function Standing({ result: { best, headline, looks_ahead, fills_at } }: { result: StrategyResult }) {
  if (best) {
    return (
      <span class="pill best" title="Best out-of-sample record: the highest lower end of the Sharpe band">Best</span>
    );
  }
  if (headline) return <span class="pill" title="Stands for the service on the overview">Headline</span>;
  if (looks_ahead) return <span class="pill" title="Fitted on the sample that it trades">In-sample</span>;
  if (fills_at === "signal_close") {
    return <span class="pill" title="Filled at the very close that gave the signal">Fills at signal</span>;
  }
  return null;
}

function Signed({ result, value }: { result: StrategyResult; value: number | null }) {
  const tone = value === null || !isTradable(result) ? "" : value > 0 ? "gain" : value < 0 ? "loss" : "";
  return <span class={tone}>{orDash(value, signedPercent)}</span>;
}

/** Missing values come last in either order. */
function sortedBy(
  results: readonly StrategyResult[],
  { column, descending }: StrategySearch["sort"],
): StrategyResult[] {
  const key = (result: StrategyResult) => column === "strategy" ? strategyTitle(result.strategy) : result[column];
  return results.toSorted((one, other) => {
    const [a, b] = [key(one), key(other)];
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    return (a < b ? -1 : a > b ? 1 : 0) * (descending ? -1 : 1);
  });
}
