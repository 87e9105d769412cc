import { portfolioDaily, strategyComparison, walkForwardDaily } from "../assets/views.ts";
import { type Engine, equalTo, type RowOf } from "../engine/mod.ts";
import { costOf } from "./strategy_record.ts";
import { latestVersions, type VersionEngine, type Versions } from "./version_rows.ts";

/** The service's headline portfolio, at the configured costs, equal weights. */
export interface Portfolio {
  strategy: string;
  /** The strategy that it trades now: another one where the portfolio follows the best record. */
  tradedStrategy: string;
  /** In the form of `costOf`. */
  cost: string;
  sessions: string[];
  /** 1 before the first session. */
  equity: number[];
  /** Of the benchmark; 1 before the first session. */
  benchmark: number[];
  /** Fractions of 0 or less. */
  drawdown: number[];
  /** Of `strategy_comparison`; `null` while it is not materialized. */
  result: PortfolioResult | null;
}

const resultColumns = [
  "total_return",
  "annualized_return",
  "sharpe",
  "max_drawdown",
  "benchmark_total_return",
  "deflated_sharpe",
  "settings_tried",
] as const;

/** Figures over the same sessions. */
export type PortfolioResult = Pick<RowOf<typeof strategyComparison>, typeof resultColumns[number]>;

/** Filters for the portfolio in both assets. */
export const headlineFilters = equalTo({ headline: "true", weighting: "equal" });

/** Reads the portfolio; `null` if it has no rows, or the service has no such asset. */
export async function readPortfolio(engine: VersionEngine): Promise<Portfolio | null> {
  if (!engine.graph.keys.includes(portfolioDaily.key)) return null;
  const { rows } = await engine.read(portfolioDaily, {
    filters: headlineFilters,
    fields: ["strategy", "costs", "cost_bps", "session", "equity", "benchmark_equity", "drawdown"],
  });
  if (rows.length < 2) return null;
  return {
    strategy: rows[0]!.strategy,
    tradedStrategy: headlineNow(await latestVersions(engine, [walkForwardDaily])) ?? rows[0]!.strategy,
    cost: costOf(rows[0]!),
    sessions: rows.map(({ session }) => session),
    equity: rows.map(({ equity }) => equity),
    benchmark: rows.map(({ benchmark_equity }) => benchmark_equity),
    drawdown: rows.map(({ drawdown }) => drawdown),
    result: await readResult(engine),
  };
}

/** The strategy that the headline portfolio trades in the newest window, from the record of the walk-forward; `null` if unknown. */
export function headlineNow(versions: Versions): string | null {
  const now = versions.get(walkForwardDaily.key)?.metadata.headline_now;
  return now?.type === "text" ? now.value : null;
}

async function readResult(engine: Pick<Engine, "graph" | "read">): Promise<PortfolioResult | null> {
  if (!engine.graph.keys.includes(strategyComparison.key)) return null;
  const { rows } = await engine.read(strategyComparison, {
    filters: headlineFilters,
    fields: resultColumns,
    limit: 1,
  });
  return rows[0] ?? null;
}
