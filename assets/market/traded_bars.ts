import type { Input } from "../../engine/mod.ts";
import type { LegBars, PriceMatrix } from "../../quant/mod.ts";
import { barColumnNames, type BarColumns, barFault, sessionEvents } from "./bar_judgement.ts";

/** Bars of a ticker as traded, with highs, lows and volumes for tradability. */
export interface TradedLeg extends Required<LegBars> {
  /** Highest price of each session; `NaN` if missing, as in `low` and `volume`. */
  high: Float64Array;
  low: Float64Array;
  /** Shares. */
  volume: Float64Array;
}

/** Bars of all tickers on common sessions, as traded: without adjustment for later events. */
export interface TradedBars {
  /** Ascending: the counted sessions in which any ticker has a usable bar. */
  sessions: string[];
  /** By ticker, ascending. */
  legs: Map<string, TradedLeg>;
}

/**
 * Bars as received, collected in parts of whole tickers or of whole sessions, and aligned on their sessions: bars of thousands of tickers need not be in
 * memory in two forms.
 */
export class ReceivedBars {
  /** Ascending. */
  #sessions: string[] = [];
  #placeOf = new Map<string, number>();
  /** In all received sessions. */
  readonly #legs = new Map<string, TradedLeg>();
  #events: { ticker: string; session: string; split: number; dividend: number }[] = [];
  #rejected = new Map<string, Map<string, number>>();
  /** Number of bars. */
  count = 0;
  /** Largest values of a bar, usable or not; 0 if the source has none. */
  largest: { dividend: number; volume: number } = { dividend: 0, volume: 0 };

  static of(bars: BarColumns): ReceivedBars {
    const received = new ReceivedBars();
    received.add(bars);
    return received;
  }

  /** Reads bars in parts. @param use Called with each part. */
  static async read(
    input: Pick<Input<BarRow>, "parts">,
    use: (bars: BarColumns) => void = () => {},
  ): Promise<ReceivedBars> {
    const received = new ReceivedBars();
    for await (const bars of input.parts(...barColumnNames)) {
      use(bars);
      received.add(bars);
    }
    return received;
  }

  /** Sessions with bars, usable or not, ascending. */
  get sessions(): readonly string[] {
    return this.#sessions;
  }

