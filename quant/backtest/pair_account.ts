/** Rates of what trading costs. */
export interface TradingCosts {
  /** Of the traded notional of each leg, in hundredths of a percent. */
  commissionBps: number;
  /** Of the traded notional of each leg: what the fill is worse than the price of the bar. */
  slippageBps: number;
  /** A year on the notional held short, by calendar days / 365. */
  borrowBpsPerYear: number;
}

/** What happened to an account in one session. */
export interface SessionBook {
  /** Gains of both legs and dividends, before costs. */
  pnl: number;
  /** Dividends received less dividends owed; contained in `pnl`. */
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
 * Equity changes by the marks' moves, dividends and costs alone; shares may be fractions; cash earns nothing (the tear sheet
 * sets returns against cash). What falls due while the pair cannot be valued (a missing bar) is booked with the next mark.
 */
export class PairAccount {
  equity: number;
  shares1 = 0;
  shares2 = 0;
  readonly #costs: TradingCosts;
  #mark1 = NaN;
  #mark2 = NaN;
  #dividendsDue = 0;
  #borrowDue = 0;
  #book = emptyBook();

  constructor(equity: number, costs: TradingCosts) {
    this.equity = equity;
    this.#costs = costs;
  }

  get isFlat(): boolean {
    return this.shares1 === 0 && this.shares2 === 0;
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

  /** One share becomes `ratio` shares at a price `ratio` times lower: nothing is gained. */
  split(ratio1: number, ratio2: number): void {
    this.shares1 *= ratio1;
    this.shares2 *= ratio2;
    this.#mark1 /= ratio1;
    this.#mark2 /= ratio2;
  }

  /** Dividends a share, received on what is held long and owed on what is held short. */
  owe(dividend1: number, dividend2: number): void {
    this.#dividendsDue += this.shares1 * dividend1 + this.shares2 * dividend2;
  }

  /** Lending fee of what is held short, at its last mark, over calendar days. */
  borrow(days: number): void {
    const short = Math.max(0, -this.value1) + Math.max(0, -this.value2);
    this.#borrowDue += short * this.#costs.borrowBpsPerYear / 10_000 * days / 365;
  }

  /** Books what is due and values the legs at new prices. */
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
    let traded = 0;
    if (shares1 !== this.shares1) traded += Math.abs(shares1 - this.shares1) * this.#mark1;
    if (shares2 !== this.shares2) traded += Math.abs(shares2 - this.shares2) * this.#mark2;
    const commission = traded * this.#costs.commissionBps / 10_000;
    const slippage = traded * this.#costs.slippageBps / 10_000;
    this.#book.traded += traded;
    this.#book.commission += commission;
    this.#book.slippage += slippage;
    this.equity -= commission + slippage;
    this.shares1 = shares1;
    this.shares2 = shares2;
  }

  /** What happened since the last call; begins a new session. */
  closeBook(): SessionBook {
    const book = this.#book;
    this.#book = emptyBook();
    return book;
  }
}
