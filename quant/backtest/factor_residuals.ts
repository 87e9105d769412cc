/**
 * The factor-residual strategy of Avellaneda and Lee as a portfolio. The file is long because signals, fills and the account of a session
 * must be read in the order in which they happen.
 *
 * @module
 */
import { eigenportfolios } from "../eigenportfolios.ts";
import { residualScore } from "../residual_score.ts";
import { requireInteger } from "../validate.ts";
import { dayNumbers } from "./calendar_days.ts";
import { isPrice, type LegBars } from "./leg_bars.ts";
import type { TradingCosts } from "./pair_account.ts";
import { requireWindows, type RolledWindow } from "./rolled_windows.ts";

/** Settings of {@linkcode factorResiduals}. */
export interface FactorResidualParameters {
  /** Most factors; never more than a quarter of the tickers. */
  factors: number;
  /** Sessions over which a ticker is regressed on the factors. */
  scoreSessions: number;
  /** A position is entered beyond this s-score on either side. */
  entryScore: number;
  /** A long position is closed once its s-score is above minus this. */
  exitLongScore: number;
  /** A short position is closed once its s-score is below this. */
  exitShortScore: number;
  /** Residuals that revert more slowly are not traded, in sessions. */
  maxHalfLifeSessions: number;
  /** Value of a position's ticker at entry, as a share of equity; its hedge comes on top. */
  positionShare: number;
  /** All positions and hedges together, in multiples of equity: an entry that would exceed it is left out. */
  maxGrossExposure: number;
}

/** As in the paper: 15 factors, 60 sessions, mean reversion within 30 sessions (a half-life of 30 · ln 2), 2 % of equity each. */
export const factorResidualDefaults: FactorResidualParameters = {
  factors: 15,
  scoreSessions: 60,
  entryScore: 1.25,
  exitLongScore: 0.5,
  exitShortScore: 0.75,
  maxHalfLifeSessions: 30 * Math.LN2,
  positionShare: 0.02,
  maxGrossExposure: 2,
};

/** Bars and windows of a universe. */
export interface FactorResidualMarket {
  /** ISO dates, oldest first. */
  sessions: readonly string[];
  /** By ticker, one entry a session in each column. */
  legs: ReadonlyMap<string, Required<LegBars>>;
  /** Windows that do not overlap, each with the tickers that its formation allows. */
  windows: readonly (RolledWindow & { tickers: readonly string[] })[];
}

/** Costs of a ticker in a window, by its number. */
export type FactorResidualCosts = (ticker: string, window: number) => TradingCosts;

/** The portfolio, one entry per session. */
export interface FactorResidualPortfolio {
  /** After costs. */
  dailyReturn: Float64Array;
  /** Sum of absolute positions after the close, in multiples of equity. */
  grossExposure: Float64Array;
  /** Sum of long positions after the close, in multiples of equity. */
  longExposure: Float64Array;
  /** Notional traded / equity at the close before. */
  turnover: Float64Array;
  /** Tickers with a position, hedges not counted. */
  positions: Uint32Array;
  /** Positions ordered in the session before. */
  entered: Uint32Array;
}

/** An open position: the ticker and its hedge in all tickers of the universe. */
interface Position {
  ticker: number;
  side: -1 | 1;
  /** Units of each ticker's index, the hedge included. */
  units: Float64Array;
}

/**
 * Trades each ticker against the factors of its universe when its residual is far from its mean.
 *
 * In each window the factors are the {@linkcode eigenportfolios} of the formation, whose weights stay fixed. At each close every ticker's
 * last `scoreSessions` returns are regressed on the factors' ({@linkcode residualScore}); below −entryScore the ticker is bought and its
 * factor exposure sold, above it the reverse. Orders fill at the next open, or at the close of a session without one; a ticker without a
 * bar waits, and one whose price never moves in the formation is left out. A position keeps its shares, with dividends reinvested, until its exit or the end of a complete window.
 *
 * @param levels Costs of a ticker in a window, at each level of costs.
 * @returns A portfolio for each level; the scores, which cost the most time, are computed once for all.
 * @throws {RangeError} If a window does not fit the sessions or overlaps the one before, or a setting is out of its range.
 *
 * @example
 * ```ts
 * import { factorResidualDefaults } from "./factor_residuals.ts";
 *
 * console.assert(factorResidualDefaults.entryScore === 1.25);
 * ```
 *
 * Source: Avellaneda & Lee (2010), Statistical Arbitrage in the US Equities Market, Quantitative Finance 10. Verified:
 * tests/quant/fixtures/factor_residuals.json (numpy). Cost: O(sessions · tickers · scoreSessions · factors²).
 */
