import { table } from "../../engine/mod.ts";
import { RawSplit } from "../market/raw_splits.ts";
import { rawTickers } from "./raw_tickers.ts";
import { firstSession, newestSession, sessionFrom } from "./history.ts";
import { asset } from "./vendor_resources.ts";

/**
 * Splits of the followed instruments up to the newest session. They are few: each session the whole list is read anew, so that one
 * that the vendor learns of late is found however far it reaches back.
 *
 * What is only announced is told in the metadata and kept out of the rows: prices before a split are divided by it, and nobody
 * has traded at such prices while it lies ahead.
 */
export const rawSplits = asset({
  key: "raw_splits",
  module: import.meta,
  group: "market",
  layer: "raw",
  description: "Splits as the vendor tells of them: what the prices before them have to be divided by.",
  deps: { tickers: rawTickers },
  row: RawSplit,
  primaryKey: ["ticker", "session"],
  cells: { name: "ticker", date: "session" },
  pool: "vendor",
  source: ({ resources, clock }) =>
    Promise.resolve(`${newestSession({ resources, clock })} ${resources.historyFrom ?? ""}`),

  async materialize({ inputs, resources, clock, signal }) {
    const followed = new Set((await inputs.tickers.rows()).map(({ ticker }) => ticker));
    let calls = 0;
    const announced = await resources.vendor.splits({
      from: firstSession({ resources, clock }),
      signal,
      onRequest: () => calls++,
    });
    const newest = newestSession({ resources, clock });
    const ratios = new Map<string, { ticker: string; session: string; ratio: number }>();
    for (const { ticker, executionDate, ratio } of announced) {
      if (!followed.has(ticker)) continue;
      const session = sessionFrom(executionDate);
      const before = ratios.get(`${ticker} ${session}`)?.ratio ?? 1;
      ratios.set(`${ticker} ${session}`, { ticker, session, ratio: before * ratio });
    }
    const { happened = [], ahead = [] } = Object.groupBy(
      ratios.values(),
      ({ session }) => session <= newest ? "happened" : "ahead",
    );
    return {
      rows: happened,
      metadata: {
        source: resources.vendor.name,
        calls,
        announced: table(["ticker", "session", "ratio"], ahead.map((one) => [one.ticker, one.session, one.ratio])),
      },
    };
  },
});
