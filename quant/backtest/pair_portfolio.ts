import { requireInteger, requireOneOf } from "../validate.ts";
import { type ExposureLimit, type PlannedLegs, withinLimit } from "./exposure_limit.ts";
import { ReturnHistory, unscaledShares, type Weighting, weightings } from "./pair_shares.ts";
import type { WalkForwardDaily } from "./walk_forward_table.ts";

/** A pair in a portfolio: columns of its `walkForward`. */
export interface PortfolioPair {
  /** Distinct among the pairs. */
  name: string;
  /** Index of the portfolio's session in which the columns start; 0 by default. Outside them the pair is in no trading window. */
  first?: number;
  /** Columns of `walkForward`. */
  daily: Pick<
    WalkForwardDaily,
    | "allocated"
    | "dailyReturn"
    | "plannedGross"
    | "plannedExposure1"
    | "plannedExposure2"
    | "grossExposure"
    | "longExposure"
    | "turnover"
  >;
  /** Tickers of leg 1 and leg 2; required with limits. */
  tickers?: readonly [ticker1: string, ticker2: string];
  /**
   * Its share by `riskShares` of the formations, one per session of its columns: positive while the pair is allocated, and
   * comparable, up to a common factor, with those of pairs allocated at the same time. Required by `equal_risk_contribution`.
   */
  riskShare?: Float64Array;
  /** Its returns with a position before the columns start, oldest first, from which volatilities are estimated; none by default. */
  returnsBefore?: Float64Array;
  /** Cost of moving weight to or from the pair, one per session of its columns; that of the options by default. */
  rebalanceCostBps?: Float64Array;
}

/** Settings of {@linkcode pairPortfolio}. */
export interface PairPortfolioOptions {
  /** Number of sessions of the portfolio; by default up to the end of the longest columns. */
  sessions?: number;
  /**
   * `equal` (default): the same share for each pair. `volatility_scaled`: shares in inverse proportion to the volatility of the
   * pair's own past returns. `equal_risk_contribution`: the `riskShare` of the pairs, at which each would contribute equally to
   * the variance.
   */
  weighting?: Weighting;
  /** Number of most recent sessions with a position from which a volatility is estimated; 63 by default. */
  volatilitySessions?: number;
  /** A pair with fewer of them gets the median volatility; 20 by default. */
  minVolatilitySessions?: number;
  /** A volatility is limited to this multiple of the median, and to its reciprocal; 4 by default. */
  maxTilt?: number;
  /** Limit on the gross exposure of all pairs together, in multiples of equity; all weights shrink to keep it. 2 by default. */
  maxGrossExposure?: number;
  /** Limits on single tickers and groups, applied one after the other; none by default. */
  limits?: readonly ExposureLimit[];
  /** Cost of moving weight between pairs, in hundredths of a percent of the notional moved; 0 by default. */
  rebalanceCostBps?: number;
  /** Return of cash in each session, earned by idle equity; none by default. */
  cashReturn?: Float64Array;
  /** Equity before the first session, of a portfolio that is carried on after all of its positions were closed; 1 by default. */
  equityBefore?: number;
}

/** A portfolio of pairs; every column has one entry per session. */
export interface PairPortfolio {
  /**
   * Share of equity in each pair during a session, set at the previous close; in the order of the pairs, over the sessions of its
   * columns.
   */
  weights: Float64Array[];
  /** Return of the portfolio after costs. */
  dailyReturn: Float64Array;
  /** `equityBefore` times the product of 1 + return. */
  equity: Float64Array;
  /** Gross exposure after the close, in multiples of equity. */
  grossExposure: Float64Array;
  /** Notional traded / equity: by the pairs, and by moving weight between them. */
  turnover: Float64Array;
  /** Number of pairs in a trading window. */
  allocatedPairs: Int32Array;
  /** For each limit, in order: 1 in sessions in which it lowered a weight, 0 in others. */
  limited: Uint8Array[];
}