export function factorResiduals(
  { sessions, legs, windows }: FactorResidualMarket,
  levels: readonly FactorResidualCosts[],
  parameters: Partial<FactorResidualParameters> = {},
): FactorResidualPortfolio[] {
  const settings = { ...factorResidualDefaults, ...parameters };
  requireSettings(settings);
  requireWindows(windows, sessions.length);
  const days = dayNumbers(sessions);
  const accounts = levels.map(() => new Account(sessions.length));
  for (const [number, window] of windows.entries()) {
    const { formationStart, tradingStart, tradingEnd } = window;
    const formation = tradingStart - formationStart;
    const followed = window.tickers.map((ticker) => ({
      ticker,
      index: indexOf(legs.get(ticker)!, formationStart, tradingEnd),
    })).filter(({ index: { close } }) => close.subarray(0, formation).some((value) => value !== 1));
    const universe = followed.map(({ index }) => index);
    const scores = scorer(universe, { formation, ...settings });
    if (scores === null) continue;
    levels.forEach((costsOf, level) => {
      const costs = followed.map(({ ticker }) => costsOf(ticker, number));
      accounts[level]!.trade(window, { universe, scores, costs, days, settings });
    });
  }
  return accounts.map(({ portfolio }) => portfolio);
}

/** The account of one level of costs. */
class Account {
  readonly portfolio: FactorResidualPortfolio;
  #equity = 1;

  constructor(sessions: number) {
    const column = () => new Float64Array(sessions);
    this.portfolio = {
      dailyReturn: column(),
      grossExposure: column(),
      longExposure: column(),
      turnover: column(),
      positions: new Uint32Array(sessions),
      entered: new Uint32Array(sessions),
    };
  }

  /** Trades a window, from flat; a complete one to flat. */
  trade(
    { formationStart, tradingStart, tradingEnd, complete }: RolledWindow,
    { universe, scores, costs, days, settings }: {
      universe: readonly TickerIndex[];
      scores: (t: number) => (Score | null)[];
      costs: readonly TradingCosts[];
      days: Float64Array;
      settings: FactorResidualParameters;
    },
  ): void {
    const { portfolio } = this;
    const rates = costs.map(({ commissionBps, slippageBps }) => (commissionBps + slippageBps) / 10_000);
    const decide = (before: readonly Position[], t: number) =>
      decided(before, scores(t), {
        prices: Float64Array.from(universe, ({ close }) => close[t]!),
        equity: this.#equity,
        settings,
      });
    const held = new Float64Array(universe.length);
    // The formation's last close is the first that decides.
    let { open, ordered } = decide([], tradingStart - formationStart - 1);
    for (let now = tradingStart; now < tradingEnd && this.#equity > 0; now++) {
      const t = now - formationStart;
      const before = this.#equity;
      let moved = 0;
      let gains = 0;
      const last = complete && now === tradingEnd - 1;
      for (const [i, index] of universe.entries()) {
        const target = open.reduce((sum, { units }) => sum + units[i]!, 0);
        const short = Math.max(0, -held[i]! * index.close[t - 1]!);
        gains -= short * costs[i]!.borrowBpsPerYear / 10_000 * (days[now]! - days[now - 1]!) / 365;
        let units = held[i]!;
        gains += units * (index.fill[t]! - index.close[t - 1]!);
        // In a complete window's last session nothing is entered, and all is left at the close.
        if (index.trades[t] && !last && units !== target) {
          const notional = Math.abs(target - units) * index.fill[t]!;
          moved += notional;
          gains -= notional * rates[i]!;
          units = target;
        }
        gains += units * (index.close[t]! - index.fill[t]!);
        if (last && units !== 0) {
          const notional = Math.abs(units) * index.close[t]!;
          moved += notional;
          gains -= notional * rates[i]!;
          units = 0;
        }
        held[i] = units;
      }
      const equity = this.#equity = Math.max(0, before + gains);
      portfolio.dailyReturn[now] = equity / before - 1;
      portfolio.turnover[now] = moved / before;
      if (last || equity === 0) continue;
      portfolio.entered[now] = ordered;
      let gross = 0;
      for (const [i, index] of universe.entries()) {
        const value = held[i]! * index.close[t]!;
        gross += Math.abs(value);
        portfolio.longExposure[now]! += Math.max(0, value) / equity;
      }
      portfolio.grossExposure[now] = gross / equity;
      portfolio.positions[now] = open.length;
      ({ open, ordered } = decide(open, t));
    }
  }
}

