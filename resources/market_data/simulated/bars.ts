import type { DailyBars, ReadOptions } from "../market_data.ts";
import type { Fault, InstrumentEvents } from "./events.ts";
import { type Instrument, streamOf } from "./instruments.ts";
import { closesBetween } from "./prices.ts";
import { randomStream } from "./random.ts";
import type { SimulatedWindow } from "./window.ts";
import { emptyBars, withNumbers } from "../bar_columns.ts";

/** Sessions between two dividends of an instrument. */
const QUARTER_SESSIONS = 63;

/** Every row of the window, faulty ones included. Cost: 120 instruments and 1,008 sessions take about 0.1 s. */
export function simulatedBars(window: SimulatedWindow, { signal, onProgress }: ReadOptions = {}): DailyBars {
  const { seed, from, to } = window;
  const instruments = window.instruments();
  const events = window.events(instruments);
  // One session earlier, if there is one, for the first open.
  const closesFrom = Math.max(0, from - 1);
  const closesOf = closesBetween(seed, closesFrom, to);

  const rows = new RowWriter(2 * instruments.length * (to - from + 1));
  instruments.forEach((instrument, done) => {
    signal?.throwIfAborted();
    onProgress?.(done, instruments.length);
    writeInstrument(rows, window, instrument, events.get(instrument.symbol), closesOf(instrument), closesFrom);
  });
  onProgress?.(instruments.length, instruments.length);
  return rows.finish();
}

function writeInstrument(
  rows: RowWriter,
  { seed, from, to, dateOf }: SimulatedWindow,
  instrument: Instrument,
  events: InstrumentEvents | undefined,
  closes: Float64Array,
  closesFrom: number,
) {
  const random = randomStream(seed, streamOf(instrument.id, "bars"));
  const dividendPhase = random.integer(0, QUARTER_SESSIONS);
  const first = Math.max(from, instrument.listedAt);
  const last = Math.min(to, instrument.delistedAt - 1);

  let sharesForOne = sharesBefore(events, first);
  for (let session = first; session <= last; session++) {
    const split = events?.splits.get(session) ?? 1;
    sharesForOne *= split;
    if (events?.missing.has(session)) continue;

    const close = closes[session - closesFrom]!;
    const isFirstEver = session === instrument.listedAt;
    const previous = isFirstEver ? close : closes[session - 1 - closesFrom]!;
    // Each session uses eight numbers of the stream, the first two for the normal.
    const draw = 8 * (session + 1);
    const move = Math.log(close / previous);
    const open = previous * Math.exp(0.4 * move + 0.004 * random.normal(draw));
    const high = Math.max(open, close) * (1 + 0.012 * random.uniform(draw + 2) ** 2);
    const low = Math.min(open, close) * (1 - 0.012 * random.uniform(draw + 3) ** 2);
    const activity = Math.exp(1.2 * (random.uniform(draw + 4) - 0.5)) * (1 + 12 * Math.abs(move));

    const closeUsd = cents(close / sharesForOne);
    const paysDividend = session % QUARTER_SESSIONS === dividendPhase;
    rows.write({
      ticker: instrument.symbol,
      session: dateOf(session),
      open: cents(open / sharesForOne),
      high: cents(high / sharesForOne),
      low: cents(low / sharesForOne),
      close: closeUsd,
      volume: Math.round(instrument.baseVolume * sharesForOne * activity),
      dividend: paysDividend ? cents(instrument.quarterlyYield * closeUsd) : 0,
      split,
    }, events?.faults.get(session));
  }
}

function sharesBefore(events: InstrumentEvents | undefined, session: number): number {
  let shares = 1;
  for (const [at, ratio] of events?.splits ?? []) if (at < session) shares *= ratio;
  return shares;
}

/** Rounding is monotone: an open between low and high stays between them. */
function cents(usd: number): number {
  return Math.round(usd * 100) / 100;
}

interface Row {
  ticker: string;
  session: string;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  dividend: number;
  split: number;
}

/** Collects rows as columns. */
class RowWriter {
  readonly #bars: DailyBars;

  constructor(capacity: number) {
    this.#bars = emptyBars(capacity);
  }

  write(row: Row, fault?: Fault) {
    switch (fault) {
      case undefined:
        return this.#append(row);
      case "duplicate":
        this.#append(row);
        return this.#append(row);
      case "restated_duplicate":
        this.#append(row);
        // Vendors send a bar again once its volume is final.
        return this.#append({ ...row, volume: Math.round(1.01 * row.volume) });
      case "negative_close":
        return this.#append({ ...row, close: -row.close });
      case "zero_prices":
        return this.#append({ ...row, open: 0, high: 0, low: 0, close: 0 });
      case "high_below_low":
        // At least a cent apart, so that a session without any range is impossible too.
        return this.#append({ ...row, high: cents(row.low - 0.01), low: row.high });
      case "close_above_high":
        return this.#append({ ...row, close: cents(1.2 * row.high) });
    }
  }

  #append(row: Row) {
    const bars = this.#bars;
    const at = bars.ticker.push(row.ticker) - 1;
    bars.session.push(row.session);
    bars.open[at] = row.open;
    bars.high[at] = row.high;
    bars.low[at] = row.low;
    bars.close[at] = row.close;
    bars.volume[at] = row.volume;
    bars.dividend[at] = row.dividend;
    bars.split[at] = row.split;
  }

  finish(): DailyBars {
    const { length } = this.#bars.ticker;
    return withNumbers(this.#bars, (column) => column.slice(0, length));
  }
}
