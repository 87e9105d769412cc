import type { Fault, InstrumentEvents } from "../../resources/market_data/simulated/events.ts";
import type { Instrument } from "../../resources/market_data/simulated/instruments.ts";
import { type SimulatedMarketOptions, windowOf } from "../../resources/market_data/simulated/window.ts";

/** A pair whose spread price(ticker_2) − (hedgeRatio · price(ticker_1) + intercept) reverts to 0. */
export interface PlantedPair {
  /** Before `ticker_2` in code-unit order. */
  ticker_1: string;
  ticker_2: string;
  sector: string;
  /** For prices adjusted to the shares of the window's last session. */
  hedgeRatio: number;
  /** In USD of prices adjusted to the shares of the window's last session. */
  intercept: number;
  /** Standard deviation of the spread, in the same USD. */
  spreadSd: number;
  /** Expected number of sessions until half of a deviation is gone. */
  halfLifeSessions: number;
}

/** Composition of a simulated market, for tests; within the market's window. */
export interface SimulatedTruth {
  firstSession: string;
  lastSession: string;
  /** Ordered by ticker_1. */
  plantedPairs: PlantedPair[];
  /** Pairs with highly correlated returns whose prices drift apart. */
  decoys: { ticker_1: string; ticker_2: string; sector: string }[];
  /** `ratio`: new shares per old share, effective at the session's open. */
  splits: { ticker: string; session: string; ratio: number }[];
  /** `delistedOn`: first session without a bar. */
  delistings: { ticker: string; delistedOn: string }[];
  /** Instruments whose first bar is inside the window. */
  newListings: { ticker: string; listedOn: string }[];
  /** Sessions in which a listed instrument has no row. */
  missingBars: { ticker: string; session: string }[];
  /** Rows that occur a second time; the second one may differ and is then wrong. */
  duplicates: { ticker: string; session: string; identical: boolean }[];
  /** Rows with impossible values. */
  rejectedRows: { ticker: string; session: string; reason: ImpossibleRow }[];
}

export type ImpossibleRow = Exclude<Fault, "duplicate" | "restated_duplicate">;

/** Composition of `simulatedMarket()` with the same options at the clock's current time. */
export function simulatedTruth(options: SimulatedMarketOptions): SimulatedTruth {
  const window = windowOf(options);
  const { from, to, dateOf } = window;
  const instruments = window.instruments();
  const events = window.events(instruments);
  const truth: SimulatedTruth = {
    firstSession: dateOf(from),
    lastSession: dateOf(to),
    plantedPairs: [],
    decoys: [],
    splits: [],
    delistings: [],
    newListings: [],
    missingBars: [],
    duplicates: [],
    rejectedRows: [],
  };
  const sharesForOne = (instrument: Instrument) => {
    const splits = events.get(instrument.symbol)?.splits ?? new Map<number, number>();
    return [...splits].reduce((shares, [at, ratio]) => at <= to ? shares * ratio : shares, 1);
  };

  for (const instrument of instruments) {
    const { symbol: ticker, sector, model, listedAt, delistedAt } = instrument;
    if (listedAt > from) truth.newListings.push({ ticker, listedOn: dateOf(listedAt) });
    if (delistedAt <= to) truth.delistings.push({ ticker, delistedOn: dateOf(delistedAt) });
    if (model.kind === "decoy") truth.decoys.push({ ticker_1: model.leg.symbol, ticker_2: ticker, sector });
    if (model.kind === "cointegrated") {
      const shares = sharesForOne(instrument);
      truth.plantedPairs.push({
        ticker_1: model.leg.symbol,
        ticker_2: ticker,
        sector,
        hedgeRatio: model.hedgeRatio * sharesForOne(model.leg) / shares,
        intercept: model.interceptUsd / shares,
        spreadSd: model.spreadSdUsd / shares,
        halfLifeSessions: model.halfLifeSessions,
      });
    }
    const own = events.get(ticker);
    if (own) addEvents(truth, ticker, own, from, to, dateOf);
  }
  truth.plantedPairs.sort((a, b) => a.ticker_1 < b.ticker_1 ? -1 : 1);
  truth.decoys.sort((a, b) => a.ticker_1 < b.ticker_1 ? -1 : 1);
  return truth;
}

function addEvents(
  truth: SimulatedTruth,
  ticker: string,
  events: InstrumentEvents,
  from: number,
  to: number,
  dateOf: (index: number) => string,
) {
  const inWindow = (at: number) => at >= from && at <= to;
  for (const [at, ratio] of events.splits) if (inWindow(at)) truth.splits.push({ ticker, session: dateOf(at), ratio });
  for (const at of [...events.missing].sort((a, b) => a - b)) {
    if (inWindow(at)) truth.missingBars.push({ ticker, session: dateOf(at) });
  }
  for (const [at, fault] of events.faults) {
    if (!inWindow(at)) continue;
    const session = dateOf(at);
    if (fault === "duplicate" || fault === "restated_duplicate") {
      truth.duplicates.push({ ticker, session, identical: fault === "duplicate" });
    } else {
      truth.rejectedRows.push({ ticker, session, reason: fault });
    }
  }
}