/** Positions after a close, closed and opened by its scores. */
function decided(
  before: readonly Position[],
  found: readonly (Score | null)[],
  { prices, equity, settings }: { prices: Float64Array; equity: number; settings: FactorResidualParameters },
): { open: Position[]; ordered: number } {
  const open = before.filter(({ ticker, side }) => {
    const score = found[ticker];
    // A residual that can no longer be judged, or reverts no more, gives no reason to hold it.
    if (!score) return false;
    return side === 1 ? score.score <= -settings.exitLongScore : score.score >= settings.exitShortScore;
  });
  const wanted = new Float64Array(prices.length);
  for (const { units } of open) units.forEach((value, i) => wanted[i]! += value);
  let ordered = 0;
  for (const [ticker, score] of found.entries()) {
    if (score === null || !(Math.abs(score.score) > settings.entryScore)) continue;
    if (!(score.halfLife > 0 && score.halfLife <= settings.maxHalfLifeSessions)) continue;
    if (open.some((position) => position.ticker === ticker)) continue;
    const side = score.score < 0 ? 1 : -1;
    const value = side * settings.positionShare * equity;
    const units = score.hedge.map((share, i) => value * ((i === ticker ? 1 : 0) - share) / prices[i]!);
    const after = wanted.map((has, i) => has + units[i]!);
    const gross = after.reduce((sum, has, i) => sum + Math.abs(has) * prices[i]!, 0);
    if (gross > settings.maxGrossExposure * equity) continue;
    wanted.set(after);
    open.push({ ticker, side, units });
    ordered++;
  }
  return { open, ordered };
}

/** The value of a ticker with dividends reinvested, at fills and closes; 1 before the first close. */
interface TickerIndex {
  close: Float64Array;
  /** At the open, or at the close without one. */
  fill: Float64Array;
  /** Whether the session has a close. */
  trades: boolean[];
}

function indexOf({ open, close, split, dividend }: Required<LegBars>, start: number, end: number): TickerIndex {
  const index: TickerIndex = { close: new Float64Array(end - start), fill: new Float64Array(end - start), trades: [] };
  let value = 1;
  let last = NaN;
  // Splits and dividends of sessions without a close take effect with the next one.
  let shares = 1;
  let paid = 0;
  for (let t = start; t < end; t++) {
    shares *= split[t]!;
    paid = paid * split[t]! + dividend[t]!;
    const trades = isPrice(close[t]!);
    let fill = value;
    if (trades) {
      const before = value;
      if (isPrice(last)) value = before * shares * (close[t]! + paid) / last;
      fill = isPrice(open[t]!) && isPrice(last) ? before * shares * (open[t]! + paid) / last : value;
      last = close[t]!;
      shares = 1;
      paid = 0;
    }
    index.trades.push(trades);
    index.close[t - start] = value;
    index.fill[t - start] = fill;
  }
  return index;
}

/** What a close says of a ticker. */
interface Score {
  score: number;
  halfLife: number;
  /** Units of money of each ticker that hedge one unit of this one: to be sold against it. */
  hedge: Float64Array;
}

/** The scores of all tickers at a close, `null` for one without a score; `null` for a universe that has no factors. */
function scorer(
  universe: readonly TickerIndex[],
  { formation, factors, scoreSessions }: FactorResidualParameters & { formation: number },
): ((t: number) => (Score | null)[]) | null {
  const count = Math.min(factors, Math.floor(universe.length / 4));
  if (count < 1 || formation <= scoreSessions) return null;
  const returns = universe.map(({ close }) => close.map((value, t) => t === 0 ? 0 : value / close[t - 1]! - 1));
  const past = returns.map((column) => column.slice(1, formation));
  const { weights } = eigenportfolios(past, count);
  const factorReturns = weights.map((weight) => {
    const factor = new Float64Array(returns[0]!.length);
    returns.forEach((column, i) => column.forEach((value, t) => factor[t]! += weight[i]! * value));
    return factor;
  });
  const known = new Map<number, (Score | null)[]>();
  return (t) => {
    const earlier = known.get(t);
    if (earlier) return earlier;
    const within = (column: Float64Array) => column.slice(t + 1 - scoreSessions, t + 1);
    const window = factorReturns.map(within);
    const found = returns.map((column, i): Score | null => {
      if (!universe[i]!.trades[t]) return null;
      try {
        const { score, halfLife, betas } = residualScore(within(column), window);
        if (!Number.isFinite(score)) return null;
        const hedge = new Float64Array(universe.length);
        weights.forEach((weight, j) => weight.forEach((share, k) => hedge[k]! += betas[j]! * share));
        return { score, halfLife, hedge };
      } catch (error) {
        // Factors that explain a ticker entirely, or have become collinear.
        if (error instanceof RangeError) return null;
        throw error;
      }
    });
    known.set(t, found);
    return found;
  };
}

function requireSettings(settings: FactorResidualParameters): void {
  const { factors, scoreSessions, entryScore, exitLongScore, exitShortScore } = settings;
  requireInteger(factors, "factors", 1);
  requireInteger(scoreSessions, "scoreSessions", factors + 10);
  for (const [name, score] of [["exitLongScore", exitLongScore], ["exitShortScore", exitShortScore]] as const) {
    if (!(score >= 0 && score < entryScore && entryScore < Infinity)) {
      throw new RangeError(`${name} must lie in 0 ≤ ${name} < entryScore, got ${score} and ${entryScore}.`);
    }
  }
  for (const name of ["maxHalfLifeSessions", "positionShare", "maxGrossExposure"] as const) {
    if (!(settings[name] > 0)) throw new RangeError(`${name} must be positive, got ${settings[name]}.`);
  }
}
