import { type Context, Hono } from "hono";
import { cointegratedPairs } from "../assets/views.ts";
import type { ColumnOf } from "../engine/mod.ts";
import { answer, answerCsv } from "./answer.tsx";
import { clusterPages } from "./cluster_pages.tsx";
import type { ClustersEngine } from "./cluster_map.ts";
import { monthlyReturns } from "./monthly_returns.ts";
import { type PairTrials, readMovedPair } from "./moved_pair.ts";
import { forecastsAddress, reportUnknown } from "./forecast_pages.tsx";
import { type ForecastsEngine, readPairForecasts } from "./forecast_record.ts";
import { PairPage } from "./pages/pair.tsx";
import { PairAbsentPage } from "./pages/pair_absent.tsx";
import { PairsPage, readPairs } from "./pages/pairs.tsx";
import { SelectionsPage } from "./pages/selections.tsx";
import { pairSpread } from "./pair_charts.ts";
import { pairPath } from "./pair_path.ts";
import { readPair } from "./pair_record.ts";
import { readPairView } from "./pair_view.ts";
import { residualDiagnostics } from "./residual_diagnostics.ts";
import { readSelectionHistory, type SelectionsEngine } from "./selection_history.ts";
import { isUnsearched, pairsAddress, type PairsEngine, type TestedPair, TestedPairReader } from "./tested_pairs.ts";
import type { VersionEngine } from "./version_rows.ts";

const testedColumns = [
  "as_of",
  "ticker_1",
  "ticker_2",
  "cluster",
  "sources",
  "accepted",
  "slope",
  "intercept",
  "adf_statistic",
  "adf_p_value",
  "used_lag",
  "engle_granger_p_value",
  "engle_granger_p_value_reversed",
  "adjusted_p_value",
  "earlier_p_value",
  "hurst_exponent",
  "half_life",
  "mean_crossings",
  "price_1",
  "price_2",
  "lowest_price",
  "dollar_volume_1",
  "dollar_volume_2",
  "share_without_trade",
  "spread_bps_1",
  "spread_bps_2",
  "max_notional",
  "failed_criteria",
] as const satisfies ColumnOf<TestedPair>[];

/** Pages under `/pairs`: tested pairs, clusters, past selections, and each pair. */
export function pairPages(
  { engine, nextSession, pairTrials }: {
    engine: PairsEngine & VersionEngine & ClustersEngine & SelectionsEngine & ForecastsEngine;
    nextSession(date: string): string | null;
    pairTrials?: PairTrials;
  },
): Hono {
  const reader = new TestedPairReader(engine);
  return new Hono()
    .get("/", async (c) => {
      const data = await readPairs({ reader, parameters: new URL(c.req.url).searchParams });
      const { search, problems, found } = data;
      const status = problems.size > 0 ? 400 : found && isUnsearched(search, found) ? 404 : 200;
      return answer(c, <PairsPage {...data} />, status);
    })
    .get("/tested.csv", async (c) => {
      const { search, problems } = pairsAddress.read(new URL(c.req.url).searchParams);
      if (problems.size > 0) return c.text([...problems.values()].join("\n"), 400);
      const found = await reader.read(search, { whole: true });
      if (found === null || isUnsearched(search, found)) return c.notFound();
      if (found.cut) {
        const most = found.matching.toLocaleString("en");
        return c.text(
          `More than ${most} pairs match. Filter them, or read /v1/assets/${cointegratedPairs.key}/rows.`,
          400,
        );
      }
      return answerCsv(c, "tested_pairs.csv", { names: testedColumns, rows: found.pairs });
    })
    .route("/clusters", clusterPages({ engine }))
    .get("/selections", async (c) => {
      const ticker = c.req.query("ticker")?.trim() || undefined;
      return answer(c, <SelectionsPage history={await readSelectionHistory(engine, { ticker })} ticker={ticker} />);
    })
    .get("/:ticker_1/:ticker_2", async (c) => {
      const { ticker_1, ticker_2 } = c.req.param();
      const tickers = [ticker_1, ticker_2] as const;
      const parameters = new URL(c.req.url).searchParams;
      const { view, problems } = readPairView(parameters);
      const pair = await readPair(engine, tickers, { strategy: view.strategy });
      if (pair === "reversed") return c.redirect(pairPath(ticker_2, ticker_1), 302);
      if (pair === "unmaterialized") return answer(c, <PairAbsentPage tickers={tickers} materialized={false} />);
      if (pair === "unknown") return answer(c, <PairAbsentPage tickers={tickers} materialized />, 404);
      const asked = forecastsAddress.read(parameters);
      const forecasts = await readPairForecasts(engine, tickers, asked.search);
      for (const [name, problem] of asked.problems) problems.set(name, problem);
      reportUnknown(asked.search, forecasts, problems);
      const traded = pair.walkForward;
      if (view.strategy !== undefined && traded && traded.strategy !== view.strategy) {
        const known = traded.settings.strategies.join(", ");
        problems.set("strategy", `There is no strategy “${view.strategy.slice(0, 40)}”: ${known}.`);
        delete view.strategy;
      }
      const moved = await readMovedPair(pairTrials, pair, { parameters, isShown: isShown(c) });
      const page = (
        <PairPage
          pair={pair}
          forecasts={forecasts}
          view={{ ...view, moved: moved?.parameters }}
          moved={moved}
          problems={problems}
          nextSession={nextSession}
        />
      );
      return answer(c, page, problems.size + (moved?.problems.size ?? 0) > 0 ? 400 : 200);
    })
    // Tables of the page that are computed and not assets.
    .get("/:ticker_1/:ticker_2/:table{(monthly_returns|spread_distribution)\\.csv}", async (c) => {
      const { ticker_1, ticker_2, table } = c.req.param();
      const pair = await readPair(engine, [ticker_1, ticker_2], { strategy: c.req.query("strategy") });
      if (typeof pair === "string") return c.notFound();
      if (table === "monthly_returns.csv") {
        const backtest = c.req.query("backtest") === "reference" ? pair.reference : pair.walkForward;
        if (backtest === null) return c.notFound();
        const rows = monthlyReturns(backtest, { before: 100_000 }).flatMap(({ year, months }) =>
          months.flatMap((value, m) => value === null ? [] : [{ year, month: m + 1, return: value }])
        );
        return answerCsv(c, table, { names: ["year", "month", "return"], rows });
      }
      const { closes, tested } = pair;
      if (closes === null || tested === null || tested.slope === null || tested.intercept === null) return c.notFound();
      const line = { slope: tested.slope, intercept: tested.intercept };
      const found = residualDiagnostics(pairSpread(closes, line).values, { halfLife: tested.half_life });
      if (found === null) return c.notFound();
      const names = ["kind", "from", "to", "lag", "value", "expected"];
      const rows = [
        ...found.bins.map(({ from, to, sessions, normal }) => ({
          kind: "distribution",
          from,
          to,
          value: sessions,
          expected: normal,
        })),
        ...found.autocorrelation.map(({ lag, value, implied }) => ({
          kind: "autocorrelation",
          lag,
          value,
          expected: implied,
        })),
      ];
      return answerCsv(c, table, { names, rows });
    });
}

/**
 * Whether an answer reaches the reader. A page of another site can ask for this one by an image or a script, which shows nothing of it
 * and so tries nothing.
 */
function isShown(c: Context): boolean {
  if (c.req.method === "HEAD") return false;
  return c.req.header("Sec-Fetch-Site") !== "cross-site" || c.req.header("Sec-Fetch-Dest") === "document";
}
