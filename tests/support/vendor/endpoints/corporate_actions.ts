import { shareFactor } from "../bars.ts";
import type { VendorMarket } from "../market.ts";
import { date, type EndpointAnswer, type EndpointRequest, page, Query } from "../query.ts";

/** `/stocks/v1/splits` */
export function splits(market: VendorMarket, request: EndpointRequest): EndpointAnswer {
  const rows = [...market.splits, ...market.listedSplits].map((split) => ({
    id: split.id,
    ticker: split.ticker,
    execution_date: split.executionDate,
    split_from: split.from,
    split_to: split.to,
    adjustment_type: split.to >= split.from ? "forward_split" : "reverse_split",
    historical_adjustment_factor: 1 /
      shareFactor(market.splits.filter((one) => one.ticker === split.ticker), (on) => on >= split.executionDate),
  }));
  return listed(rows, "execution_date", request);
}

/** `/stocks/v1/dividends` */
export function dividends(market: VendorMarket, request: EndpointRequest): EndpointAnswer {
  const rows = [...market.dividends(), ...market.listedDividends].map((dividend) => {
    const paid = Temporal.PlainDate.from(dividend.exDate);
    return {
      id: dividend.id,
      ticker: dividend.ticker,
      cash_amount: dividend.cash,
      currency: "USD",
      ex_dividend_date: dividend.exDate,
      record_date: paid.add({ days: 1 }).toString(),
      pay_date: paid.add({ days: 14 }).toString(),
      frequency: dividend.frequency,
      distribution_type: dividend.distributionType,
      split_adjusted_cash_amount: dividend.cash /
        shareFactor(
          market.splits.filter(({ ticker }) => ticker === dividend.ticker),
          (on) => on > dividend.exDate && on <= market.today,
        ),
    };
  });
  return listed(rows, "ex_dividend_date", request);
}

function listed<Row extends Record<string, unknown> & { ticker: string; id: string }>(
  rows: readonly Row[],
  by: keyof Row & string,
  request: EndpointRequest,
): EndpointAnswer {
  const query = new Query(request.query, ["ticker*", `${by}*`, "limit", "sort"]);
  const limit = query.whole("limit", 100, 5000);
  const sort = query.choice("sort", [`${by}.asc`, `${by}.desc`], `${by}.desc`);
  const direction = sort.endsWith(".asc") ? 1 : -1;
  const [ticker, day] = [query.passes("ticker"), query.passes(by, date)];
  const key = (row: Row) => `${row[by]} ${row.ticker} ${row.id}`;
  const found = rows.filter((row) => ticker(row.ticker) && day(String(row[by])))
    .toSorted((a, b) => key(a) < key(b) ? -direction : direction);
  const { rows: results, cursor } = page(found, request, limit);
  return { body: { results }, cursor };
}
