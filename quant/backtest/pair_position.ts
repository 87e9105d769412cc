import { PairAccount, type PairCosts, type SessionBook } from "./pair_account.ts";
import type { Side } from "./strategy.ts";

/** Why a position was closed. */
export type ExitReason = "signal" | "stop" | "reversal" | "window_end" | "stopped_trading" | "ruin";

/** One position from its first fill to its last. */
export interface PairTrade {
  /** Index of the trading window. */
  window: number;
  /** 1: spread bought (long leg 2); −1: sold. */
  side: Side;
  /** The session at whose close the entry was decided. */
  signalSession: string;
  /** The session of the first fill. */
  entrySession: string;
  /** `null` while the position is open. */
  exitSession: string | null;
  /** `null` while the position is open. */
  exitReason: ExitReason | null;
  /** Fill prices in the units of their own sessions; the exit's are `NaN` while the position is open. */
  entryPrice1: number;
  /** As `entryPrice1`, of leg 2. */
  entryPrice2: number;
  /** `NaN` while the position is open. */
  exitPrice1: number;
  /** `NaN` while the position is open. */
  exitPrice2: number;
  /** Shares at entry, negative if short. */
  shares1: number;
  /** As `shares1`, of leg 2. */
  shares2: number;
  /** The strategy's hedge ratio at the signal, in the units of the formation's end. */
  hedgeRatio: number;
  /** Gains and dividends before costs, in currency; to the last session while the position is open. */
  pnl: number;
  /** Commission, slippage and borrow of this position. */
  costs: number;
  /** (pnl − costs) / equity before the entry. */
  returnOnEquity: number;
  /** Number of sessions from entry to exit. */
  sessionsHeld: number;
}

/** An order given at a close for the next fill. */
export interface PairOrder {
  side: Side;
  /** Shares to hold after the fill, negative if short. */
  shares1: number;
  /** As `shares1`, of leg 2. */
  shares2: number;
  /** Its gross exposure, in multiples of equity. */
  gross: number;
  /** The part of leg 1 in it at the close of the order. */
  gross1: number;
  /** As `gross1`, of leg 2. */
  gross2: number;
  /** The strategy's hedge ratio at the signal, in the units of the formation's end. */
  hedgeRatio: number;
  /** Reason of the exit, for an order that closes without a new entry. */
  exitReason: ExitReason;
  /** Index of the session at whose close the order was given. */
  signalAt: number;
}

/** Prices of both legs at one moment. */
export interface PairPrices {
  price1: number;
  price2: number;
}

/** An account with one pair, its pending order, and its list of trades. */
export class PairPosition {
  readonly account: PairAccount;
  readonly trades: PairTrade[] = [];
  order: PairOrder | null = null;
  side: Side = 0;
  readonly #sessions: readonly string[];
  #trade: PairTrade | null = null;
  #entryAt = 0;
  #entryEquity = 0;
  #book: SessionBook | null = null;
  #lastFill: PairPrices | null = null;

  constructor(sessions: readonly string[], equity: number, costs: PairCosts) {
    this.#sessions = sessions;
    this.account = new PairAccount(equity, costs);
  }

  /** The side held once the order is filled. */
  get planned(): Side {
    return this.order ? this.order.side : this.side;
  }

  /** Splits of both legs: held and ordered shares change in number, not in value. */
  split(ratio1: number, ratio2: number): void {
    this.account.split(ratio1, ratio2);
    if (this.order) {
      this.order = { ...this.order, shares1: this.order.shares1 * ratio1, shares2: this.order.shares2 * ratio2 };
    }
  }

  /** Fills the order at the given prices. */
  fill(t: number, window: number, prices: PairPrices): void {
    const order = this.order;
    if (!order) return;
    this.close(t, prices, order.side === 0 ? order.exitReason : "reversal");
    if (order.side !== 0) this.#enter(t, window, order, prices);
  }

  /** Drops the order, values the pair at the given prices and closes the position. */
  close(t: number, prices: PairPrices, reason: ExitReason): void {
    this.order = null;
    if (!this.#trade) return;
    this.account.mark(prices.price1, prices.price2);
    this.account.trade(0, 0);
    this.side = 0;
    this.#lastFill = prices;
    this.#trade.exitSession = this.#sessions[t]!;
    this.#trade.exitReason = reason;
    this.#trade.exitPrice1 = prices.price1;
    this.#trade.exitPrice2 = prices.price2;
    this.#settle(t);
    this.#trade = null;
  }

  /** Entries since the last session's close, and the prices of the last fill. */
  endSession(t: number): { book: SessionBook; fill: PairPrices | null } {
    this.#settle(t);
    const ended = { book: this.#book!, fill: this.#lastFill };
    this.#book = null;
    this.#lastFill = null;
    return ended;
  }

  #enter(t: number, window: number, order: PairOrder, prices: PairPrices): void {
    this.account.mark(prices.price1, prices.price2);
    this.#settle(t);
    this.#entryAt = t;
    this.#entryEquity = this.account.equity;
    this.account.trade(order.shares1, order.shares2);
    this.side = order.side;
    this.#lastFill = prices;
    this.#trade = {
      window,
      side: order.side,
      signalSession: this.#sessions[order.signalAt]!,
      entrySession: this.#sessions[t]!,
      exitSession: null,
      exitReason: null,
      entryPrice1: prices.price1,
      entryPrice2: prices.price2,
      exitPrice1: NaN,
      exitPrice2: NaN,
      shares1: order.shares1,
      shares2: order.shares2,
      hedgeRatio: order.hedgeRatio,
      pnl: 0,
      costs: 0,
      returnOnEquity: 0,
      sessionsHeld: 0,
    };
    this.trades.push(this.#trade);
  }

  /** Adds the account's entries since the last call to the session's book and to their trade. */
  #settle(t: number): void {
    const booked = this.account.closeBook();
    this.#book = this.#book ? sumOf(this.#book, booked) : booked;
    const trade = this.#trade;
    if (!trade) return;
    trade.pnl += booked.pnl;
    trade.costs += booked.commission + booked.slippage + booked.borrow;
    trade.returnOnEquity = (trade.pnl - trade.costs) / this.#entryEquity;
    trade.sessionsHeld = t - this.#entryAt;
  }
}

function sumOf(a: SessionBook, b: SessionBook): SessionBook {
  return {
    pnl: a.pnl + b.pnl,
    dividends: a.dividends + b.dividends,
    commission: a.commission + b.commission,
    slippage: a.slippage + b.slippage,
    borrow: a.borrow + b.borrow,
    traded: a.traded + b.traded,
  };
}
