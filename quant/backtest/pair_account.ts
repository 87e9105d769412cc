/** Cost rates of trading a leg. */
export interface TradingCosts {
  /** Of the traded notional, in hundredths of a percent. */
  commissionBps: number;
  /** Of the traded notional, in hundredths of a percent: difference between fill and price of the bar. */
  slippageBps: number;
  /** Per year on the notional held short, by calendar days / 365. */
  borrowBpsPerYear: number;
}

/** Cost rates of both legs of a pair. */
export interface PairCosts {
  leg1: TradingCosts;
  leg2: TradingCosts;
}

/** An account's entries of one session. */
export interface SessionBook {
  /** Gains of both legs and dividends, before costs. */
  pnl: number;
  /** Dividends received less dividends owed; included in `pnl`. */
  dividends: number;
  commission: number;
  slippage: number;
  borrow: number;
  /** Notional bought and sold, both legs. */
  traded: number;
}

const emptyBook = (): SessionBook => ({ pnl: 0, dividends: 0, commission: 0, slippage: 0, borrow: 0, traded: 0 });

/**
 * Shares of both legs, their value, and the equity behind them.
 *
 * Only moves of marks, dividends and costs change equity; shares may be fractions; cash earns nothing (the tear sheet compares
 * returns with cash). Amounts that fall due while the pair cannot be valued (a missing bar) are booked with the next mark.
 */
export class PairAccount {
  equity: number;
  /** Rates for trades and borrowing from now on. */
  costs: PairCosts;
  shares1 = 0;
  shares2 = 0;
  #mark1 = NaN;
  #mark2 = NaN;
  #dividendsDue = 0;
  #borrowDue = 0;
  #book = emptyBook();

  constructor(equity: number, costs: PairCosts) {
    this.equity = equity;
    this.costs = costs;
  }

  /** Value of leg 1 at its last mark, negative if short. */
  get value1(): number {
    return this.shares1 === 0 ? 0 : this.shares1 * this.#mark1;
  }

  /** Value of leg 2 at its last mark, negative if short. */
  get value2(): number {
    return this.shares2 === 0 ? 0 : this.shares2 * this.#mark2;
  }

  /** Sum of the absolute values of the legs. */
  get gross(): number {
    return Math.abs(this.value1) + Math.abs(this.value2);
  }

  /** One share becomes `ratio` shares at a price `ratio` times lower; values do not change. */
  split(ratio1: number, ratio2: number): void {
    this.shares1 *= ratio1;
    this.shares2 *= ratio2;
    this.#mark1 /= ratio1;
    this.#mark2 /= ratio2;
  }

  /** Dividends per share, received on long shares and owed on short ones. */
  owe(dividend1: number, dividend2: number): void {
    this.#dividendsDue += this.shares1 * dividend1 + this.shares2 * dividend2;
  }

  /** Borrow fee on the value held short, at its last mark, over calendar days. */
  borrow(days: number): void {
    const { leg1, leg2 } = this.costs;
    const shorts = [Math.max(0, -this.value1), Math.max(0, -this.value2)] as const;
    this.#borrowDue += charged(shorts, [leg1.borrowBpsPerYear, leg2.borrowBpsPerYear]) / 10_000 * days / 365;
  }

  /** Books due amounts and values the legs at new prices. */
  mark(price1: number, price2: number): void {
    const dividends = this.#dividendsDue;
    let pnl = dividends;
    if (this.shares1 !== 0) pnl += this.shares1 * (price1 - this.#mark1);
    if (this.shares2 !== 0) pnl += this.shares2 * (price2 - this.#mark2);
    this.#book.pnl += pnl;
    this.#book.dividends += dividends;
    this.#book.borrow += this.#borrowDue;
    this.equity += pnl - this.#borrowDue;
    this.#dividendsDue = 0;
    this.#borrowDue = 0;
    this.#mark1 = price1;
    this.#mark2 = price2;
  }

  /** Trades to the given shares at the last marks, which {@linkcode mark} must have set to the fill prices. */
  trade(shares1: number, shares2: number): void {
    const { leg1, leg2 } = this.costs;
    const traded1 = shares1 === this.shares1 ? 0 : Math.abs(shares1 - this.shares1) * this.#mark1;
    const traded2 = shares2 === this.shares2 ? 0 : Math.abs(shares2 - this.shares2) * this.#mark2;
    const commission = charged([traded1, traded2], [leg1.commissionBps, leg2.commissionBps]) / 10_000;
    const slippage = charged([traded1, traded2], [leg1.slippageBps, leg2.slippageBps]) / 10_000;
    this.#book.traded += traded1 + traded2;
    this.#book.commission += commission;
    this.#book.slippage += slippage;
    this.equity -= commission + slippage;
    this.shares1 = shares1;
    this.shares2 = shares2;
  }

  /** Entries since the last call; starts a new session. */
  closeBook(): SessionBook {
    const book = this.#book;
    this.#book = emptyBook();
    return book;
  }
}

/**
 * Sum of each leg's amount times its rate, computed as mean rate × sum + half the rates' difference × the amounts' difference:
 * legs with equal rates are charged the rate of the sum to the last bit, however it is divided.
 */
function charged([amount1, amount2]: readonly [number, number], [rate1, rate2]: readonly [number, number]): number {
  return (amount1 + amount2) * ((rate1 + rate2) / 2) + (amount1 - amount2) * ((rate1 - rate2) / 2);
}
