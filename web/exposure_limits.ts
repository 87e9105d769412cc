import type { strategyComparison } from "../assets/views.ts";
import type { Materialization, RowOf } from "../engine/mod.ts";
import { count, decimal } from "./figures.ts";

/** The columns that identify a portfolio. */
type PortfolioKey = Pick<RowOf<typeof strategyComparison>, "strategy" | "costs" | "cost_bps" | "weighting">;

/** A limit on a portfolio's holdings, and how often it was binding. */
export interface BoundLimit {
  of: "ticker" | "sector";
  /** Share of the largest gross exposure. */
  share: number;
  /** Sessions in which it lowered a weight of the portfolio; `null` if not recorded. */
  sessions: number | null;
}

/** The limits of a portfolio. */
export interface PortfolioLimits {
  limits: BoundLimit[];
  /** Number of tickers without a sector, to which a limit by sector cannot apply, and of all tickers; `null` without such a limit. */
  withoutSector: { tickers: number; of: number } | null;
}

/** Limits of one portfolio, from the metadata of `portfolio_daily`; `null` if it has none. */
export function portfolioLimits(
  metadata: Materialization["metadata"] | undefined,
  { strategy, costs, cost_bps, weighting }: PortfolioKey,
): PortfolioLimits | null {
  const number = (name: string) => {
    const entry = metadata?.[name];
    return entry?.type === "number" ? entry.value : null;
  };
  const table = metadata?.limited_sessions;
  const of = [strategy, costs, cost_bps, weighting];
  const own = table?.type === "table" ? table.rows.find((row) => of.every((value, i) => row[i] === value)) : undefined;
  const limits = (["ticker", "sector"] as const).flatMap((kind): BoundLimit[] => {
    const share = number(`max_${kind}_share`);
    if (share === null) return [];
    const sessions = table?.type === "table" ? own?.[table.columns.indexOf(kind)] : null;
    return [{ of: kind, share, sessions: typeof sessions === "number" ? sessions : null }];
  });
  if (limits.length === 0) return null;
  const [tickers, all] = [number("tickers_without_sector"), number("tickers_traded")];
  return { limits, withoutSector: tickers === null || all === null ? null : { tickers, of: all } };
}

/** Limits in sentences, for a portfolio of the given number of sessions. */
export function limitWords({ limits, withoutSector }: PortfolioLimits, sessions: number): string {
  const parts = limits.map(({ of, share, sessions: bound }) => {
    const most = `at most ${
      decimal(100 * share, Number.isInteger(100 * share) ? 0 : 1)
    } % of the largest gross exposure in one ${of}`;
    return bound === null ? most : `${most} (it lowered weights in ${count(bound)} of ${count(sessions)} sessions)`;
  });
  const unknown = withoutSector === null || withoutSector.tickers === 0
    ? ""
    : ` ${count(withoutSector.tickers)} of ${count(withoutSector.of)} tickers have no known sector and count in none.`;
  return `Limits: ${parts.join(", and ")}. The excess stays in cash.${unknown}`;
}
