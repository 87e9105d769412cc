import { type ChartRange, chartRanges } from "./components/chart.tsx";

/** Columns by which the table of strategies can be sorted. */
export const strategyColumns = [
  "strategy",
  "total_return",
  "annualized_return",
  "volatility",
  "sharpe",
  "sortino",
  "calmar",
  "max_drawdown",
  "longest_drawdown_sessions",
  "turnover_per_year",
  "deflated_sharpe",
  "positions",
] as const;
export type StrategyColumn = typeof strategyColumns[number];

/** What a person looks at, as the address says it. */
export interface StrategySearch {
  /** Basis points, or `spread`; the configured costs unless given. */
  cost?: string;
  /** Equal parts unless given. */
  weighting?: string;
  /** The one with the best record unless given. */
  strategy?: string;
  sort: { column: StrategyColumn; descending: boolean };
  range: ChartRange;
  logarithmic: boolean;
  /** Strategies that the chart leaves out. */
  hidden: readonly string[];
}

const standingSort: StrategySearch["sort"] = { column: "sharpe", descending: true };

/** Ranges of the equities. */
export const strategyRanges: readonly ChartRange[] = ["3m", "1y", "3y", "all"];
export const standingStrategyRange: ChartRange = "all";

/** Reads the search out of an address. What cannot be read is left out, and named in `problems` by its parameter. */
export function readStrategySearch(
  parameters: URLSearchParams,
): { search: StrategySearch; problems: Map<string, string> } {
  const problems = new Map<string, string>();
  const given = (name: string) => parameters.get(name)?.trim() || undefined;
  const search: StrategySearch = {
    sort: standingSort,
    range: standingStrategyRange,
    logarithmic: false,
    hidden: given("hide")?.split(",").filter((name) => /^\w{1,60}$/.test(name)) ?? [],
    weighting: given("weighting"),
    strategy: given("strategy"),
  };
  const cost = given("cost");
  if (cost === "spread") search.cost = cost;
  else if (cost !== undefined && Number.isFinite(Number(cost))) search.cost = String(Number(cost));
  else if (cost !== undefined) {
    problems.set("cost", `Costs “${cost.slice(0, 40)}” are not a number of basis points, nor “spread”.`);
  }
  const sort = given("sort");
  const column = strategyColumns.find((name) => name === sort?.replace(/^-/, ""));
  if (column) search.sort = { column, descending: sort!.startsWith("-") };
  else if (sort !== undefined) problems.set("sort", `The table cannot be sorted by “${sort.slice(0, 40)}”.`);
  const range = given("range");
  if (range !== undefined && strategyRanges.some((name) => name === range)) {
    search.range = range as keyof typeof chartRanges;
  } else if (range !== undefined) {
    problems.set("range", `Range is one of ${strategyRanges.join(", ")}, not “${range.slice(0, 40)}”.`);
  }
  const log = given("log");
  if (log === "0" || log === "1") search.logarithmic = log === "1";
  else if (log !== undefined) problems.set("log", `Log is 0 or 1, not “${log.slice(0, 40)}”.`);
  return { search, problems };
}

/** The address of a search, with changes: the same search always has the same address. */
export function strategiesPath(search: StrategySearch, changes: Partial<StrategySearch> = {}): string {
  const { cost, weighting, strategy, sort, range, logarithmic, hidden } = { ...search, ...changes };
  const isStanding = sort.column === standingSort.column && sort.descending === standingSort.descending;
  const entries: [string, unknown][] = [
    ["cost", cost],
    ["weighting", weighting],
    ["strategy", strategy],
    ["sort", isStanding ? undefined : `${sort.descending ? "-" : ""}${sort.column}`],
    ["range", range === standingStrategyRange ? undefined : range],
    ["log", logarithmic ? 1 : undefined],
    ["hide", hidden.length > 0 ? hidden.join(",") : undefined],
  ];
  const parameters = new URLSearchParams(
    entries.filter(([, value]) => value !== undefined).map(([name, value]) => [name, String(value)]),
  );
  return parameters.size === 0 ? "/strategies" : `/strategies?${parameters}`;
}

/** The address of a strategy's tear sheet as one file. */
export function tearSheetPath(
  { strategy, cost, weighting }: { strategy: string; cost: string; weighting: string },
): string {
  return `/strategies/${encodeURIComponent(strategy)}.html?${new URLSearchParams({ cost, weighting })}`;
}
