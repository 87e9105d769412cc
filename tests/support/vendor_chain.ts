import { assetsOf } from "../../assets/of_source.ts";
import type { ImportResources } from "../../assets/imported/resources.ts";
import type { VendorResources } from "../../assets/polled/vendor_resources.ts";
import { Engine, maxPageRows, type Run, silentLogger } from "../../engine/mod.ts";
import { xnys } from "../../resources/exchange_calendar/mod.ts";
import type { Clock } from "../../resources/clock.ts";
import type { Database } from "../../resources/database/mod.ts";
import { polygonVendor } from "../../resources/market_data/polygon/mod.ts";
import { unlimitedRate } from "../../resources/rate_limit/mod.ts";
import { type EndpointName, startVendor, type VendorDouble, type VendorOptions } from "./vendor/mod.ts";

/** The vendor's assets on a real engine, with the double that they call over HTTP. */
export interface VendorChain {
  vendor: VendorDouble;
  engine: Engine;
  resources: VendorResources;
  /** Materializes stale assets of a selection and waits for the end. */
  materialize(selection?: string): Promise<Run>;
  /** Number of calls that the double received since the last query, by endpoint. */
  calls(): Partial<Record<EndpointName, number>>;
  rows(key: string): Promise<Record<string, unknown>[]>;
  /** Closes the engine and opens another on the same database, as another process would; with another key, if given. */
  reopen(options?: { apiKey?: string; imported?: boolean }): Promise<void>;
}

export interface VendorChainOptions extends VendorOptions {
  database: Database;
  resources?: Partial<VendorResources & ImportResources>;
  /** Whether data were imported into the database, or are about to be. */
  imported?: boolean;
  /** Whether a setting asks for groups of tickers. */
  grouped?: boolean;
}

/** Received data and their immediate results: everything up to the search for pairs. */
export const receivedAndCleaned = "+tickers +news_mentions +daily_ohlc +indicators";

/** Runs `test` on an empty database and a market that starts with the double's first session, and always closes everything. */
export async function withVendorChain<T>(
  { database, ...given }: VendorChainOptions,
  test: (chain: VendorChain) => Promise<T>,
): Promise<T> {
  await using vendor = await startVendor(given);
  const clock: Clock = { now: () => vendor.market.now };
  const open = async ({ apiKey = vendor.apiKey, imported = given.imported } = {}) => {
    const resources: VendorResources = {
      vendor: polygonVendor({
        apiKey,
        baseUrl: vendor.url,
        rateLimit: unlimitedRate,
        clock,
        timeoutMs: 500,
        random: () => 0.5,
        pause: (_ms, signal) => signal?.aborted ? Promise.reject(signal.reason) : Promise.resolve(),
      }),
      universe: { type: "ETF", exchange: "XNAS" },
      historyFrom: vendor.market.sessions()[0]!,
      barsAfterCloseMinutes: 120,
      calendar: xnys,
      ...given.resources,
    };
    const assets = assetsOf("vendor", { imported, grouped: given.grouped });
    return { resources, engine: await Engine.open({ assets, database, resources, clock, logger: silentLogger }) };
  };
  let opened = await open();
  try {
    return await test({
      vendor,
      get engine() {
        return opened.engine;
      },
      get resources() {
        return opened.resources;
      },
      async materialize(selection = receivedAndCleaned) {
        return await opened.engine.finished((await opened.engine.submit({ selection, trigger: "test" })).id);
      },
      calls() {
        const calls: Partial<Record<EndpointName, number>> = {};
        for (const { endpoint } of vendor.calls.splice(0)) if (endpoint) calls[endpoint] = (calls[endpoint] ?? 0) + 1;
        return calls;
      },
      async rows(key) {
        let page = await opened.engine.rows(key, { limit: maxPageRows });
        const { rows } = page;
        while (page.nextCursor !== null) {
          page = await opened.engine.rows(key, { limit: maxPageRows, cursor: page.nextCursor });
          rows.push(...page.rows);
        }
        return rows;
      },
      async reopen(options) {
        await opened.engine.close();
        opened = await open(options);
      },
    });
  } finally {
    await opened.engine.close();
  }
}
