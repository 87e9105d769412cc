import type { Filter, Materialization } from "../engine/mod.ts";
import type { StrategySearch } from "./strategy_search.ts";
import { equal, latestVersions, rowsOfVersion, type VersionEngine } from "./version_rows.ts";

/** What strategies are read from. */
export type StrategiesEngine = VersionEngine;

/** Lower and upper end of a band; `null` where there is none. */
export type Ends = readonly [low: number, high: number] | null;

/** A row of `strategy_comparison` as it is shown. */
export interface StrategyResult {
  strategy: string;
  cost_bps: number;
  weighting: string;
  best: boolean;
  looks_ahead: boolean;
  fills_at: string;
  first_session: string;
  last_session: string;
  sessions: number;
  total_return: number;
  annualized_return: number | null;
  annualized_return_low: number | null;
  annualized_return_high: number | null;
  volatility: number;
  sharpe: number | null;
  sharpe_low: number | null;
  sharpe_high: number | null;
  sortino: number | null;
  calmar: number | null;
  max_drawdown: number;
  max_drawdown_low: number | null;
  max_drawdown_high: number | null;
  longest_drawdown_sessions: number;
  value_at_risk: number | null;
  expected_shortfall: number | null;
  hit_rate: number | null;
  profit_factor: number | null;
  positions: number;
  turnover_per_year: number;
  mean_gross_exposure: number;
  time_in_market: number;
  benchmark_total_return: number;
  beta: number | null;
  alpha_per_year: number | null;
  correlation: number | null;
  settings_tried: number;
  pairs_tested: number;
  probabilistic_sharpe: number | null;
  deflated_sharpe: number | null;
}

/** How a strategy's portfolio went, session by session. */
export interface StrategyDays {
  strategy: string;
  sessions: string[];
  /** 1 before the first session, as the next two. */
  equity: number[];
  benchmark: number[];
  cash: number[];
  dailyReturn: number[];
  /** In multiples of equity. */
  grossExposure: number[];
}

/** All strategies at some costs under some weighting. */
export interface StrategiesRecord {
  costBps: number;
  weighting: string;
  /** Cost levels that there are, and weightings at these costs. */
  costLevels: number[];
  weightings: string[];
  /** Whether the strategy that is looked at is there at other costs or under another weighting. */
  isThere(other: { costBps: number; weighting: string }): boolean;
  results: StrategyResult[];
  /** By strategy. */
  days: ReadonlyMap<string, StrategyDays>;
  /** The strategy that is looked at. */
  chosen: StrategyResult;
  /** What the benchmark is; `null` where it is not recorded. */
  benchmark: string | null;
  sources: ReadonlyMap<string, Materialization>;
}

/** Whether a result could have been earned: out of sample, and filled after its signal. */
export function isTradable({ looks_ahead, fills_at }: Pick<StrategyResult, "looks_ahead" | "fills_at">): boolean {
  return !looks_ahead && fills_at !== "signal_close";
}

/** Costs under a weighting whose days are kept. */
const mostKept = 8;

/**
 * Reads strategies, and keeps the days that it has read: a version of `portfolio_daily` never changes, and its days are what takes time.
 */
export class StrategyReader {
  readonly #kept = new Map<string, Promise<StrategyDays[]>>();

  constructor(private readonly engine: StrategiesEngine) {}

