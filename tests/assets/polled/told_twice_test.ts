import assert from "node:assert/strict";
import { checkResults } from "../../../engine/mod.ts";
import { withEmbedded } from "../../support/database.ts";
import { type VendorChain, withVendorChain } from "../../support/vendor_chain.ts";

const market = { tickers: 12, from: "2024-01-02", to: "2024-03-28" };
const compared = ["raw_splits", "raw_dividends", "daily_bars", "clean_prices"];
const selection = "+clean_prices";

async function content(chain: VendorChain) {
  return Object.fromEntries(await Promise.all(compared.map(async (key) => [key, await chain.rows(key)] as const)));
}

async function succeeds(chain: VendorChain): Promise<void> {
  const run = await chain.materialize(selection);
  assert.equal(run.status, "succeeded", run.steps.map(({ error }) => error?.message ?? "").join(" "));
}

/** Messages of the failed judgements of a check, newest first. */
async function failed({ engine }: VendorChain, key: string, name: string): Promise<string[]> {
  const results = await checkResults(engine.ledger.database.sql, key, { limit: 100, name });
  return results.filter(({ passed }) => !passed).map(({ message }) => message);
}

Deno.test("the chain on a vendor counts a repeated event once, and skips unusable rows", async (t) => {
  const expected = await withEmbedded((database) =>
    withVendorChain({ database, ...market }, async (chain) => {
      await succeeds(chain);
      assert.ok((await chain.rows("raw_splits")).length >= 2 && (await chain.rows("raw_dividends")).length >= 2);
      assert.deepEqual(await failed(chain, "clean_prices", "splits_match_jumps"), []);
      return await content(chain);
    })
  );
  for (
    const faults of [["doubled_events"], ["adjacent_events"], [
      "blank_bars",
      "rows_of_strangers",
      "doubled_events",
    ]] as const
  ) {
    await t.step(
      faults.join(" and "),
      () =>
        withEmbedded((database) =>
          withVendorChain({ database, ...market }, async (chain) => {
            for (const fault of faults) chain.vendor.faults.set(fault);
            await succeeds(chain);
            assert.deepEqual(await content(chain), expected);
            assert.deepEqual(await failed(chain, "raw_splits", "rows_usable"), []);
            assert.deepEqual(await failed(chain, "raw_dividends", "rows_usable"), []);
          })
        ),
    );
  }
});

Deno.test("the chain on a vendor names an impossible split, and continues; one of an unfollowed ticker it ignores", () =>
  withEmbedded((database) =>
    withVendorChain({ database, ...market }, async (chain) => {
      const { market: at } = chain.vendor;
      const day = at.sessions()[30]!;
      at.listedSplits.push({ id: "Z1", ticker: "ZZZZ", executionDate: day, from: 1, to: 0 });
      await succeeds(chain);
      assert.deepEqual(await failed(chain, "raw_splits", "rows_usable"), []);
      const before = await content(chain);

      const [ticker] = (await chain.rows("raw_tickers")).map((row) => String(row.ticker));
      at.listedSplits.push({ id: "Z2", ticker: ticker!, executionDate: day, from: 0, to: 1 });
      at.advanceSessions(1);
      await succeeds(chain);
      const [message] = await failed(chain, "raw_splits", "rows_usable");
      assert.match(message!, new RegExp(`^1 row needs attention: ${ticker} \\(results\\[\\d+\\]\\): split_from: `));
      assert.deepEqual(await chain.rows("raw_splits"), before.raw_splits);
    })
  ));

Deno.test("the chain on a vendor reports differing splits of a session, and applies the one that the prices show", () =>
  withEmbedded((database) =>
    withVendorChain({ database, ...market }, async (chain) => {
      const { market: at } = chain.vendor;
      const real = at.splits[0]!;
      at.listedSplits.push({ ...real, id: "other", to: real.to * 5 });
      await succeeds(chain);
      const applied = (await chain.rows("raw_splits")).filter(({ ticker }) => ticker === real.ticker);
      assert.deepEqual(applied.map(({ ratio }) => ratio), [real.to / real.from]);
      const [message] = await failed(chain, "raw_splits", "rows_usable");
      assert.match(
        message!,
        new RegExp(`^2 rows need attention: ${real.ticker} .* one of the differing splits .* fits the prices`),
      );
    })
  ));

Deno.test("the chain on a vendor undoes a split that the vendor takes back, and warns of one that prices do not show", () =>
  withEmbedded((database) =>
    withVendorChain({ database, ...market }, async (chain) => {
      const { market: at } = chain.vendor;
      await succeeds(chain);
      const before = await content(chain);
      const split = new Set((await chain.rows("raw_splits")).map((row) => row.ticker));
      const ticker = (await chain.rows("raw_tickers")).filter((row) => row.active && !split.has(row.ticker))
        .map((row) => String(row.ticker))[0]!;
      const day = at.sessions()[30]!;
      at.listedSplits.push({ id: "Z1", ticker, executionDate: day, from: 1, to: 2 });
      at.advanceSessions(1);
      await succeeds(chain);
      const [halved] = (await chain.rows("daily_bars")).filter((row) => row.ticker === ticker);
      assert.equal(halved!.split_factor, 2);
      assert.deepEqual(await failed(chain, "daily_bars", "splits_match_jumps"), [
        `1 jump: ${ticker} on ${day} (2:1 is recorded, but the price did not jump)`,
      ]);
      const [message] = await failed(chain, "clean_prices", "splits_match_jumps");
      assert.match(
        message!,
        new RegExp(`^1 jump: ${ticker} on ${day} \\(looks like 1:2 that is not recorded, or a wrongly recorded 2:1\\)`),
      );

      at.listedSplits.pop();
      const newest = at.advanceSessions(1);
      await succeeds(chain);
      const now = await content(chain);
      const old = (rows: Record<string, unknown>[]) => rows.filter(({ session }) => String(session) <= "2024-03-28");
      for (const key of ["raw_splits", "daily_bars"]) assert.deepEqual(old(now[key]!), before[key], key);
      assert.ok(now.daily_bars!.some(({ session }) => session === newest));
      const bars = await chain.rows("raw_daily_bars");
      assert.equal(bars.find((bar) => bar.ticker === ticker && bar.session === day)!.split, 1);
    })
  ));

Deno.test("the chain on a vendor undoes a dividend that the vendor takes back weeks later", () =>
  withEmbedded((database) =>
    withVendorChain({ database, ...market }, async (chain) => {
      const { market: at } = chain.vendor;
      const exDate = at.sessions()[30]!;
      const { ticker } = at.instruments[0]!;
      at.listedDividends.push({ id: "Z1", ticker, exDate, cash: 0.5, frequency: 4, distributionType: "CD" });
      await succeeds(chain);
      const paid = async (key: string, column: string) =>
        (await chain.rows(key)).find((row) => row.ticker === ticker && row.session === exDate)?.[column];
      assert.deepEqual([await paid("raw_dividends", "cash"), await paid("raw_daily_bars", "dividend")], [0.5, 0.5]);
      at.listedDividends.pop();
      at.advanceSessions(1);
      await succeeds(chain);
      assert.deepEqual([await paid("raw_dividends", "cash"), await paid("raw_daily_bars", "dividend")], [undefined, 0]);
    })
  ));
