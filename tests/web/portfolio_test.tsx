import assert from "node:assert/strict";
import { portfolioDaily, walkForwardDaily } from "../../assets/views.ts";
import { PortfolioChart } from "../../web/components/portfolio_chart.tsx";
import { readPortfolio } from "../../web/portfolio.ts";
import type { VersionEngine } from "../../web/version_rows.ts";

/** An engine with a portfolio that follows the best record, and the record of the walk-forward that made it. */
function engineOf(strategy: string, metadata: Record<string, unknown>) {
  const row = { strategy, costs: "fixed", cost_bps: 2, equity: 1, benchmark_equity: 1, drawdown: 0 };
  return {
    graph: { keys: [portfolioDaily.key, walkForwardDaily.key] },
    read: () => Promise.resolve({ rows: ["2024-01-02", "2024-01-03"].map((session) => ({ ...row, session })) }),
    ledger: { materializations: { latest: () => Promise.resolve(new Map([[walkForwardDaily.key, { metadata }]])) } },
  } as unknown as VersionEngine;
}

Deno.test("readPortfolio() says which strategy a portfolio trades now that follows the best record", async () => {
  const now = { headline_now: { type: "text", value: "ou_thresholds" } };
  const portfolio = (await readPortfolio(engineOf("best_record", now)))!;
  assert.deepEqual([portfolio.strategy, portfolio.tradedStrategy], ["best_record", "ou_thresholds"]);
  assert.match(
    String(<PortfolioChart portfolio={portfolio} />),
    /In each window the strategy with the best record before it \(now: OU thresholds\), on the pairs/,
  );
});

Deno.test("readPortfolio() takes a portfolio's own strategy where no record says another one", async () => {
  const portfolio = (await readPortfolio(engineOf("rolling_trend", {})))!;
  assert.deepEqual([portfolio.strategy, portfolio.tradedStrategy], ["rolling_trend", "rolling_trend"]);
});
