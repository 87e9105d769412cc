/**
 * The walk-forward backtest of one pair. The file is long because fills, splits, dividends, costs and exits of a session must be
 * read in the order in which they happen.
 *
 * @module
 */
import { requireInteger } from "../validate.ts";
import { dividendPerShare, isPrice, type LegBars, splitRatio, trailingMissing } from "./leg_bars.ts";
import type { PairCosts, TradingCosts } from "./pair_account.ts";
import { PairFormations } from "./pair_formations.ts";
import { type PairOrder, PairPosition, type PairPrices, type PairTrade } from "./pair_position.ts";
import { requireWindows, type RolledWindow, rolledWindows, type RollOptions } from "./rolled_windows.ts";
import type { FittedStrategy, Levels, Strategy } from "./strategy.ts";
import { type WalkForwardDaily, type WalkForwardSignal, WalkForwardTable } from "./walk_forward_table.ts";

/** A window with its fit or refusal. */
export interface WindowRecord extends RolledWindow {
  /** Estimates of the strategy; `null` if the window was not traded. */
  estimates: Readonly<Record<string, number>> | null;
  /** Why the window was not traded. */
  refusal: string | null;
}

/** Settings of {@linkcode walkForward}. */
export interface WalkForwardOptions extends Partial<RollOptions> {
  /** ISO dates, oldest first. */
  sessions: readonly string[];
  /** Ticker 1, the regressor. */
  leg1: LegBars;
  /** Ticker 2. */
  leg2: LegBars;
  /** Of these sessions and legs, for walk-forwards that share them. */
  formations?: PairFormations;
  /** Fitted in each window. */
  strategy: Strategy;
  /** Windows to trade, in order and with disjoint trading sessions; instead of formationSessions, tradingSessions and step. */
  windows?: readonly RolledWindow[];
  /** Price of the session after the signal that fills; the open by default. */
  fillAt?: "next_open" | "next_close";
  /**
   * `hedge_ratio` (default): shares of leg 1 against leg 2 in the estimated ratio; its sign decides the sides. `dollar_neutral`:
   * equal amounts of currency long and short, whatever the ratio.
   */
  sizing?: "hedge_ratio" | "dollar_neutral";
  /** Gross exposure at entry in multiples of equity; 2 by default: about one unit long and one short for each unit of equity. */
  grossExposure?: number;
  /** In currency; 100,000 by default. */
  initialEquity?: number;
  /** One set for both legs in all windows, or one per window in order; none by default. */
  costs?: Partial<TradingCosts> | readonly PairCosts[];
  /** A leg without a close in this many consecutive sessions has stopped trading; 5 by default. */
  stoppedAfterSessions?: number;
}

/** Result of {@linkcode walkForward}. */
export interface WalkForwardResult {
  /** One row per session. */
  daily: WalkForwardDaily;
  /** In order of entry; the last may be open. */
  trades: PairTrade[];
  /** Every window, traded or refused. */
  windows: WindowRecord[];
}

/**
 * Trades one pair through rolled windows without knowledge of any later session.
 *
 * In each window the strategy is fitted on the formation and then given one close after the other. Its target at the close of
 * session t is filled in session t + 1, at the open or at the close. Shares are set at the signal's close from that close's
 * equity and prices and stay until the exit: nothing is rebalanced in between.
 *
 * - **Splits** multiply shares and do not change values; the strategy sees closes in the units of the formation's end.
 * - **Dividends** are received on a long leg and owed on a short one held before the ex-date's open.
 * - **Costs**: commission and slippage on the traded notional of each leg, at each fill; borrow on the short notional at its last
 *   mark for the calendar days since the session before, / 365. They may differ by leg and window, since data known by the end of
 *   a formation may decide a leg's cost in the window.
 * - **A missing bar** in either leg: the pair does not trade and is not valued, and the strategy does not decide; dividends and
 *   borrow are booked with the next complete bar. If only an open is missing the order waits.
 * - **A leg that stops trading**, which is known after `stoppedAfterSessions` sessions without a close and not before: the
 *   position is closed in that session at each leg's last close, and the window opens no other.
 * - **A window's last session**: nothing is opened in it, and a position is closed at its close (at the last closes if the bar is
 *   missing). A window that the data do not complete keeps its position open, so that later sessions do not change earlier rows.
 * - **Equity of 0 or less** closes the position with the next fill and ends all trading.
 *
 * A window is not traded, with the reason recorded, if fewer than half of its formation's sessions have closes of both legs, a
 * leg has stopped trading by its end, or the strategy's fit throws a `RangeError`.
 *
 * @throws {RangeError} If lengths differ, sessions do not ascend, opens are required and missing altogether, an option is out of
 * its range, the number of costs differs from that of windows, or windows overlap or exceed the data.
 *
 * @example
 * ```ts
 * import { walkForward } from "./walk_forward.ts";
 * import { zScoreBands } from "./z_score_bands.ts";
 *
 * const n = 200;
 * const sessions = Array.from({ length: n }, (_, t) => new Date(Date.UTC(2024, 0, 1 + t)).toISOString().slice(0, 10));
 * const x = Float64Array.from({ length: n }, (_, t) => 100 + t / 10);
 * const y = x.map((price, t) => 2 * price + 3 * Math.sin(t / 5));
 * const { trades } = walkForward({
 *   sessions,
 *   leg1: { close: x },
 *   leg2: { close: y },
 *   strategy: zScoreBands(),
 *   formationSessions: 100,
 *   tradingSessions: 50,
 *   fillAt: "next_close",
 *   costs: { commissionBps: 1, slippageBps: 1 },
 * });
 * console.assert(trades.every((trade) => trade.pnl - trade.costs > 0));
 * ```
 *
 * Verified: tests/quant/fixtures/backtest.json. Cost: O(sessions) plus that of the strategy.
 */
