import { nyse } from "../../../resources/exchange_calendar/mod.ts";
import { Bars, type Candle, rescaled, shareFactor, type Split } from "./bars.ts";
import { actionId, type Dividend, firstSplits, regularDividends } from "./corporate_actions.ts";
import { addedStream, firstInstruments, type Instrument, instrument } from "./instruments.ts";
import { type NewsItem, newsOfSession } from "./news_items.ts";

export interface VendorMarketOptions {
  /** Number of active ETFs on XNAS; other instruments are added. */
  tickers?: number;
  /** First date with bars. */
  from?: string;
  /** Last session of the first window: the market starts two hours after its close. */
  to?: string;
  seed?: number;
}

/** A row of bars without time, before an endpoint adds its own `t`. */
export interface MarketBar extends Candle {
  ticker: string;
  session: string;
}

/** Fields of a bar to replace; `undefined` removes one. */
export type Restatement = { [Field in keyof Candle]: Candle[Field] | undefined };

/** The market behind the double: the source of all responses, as of `now`. A pure function of the options and of later changes. */
export class VendorMarket {
  readonly seed: number;
  readonly instruments: Instrument[];
  readonly splits: Split[];
  /** Splits in the listing that never happened. */
  readonly listedSplits: Split[] = [];
  /** Dividends in the listing that were never paid. */
  readonly listedDividends: Dividend[] = [];
  /** The first date included in the plan. */
  entitledFrom: string | null = null;
  readonly #from: string;
  readonly #bars: Bars;
  readonly #ownDividends: Dividend[] = [];
  readonly #ownNews: NewsItem[] = [];
  readonly #restated = new Map<string, Restatement>();
  readonly #extraRows: MarketBar[] = [];
  #now!: Temporal.Instant;
  #today!: string;
  #sessions!: readonly string[];
  #wire: { until: string; items: NewsItem[] } | null = null;

  constructor({ tickers = 20, from = "2024-01-02", to = "2024-06-28", seed = 1 }: VendorMarketOptions = {}) {
    this.seed = seed;
    this.#from = from;
    this.#bars = new Bars(seed);
    this.setNow(nyse.closeOf(nyse.isSession(to) ? to : nyse.previousSession(to)).add({ hours: 2 }));
    this.instruments = firstInstruments(tickers, this.sessions());
    this.splits = firstSplits(this.instruments, this.sessions());
  }

  get now(): Temporal.Instant {
    return this.#now;
  }

  /** The date in New York. */
  get today(): string {
    return this.#today;
  }

  /** Sets the time, forwards or backwards: sessions closed by then have bars. */
  setNow(now: Temporal.Instant | string): void {
    this.#now = Temporal.Instant.from(now);
    this.#today = this.#now.toZonedDateTimeISO("America/New_York").toPlainDate().toString();
    this.#sessions = nyse.sessionsBetween(this.#from, nyse.lastClosedSession(this.#now));
  }

