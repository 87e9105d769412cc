import { Address, flag, named, names, oneOf, type Parameter, type SearchOf, sort, standing, text } from "./address.ts";
import type { ChartRange } from "./components/chart.tsx";

/** Columns by which the table of strategies can be sorted. */
const strategyColumns = [
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

/** Ranges of the equity chart. */
export const strategyRanges = ["3m", "1y", "3y", "all"] as const satisfies ChartRange[];
export const standingStrategyRange = "all";

const cost: Parameter<string> = {
  read: (text) => text === "spread" ? text : Number.isFinite(Number(text)) ? String(Number(text)) : undefined,
  write: (cost) => cost,
  problem: (shown) => `Costs ${shown} are not a number of basis points, nor “spread”.`,
};

/** The address of the page of strategies. */
export const strategiesAddress = new Address("/strategies", {
  /** Basis points, or `spread`; the configured costs unless given. */
  cost,
  /** Equal weights unless given. */
  weighting: text(),
  /** The one with the best record unless given. */
  strategy: text(),
  sort: standing({ column: "sharpe", descending: true }, sort(strategyColumns)),
  range: standing(standingStrategyRange, oneOf("Range", strategyRanges)),
  logarithmic: named("log", standing(false, flag("Log", ["1", "0"]))),
  /** Strategies hidden from the chart. */
  hidden: named("hide", names((name) => /^\w{1,60}$/.test(name))),
});
export type StrategySearch = SearchOf<typeof strategiesAddress>;

/** The address of a search, with changes. */
export function strategiesPath(search: StrategySearch, changes: Partial<StrategySearch> = {}): string {
  return strategiesAddress.write(search, changes);
}

/** The address of a strategy's tear sheet as one file. */
export function tearSheetPath(
  { strategy, cost, weighting }: { strategy: string; cost: string; weighting: string },
): string {
  return `/strategies/${encodeURIComponent(strategy)}.html?${new URLSearchParams({ cost, weighting })}`;
}