export function walkForward(options: WalkForwardOptions): WalkForwardResult {
  return new WalkForward(options).run();
}

class WalkForward {
  readonly #strategy: Strategy;
  readonly #sessions: readonly string[];
  readonly #leg1: LegBars;
  readonly #leg2: LegBars;
  readonly #formations: PairFormations;
  readonly #days: Float64Array;
  readonly #windows: readonly RolledWindow[];
  readonly #fillsAtOpen: boolean;
  readonly #dollarNeutral: boolean;
  readonly #grossExposure: number;
  readonly #stoppedAfter: number;
  readonly #position: PairPosition;
  readonly #table: WalkForwardTable;
  readonly #costs: readonly PairCosts[];
  #ruined = false;

  constructor(options: WalkForwardOptions) {
    const { sessions, fillAt = "next_open", grossExposure = 2, initialEquity = 100_000, stoppedAfterSessions = 5 } =
      options;
    requireBars(sessions, options.leg1, "leg 1", fillAt === "next_open");
    requireBars(sessions, options.leg2, "leg 2", fillAt === "next_open");
    requirePositive(grossExposure, "grossExposure");
    requirePositive(initialEquity, "initialEquity");
    requireInteger(stoppedAfterSessions, "stoppedAfterSessions", 1);
    this.#strategy = options.strategy;
    this.#sessions = sessions;
    this.#leg1 = options.leg1;
    this.#leg2 = options.leg2;
    this.#formations = options.formations ?? new PairFormations(sessions, options.leg1, options.leg2);
    this.#days = this.#formations.days;
    requireSameDays(this.#days, sessions);
    this.#windows = windowsOf(options);
    this.#costs = costsOf(options.costs ?? {}, this.#windows.length);
    this.#fillsAtOpen = fillAt === "next_open";
    this.#dollarNeutral = options.sizing === "dollar_neutral";
    this.#grossExposure = grossExposure;
    this.#stoppedAfter = stoppedAfterSessions;
    this.#position = new PairPosition(sessions, initialEquity, { leg1: noCosts, leg2: noCosts });
    this.#table = new WalkForwardTable(sessions.length, initialEquity);
  }

  run(): WalkForwardResult {
    const records: WindowRecord[] = [];
    let next = 0;
    this.#windows.forEach((window, index) => {
      for (; next < window.tradingStart; next++) this.#table.skip(next, this.#position.account.equity);
      this.#position.account.costs = this.#costs[index]!;
      const { fitted, refusal } = this.#fit(window);
      records.push({ ...window, estimates: fitted?.estimates ?? null, refusal });
      if (fitted) this.#trade(fitted, window, index);
      else this.#standAside(window);
      next = window.tradingEnd;
    });
    for (; next < this.#sessions.length; next++) this.#table.skip(next, this.#position.account.equity);
    return { daily: this.#table.daily, trades: this.#position.trades, windows: records };
  }

  #fit(window: RolledWindow): { fitted: FittedStrategy | null; refusal: string | null } {
    const { formationStart, tradingStart } = window;
    const refused = (refusal: string) => ({ fitted: null, refusal });
    for (const [name, leg] of [["Leg 1", this.#leg1], ["Leg 2", this.#leg2]] as const) {
      if (trailingMissing(leg, formationStart, tradingStart) >= this.#stoppedAfter) {
        return refused(`${name} has stopped trading by the end of the formation.`);
      }
    }
    const formation = this.#formations.of(formationStart, tradingStart);
    const length = tradingStart - formationStart;
    const present = formation.price1.length;
    if (2 * present < length) {
      return refused(`The legs have ${present} common closes in a formation of ${length} sessions.`);
    }
    try {
      return { fitted: this.#strategy.fit(formation), refusal: null };
    } catch (error) {
      // A formation that allows no fit is a fact about the market; other errors are faults and propagate.
      if (error instanceof RangeError) return refused(error.message);
      throw error;
    }
  }

  #standAside({ tradingStart, tradingEnd }: RolledWindow): void {
    for (let t = tradingStart; t < tradingEnd; t++) {
      this.#record(t, unsaid("not_traded"));
    }
  }

  #trade(fitted: FittedStrategy, window: RolledWindow, index: number): void {
    const position = this.#position;
    const factor: PairPrices = { price1: 1, price2: 1 };
    const last: PairPrices = { price1: NaN, price2: NaN };
    let missing1 = trailingMissing(this.#leg1, window.formationStart, window.tradingStart);
    let missing2 = trailingMissing(this.#leg2, window.formationStart, window.tradingStart);
    let stopped = false;
    for (let t = window.tradingStart; t < window.tradingEnd; t++) {
      const isLast = window.complete && t === window.tradingEnd - 1;
      const ratio1 = splitRatio(this.#leg1, t);
      const ratio2 = splitRatio(this.#leg2, t);
      this.#passNight(t, ratio1, ratio2);
      factor.price1 *= ratio1;
      factor.price2 *= ratio2;
      const close1 = this.#leg1.close[t];
      const close2 = this.#leg2.close[t];
      last.price1 = isPrice(close1) ? close1 : last.price1 / ratio1;
      last.price2 = isPrice(close2) ? close2 : last.price2 / ratio2;
      missing1 = isPrice(close1) ? 0 : missing1 + 1;
      missing2 = isPrice(close2) ? 0 : missing2 + 1;

      let said = unsaid("no_bar");
      if (missing1 === 0 && missing2 === 0) {
        const closes = { ...last };
        if (isLast) this.#refuseEntry();
        this.#markAndFill(t, index, closes);
        if (this.#isRuined(t)) said = { ...said, signal: "not_traded" };
        else if (!stopped && !isLast) said = this.#decide(t, fitted, closes, factor);
      }
      if (Math.max(missing1, missing2) >= this.#stoppedAfter && !stopped) {
        stopped = true;
        position.close(t, { ...last }, "stopped_trading");
      }
      if (isLast) position.close(t, { ...last }, "window_end");
      if (stopped) said = { ...said, signal: "stopped_trading" };
      else if (isLast) said = { ...said, signal: "window_end" };
      this.#record(t, said);
    }
  }

  /** Splits, dividends and borrow between the previous close and the session's first trade. */
  #passNight(t: number, ratio1: number, ratio2: number): void {
    const { account } = this.#position;
    if (t > 0) account.borrow(this.#days[t]! - this.#days[t - 1]!);
    this.#position.split(ratio1, ratio2);
    account.owe(dividendPerShare(this.#leg1, t), dividendPerShare(this.#leg2, t));
  }

  /** In the last session of a window nothing is opened; an order that closes a position stays. */
  #refuseEntry(): void {
    const { order } = this.#position;
    if (order) this.#position.order = { ...order, ...nothing };
  }

  #markAndFill(t: number, window: number, closes: PairPrices): void {
    const position = this.#position;
    if (position.order && this.#fillsAtOpen) {
      const price1 = this.#leg1.open![t];
      const price2 = this.#leg2.open![t];
      if (isPrice(price1) && isPrice(price2)) position.fill(t, window, { price1, price2 });
    }
    position.account.mark(closes.price1, closes.price2);
    if (position.order && !this.#fillsAtOpen) position.fill(t, window, closes);
  }

  /** With equity of 0 or less the position is closed with the next fill and trading ends. */
  #isRuined(t: number): boolean {
    const position = this.#position;
    if (position.account.equity <= 0) this.#ruined = true;
    if (this.#ruined) position.order = position.side === 0 ? null : leave(t, "ruin");
    return this.#ruined;
  }

  #decide(t: number, fitted: FittedStrategy, closes: PairPrices, factor: PairPrices): Said {
    const position = this.#position;
    const { target, signal, hedgeRatio, score, z } = fitted.decide(
      closes.price1 * factor.price1,
      closes.price2 * factor.price2,
      this.#days[t]!,
    );
    if (target !== position.planned) {
      if (target === position.side) position.order = null;
      else if (target === 0) position.order = leave(t, signal === "stop" ? "stop" : "signal");
      else position.order = this.#enter(t, target, hedgeRatio, closes, factor);
    }
    return { signal, hedgeRatio, score, z, levels: fitted.levels };
  }

  /** Shares for the side, by equity and prices at the signal's close; the hedge ratio is converted by the splits since the formation. */
  #enter(t: number, side: 1 | -1, hedgeRatio: number, closes: PairPrices, factor: PairPrices): PairOrder {
    const { price1, price2 } = closes;
    const gross = this.#grossExposure;
    const currency = this.#position.account.equity * gross;
    let shares1: number;
    let shares2: number;
    if (this.#dollarNeutral) {
      shares1 = -side * currency / 2 / price1;
      shares2 = side * currency / 2 / price2;
    } else {
      const perShare1 = hedgeRatio * factor.price1;
      const perShare2 = factor.price2;
      const units = currency / (Math.abs(perShare1) * price1 + perShare2 * price2);
      shares1 = -side * units * perShare1;
      shares2 = side * units * perShare2;
    }
    const { equity } = this.#position.account;
    const [gross1, gross2] = [Math.abs(shares1) * price1 / equity, Math.abs(shares2) * price2 / equity];
    return { side, shares1, shares2, gross, gross1, gross2, hedgeRatio, exitReason: "signal", signalAt: t };
  }

  #record(t: number, said: Said): void {
    this.#table.record(t, { ...said, ...this.#position.endSession(t), position: this.#position });
  }
}

/** The strategy's decision in a session, or why there is none. */
interface Said {
  signal: WalkForwardSignal;
  score: number;
  hedgeRatio: number;
  z: number;
  levels: Levels;
}

function unsaid(signal: WalkForwardSignal): Said {
  return { signal, score: NaN, hedgeRatio: NaN, z: NaN, levels: { entryZ: NaN, exitZ: NaN, stopZ: NaN } };
}

/** Target of an order that closes the position. */
const nothing = { side: 0, shares1: 0, shares2: 0, gross: 0, gross1: 0, gross2: 0 } as const;

function leave(signalAt: number, exitReason: PairOrder["exitReason"]): PairOrder {
  return { ...nothing, hedgeRatio: NaN, exitReason, signalAt };
}

const noCosts: TradingCosts = { commissionBps: 0, slippageBps: 0, borrowBpsPerYear: 0 };

/** Costs per window, validated. */
function costsOf(costs: NonNullable<WalkForwardOptions["costs"]>, windows: number): readonly PairCosts[] {
  const byWindow = isByWindow(costs) ? costs : Array.from({ length: windows }, () => {
    const alike = { ...noCosts, ...costs };
    return { leg1: alike, leg2: alike };
  });
  if (byWindow.length !== windows) {
    throw new RangeError(`There are costs of ${byWindow.length} windows, and ${windows} windows.`);
  }
  for (const leg of byWindow.flatMap(({ leg1, leg2 }) => [leg1, leg2])) {
    for (const [name, value] of Object.entries(leg)) {
      if (!(value >= 0 && value < Infinity)) throw new RangeError(`${name} must be 0 or more, got ${value}.`);
    }
  }
  return byWindow;
}

function isByWindow(costs: NonNullable<WalkForwardOptions["costs"]>): costs is readonly PairCosts[] {
  return Array.isArray(costs);
}

function requireBars(sessions: readonly string[], leg: LegBars, name: string, needsOpen: boolean): void {
  const lengths = { close: leg.close, open: leg.open, split: leg.split, dividend: leg.dividend };
  for (const [column, values] of Object.entries(lengths)) {
    if (values && values.length !== sessions.length) {
      throw new RangeError(`The ${column} of ${name} has ${values.length} values for ${sessions.length} sessions.`);
    }
  }
  if (needsOpen && !leg.open) {
    throw new RangeError(
      `Fills at the next open need opens, but ${name} has none: give them, or fill at "next_close".`,
    );
  }
}

/** The other contents are as the caller says. */
function requireSameDays({ length }: Float64Array, sessions: readonly string[]): void {
  if (length === sessions.length) return;
  throw new RangeError(
    `The formations have ${length} sessions, the walk-forward ${sessions.length}: give those of its bars.`,
  );
}

function requirePositive(value: number, name: string): void {
  if (!(value > 0 && value < Infinity)) throw new RangeError(`${name} must be positive, got ${value}.`);
}

function windowsOf(options: WalkForwardOptions): readonly RolledWindow[] {
  const { sessions, formationSessions, tradingSessions, step } = options;
  let windows = options.windows;
  if (!windows) {
    if (formationSessions === undefined || tradingSessions === undefined) {
      throw new RangeError("Give formationSessions and tradingSessions, or the windows themselves.");
    }
    windows = rolledWindows(sessions.length, { formationSessions, tradingSessions, step });
  }
  requireWindows(windows, sessions.length);
  return windows;
}