  /** Unusable bars up to a session, by reason. */
  rejectedUntil(last: string): Map<string, number> {
    return new Map(
      this.#rejected.entries().map(([reason, bySession]): [string, number] => {
        const until = bySession.entries().filter(([session]) => session <= last);
        return [reason, until.reduce((sum, [, count]) => sum + count, 0)];
      }).filter(([, count]) => count > 0),
    );
  }

  /** Adds bars in order of ticker, session and occurrence, with all bars of each session of their tickers. */
  add(bars: BarColumns): void {
    this.#extend(bars.session);
    this.count += bars.ticker.length;
    let leg: TradedLeg | undefined;
    let t = -1;
    for (let i = 0; i < bars.ticker.length; i++) {
      const [ticker, session] = [bars.ticker[i]!, bars.session[i]!];
      if (ticker !== bars.ticker[i - 1]) leg = this.#legs.get(ticker);
      if (!leg) this.#legs.set(ticker, leg = emptyLeg(this.#sessions.length));
      if (bars.dividend[i]! > this.largest.dividend) this.largest.dividend = bars.dividend[i]!;
      if (bars.volume[i]! > this.largest.volume) this.largest.volume = bars.volume[i]!;
      const fault = barFault(bars, i);
      if (fault !== undefined) {
        const bySession = this.#rejected.get(fault) ?? new Map<string, number>();
        this.#rejected.set(fault, bySession.set(session, (bySession.get(session) ?? 0) + 1));
        continue;
      }
      // Mostly the session after that of the bar before.
      t = this.#sessions[t + 1] === session ? t + 1 : this.#placeOf.get(session)!;
      leg.open[t] = bars.open[i]!;
      leg.high[t] = bars.high[i]!;
      leg.low[t] = bars.low[i]!;
      leg.close[t] = bars.close[i]!;
      leg.volume[t] = bars.volume[i]!;
    }
    for (const { bar, split, dividend } of sessionEvents(bars)) {
      this.#events.push({ ticker: bars.ticker[bar]!, session: bars.session[bar]!, split, dividend });
    }
  }

  /** Makes place for sessions. Usually those of the first part are all. */
  #extend(sessions: readonly string[]): void {
    const added = new Set<string>();
    let t = -1;
    for (const session of sessions) {
      if (this.#sessions[t + 1] === session) t++;
      else {
        t = this.#placeOf.get(session) ?? -1;
        if (t < 0) added.add(session);
      }
    }
    if (added.size === 0) return;
    const before = this.#placeOf;
    this.#sessions = [...this.#sessions, ...added].sort();
    this.#placeOf = new Map(this.#sessions.map((session, t) => [session, t]));
    this.#align(this.#sessions.map((session) => before.get(session) ?? -1));
  }

  /** Moves the values of all legs. @param places Present place of each new session; −1 for one without bars. */
  #align(places: readonly number[]): void {
    for (const [ticker, leg] of this.#legs) {
      const { open, high, low, close, volume } = leg;
      // A loop: `from` with a function makes a list of all values first.
      const moved = (values: Float64Array) => {
        const result = new Float64Array(places.length);
        for (let t = 0; t < places.length; t++) result[t] = places[t]! < 0 ? NaN : values[places[t]!]!;
        return result;
      };
      this.#legs.set(ticker, {
        open: moved(open),
        high: moved(high),
        low: moved(low),
        close: moved(close),
        volume: moved(volume),
        split: new Float64Array(places.length).fill(1),
        dividend: new Float64Array(places.length),
      });
    }
  }

  /**
   * The bars on common sessions, as by {@link tradedBars}. Legs may be those collected, not copies: call it once.
   */
  traded(complete?: ReadonlySet<string>, { every = false }: { every?: boolean } = {}): TradedBars {
    const sessions = every && complete
      ? [...complete].sort()
      : this.#sessions.filter((session) => complete?.has(session) !== false && this.#isTraded(session));
    const places = sessions.map((session) => this.#placeOf.get(session) ?? -1);
    if (places.length !== this.#sessions.length || places.some((t, i) => t !== i)) this.#align(places);
    const position = new Map(sessions.map((session, t) => [session, t]));
    for (const { ticker, session, split, dividend } of this.#events) {
      const leg = this.#legs.get(ticker)!;
      const t = position.get(session) ?? sessions.findIndex((later) => later > session);
      if (t < 0) continue;
      leg.split[t]! *= split;
      leg.dividend[t]! += dividend;
    }
    const legs = new Map([...this.#legs].sort(([a], [b]) => a < b ? -1 : 1));
    return { sessions, legs };
  }

  #isTraded(session: string): boolean {
    const t = this.#placeOf.get(session)!;
    return this.#legs.values().some(({ close }) => !Number.isNaN(close[t]!));
  }
}

/** A row of bars as received. */
type BarRow = { [Name in keyof BarColumns]: BarColumns[Name] extends Float64Array ? number | null : string };

/**
 * Aligns bars as received on common sessions, for backtests.
 *
 * It accepts the same bars as `daily_bars`, at the prices at which they were traded. Adjusted prices depend on later splits, and
 * dividing by a ratio and multiplying again does not restore the same bits: assets that must not use future data read these bars.
 * Splits and dividends of rejected bars count as well; in a session without a usable bar they take effect in the next one.
 *
 * Cost: O(n), for bars in order of ticker, session and occurrence, with all bars of each session.
 *
 * @param complete The sessions that count; by default, all with a usable bar.
 * @param options.every Includes counted sessions in which none of these tickers has a bar, so that a few tickers have the same
 * sessions as all.
 */
export function tradedBars(
  bars: BarColumns,
  complete?: ReadonlySet<string>,
  options: { every?: boolean } = {},
): TradedBars {
  return ReceivedBars.of(bars).traded(complete, options);
}

function emptyLeg(length: number): TradedLeg {
  const missing = () => new Float64Array(length).fill(NaN);
  return {
    open: missing(),
    high: missing(),
    low: missing(),
    close: missing(),
    volume: missing(),
    split: new Float64Array(length).fill(1),
    dividend: new Float64Array(length),
  };
}

/** Return of a leg since the previous close, for a holder of one share; NaN without both closes. */
export function returnOf({ close, split, dividend }: Required<LegBars>, t: number): number {
  return t === 0 ? NaN : split[t]! * (close[t]! + dividend[t]!) / close[t - 1]! - 1;
}

/**
 * Closes of sessions [start, end), in shares of the last of them, from these sessions only.
 *
 * Tickers without a close in these sessions are omitted.
 */
export function closesWithin({ sessions, legs }: TradedBars, start: number, end: number): PriceMatrix {
  const matrix: PriceMatrix = { sessions: sessions.slice(start, end), tickers: [], closes: [] };
  for (const [ticker, { close, split }] of legs) {
    const closes = new Float64Array(end - start);
    let shares = 1;
    let any = false;
    for (let t = end - 1; t >= start; t--) {
      closes[t - start] = close[t]! / shares;
      any ||= !Number.isNaN(close[t]!);
      shares *= split[t]!;
    }
    if (!any) continue;
    matrix.tickers.push(ticker);
    matrix.closes.push(closes);
  }
  return matrix;
}

/** Dividends of the same sessions in the same shares as {@link closesWithin}, by ticker with any, from these sessions only. */
export function dividendsWithin({ legs }: TradedBars, start: number, end: number): Map<string, Float64Array> {
  const found = new Map<string, Float64Array>();
  for (const [ticker, { dividend, split }] of legs) {
    if (!dividend.subarray(start, end).some((value) => value > 0)) continue;
    const dividends = new Float64Array(end - start);
    let shares = 1;
    for (let t = end - 1; t >= start; t--) {
      dividends[t - start] = dividend[t]! / shares;
      shares *= split[t]!;
    }
    found.set(ticker, dividends);
  }
  return found;
}
