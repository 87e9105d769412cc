import { nyse } from "../../../resources/exchange_calendar/mod.ts";
import { pseudoRandom } from "../pseudo_random.ts";

/** A row of a dump: values in PostgreSQL's text form. */
export type OriginalRow = Record<string, string | null>;

/** The tables of the original's database by `schema.table`, with rows of generated series. */
export type OriginalRows = Record<string, OriginalRow[]>;

export interface OriginalOptions {
  tickers?: readonly string[];
  from?: string;
  to?: string;
  seed?: number;
}

const sixteen = ["ABCD", "AGNC", "BNDX", "EMB", "EMXC", "ESGD", "IBB", "ICLN", "IEF", "ONEQ", "PFF", "QQEW", "QQQ"];

/**
 * Contents of the original after some time of operation: every layer has the bars, later layers the same as the first; one ticker
 * has no listing, one bar per session is missing, and the newest session is in the first layer only.
 */
export function originalRows(
  { tickers = sixteen, from = "2024-01-02", to = "2024-12-31", seed = 1 }: OriginalOptions = {},
): OriginalRows {
  const random = pseudoRandom(seed);
  const sessions = nyse.sessionsBetween(from, to);
  const money = (value: number) => value.toFixed(4);
  const bars = tickers.flatMap((ticker, t) => {
    let price = 20 + 10 * t;
    return sessions.filter((_, i) => (i + 7 * t) % 50 !== 49).map((session) => {
      const open = price * (1 + 0.01 * (random() - 0.5));
      price *= 1 + 0.02 * (random() - 0.5);
      const [low, high] = [Math.min(open, price) * 0.995, Math.max(open, price) * 1.005];
      const written = `${nyse.nextSession(session)} 11:00:00+00`;
      return {
        ticker,
        session,
        values: {
          open: money(open),
          high: money(high),
          low: money(low),
          close: money(price),
          volume: String(Math.floor(1e5 * (1 + random()))),
          volume_weighted_price: money((open + high + low + price) / 4),
        },
        times: { created_at: written, updated_at: written, deleted_at: null },
      };
    });
  });
  const newest = sessions.at(-1)!;
  const copied = bars.filter(({ session }) => session !== newest);
  const listed = tickers.slice(0, -1);
  const written = { created_at: `${from} 09:00:00+00`, updated_at: `${from} 09:00:00+00` };
  const nameOf = (ticker: string) => `${ticker} "Index", Fund`;
  const tickerRows = listed.map((ticker) => ({
    ticker,
    active: "true",
    currency_name: "usd",
    locale: "us",
    market: "stocks",
    type: "ETF",
    ...written,
  }));
  const detailRows = listed.map((ticker, i) => ({
    ticker,
    name: nameOf(ticker),
    composite_figi: `BBG${String(i).padStart(9, "0")}`,
    share_class_figi: null,
    ...written,
  }));
  const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
  const articles = listed.slice(0, 5).flatMap((ticker, t) =>
    [0, 1, 2].map((n) => ({
      id: uuid(100 + 10 * t + n),
      polygon_id: `article-${n}`,
      ticker,
      publisher: "The Wire",
      author: n === 1 ? null : "A. Writer",
      source_url: `https://news.example.com/${n}?about=${ticker}`,
      description: n === 2 ? null : `Funds, "${ticker}" among them,\nmoved again.`,
      published_at: `2024-06-0${3 + n} 14:30:00.25+00`,
      ...written,
      deleted_at: null,
    }))
  );
  return {
    "raw.tickers": tickerRows,
    "raw.ticker_details": detailRows,
    "raw.ticker_news": articles,
    "raw.etf_daily_ohlc": bars.map(({ ticker, session, values, times }) => ({
      ticker,
      ...values,
      unix_msec_timestamp: String(Date.parse(`${session}T05:00:00Z`)),
      ...times,
    })),
    "silver.tickers": tickerRows,
    "silver.ticker_details": detailRows,
    "silver.ticker_news": articles,
    "silver.etf_daily_ohlc": copied.map(({ ticker, session, values, times }) => ({
      ticker,
      ...values,
      date: session,
      ...times,
    })),
    "gold.tickers": tickerRows.map(({ ticker, type }) => ({
      ticker,
      name: nameOf(ticker),
      active: "true",
      type,
      ...written,
    })),
    "gold.etf_daily_ohlc": copied.map(({ ticker, session, values, times }) => ({
      ticker,
      name: nameOf(ticker),
      ...values,
      date: session,
      ...times,
    })),
    "gold.news_mentions": articles.map((one) => ({
      id: one.id,
      ticker: one.ticker,
      publisher: one.publisher,
      author: one.author,
      source_url: one.source_url,
      short_summary: one.description,
      publish_time: one.published_at,
      ...written,
    })),
    "gold.suggested_pairs": [{
      id: uuid(1),
      ticker_1: tickers[0]!,
      ticker_2: tickers[1]!,
      spread_intercept: "0.5",
      spread_slope: "1.25",
      cointegration_p_value: "0.01",
      half_life: "9.5",
      mean_crossings: "30",
      ...written,
    }],
    "gold.model_chosen_pairs": [
      { id: uuid(2), ticker_1: tickers[3]!, ticker_2: tickers[2]! },
      { id: uuid(3), ticker_1: tickers[0]!, ticker_2: tickers[1]! },
    ],
    "gold.model_trades": [{
      ticker_1: tickers[0]!,
      ticker_2: tickers[1]!,
      spread: "0.1",
      predicted_trend: "1",
      signal: "long",
      position: "1",
      budget: "100000",
      ticker_1_price: null,
      ticker_2_price: null,
      date: sessions[20]!,
    }],
    "gold.model_success_metrics": [{
      ticker_1: tickers[0]!,
      ticker_2: tickers[1]!,
      total_return: "0.1",
      annualized_return: "0.05",
      max_drawdown: "-0.02",
    }],
    "public.users": [
      { id: "1", ...written, deleted_at: null, email: "Ann@example.com", name: "Ann", google_id: "1" },
      { id: "2", ...written, deleted_at: null, email: "bob@example.com", name: "Bob", google_id: "2" },
    ],
  };
}