  /** As {@linkcode readStrategies}. */
  read(asked: { search: StrategySearch; problems: Map<string, string> }): Promise<StrategiesRecord | null> {
    return readStrategies(this.engine, asked, (portfolio, of) => this.#daysOf(portfolio, of));
  }

  #daysOf(portfolio: Materialization | undefined, of: DaysQuery): Promise<StrategyDays[]> {
    const key = JSON.stringify([portfolio?.id, of]);
    const reading = this.#kept.get(key) ?? readAllDays(this.engine, portfolio, of);
    this.#kept.delete(key);
    this.#kept.set(key, reading);
    reading.catch(() => this.#kept.delete(key));
    if (this.#kept.size > mostKept) this.#kept.delete(this.#kept.keys().next().value!);
    return reading;
  }
}

/** Strategies at some costs under some weighting. */
interface DaysQuery {
  names: readonly string[];
  costBps: number;
  weighting: string;
}

/** Columns of `portfolio_daily` that are read. */
const dayColumns = ["session", "equity", "benchmark_equity", "cash_equity", "daily_return", "gross_exposure"];

/**
 * Reads all strategies; `null` where the service has no such assets, or nothing in them.
 *
 * What the search names and is not there is named in its `problems`, and left at what stands: the configured costs, equal parts, and the
 * strategy with the best record.
 */
async function readStrategies(
  engine: StrategiesEngine,
  { search, problems }: { search: StrategySearch; problems: Map<string, string> },
  daysOf: (portfolio: Materialization | undefined, of: DaysQuery) => Promise<StrategyDays[]>,
): Promise<StrategiesRecord | null> {
  const sources = await latestVersions(engine, ["strategy_comparison", "portfolio_daily"]);
  const all = await rowsOfVersion(engine, sources.get("strategy_comparison"), {}) as unknown as (StrategyResult & {
    headline: boolean;
  })[];
  if (all.length === 0) return null;
  const standing = all.find(({ headline }) => headline) ?? all[0]!;
  const costLevels = [...new Set(all.map((row) => row.cost_bps))].sort((a, b) => a - b);
  const costBps = known(search.costBps, costLevels, { name: "cost", title: "Costs in bps", problems }) ??
    standing.cost_bps;
  const weightings = [...new Set(all.filter((row) => row.cost_bps === costBps).map((row) => row.weighting))];
  const weighting = known(search.weighting, weightings, { name: "weighting", title: "Weighting", problems }) ??
    (weightings.includes("equal") ? "equal" : weightings[0]!);
  const results = all.filter((row) => row.cost_bps === costBps && row.weighting === weighting);
  const names = results.map(({ strategy }) => strategy);
  const wanted = known(search.strategy, names, { name: "strategy", title: "Strategy", problems });
  const chosen = results.find(({ strategy }) => strategy === wanted) ?? results.find(({ best }) => best) ??
    results.find(isTradable) ?? results[0]!;
  const portfolio = sources.get("portfolio_daily");
  const days = await daysOf(portfolio, { names, costBps, weighting });
  const benchmark = portfolio?.metadata?.benchmark;
  return {
    costBps,
    weighting,
    costLevels,
    weightings,
    isThere: (other) =>
      all.some((row) =>
        row.cost_bps === other.costBps && row.weighting === other.weighting && row.strategy === chosen.strategy
      ),
    results,
    days: new Map(days.filter(({ sessions }) => sessions.length >= 2).map((one) => [one.strategy, one])),
    chosen,
    benchmark: benchmark?.type === "text" ? benchmark.value : null,
    sources,
  };
}

function known<Value>(
  wanted: Value | undefined,
  values: readonly Value[],
  { name, title, problems }: { name: string; title: string; problems: Map<string, string> },
): Value | undefined {
  if (wanted === undefined || values.includes(wanted)) return wanted;
  problems.set(name, `${title} “${String(wanted).slice(0, 40)}” is none of ${values.join(", ")}.`);
}

function readAllDays(
  engine: StrategiesEngine,
  portfolio: Materialization | undefined,
  { names, costBps, weighting }: DaysQuery,
): Promise<StrategyDays[]> {
  const filters = [equal("cost_bps", String(costBps)), equal("weighting", weighting)];
  return Promise.all(names.map((strategy) => readDays(engine, portfolio, { strategy, filters })));
}

async function readDays(
  engine: StrategiesEngine,
  portfolio: Materialization | undefined,
  { strategy, filters }: { strategy: string; filters: Filter[] },
): Promise<StrategyDays> {
  const rows = await rowsOfVersion(engine, portfolio, {
    filters: [equal("strategy", strategy), ...filters],
    fields: dayColumns,
  });
  const numbers = (column: string) => rows.map((row) => row[column] as number);
  return {
    strategy,
    sessions: rows.map((row) => row.session as string),
    equity: numbers("equity"),
    benchmark: numbers("benchmark_equity"),
    cash: numbers("cash_equity"),
    dailyReturn: numbers("daily_return"),
    grossExposure: numbers("gross_exposure"),
  };
}