/**
 * Divides equity among several pairs, with weights set at the close before the session in which they apply.
 *
 * Equity is shared among the pairs in a trading window, with or without a position (committed capital); the share of a flat pair
 * lies idle, as does the share of a pair refused in its window. Idle equity, not invested in long positions at the previous
 * close, earns `cashReturn`; proceeds of short sales are held by the lender and earn nothing. A pair's volatility is the sample
 * standard deviation of its most recent returns with a position, up to the previous close. Weights are held constant by
 * rebalancing at each close: the notional moved is charged at `rebalanceCostBps`, the pair's own if it has one; the returns of
 * each pair include its own trading costs.
 *
 * The gross exposure is limited by holdings and orders at the previous close; moves within a session can exceed it. Each of
 * `limits` is then kept in the same way by scaling down the pairs that hold too much of a group; the difference is not given to
 * other pairs but lies idle.
 *
 * @param pairs Results with distinct names; without pairs the portfolio is empty.
 * @throws {RangeError} If the columns of a pair differ in length or leave the portfolio's sessions, names repeat, an option is
 * out of its range, or a pair lacks tickers or risk share when these are required.
 *
 * @example
 * ```ts
 * import { pairPortfolio } from "./pair_portfolio.ts";
 *
 * const pair = (name: string, dailyReturn: Float64Array) => ({
 *   name,
 *   daily: {
 *     allocated: Uint8Array.of(1, 1),
 *     dailyReturn,
 *     plannedGross: Float64Array.of(2, 2),
 *     plannedExposure1: Float64Array.of(1, 1),
 *     plannedExposure2: Float64Array.of(1, 1),
 *     grossExposure: Float64Array.of(2, 2),
 *     longExposure: Float64Array.of(1, 1),
 *     turnover: new Float64Array(2),
 *   },
 * });
 * const { dailyReturn } = pairPortfolio([pair("A/B", Float64Array.of(0, 0.02)), pair("C/D", Float64Array.of(0, 0))]);
 * console.assert(dailyReturn[1] === 0.01);
 * ```
 *
 * Verified: tests/quant/backtest/pair_portfolio_test.ts. Cost: O(sessions of all pairs + allocated
 * sessions of all pairs · volatilitySessions).
 */
export function pairPortfolio(pairs: readonly PortfolioPair[], options: PairPortfolioOptions = {}): PairPortfolio {
  const {
    weighting = "equal",
    volatilitySessions = 63,
    minVolatilitySessions = 20,
    maxTilt = 4,
    maxGrossExposure = 2,
    limits = [],
    rebalanceCostBps = 0,
    cashReturn,
    equityBefore = 1,
  } = options;
  requireOneOf(weighting, "weighting", weightings);
  requireInteger(minVolatilitySessions, "minVolatilitySessions", 2);
  requireInteger(volatilitySessions, "volatilitySessions", minVolatilitySessions);
  if (!(maxTilt >= 1)) throw new RangeError(`maxTilt must be at least 1, got ${maxTilt}.`);
  if (!(maxGrossExposure > 0)) throw new RangeError(`maxGrossExposure must be positive, got ${maxGrossExposure}.`);
  if (!(rebalanceCostBps >= 0 && rebalanceCostBps < Infinity)) {
    throw new RangeError(`rebalanceCostBps must be 0 or more, got ${rebalanceCostBps}.`);
  }
  const n = requireSessions(pairs, options.sessions);
  for (const pair of pairs) requireUsable(pair, { weighting, limits });
  if (cashReturn && cashReturn.length !== n) {
    throw new RangeError(`Cash has ${cashReturn.length} returns for ${n} sessions.`);
  }
  const column = () => new Float64Array(n);
  const portfolio: PairPortfolio = {
    weights: pairs.map(({ daily }) => new Float64Array(daily.dailyReturn.length)),
    dailyReturn: column(),
    equity: column(),
    grossExposure: column(),
    turnover: column(),
    allocatedPairs: new Int32Array(n),
    limited: limits.map(() => new Uint8Array(n)),
  };
  const members = pairs.map(({ first = 0, daily, rebalanceCostBps: own, tickers, riskShare, returnsBefore }, i) => ({
    first,
    tickers,
    riskShares: riskShare,
    riskShare: NaN,
    allocated: false,
    planned: 0,
    costAt: (at: number) => own ? own[at]! : rebalanceCostBps,
    end: first + daily.dailyReturn.length,
    daily,
    weights: portfolio.weights[i]!,
    history: new ReturnHistory(volatilitySessions, minVolatilitySessions, returnsBefore),
  }));
  const changes = new Set(members.flatMap(({ first, end }) => [first, end]));
  let present: typeof members = [];
  const active: typeof members = [];
  let equity = equityBefore;
  for (let t = 0; t < n; t++) {
    // In the order of the pairs, which fixes the order of every sum.
    if (changes.has(t)) present = members.filter(({ first, end }) => first <= t && t < end);
    active.length = 0;
    for (const pair of present) {
      const at = t - pair.first;
      pair.allocated = pair.daily.allocated[at] === 1;
      pair.riskShare = pair.riskShares?.[at] ?? NaN;
      pair.planned = at === 0 ? 0 : pair.daily.plannedGross[at - 1]!;
      // Between its windows a pair has no weight, to which every sum would add 0.
      if (pair.allocated || pair.planned > 0 || (at > 0 && pair.weights[at - 1] !== 0)) active.push(pair);
    }
    const raw = unscaledShares(active, { weighting, maxTilt });
    let sum = 0;
    for (const share of raw) sum += share;
    let gross = 0;
    for (let i = 0; i < active.length; i++) gross += sum > 0 ? raw[i]! / sum * active[i]!.planned : 0;
    const shrink = gross > maxGrossExposure ? maxGrossExposure / gross : 1;
    let set: Float64Array = new Float64Array(raw.length);
    if (sum > 0) { for (let i = 0; i < raw.length; i++) set[i] = raw[i]! / sum * shrink; }
    for (const [l, limit] of limits.entries()) {
      const within = withinLimit(set, active.map((pair) => plannedLegs(pair, t)), limit);
      portfolio.limited[l]![t] = Number(within.some((weight, i) => weight !== set[i]));
      set = within;
    }
    let long = 0;
    for (let i = 0; i < active.length; i++) {
      const { daily, first, weights, history, costAt, allocated, planned } = active[i]!;
      const at = t - first;
      const weight = set[i]!;
      weights[at] = weight;
      const moved = at === 0 ? 0 : Math.abs(weight - weights[at - 1]!) * daily.grossExposure[at - 1]!;
      portfolio.dailyReturn[t]! += weight * daily.dailyReturn[at]! - moved * costAt(at) / 10_000;
      long += at === 0 ? 0 : weight * daily.longExposure[at - 1]!;
      portfolio.turnover[t]! += weight * daily.turnover[at]! + moved;
      portfolio.grossExposure[t]! += weight * daily.grossExposure[at]!;
      portfolio.allocatedPairs[t]! += Number(allocated);
      if (planned > 0) history.add(daily.dailyReturn[at]!);
    }
    if (cashReturn) portfolio.dailyReturn[t]! += Math.max(0, 1 - long) * cashReturn[t]!;
    equity *= 1 + portfolio.dailyReturn[t]!;
    portfolio.equity[t] = equity;
  }
  return portfolio;
}

