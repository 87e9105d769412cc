import { type Engine, maxPageRows } from "../engine/mod.ts";

/** The portfolio that stands for the service: the default strategy at the configured costs, equal weights. */
export interface Portfolio {
  strategy: string;
  costBps: number;
  sessions: string[];
  /** 1 before the first session. */
  equity: number[];
  /** Of the benchmark, likewise. */
  benchmark: number[];
  /** Fractions of 0 or less. */
  drawdown: number[];
  /** Of `strategy_comparison`; `null` while it is not materialized. */
  result: PortfolioResult | null;
}

/** Figures of the same sessions. */
export interface PortfolioResult {
  total_return: number;
  annualized_return: number | null;
  sharpe: number | null;
  max_drawdown: number;
  benchmark_total_return: number;
  deflated_sharpe: number | null;
  settings_tried: number;
}

/** Conditions by which both assets know the portfolio. */
export const headlineFilters = [
  { column: "headline", operator: "eq", value: "true" },
  { column: "weighting", operator: "eq", value: "equal" },
] as const;

/** Reads the portfolio; `null` where there is none, be it that the service has no such asset. */
export async function readPortfolio(engine: Pick<Engine, "graph" | "rows">): Promise<Portfolio | null> {
  if (!engine.graph.keys.includes("portfolio_daily")) return null;
  const fields = ["strategy", "cost_bps", "session", "equity", "benchmark_equity", "drawdown"];
  const { rows } = await engine.rows("portfolio_daily", { filters: headlineFilters, fields, limit: maxPageRows });
  if (rows.length < 2) return null;
  const numbers = (name: string) => rows.map((row) => row[name] as number);
  return {
    strategy: String(rows[0]!.strategy),
    costBps: rows[0]!.cost_bps as number,
    sessions: rows.map((row) => String(row.session)),
    equity: numbers("equity"),
    benchmark: numbers("benchmark_equity"),
    drawdown: numbers("drawdown"),
    result: await readResult(engine),
  };
}

async function readResult(engine: Pick<Engine, "graph" | "rows">): Promise<PortfolioResult | null> {
  if (!engine.graph.keys.includes("strategy_comparison")) return null;
  const fields = [
    "total_return",
    "annualized_return",
    "sharpe",
    "max_drawdown",
    "benchmark_total_return",
    "deflated_sharpe",
    "settings_tried",
  ];
  const { rows } = await engine.rows("strategy_comparison", { filters: headlineFilters, fields, limit: 1 });
  return rows[0] as unknown as PortfolioResult ?? null;
}
