import type { Clock } from "../../clock.ts";
import { nyse } from "../../exchange_calendar/mod.ts";
import { MarketDataError } from "../market_data.ts";
import { eventsUntil, type InstrumentEvents } from "./events.ts";
import { FEWEST_TICKERS, type Instrument, instrumentsBetween, MOST_TICKERS } from "./instruments.ts";

export interface SimulatedMarketOptions {
  /** Determines the last session: the newest closed one. */
  clock: Clock;
  /** Selects one of 2³² markets. Default 1. */
  seed?: number;
  /** Number of instruments trading at a time. Default 120. */
  tickers?: number;
  /** Sessions in the window that ends with the last closed one, or with that of `since`. Default 1008, four years. */
  sessions?: number;
  /** Fixes the start of the window: `sessions` sessions before this moment. The window rolls without it. */
  since?: Temporal.Instant;
}

/** The sessions of a simulated market, with its instruments and events. */
export interface SimulatedWindow {
  seed: number;
  tickers: number;
  /** Index of the window's first session, counted from the market's first. */
  from: number;
  /** Index of the last closed session. */
  to: number;
  /** Date of a session by index. */
  dateOf(index: number): string;
  instruments(): Instrument[];
  events(instruments: readonly Instrument[]): Map<string, InstrumentEvents>;
}

/** The simulated market's first session. */
export const FIRST_SESSION = "2000-01-03";

/** The settings with their defaults. @throws {RangeError} If one is outside its range. */
export function settingsOf(
  { seed = 1, tickers = 120, sessions = 1008 }: Omit<SimulatedMarketOptions, "clock" | "since">,
) {
  requireInteger("seed", seed, 0, 2 ** 32 - 1);
  requireInteger("tickers", tickers, FEWEST_TICKERS, MOST_TICKERS);
  requireInteger("sessions", sessions, 2, 100_000);
  return { seed, tickers, sessions };
}

/** The window at the clock's current time. @throws {MarketDataError} If no session of the market is closed yet. */
export function windowOf(options: SimulatedMarketOptions): SimulatedWindow {
  const { seed, tickers, sessions } = settingsOf(options);
  const now = options.clock.now();
  const last = nyse.lastClosedSession(now);
  if (last < FIRST_SESSION) {
    throw new MarketDataError(
      `The simulated market starts with the session ${FIRST_SESSION}, and at the clock's time ${now} it is not closed yet. ` +
        `Set the clock to a later time.`,
    );
  }
  const dates = nyse.sessionsBetween(FIRST_SESSION, last);
  const to = dates.length - 1;
  const { since } = options;
  const anchor = since && Temporal.Instant.compare(since, now) < 0
    ? dates.findLastIndex((date) => date <= nyse.lastClosedSession(since))
    : to;
  const from = Math.max(0, anchor - sessions + 1);
  return {
    seed,
    tickers,
    from,
    to,
    dateOf: (index) => dates[index]!,
    instruments: () => instrumentsBetween(seed, tickers, from, to),
    events: (instruments) => eventsUntil(seed, instruments, to),
  };
}

function requireInteger(name: string, value: number, least: number, most: number) {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(
      `The simulated market's ${name} is ${value}; it must be a whole number from ${least} to ${most}.`,
    );
  }
}
