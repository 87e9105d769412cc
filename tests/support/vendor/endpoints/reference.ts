import { drawsOf, type Instrument } from "../instruments.ts";
import type { VendorMarket } from "../market.ts";
import { date, type EndpointAnswer, type EndpointRequest, page, Query, Refusal } from "../query.ts";

const COMMON = ["limit", "order", "sort"];

/** `/v3/reference/tickers` */
export function tickers(market: VendorMarket, request: EndpointRequest): EndpointAnswer {
  const query = new Query(request.query, [...COMMON, "ticker*", "type", "market", "exchange", "date", "active"]);
  const limit = query.whole("limit", 100, 1000);
  const direction = query.choice("order", ["asc", "desc"], "asc") === "asc" ? 1 : -1;
  query.choice("sort", ["ticker"], "ticker");
  const asOf = date(query.text("date") ?? market.today);
  const active = query.flag("active", true);
  const ticker = query.passes("ticker");
  const [type, exchange] = [query.text("type"), query.text("exchange")];
  const rows = query.choice("market", ["stocks", "otc", "fx", "crypto", "indices"], "stocks") !== "stocks"
    ? []
    : market.instruments.filter((of) =>
      of.listed && of.listedOn <= asOf && isActive(of, asOf) === active && ticker(of.ticker) &&
      (type === undefined || of.type === type) && (exchange === undefined || of.exchange === exchange)
    ).toSorted((a, b) => a.ticker < b.ticker ? -direction : direction).map((of) => listing(of, asOf));
  const { rows: results, cursor } = page(rows, request, limit);
  return { body: { results, count: results.length }, cursor };
}

/** `/v3/reference/tickers/{ticker}`: the instrument that traded on the date, today by default. */
export function tickerDetails(market: VendorMarket, request: EndpointRequest): EndpointAnswer {
  const query = new Query(request.query, ["date"]);
  const asOf = date(query.text("date") ?? market.today);
  const of = market.instruments.find((one) =>
    one.listed && one.ticker === request.path.ticker && one.listedOn <= asOf && isActive(one, asOf)
  );
  if (of === undefined) throw new Refusal(404, "Ticker not found.");
  const draws = drawsOf(market.seed, of, 6);
  const shares = 1_000_000 * (1 + draws.integer(0, 900));
  const known = of.stream % 8 !== 3;
  const close = market.tickerBars(of.ticker, "1990-01-01", asOf).at(-1)?.c;
  return {
    body: {
      results: {
        ...listing(of, asOf),
        list_date: of.listedOn,
        ...(known ? { share_class_shares_outstanding: shares, weighted_shares_outstanding: shares } : {}),
        ...(known && close !== undefined ? { market_cap: shares * close } : {}),
        ...(of.type === "CS"
          ? { sic_code: "3571", sic_description: "ELECTRONIC COMPUTERS", total_employees: 1 + draws.integer(1, 1e5) }
          : {}),
        ...(of.stream % 3 === 0 ? {} : { homepage_url: `https://${of.ticker.toLowerCase()}.example` }),
        ...(of.stream % 4 === 0 ? {} : { description: `${of.ticker} does not exist.` }),
        branding: { logo_url: `https://images.example/${of.ticker}.svg` },
        address: { city: "Springfield", state: "NY" },
        round_lot: 100,
      },
    },
  };
}

function isActive({ delistedOn }: Instrument, asOf: string): boolean {
  return delistedOn === null || delistedOn > asOf;
}

function listing(of: Instrument, asOf: string): Record<string, unknown> {
  const active = isActive(of, asOf);
  return {
    ticker: of.ticker,
    ...(of.name === undefined ? {} : { name: of.name }),
    market: "stocks",
    locale: "us",
    primary_exchange: of.exchange,
    type: of.type,
    active,
    currency_name: "usd",
    ...(of.cik === undefined ? {} : { cik: of.cik }),
    ...(of.compositeFigi === undefined ? {} : { composite_figi: of.compositeFigi }),
    ...(of.shareClassFigi === undefined ? {} : { share_class_figi: of.shareClassFigi }),
    last_updated_utc: "2024-01-01T00:00:00Z",
    ...(active ? {} : { delisted_utc: newYorkMidnight(of.delistedOn!) }),
  };
}

function newYorkMidnight(day: string): string {
  return Temporal.PlainDate.from(day).toZonedDateTime("America/New_York").toInstant().toString();
}
