import assert from "node:assert/strict";
import { importedKeys } from "../../../assets/imported/imported_keys.ts";
import type { PendingImport } from "../../../assets/imported/resources.ts";
import { databases, withEmbedded } from "../../support/database.ts";
import { type ImportedBar, importedBars, pendingImport } from "../../support/pending_import.ts";
import { rawNewsRow } from "../../support/raw_news_row.ts";
import { VendorMarket } from "../../support/vendor/market.ts";
import { type VendorChain, withVendorChain } from "../../support/vendor_chain.ts";

const span = { tickers: 14, from: "2024-01-02", to: "2024-02-29", seed: 1 };
const market = new VendorMarket(span);
const sessions = market.sessions();
/** From here on the vendor is asked. */
const historyFrom = sessions[20]!;

/** What the original would have: the vendor's bars, with the splits up to now in them, and a ticker that the vendor does not know. */
function originalBars(): ImportedBar[] {
  const bars = sessions.flatMap((session, i) =>
    market.sessionBars(session, { adjusted: true }).flatMap(({ ticker, c, vw }): ImportedBar[] =>
      // In sessions that the vendor is asked for as well, its bars count.
      c === undefined
        ? []
        : [{ ticker, session, close: i < 20 ? c : 2 * c, vwap: vw, volume: 100, adjusted_through: sessions.at(-1)! }]
    )
  );
  return [...bars, ...sessions.slice(0, 30).map((session) => ({ ticker: "ZZZ", session, close: 5 }))];
}

const closes = (rows: Record<string, unknown>[]) =>
  new Map(rows.map(({ ticker, session, close }) => [`${ticker} ${session}`, close as number]));

/** Each close that is more than rounding away from what is expected, and each that is on one side alone. */
function differences(found: Map<string, number>, expected: Map<string, number>): string[] {
  const keys = new Set([...found.keys(), ...expected.keys()]);
  return [...keys].filter((key) => !(Math.abs(found.get(key)! / expected.get(key)! - 1) < 1e-3)).sort();
}

const chain = "+daily_ohlc sessions +tickers +news_mentions";

for (const { name, ignore, open } of databases) {
  Deno.test({
    name:
      `a vendor on top of an import loses nothing: its bars count where it has them, imported ones elsewhere, on ${name}`,
    ignore,
    async fn() {
      const database = await open();
      try {
        const news = [rawNewsRow("old", "ZZZ", "2023-12-01T14:30:00Z")];
        const ticker = { ticker: "ZZZ", name: "Gone Fund", type: "ETF", exchange: null, sector: null, currency: "USD" };
        const pending = pendingImport({
          bars: importedBars(originalBars()),
          tickers: [{ ...ticker, active: false, delisted_on: null }],
          news,
        });
        const resources: { historyFrom: string; pendingImport?: PendingImport } = {
          historyFrom,
          pendingImport: pending,
        };
        await withVendorChain({ database, imported: true, resources, ...span }, async (one) => {
          assert.equal((await one.materialize(importedKeys.join(" "))).status, "succeeded");
          assert.deepEqual(one.calls(), {});
          // Another process, which knows of the import what the database holds.
          delete resources.pendingImport;
          await one.reopen({ imported: true });
          await requireJoined(one);
        });
      } finally {
        await database.close();
      }
    },
  });
}

Deno.test("an import into a database that a vendor has filled asks the vendor for nothing again", () =>
  withEmbedded(async (database) => {
    const resources: { historyFrom: string; pendingImport?: PendingImport } = { historyFrom };
    await withVendorChain({ database, resources, ...span }, async (one) => {
      assert.equal((await one.materialize(chain)).status, "succeeded");
      const before = await one.rows("daily_bars");
      assert.ok(Object.keys(one.calls()).length > 0);
      resources.pendingImport = pendingImport({ bars: importedBars(originalBars()) });
      await one.reopen({ imported: true });
      await one.materialize(importedKeys.join(" "));
      assert.equal((await one.materialize(chain)).status, "succeeded");
      assert.deepEqual(one.calls(), {});
      const after = closes(await one.rows("daily_bars"));
      for (const [key, close] of closes(before)) assert.equal(after.get(key), close, key);
      assert.ok(after.size > before.length);
    });
  }));

async function requireJoined(one: VendorChain): Promise<void> {
  assert.equal((await one.materialize(chain)).status, "succeeded");
  const expected = new Map(
    sessions.flatMap((session) =>
      one.vendor.market.sessionBars(session, { adjusted: true }).flatMap(({ ticker, c }) =>
        c === undefined ? [] : [[`${ticker} ${session}`, c] as const]
      )
    ),
  );
  const listed = new Set((await one.rows("raw_tickers")).map(({ ticker }) => ticker));
  for (const key of expected.keys()) {
    const [ticker, session] = key.split(" ") as [string, string];
    // What the vendor does not list is not asked of it: there all that was imported counts.
    if (!listed.has(ticker) && session >= historyFrom) expected.set(key, 2 * expected.get(key)!);
  }
  for (const session of sessions.slice(0, 30)) expected.set(`ZZZ ${session}`, 5);
  const bars = await one.rows("daily_bars");
  assert.deepEqual(differences(closes(bars), expected), []);
  assert.ok(bars.some(({ session, split_factor }) => String(session) < historyFrom && split_factor !== 1));
  assert.equal((await one.rows("sessions")).length, sessions.length);
  assert.ok((await one.rows("raw_daily_bars")).every(({ session }) => String(session) >= historyFrom));
  assert.ok((await one.rows("news_mentions")).some(({ id, ticker }) => id === "old" && ticker === "ZZZ"));
  const zzz = (await one.rows("tickers")).find(({ ticker }) => ticker === "ZZZ");
  assert.deepEqual([zzz?.name, zzz?.active], ["Gone Fund", false]);
  assert.deepEqual(await one.engine.origins([(await one.engine.rowVersion("daily_bars"))!.id]), [
    "imported",
    "polygon",
  ]);
}
