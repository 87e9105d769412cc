import { portfolioDaily, strategyComparison } from "../assets/views.ts";
import { equalTo, type RowOf } from "../engine/mod.ts";
import { weightings } from "../quant/mod.ts";
import { type PortfolioLimits, portfolioLimits } from "./exposure_limits.ts";
import type { StrategySearch } from "./strategy_search.ts";
import { known } from "./known_value.ts";
import { latestVersions, type VersionEngine, VersionReader, type Versions } from "./version_rows.ts";

/** Lower and upper end of a band; `null` if there is none. */
export type Ends = readonly [low: number, high: number] | null;

/** Result of a strategy at a cost level under a weighting. */
export type StrategyResult = RowOf<typeof strategyComparison>;

/** The portfolio of a strategy by session. */
export interface StrategyDays {
  strategy: string;
  sessions: string[];
  /** 1 before the first session; likewise the benchmark. */
  equity: number[];
  benchmark: number[];
  /** Returns of cash and of the portfolio. */
  cashReturn: number[];
  dailyReturn: number[];
  /** In multiples of equity. */
  grossExposure: number[];
}

/** Values of the columns that identify a cost level and a weighting. */
type LevelColumns = Readonly<Record<"costs" | "cost_bps" | "weighting", string>>;

/** All strategies at a cost level under a weighting. */
export interface StrategiesRecord {
  /** In the form of `costOf`. */
  cost: string;
  weighting: string;
  /** Available cost levels, and weightings at this one. */
  costLevels: string[];
  weightings: string[];
  /** Filter values for the rows of this cost level and weighting. */
  columns: LevelColumns;
  /** Whether the shown strategy also exists at another cost level or under another weighting. */
  isThere(other: { cost: string; weighting: string }): boolean;
  results: StrategyResult[];
  /** By strategy. */
  days: ReadonlyMap<string, StrategyDays>;
  /** The strategy shown. */
  chosen: StrategyResult;
  /** The benchmark; `null` if not recorded. */
  benchmark: string | null;
  /** Limits of that strategy's portfolio; `null` if it has none. */
  limits: PortfolioLimits | null;
  sources: Versions;
}

/** Whether a result is achievable in live trading: out of sample, and filled after its signal. */
export function isTradable({ looks_ahead, fills_at }: Pick<StrategyResult, "looks_ahead" | "fills_at">): boolean {
  return !looks_ahead && fills_at !== "signal_close";
}

/** Cost level as the address names it: basis points, or `spread`. */
export function costOf({ costs, cost_bps }: Pick<StrategyResult, "costs" | "cost_bps">): string {
  return costs === "spread" ? costs : String(cost_bps);
}

/** Maximum number of cost levels and weightings whose days are cached. */
const mostKept = 8;

/** Reads strategies and caches their days: a version of `portfolio_daily` never changes, and reading its days is the expensive part. */
export class StrategyReader {
  readonly #kept = new Map<string, Promise<StrategyDays[]>>();

  constructor(private readonly engine: VersionEngine) {}

  /** As {@linkcode readStrategies}. */
  read(asked: { search: StrategySearch; problems: Map<string, string> }): Promise<StrategiesRecord | null> {
    return readStrategies(this.engine, asked, (read, of) => this.#daysOf(read, of));
  }

  #daysOf(read: VersionReader, of: DaysQuery): Promise<StrategyDays[]> {
    const key = JSON.stringify([read.versions.get(portfolioDaily.key)?.id, of]);
    const reading = this.#kept.get(key) ?? Promise.all(of.names.map((strategy) => readDays(read, strategy, of)));
    this.#kept.delete(key);
    this.#kept.set(key, reading);
    reading.catch(() => this.#kept.delete(key));
    if (this.#kept.size > mostKept) this.#kept.delete(this.#kept.keys().next().value!);
    return reading;
  }
}

/** Strategies at a cost level under a weighting. */
interface DaysQuery {
  names: readonly string[];
  columns: LevelColumns;
}

/**
 * Reads all strategies; `null` if the service has no such assets, or they are empty.
 *
 * Unavailable values in the search are reported in its `problems` and take their defaults: the configured costs, equal weights,
 * and the strategy with the best record.
 */
async function readStrategies(
  engine: VersionEngine,
  { search, problems }: { search: StrategySearch; problems: Map<string, string> },
  daysOf: (read: VersionReader, of: DaysQuery) => Promise<StrategyDays[]>,
): Promise<StrategiesRecord | null> {
  const sources = await latestVersions(engine, [strategyComparison, portfolioDaily]);
  const read = new VersionReader(engine, sources);
  const all = await read.rows(strategyComparison);
  if (all.length === 0) return null;
  const standing = all.find(({ headline }) => headline) ?? all[0]!;
  const costLevels = [...new Set(all.toSorted((a, b) => a.cost_bps - b.cost_bps).map(costOf))]
    .sort((a, b) => Number(a === "spread") - Number(b === "spread"));
  const cost = known(search.cost, costLevels, { name: "cost", title: "Costs in bps", problems }) ?? costOf(standing);
  const listed = inOrder(all.filter((row) => costOf(row) === cost).map((row) => row.weighting));
  const weighting = known(search.weighting, listed, { name: "weighting", title: "Weighting", problems }) ??
    (listed.includes("equal") ? "equal" : listed[0]!);
  const results = all.filter((row) => costOf(row) === cost && row.weighting === weighting);
  const names = results.map(({ strategy }) => strategy);
  const wanted = known(search.strategy, names, { name: "strategy", title: "Strategy", problems });
  const chosen = results.find(({ strategy }) => strategy === wanted) ?? results.find(({ best }) => best) ??
    results.find(isTradable) ?? results[0]!;
  const { costs, cost_bps } = results[0]!;
  const columns = { costs, cost_bps: String(cost_bps), weighting };
  const days = await daysOf(read, { names, columns });
  const metadata = sources.get(portfolioDaily.key)?.metadata;
  const benchmark = metadata?.benchmark;
  return {
    cost,
    weighting,
    costLevels,
    weightings: listed,
    columns,
    isThere: (other) =>
      all.some((row) =>
        costOf(row) === other.cost && row.weighting === other.weighting && row.strategy === chosen.strategy
      ),
    results,
    days: new Map(days.filter(({ sessions }) => sessions.length >= 2).map((one) => [one.strategy, one])),
    chosen,
    benchmark: benchmark?.type === "text" ? benchmark.value : null,
    limits: portfolioLimits(metadata, chosen),
    sources,
  };
}

/** Weightings in their usual order, without duplicates. */
function inOrder(found: readonly StrategyResult["weighting"][]): StrategyResult["weighting"][] {
  return weightings.filter((weighting) => found.includes(weighting));
}

async function readDays(
  read: VersionReader,
  strategy: string,
  { columns }: DaysQuery,
): Promise<StrategyDays> {
  const rows = await read.rows(portfolioDaily, {
    filters: equalTo({ strategy, ...columns }),
    fields: ["session", "equity", "benchmark_equity", "cash_return", "daily_return", "gross_exposure"],
  });
  return {
    strategy,
    sessions: rows.map(({ session }) => session),
    equity: rows.map(({ equity }) => equity),
    benchmark: rows.map(({ benchmark_equity }) => benchmark_equity),
    cashReturn: rows.map(({ cash_return }) => cash_return),
    dailyReturn: rows.map(({ daily_return }) => daily_return),
    grossExposure: rows.map(({ gross_exposure }) => gross_exposure),
  };
}
