import type { SessionBook } from "./pair_account.ts";
import type { PairPosition, PairPrices } from "./pair_position.ts";
import type { Levels, StrategySignal } from "./strategy.ts";

/** Signal in a session's row: the strategy's, or why there is none. */
export type WalkForwardSignal = StrategySignal | "outside" | "no_bar" | "not_traded" | "window_end" | "stopped_trading";

/** Daily rows of a walk-forward: one entry per session in every column, also in sessions outside every trading window. */
export interface WalkForwardDaily {
  /** 1 in the sessions of a trading window, 0 elsewhere. */
  allocated: Uint8Array;
  /** The strategy's signal at the close. */
  signal: WalkForwardSignal[];
  /** The number compared with the thresholds; `NaN` without a decision. */
  score: Float64Array;
  /** Deviations of the spread from its mean, both estimated by the strategy; as the next three, `NaN` without a decision. */
  z: Float64Array;
  /** On either side of the mean: see `Levels`; `NaN` for a level that the strategy does not have. */
  entryZ: Float64Array;
  /** As `entryZ`. */
  exitZ: Float64Array;
  /** As `entryZ`. */
  stopZ: Float64Array;
  /** Leg 1 against leg 2 at the decision, in the units of the formation's end; `NaN` without a decision. */
  hedgeRatio: Float64Array;
  /** −1, 0 or 1: position wanted after the next fill. */
  target: Int8Array;
  /** −1, 0 or 1: position held after the close. */
  position: Int8Array;
  /** Price of the last fill of the session in leg 1; `NaN` without a fill. */
  fillPrice1: Float64Array;
  /** Price of the last fill of the session in leg 2; `NaN` without a fill. */
  fillPrice2: Float64Array;
  /** Shares held after the close, negative if short, in that session's units. */
  shares1: Float64Array;
  /** As `shares1`, of leg 2. */
  shares2: Float64Array;
  /** Value of the leg / equity, after the close; 0 once equity is not positive. */
  weight1: Float64Array;
  /** As `weight1`, of leg 2. */
  weight2: Float64Array;
  /** Sum of the absolute weights. */
  grossExposure: Float64Array;
  /** Sum of the positive weights: the part paid for. */
  longExposure: Float64Array;
  /** The largest gross exposure possible in the next session, as known at this close. */
  plannedGross: Float64Array;
  /** The largest absolute value of leg 1 / equity possible in the next session, as known at this close. */
  plannedExposure1: Float64Array;
  /** As `plannedExposure1`, of leg 2. */
  plannedExposure2: Float64Array;
  /** Notional traded in the session / equity at the previous close. */
  turnover: Float64Array;
  /** Gains of both legs and dividends before costs, in currency. */
  pnl: Float64Array;
  /** Dividends received less owed; included in `pnl`. */
  dividends: Float64Array;
  /** In currency. */
  commission: Float64Array;
  /** In currency. */
  slippage: Float64Array;
  /** In currency. */
  borrow: Float64Array;
  /** After costs. */
  equity: Float64Array;
  /** equity[t] / equity[t−1] − 1, the first session's against the initial equity; 0 once equity is not positive. */
  dailyReturn: Float64Array;
}

/** Collects the daily rows of a walk-forward. */
export class WalkForwardTable {
  readonly daily: WalkForwardDaily;
  #equityBefore: number;

  constructor(sessionCount: number, initialEquity: number) {
    // The columns that portfolios read may be kept alone, and outlive the others: one buffer for each kind.
    const kept = columnsIn(7, sessionCount);
    const column = columnsIn(18, sessionCount);
    const blank = () => column().fill(NaN);
    this.#equityBefore = initialEquity;
    this.daily = {
      allocated: new Uint8Array(sessionCount),
      signal: Array<WalkForwardSignal>(sessionCount).fill("outside"),
      score: blank(),
      z: blank(),
      entryZ: blank(),
      exitZ: blank(),
      stopZ: blank(),
      hedgeRatio: blank(),
      target: new Int8Array(sessionCount),
      position: new Int8Array(sessionCount),
      fillPrice1: blank(),
      fillPrice2: blank(),
      shares1: column(),
      shares2: column(),
      weight1: column(),
      weight2: column(),
      grossExposure: kept(),
      longExposure: kept(),
      plannedGross: kept(),
      plannedExposure1: kept(),
      plannedExposure2: kept(),
      turnover: kept(),
      pnl: column(),
      dividends: column(),
      commission: column(),
      slippage: column(),
      borrow: column(),
      equity: column(),
      dailyReturn: kept(),
    };
  }

  /** A session without a position or a trade. */
  skip(t: number, equity: number): void {
    this.daily.equity[t] = equity;
  }

  /** A session of a trading window. */
  record(t: number, row: {
    position: PairPosition;
    book: SessionBook;
    fill: PairPrices | null;
    signal: WalkForwardSignal;
    score: number;
    z: number;
    levels: Levels;
    hedgeRatio: number;
  }): void {
    const { position, book, fill } = row;
    const { account, order } = position;
    const { equity } = account;
    const daily = this.daily;
    const weight = (value: number) => (value === 0 || equity <= 0 ? 0 : value / equity);
    daily.allocated[t] = 1;
    daily.signal[t] = row.signal;
    daily.score[t] = row.score;
    daily.z[t] = row.z;
    daily.entryZ[t] = row.levels.entryZ;
    daily.exitZ[t] = row.levels.exitZ;
    daily.stopZ[t] = row.levels.stopZ;
    daily.hedgeRatio[t] = row.hedgeRatio;
    daily.target[t] = position.planned;
    daily.position[t] = position.side;
    daily.fillPrice1[t] = fill?.price1 ?? NaN;
    daily.fillPrice2[t] = fill?.price2 ?? NaN;
    daily.shares1[t] = account.shares1;
    daily.shares2[t] = account.shares2;
    daily.weight1[t] = weight(account.value1);
    daily.weight2[t] = weight(account.value2);
    daily.grossExposure[t] = weight(account.gross);
    daily.longExposure[t] = Math.max(0, daily.weight1[t]!) + Math.max(0, daily.weight2[t]!);
    daily.plannedGross[t] = Math.max(daily.grossExposure[t]!, order?.gross ?? 0);
    daily.plannedExposure1[t] = Math.max(Math.abs(daily.weight1[t]!), order?.gross1 ?? 0);
    daily.plannedExposure2[t] = Math.max(Math.abs(daily.weight2[t]!), order?.gross2 ?? 0);
    daily.turnover[t] = this.#equityBefore > 0 ? book.traded / this.#equityBefore : 0;
    daily.pnl[t] = book.pnl;
    daily.dividends[t] = book.dividends;
    daily.commission[t] = book.commission;
    daily.slippage[t] = book.slippage;
    daily.borrow[t] = book.borrow;
    daily.equity[t] = equity;
    daily.dailyReturn[t] = this.#equityBefore > 0 ? equity / this.#equityBefore - 1 : 0;
    this.#equityBefore = equity;
  }
}

/** Columns of zeros in one buffer: a walk-forward of many pairs makes some ten thousand of them. */
function columnsIn(count: number, length: number): () => Float64Array {
  const buffer = new Float64Array(count * length);
  let next = 0;
  return () => buffer.subarray(next, next += length);
}
