import { z } from "zod";
import { rawTickers } from "./raw_tickers.ts";
import { firstSession, newestSession, sessionFrom } from "./history.ts";
import { asset } from "./vendor_resources.ts";

const RawSplit = z.object({
  ticker: z.string().min(1),
  session: z.iso.date().describe("First session whose prices are after the split"),
  ratio: z.number().positive().describe("New shares for one old one"),
});

/**
 * Splits of the followed instruments, announced ones included. They are few: each session the whole list is read anew, so that one
 * that the vendor learns of late is found however far it reaches back.
 */
export const rawSplits = asset({
  key: "raw_splits",
  module: import.meta,
  group: "market",
  layer: "raw",
  description: "Splits since the history begins, announced ones included.",
  deps: { tickers: rawTickers },
  row: RawSplit,
  primaryKey: ["ticker", "session"],
  cells: { name: "ticker", date: "session" },
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
    const ratios = new Map<string, { ticker: string; session: string; ratio: number }>();
    for (const { ticker, executionDate, ratio } of announced) {
      if (!followed.has(ticker)) continue;
      const session = sessionFrom(executionDate);
      const before = ratios.get(`${ticker} ${session}`)?.ratio ?? 1;
      ratios.set(`${ticker} ${session}`, { ticker, session, ratio: before * ratio });
    }
    return { rows: [...ratios.values()], metadata: { source: resources.vendor.name, calls } };
  },
});
