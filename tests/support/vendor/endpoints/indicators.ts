import { ema, macd, rsi, sma } from "../../../../quant/indicators/mod.ts";
import type { VendorMarket } from "../market.ts";
import { type EndpointAnswer, type EndpointRequest, instant, page, Query, Refusal } from "../query.ts";

/** `/v1/indicators/{sma,ema,rsi,macd}/{ticker}`: newest first by default. */
export function indicators(market: VendorMarket, request: EndpointRequest): EndpointAnswer {
  const { kind, ticker } = request.path;
  const windows = kind === "macd" ? ["short_window", "long_window", "signal_window"] : ["window"];
  const query = new Query(request.query, [
    "timestamp*",
    "timespan",
    "adjusted",
    "series_type",
    "order",
    "limit",
    ...windows,
  ]);
  query.choice("timespan", ["day"], "day");
  const letter = { close: "c", open: "o", high: "h", low: "l" } as const;
  const series = letter[query.choice("series_type", ["close", "open", "high", "low"], "close")];
  const adjusted = query.flag("adjusted", true);
  const bars = market.tickerBars(ticker!, "1990-01-01", market.today, { adjusted });
  const prices = Float64Array.from(bars, (bar) => bar[series] ?? NaN);
  const columns = computed(kind!, prices, query);
  const within = query.passes("timestamp", instant);
  const values = bars.map((bar, i) => ({
    session: bar.session,
    timestamp: Temporal.PlainDate.from(bar.session).toZonedDateTime("America/New_York").epochMilliseconds,
    ...Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column[i]!])),
  })).filter((row) => within(row.session) && !Object.values(row).some(Number.isNaN));
  if (query.choice("order", ["asc", "desc"], "desc") === "desc") values.reverse();
  const { rows, cursor } = page(values, request, query.whole("limit", 10, 5000));
  const range = `/v2/aggs/ticker/${ticker}/range/1/day/${bars[0]?.session}/${bars.at(-1)?.session}`;
  return {
    body: {
      results: {
        underlying: { url: `https://api.polygon.io${range}` },
        values: rows.map(({ session: _session, ...value }) => value),
      },
    },
    cursor,
  };
}

function computed(kind: string, prices: Float64Array, query: Query): Record<string, Float64Array> {
  switch (kind) {
    case "sma":
      return { value: sma(prices, query.whole("window", 50, 1000)) };
    case "ema":
      return { value: ema(prices, query.whole("window", 50, 1000)) };
    case "rsi":
      return { value: rsi(prices, query.whole("window", 14, 1000)) };
    case "macd":
      return {
        ...macd(prices, {
          fastWindow: query.whole("short_window", 12, 1000),
          slowWindow: query.whole("long_window", 26, 1000),
          signalWindow: query.whole("signal_window", 9, 1000),
        }),
      };
    default:
      throw new Refusal(404, "Not found.");
  }
}
