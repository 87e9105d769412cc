import { portfolioDaily, strategyComparison } from "../assets/views.ts";
import { equalTo, type RowOf } from "../engine/mod.ts";
import { weightings } from "../quant/mod.ts";
import { type PortfolioLimits, portfolioLimits } from "./exposure_limits.ts";
import type { StrategySearch } from "./strategy_search.ts";
import { latestVersions, type VersionEngine, VersionReader, type Versions } from "./version_rows.ts";

/** Lower and upper end of a band; `null` where there is none. */
export type Ends = readonly [low: number, high: number] | null;

/** How a strategy came out at some costs under some weighting. */
export type StrategyResult = RowOf<typeof strategyComparison>;

/** How a strategy's portfolio went, session by session. */
export interface StrategyDays {
  strategy: string;
  sessions: string[];
  /** 1 before the first session, as the next one. */
  equity: number[];
  benchmark: number[];
  /** Returns of cash and of the portfolio. */
  cashReturn: number[];
  dailyReturn: number[];
  /** In multiples of equity. */
  grossExposure: number[];
}

/** Values of the columns that tell the rows of some costs and some weighting from others. */
type LevelColumns = Readonly<Record<"costs" | "cost_bps" | "weighting", string>>;

/** All strategies at some costs under some weighting. */
export interface StrategiesRecord {
  /** As `costOf` names them. */
  cost: string;
  weighting: string;
  /** Cost levels that there are, and weightings at these costs. */
  costLevels: string[];
  weightings: string[];
  /** What rows of these costs and this weighting have in the columns that tell them apart. */
  columns: LevelColumns;
  /** Whether the strategy that is looked at is there at other costs or under another weighting. */
  isThere(other: { cost: string; weighting: string }): boolean;
  results: StrategyResult[];
  /** By strategy. */
  days: ReadonlyMap<string, StrategyDays>;
  /** The strategy that is looked at. */
  chosen: StrategyResult;
  /** What the benchmark is; `null` where it is not recorded. */
  benchmark: string | null;
  /** What limits the portfolio of that strategy; `null` where nothing does. */
  limits: PortfolioLimits | null;
  sources: Versions;
}

/** Whether a result could have been earned: out of sample, and filled after its signal. */
export function isTradable({ looks_ahead, fills_at }: Pick<StrategyResult, "looks_ahead" | "fills_at">): boolean {
  return !looks_ahead && fills_at !== "signal_close";
}

/** Costs as the address names them: basis points, or `spread`. */
export function costOf({ costs, cost_bps }: Pick<StrategyResult, "costs" | "cost_bps">): string {
  return costs === "spread" ? costs : String(cost_bps);
}

/** Costs under a weighting whose days are kept. */
const mostKept = 8;

/**
 * Reads strategies, and keeps the days that it has read: a version of `portfolio_daily` never changes, and its days are what takes time.
 */
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

/** Strategies at some costs under some weighting. */
interface DaysQuery {
  names: readonly string[];
  columns: LevelColumns;
}

/**
 * Reads all strategies; `null` where the service has no such assets, or nothing in them.
 *
 * What the search names and is not there is named in its `problems`, and left at what stands: the configured costs, equal parts, and the
 * strategy with the best record.
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

/** Weightings as they are listed everywhere, each once. */
function inOrder(found: readonly StrategyResult["weighting"][]): StrategyResult["weighting"][] {
  return weightings.filter((weighting) => found.includes(weighting));
}

function known<Value>(
  wanted: Value | undefined,
  values: readonly Value[],
  { name, title, problems }: { name: string; title: string; problems: Map<string, string> },
): Value | undefined {
  if (wanted === undefined || values.includes(wanted)) return wanted;
  problems.set(name, `${title} “${String(wanted).slice(0, 40)}” is none of ${values.join(", ")}.`);
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