/** Largest possible holding of a pair in session t, as known at the previous close; nothing before its first session. */
function plannedLegs(
  { tickers, daily, first }: Pick<PortfolioPair, "tickers" | "daily"> & { first: number },
  t: number,
): PlannedLegs {
  const before = t - first - 1;
  return {
    tickers: tickers!,
    exposures: before < 0 ? [0, 0] : [daily.plannedExposure1[before]!, daily.plannedExposure2[before]!],
  };
}

/** @throws {RangeError} If a pair lacks data that the weighting or the limits need. */
function requireUsable(
  { name, daily, tickers, riskShare }: PortfolioPair,
  { weighting, limits }: { weighting: Weighting; limits: readonly ExposureLimit[] },
): void {
  if (limits.length > 0 && !tickers) {
    throw new RangeError(`Limits go by tickers, and ${name} has none: give its tickers.`);
  }
  if (weighting !== "equal_risk_contribution") return;
  for (const [t, allocated] of daily.allocated.entries()) {
    const share = riskShare?.[t];
    if (allocated === 0 || (share !== undefined && share > 0 && share < Infinity)) continue;
    throw new RangeError(
      `The share of ${name} by risk is ${share} in its session ${t}, in which it is allocated: give a positive one.`,
    );
  }
}

function requireSessions(pairs: readonly PortfolioPair[], sessions?: number): number {
  const names = new Set<string>();
  let reached = 0;
  for (const { name, first = 0, daily, rebalanceCostBps, riskShare } of pairs) {
    if (names.has(name)) {
      throw new RangeError(`The pair ${name} is given twice: add its windows up in one walk-forward.`);
    }
    names.add(name);
    requireInteger(first, `first of ${name}`, 0);
    const { length } = daily.dailyReturn;
    for (
      const [column, values] of Object.entries({
        ...daily,
        ...rebalanceCostBps && { rebalanceCostBps },
        ...riskShare && { riskShare },
      })
    ) {
      if (values.length !== length) {
        throw new RangeError(
          `The ${column} of ${name} has ${values.length} sessions, its dailyReturn ${length}: give all columns the same.`,
        );
      }
    }
    if (sessions !== undefined && first + length > sessions) {
      throw new RangeError(
        `The columns of ${name} reach session ${first + length}, the portfolio has ${sessions}: cut them.`,
      );
    }
    reached = Math.max(reached, first + length);
  }
  if (sessions !== undefined) requireInteger(sessions, "sessions", 0);
  return sessions ?? reached;
}
