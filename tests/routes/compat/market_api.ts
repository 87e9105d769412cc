import * as assets from "../../../assets/mod.ts";
import { Engine, loggerTo, type LogLevel, Scheduler, silentLogger } from "../../../engine/mod.ts";
import { fixedClock } from "../../../resources/clock.ts";
import type { Database } from "../../../resources/database/mod.ts";
import { weekdays } from "../../../resources/exchange_calendar/mod.ts";
import type { MarketData, TickerListing } from "../../../resources/market_data/mod.ts";
import { type Api, api } from "../../../routes/mod.ts";
import type { RawBar } from "../../support/bars.ts";
import { withEmbedded } from "../../support/database.ts";
import { groupedMarket } from "../../support/grouped_market.ts";
import { knownTable } from "../../support/known_tables.ts";
import { marketOf } from "../../support/market_of.ts";
import { type Answer, read } from "../../support/answer.ts";
import { heldToDocument } from "../../support/described.ts";

/** The API over the real assets on a small market. */
export interface MarketApi {
  app: Api;
  engine: Engine;
  database: Database;
  bars: readonly RawBar[];
  request(path: string, init?: RequestInit): Promise<Response>;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
  /** Materializes all that the routes read. */
  materialize(): Promise<void>;
  /** Gives the market other bars. */
  change(bars: readonly RawBar[]): void;
  /** Calls of the market for bars or tickers. */
  vendorCalls(): number;
  /** Errors that were logged. */
  errors: string[];
}

/** Everything but the walk-forward, which no old route reads. */
const assetsRead = [
  assets.rawTickers,
  assets.rawDailyBars,
  assets.rawSplits,
  assets.rawDividends,
  assets.dailyBars,
  assets.rejectedBars,
  assets.sessions,
  assets.marketIndex,
  assets.rawTickerDetails,
  assets.tickerDetails,
  assets.tickerGroups,
  assets.cleanPrices,
  assets.cleanPriceSpans,
  assets.pairClusters,
  assets.cointegratedPairs,
  assets.chosenPairs,
  assets.pairSignals,
  assets.pairTrades,
  assets.pairMetrics,
];

/** News as a vendor brings them; where bars come from a file there are none. */
export const mentions = [["n1", "A0"], ["n1", "A1"], ["n2", "A0"]].map(([id, ticker]) => ({
  id: id!,
  ticker: ticker!,
  publisher: "The Wire",
  author: id === "n1" ? null : "A. Writer",
  source_url: `https://wire.example/${id}`,
  short_summary: `What ${id} says`,
  publish_time: "2026-11-20T14:30:00.500Z",
}));

/** Sessions of the market: what a Hurst exponent takes, and some. */
export const SESSIONS = 160;

/** Runs `test` on an embedded database, or another one, with nothing materialized. */
export async function withMarketApi(
  test: (api: MarketApi) => Promise<void>,
  { maxBodyBytes = 1024 * 1024, maxClosesBytes = 32 * 1024 * 1024, withIndicators = true, on = withEmbedded, compat }: {
    maxBodyBytes?: number;
    maxClosesBytes?: number;
    withIndicators?: boolean;
    on?: typeof withEmbedded;
    compat?: "none" | "strict";
  } = {},
): Promise<void> {
  await on(async (database) => {
    const clock = fixedClock("2026-11-23T12:00:00Z");
    let bars: readonly RawBar[] = groupedMarket(SESSIONS);
    let version = 1;
    let calls = 0;
    const market = () => marketOf({ bars, listings: listingsOf(bars), version: `${version}` });
    const marketData: MarketData = {
      name: "test",
      version: () => market().version(),
      tickers: (options) => (calls++, market().tickers(options)),
      dailyBars: (options) => (calls++, market().dailyBars(options)),
    };
    const engine = await Engine.open({
      assets: [
        ...assetsRead,
        knownTable(assets.newsMentions, mentions),
        ...withIndicators ? [assets.indicators] : [],
      ],
      database,
      resources: { marketData, calendar: weekdays },
      clock,
      logger: silentLogger,
      config: { cointegrated_pairs: { minCrossings: 45 }, chosen_pairs: { maxPairs: 2 } },
    });
    const errors: string[] = [];
    const logger = loggerTo((level: LogLevel, message) => level === "error" && errors.push(message));
    const scheduler = new Scheduler({ engine, database, clock, schedules: [], logger });
    const limits = { maxBodyBytes, maxClosesBytes };
    const app = heldToDocument(api({ engine, scheduler, logger, ready: () => Promise.resolve([]), limits, compat }));
    const request = async (path: string, init?: RequestInit) => await app.request(path, init);
    try {
      await test({
        app,
        engine,
        database,
        get bars() {
          return bars;
        },
        request,
        get: async (path, headers = {}) => await read(await request(path, { headers })),
        post: async (path, body) =>
          await read(
            await request(path, {
              method: "POST",
              body: typeof body === "string" ? body : JSON.stringify(body),
              headers: { "Content-Type": "application/json", Authorization: "Bearer of-an-old-client" },
            }),
          ),
        async materialize() {
          const { id } = await engine.submit({ selection: "*", trigger: "test" });
          const run = await engine.finished(id);
          const failed = run.steps.flatMap((step) => step.error ? [`${step.key}: ${step.error.message}`] : []);
          if (run.status !== "succeeded") throw new Error(`The run ${run.status}: ${failed.join(" ")}`);
        },
        change(changed) {
          bars = changed;
          version++;
        },
        vendorCalls: () => calls,
        errors,
      });
    } finally {
      await engine.close();
    }
  });
}

function listingsOf(bars: readonly RawBar[]): TickerListing[] {
  return [...new Set(bars.map((bar) => bar.ticker)), "NEW"].sort().map((ticker) => ({
    ticker,
    name: `${ticker} Fund`,
    type: "ETF",
    exchange: "XNAS",
    sector: null,
    currency: "USD",
    active: ticker !== "C3",
    delistedOn: null,
  }));
}
