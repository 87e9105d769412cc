import type { z } from "zod";
import type { Columns, Input } from "../../engine/mod.ts";
import { joinedNumbers } from "./column_parts.ts";
import { joinedWindows, portfolioName, unpacked } from "./finished_windows.ts";
import type { PortfolioDay } from "./portfolio_daily.ts";
import type { PortfolioWindow } from "./portfolio_windows.ts";

type Day = z.output<typeof PortfolioDay>;
type Window = z.output<typeof PortfolioWindow>;

/** The portfolio of one strategy at one cost level and weighting; one value for each session. */
export interface PortfolioSeries
  extends Pick<Day, "strategy" | "costs" | "cost_bps" | "weighting" | "headline" | "looks_ahead" | "fills_at"> {
  firstSession: string;
  lastSession: string;
  dailyReturn: Float64Array;
  cashReturn: Float64Array;
  excess: Float64Array;
  grossExposure: Float64Array;
  turnover: Float64Array;
  benchmarkEquity: Float64Array;
  positions: number;
}

/** Columns of days that differ from portfolio to portfolio. */
const own = [
  ...["strategy", "costs", "cost_bps", "weighting", "session", "headline", "looks_ahead", "fills_at"] as const,
  ...["daily_return", "gross_exposure", "turnover", "entered_positions"] as const,
] as const;
/** Those that are the same for all portfolios. */
const shared = ["session", "cash_return", "benchmark_equity"] as const;

/**
 * All series of at least two sessions, in key order of `portfolio_daily`: finished windows from their packed rows, the days after them
 * from the days, in a fraction of the time that all days take.
 *
 * @param inputs.windows Of the walk-forward.
 */
export async function portfolioSeries({ portfolio, finished, windows }: {
  portfolio: Input<Day>;
  finished: Input<Window>;
  windows: readonly (Parameters<typeof joinedWindows>[0][number] & { trading_first_session: string })[];
}): Promise<PortfolioSeries[]> {
  const joined = windows.slice(0, joinedWindows(windows));
  const last = joined.at(-1)?.trading_first_session ?? "";
  const packed = (await finished.rows()).filter(({ trading_first_session }) => trading_first_session <= last);
  const windowsOf = Map.groupBy(packed, portfolioName);
  const starts = new Set(packed.map(({ trading_first_session }) => trading_first_session));
  const end = joined.findLast(({ trading_first_session }) => starts.has(trading_first_session))?.trading_last_session;
  // The last day of the finished windows has what the packed rows lack.
  const read = end === undefined ? portfolio : portfolio.where("session", { from: end });
  const days = await read.columns(...own);
  const series: PortfolioSeries[] = [];
  let common: Pick<Columns<Day>, typeof shared[number]> | undefined;
  for (const { start, end: stop } of seriesIn(days)) {
    const key = keyAt(days, start);
    common ??= await sharedDays(portfolio, key);
    const before = windowsOf.get(portfolioName(key)) ?? [];
    const from = before.length > 0 && days.session[start] === end ? start + 1 : start;
    const whole = (column: Parameters<typeof unpacked>[1]) =>
      joinedNumbers([unpacked(before, column), days[column].subarray(from, stop)]);
    const dailyReturn = whole("daily_return");
    if (dailyReturn.length < 2) continue;
    series.push({
      ...key,
      headline: days.headline[start]!,
      looks_ahead: days.looks_ahead[start]!,
      fills_at: days.fills_at[start]!,
      firstSession: common.session[0]!,
      lastSession: days.session[stop - 1]!,
      dailyReturn,
      cashReturn: common.cash_return,
      excess: dailyReturn.map((value, t) => value - common!.cash_return[t]!),
      grossExposure: whole("gross_exposure"),
      turnover: whole("turnover"),
      benchmarkEquity: common.benchmark_equity,
      positions: whole("entered_positions").reduce((sum, count) => sum + count, 0),
    });
  }
  return series;
}

/** The shared columns, of one of the portfolios. */
async function sharedDays(
  portfolio: Input<Day>,
  { strategy, costs, cost_bps, weighting }: ReturnType<typeof keyAt>,
): Promise<Pick<Columns<Day>, typeof shared[number]>> {
  const days = await portfolio.where("strategy", [strategy]).where("costs", [costs]).where("weighting", [weighting])
    .columns("cost_bps", ...shared);
  const places = Array.from(days.session.keys()).filter((i) => days.cost_bps[i] === cost_bps);
  return {
    session: places.map((i) => days.session[i]!),
    cash_return: Float64Array.from(places, (i) => days.cash_return[i]!),
    benchmark_equity: Float64Array.from(places, (i) => days.benchmark_equity[i]!),
  };
}

function keyAt(days: Pick<Columns<Day>, typeof own[number]>, i: number) {
  return {
    strategy: days.strategy[i]!,
    costs: days.costs[i]!,
    cost_bps: days.cost_bps[i]!,
    weighting: days.weighting[i]!,
  };
}

/** Index range of the days of each portfolio, which are in key order. */
function* seriesIn(days: Pick<Columns<Day>, typeof own[number]>): Generator<{ start: number; end: number }> {
  const { strategy, costs, cost_bps, weighting } = days;
  for (let start = 0, end = 0; start < strategy.length; start = end) {
    while (
      end < strategy.length && strategy[end] === strategy[start] && costs[end] === costs[start] &&
      cost_bps[end] === cost_bps[start] && weighting[end] === weighting[start]
    ) end++;
    yield { start, end };
  }
}
