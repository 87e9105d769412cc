import assert from "node:assert/strict";
import { checkResults, type Run } from "../../../engine/mod.ts";
import type { Database } from "../../../resources/database/mod.ts";
import { databases, withEmbedded } from "../../support/database.ts";
import { failingFaults, type FaultName, faultNames, rowFaults } from "../../support/vendor/mod.ts";
import { type VendorChain, withVendorChain } from "../../support/vendor_chain.ts";

/** Few tickers, so that calls of every kind are made. */
const market = { tickers: 8, from: "2024-02-01", to: "2024-02-15", resources: { newsFrom: "2024-02-01" } };
/** After so many sessions without a fault everything that may be corrected has been read again. */
const sessionsUntilReadAgain = 6;

const compared = "raw_tickers raw_splits raw_dividends raw_news raw_ticker_details raw_daily_bars daily_bars tickers " +
  "news_mentions daily_ohlc indicators";

/**
 * Everything that was had. A source that repeats rows is heard out, so that of repeated and blank bars, which are kept as received, the
 * one that counts is looked at; the size of a company depends on the day on which it was asked for.
 *
 * @param left Tickers that are passed over.
 */
async function content(chain: VendorChain, left: ReadonlySet<unknown> = new Set()): Promise<Record<string, unknown[]>> {
  const tables = await Promise.all(
    compared.split(" ").map(async (key) => {
      const rows = await chain.rows(key);
      const counted = key === "raw_daily_bars" ? firstWithClose(rows) : rows;
      return [
        key,
        counted.filter(({ ticker }) => !left.has(ticker)).map(({ market_cap: _, occurrence: __, ...row }) => row),
      ] as const;
    }),
  );
  return Object.fromEntries(tables);
}

function firstWithClose(bars: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  const found = new Map<string, Record<string, unknown>>();
  for (const bar of bars) {
    const partition = `${bar.ticker} ${bar.session}`;
    if (bar.close !== null && !found.has(partition)) found.set(partition, bar);
  }
  return [...found.values()];
}

/** The content after `sessions` further ones, had at once and without a fault. */
async function faultless(sessions: number, left?: ReadonlySet<unknown>): Promise<Record<string, unknown[]>> {
  return await withEmbedded((database) =>
    withVendorChain({ database, ...market }, async (chain) => {
      chain.vendor.market.advanceSessions(sessions);
      const run = await chain.materialize();
      assert.equal(run.status, "succeeded", errorsOf(run));
      return await content(chain, left);
    })
  );
}

function errorsOf(run: Run): string {
  return run.steps.flatMap(({ key, error }) => error ? [`${key}: ${error.message}`] : []).join("\n");
}

async function notFresh({ engine }: VendorChain): Promise<string[]> {
  return (await engine.states(compared.split(" "))).filter(({ state }) => state !== "fresh").map(({ key }) => key);
}

/** What must hold after a run under faults: what it could not have shows. */
async function tellsTheTruth(chain: VendorChain, run: Run): Promise<void> {
  const open = await notFresh(chain);
  if (run.status === "succeeded") assert.deepEqual(open, [], "a run that succeeded left something behind");
  else assert.notDeepEqual(open, [], `a run failed, and everything is fresh: ${errorsOf(run)}`);
}

/** What the steps of all runs, or of one, told of rows that cannot be used. */
async function rejectedRows({ engine }: VendorChain, run?: Run): Promise<{ ticker: string | null }[]> {
  const { sql } = engine.ledger.database;
  const found = await Promise.all(
    compared.split(" ").map((key) => checkResults(sql, key, { limit: 1_000, name: "rows_usable" })),
  );
  return found.flat().filter(({ runId, passed }) => !passed && (run === undefined || runId === run.id))
    .flatMap(({ failingRows }) => failingRows as { ticker: string | null }[]);
}

async function recover(chain: VendorChain): Promise<void> {
  chain.vendor.faults.clear();
  const run = await chain.materialize();
  assert.equal(run.status, "succeeded", errorsOf(run));
  assert.deepEqual(await notFresh(chain), []);
}

Deno.test("the chain on a vendor has the same content in the end whatever fault came between, each for itself", async (t) => {
  await withEmbedded((database) =>
    withVendorChain({ database, ...market }, async (chain) => {
      const { vendor } = chain;
      vendor.faults.slowBodyMs = 1_000;
      await recover(chain);
      const singleThing = ["ticker_details"];
      for (const fault of faultNames) {
        await t.step(fault, async () => {
          vendor.market.advanceSessions(1);
          vendor.calls.splice(0);
          const costsRows = rowFaults.includes(fault);
          vendor.faults.set(fault, {
            times: failingFaults.includes(fault) || costsRows ? 1 : 3,
            // An answer of many rows loses one; one of a single thing is none without it.
            when: ({ endpoint }) => !costsRows || !singleThing.includes(endpoint),
          });
          const run = await chain.materialize();
          assert.ok(vendor.calls.some(({ faults }) => faults.includes(fault)), "it had the fault");
          assert.equal(run.status, failingFaults.includes(fault) ? "failed" : "succeeded", errorsOf(run));
          if (costsRows) assert.ok((await rejectedRows(chain, run)).length > 0, "no row is told");
          await tellsTheTruth(chain, run);
          await recover(chain);
        });
      }
      vendor.market.advanceSessions(sessionsUntilReadAgain);
      await recover(chain);
      assert.deepEqual(await content(chain), await faultless(faultNames.length + sessionsUntilReadAgain));
    })
  );
});

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `the chain on a vendor has the same content in the end after a long run of faults at random, on ${name}`,
    ignore,
    async fn() {
      const database = await open();
      try {
        await longRun(database);
      } finally {
        await database.close();
      }
    },
  });
}

async function longRun(database: Database): Promise<void> {
  const rounds = 8;
  await withVendorChain({ database, ...market, seed: 1 }, async (chain) => {
    const { vendor } = chain;
    vendor.faults.slowBodyMs = 1_000;
    const had = new Set<FaultName>();
    let failed = 0;
    let calls = 0;
    for (let round = 0; round <= rounds; round++) {
      if (round > 0) vendor.market.advanceSessions(1);
      for (const fault of faultNames) {
        if (fault === "hang" || fault === "slow_body") vendor.faults.set(fault, { probability: 0.01 });
        else vendor.faults.set(fault, { probability: failingFaults.includes(fault) ? 0.01 : 0.03 });
      }
      const run = await chain.materialize();
      await tellsTheTruth(chain, run);
      failed += Number(run.status !== "succeeded");
      for (const { faults } of vendor.calls) for (const fault of faults) had.add(fault);
      calls += vendor.calls.splice(0).length;
    }
    assert.ok(calls > 100 && had.size > 12, `${calls} calls had ${[...had].join(", ")}`);
    assert.ok(failed > 0 && failed <= rounds, `${failed} of ${rounds + 1} runs failed`);
    await recover(chain);
    vendor.market.advanceSessions(sessionsUntilReadAgain);
    await recover(chain);
    // A row of an old session that could not be used is told, and is not asked for again.
    const told = new Set((await rejectedRows(chain)).map(({ ticker }) => ticker));
    const tickers = (await chain.rows("raw_tickers")).length;
    assert.ok(told.size > 0 && told.size <= tickers / 2, `${told.size} of ${tickers} tickers lost a row`);
    assert.deepEqual(await content(chain, told), await faultless(rounds + sessionsUntilReadAgain, told));
  });
}
