import * as assets from "../../assets/mod.ts";
import type { Resources } from "../../assets/resources.ts";
import { Engine, type Filter, maxPageRows, type PartitionRange, type Run, silentLogger } from "../../engine/mod.ts";
import type { Clock } from "../../resources/clock.ts";
import type { Database } from "../../resources/database/mod.ts";
import { type SourceCalendar, xnys } from "../../resources/exchange_calendar/mod.ts";
import type { MarketData } from "../../resources/market_data/mod.ts";
import type { TrialsByHand } from "../../resources/trials_by_hand.ts";

/** The real assets on a real engine. */
export interface AssetChain {
  engine: Engine;
  /** Materializes stale assets of a selection, everything by default, and waits for the end. */
  materialize(selection?: string, more?: { range?: PartitionRange; force?: boolean }): Promise<Run>;
  /** All rows of an asset that meet the filters, in key order. */
  rows(key: string, filters?: readonly Filter[], asOf?: number): Promise<Record<string, unknown>[]>;
  /** Data version of each asset, by key. */
  dataVersions(): Promise<Record<string, string>>;
}

/** Runs `test` with all assets on an empty database, and always closes the engine. */
export async function withAssetChain<T>(
  { database, marketData, calendar = xnys, clock, config, trialsByHand }: {
    database: Database;
    marketData: MarketData;
    calendar?: SourceCalendar;
    clock: Clock;
    config?: Readonly<Record<string, unknown>>;
    trialsByHand?: TrialsByHand;
  },
  test: (chain: AssetChain) => Promise<T>,
): Promise<T> {
  const resources: Resources = { marketData, calendar, trialsByHand };
  const options = { assets: Object.values(assets), database, resources, clock, config, logger: silentLogger };
  const engine = await Engine.open(options);
  try {
    return await test({
      engine,
      async materialize(selection = "*", more = {}) {
        return await engine.finished((await engine.submit({ selection, trigger: "test", ...more })).id);
      },
      async rows(key, filters, asOf) {
        const query = { filters, limit: maxPageRows, asOf };
        let page = await engine.rows(key, query);
        const { rows } = page;
        while (page.nextCursor !== null) {
          page = await engine.rows(key, { ...query, cursor: page.nextCursor });
          rows.push(...page.rows);
        }
        return rows;
      },
      async dataVersions() {
        const states = await engine.states();
        return Object.fromEntries(states.map((state) => [state.key, state.lastMaterialization!.dataVersion]));
      },
    });
  } finally {
    await engine.close();
  }
}