  /** Advances the time to two hours after the close of the `count`-th next session, which it returns. */
  advanceSessions(count: number): string {
    let session = nyse.lastClosedSession(this.#now);
    for (let i = 0; i < count; i++) session = nyse.nextSession(session);
    this.setNow(nyse.closeOf(session).add({ hours: 2 }));
    return session;
  }

  /** The closed sessions, oldest first. */
  sessions(): readonly string[] {
    return this.#sessions;
  }

  /** Unadjusted, or adjusted for the splits executed by now. None for a session that is not closed. */
  sessionBars(session: string, { adjusted = false } = {}): MarketBar[] {
    const rows = this.instruments.flatMap((of) => this.#bar(of, session, adjusted) ?? []);
    return [...rows, ...this.#extraRows.filter((row) => row.session === session)];
  }

  tickerBars(ticker: string, from: string, to: string, { adjusted = false } = {}): MarketBar[] {
    const of = this.instruments.filter((instrument) => instrument.ticker === ticker);
    return this.sessions().filter((session) => session >= from && session <= to)
      .flatMap((session) => of.flatMap((instrument) => this.#bar(instrument, session, adjusted) ?? []));
  }

  dividends(): Dividend[] {
    return [...regularDividends(this.seed, this.instruments, this.sessions()), ...this.#ownDividends];
  }

  /** Published by now, oldest first. */
  news(): NewsItem[] {
    const sessions = nyse.sessionsBetween(this.#from, this.today);
    const until = `${sessions.at(-1)} ${this.instruments.length}`;
    if (this.#wire?.until !== until) {
      this.#wire = { until, items: sessions.flatMap((s, i) => newsOfSession(this.seed, this.instruments, s, i)) };
    }
    const now = this.#now.epochMilliseconds;
    return [...this.#wire.items, ...this.#ownNews].filter((item) => Date.parse(item.published_utc) <= now)
      .toSorted((a, b) => Date.parse(a.published_utc) - Date.parse(b.published_utc) || (a.id < b.id ? -1 : 1));
  }

  /** Corrects a bar. */
  restateBar(ticker: string, session: string, change: Restatement): void {
    const key = `${ticker} ${session}`;
    this.#restated.set(key, { ...this.#restated.get(key), ...change });
  }

  /** Adds a row to a session's grouped bars unchanged, even if it contradicts another. */
  addRow(row: MarketBar): void {
    this.#extraRows.push(row);
  }

  /** From `executionDate` on prices are divided by `to / from`; adjusted history is restated from then on. */
  addSplit(split: { ticker: string; executionDate: string; from: number; to: number }): Split {
    const added = { id: actionId("S", split.ticker, split.executionDate), ...split };
    this.splits.push(added);
    return added;
  }

  addDividend(dividend: { ticker: string; exDate: string; cash: number } & Partial<Dividend>): Dividend {
    const id = actionId("D", dividend.ticker, dividend.exDate);
    const added = { id, frequency: 0, distributionType: "special", ...dividend };
    this.#ownDividends.push(added);
    return added;
  }

  /** Lists an instrument, by default from today on. */
  addTicker(given: Partial<Instrument> & { ticker: string }): Instrument {
    const added = instrument({
      stream: addedStream(this.instruments.length),
      listedOn: this.today,
      type: "ETF",
      ...given,
    });
    this.instruments.push(added);
    return added;
  }

  /** The instrument no longer trades from `date` on. */
  delist(ticker: string, date: string): void {
    const found = this.instruments.find((of) => of.ticker === ticker && of.delistedOn === null);
    if (!found) throw new RangeError(`No active instrument is called ${ticker}.`);
    found.delistedOn = date;
  }

  publishNews(item: Partial<NewsItem> & { id: string; tickers: string[] }): NewsItem {
    const added: NewsItem = {
      publisher: { name: "Double Wire" },
      title: `News ${item.id}`,
      author: null,
      published_utc: this.#now.toString({ smallestUnit: "second" }),
      article_url: `https://wire.example/${item.id}`,
      ...item,
    };
    this.#ownNews.push(added);
    return added;
  }

  #bar(of: Instrument, session: string, adjusted: boolean): MarketBar | null {
    const index = indexOf(this.sessions(), session);
    if (index < 0 || session < of.listedOn || (of.delistedOn !== null && session >= of.delistedOn)) return null;
    const splits = this.splits.filter(({ ticker }) => ticker === of.ticker);
    const candle = this.#bars.candle(of, index, shareFactor(splits, (date) => date <= session));
    const restated = this.#restated.get(`${of.ticker} ${session}`);
    if (candle === null && restated === undefined) return null;
    const as = { ...candle, ...restated } as Candle;
    const { today } = this;
    const later = adjusted ? shareFactor(splits, (date) => date > session && date <= today) : 1;
    return { ticker: of.ticker, session, ...rescaled(as, later) };
  }
}

/** Index of `session` in the ascending `sessions`, or −1. */
function indexOf(sessions: readonly string[], session: string): number {
  let low = 0;
  let high = sessions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sessions[middle]! < session) low = middle + 1;
    else high = middle;
  }
  return sessions[low] === session ? low : -1;
}
