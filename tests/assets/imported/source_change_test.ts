import assert from "node:assert/strict";
import { join } from "node:path";
import { heldRows } from "../../../assets/imported/held_rows.ts";
import { importedKeys } from "../../../assets/imported/imported_keys.ts";
import type { PendingImport } from "../../../assets/imported/resources.ts";
import { lossOfHistory, lossText } from "../../../assets/imported/source_change.ts";
import { assetsOf } from "../../../assets/of_source.ts";
import { Engine, type RowFileOptions, silentLogger } from "../../../engine/mod.ts";
import { fixedClock } from "../../../resources/clock.ts";
import type { Database } from "../../../resources/database/mod.ts";
import { xnys } from "../../../resources/exchange_calendar/mod.ts";
import { csvMarket, dataSourceOf, type MarketData, simulatedMarket } from "../../../resources/market_data/mod.ts";
import { databases } from "../../support/database.ts";
import { testStore } from "../../support/row_files.ts";

const clock = fixedClock("2025-01-02T12:00:00Z");
const header = "ticker,date,open,high,low,close,volume,split\n";
const days = ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"];
const lines = (ticker: string, dates: readonly string[]) =>
  dates.map((date, i) => `${ticker},${date},10,10,10,10,100,${i === 2 ? 2 : 1}\n`).join("");

/** Makes the bars of a market and its other data, or what is about to be imported, as a process would. */
async function make(
  database: Database,
  marketData: MarketData,
  { pendingImport, rowFiles, others = "raw_tickers raw_ticker_details raw_news" }: {
    pendingImport?: PendingImport;
    rowFiles?: RowFileOptions;
    others?: string;
  } = {},
): Promise<void> {
  const engine = await Engine.open({
    assets: assetsOf("file", { imported: pendingImport !== undefined }),
    database,
    resources: { marketData, calendar: xnys, pendingImport },
    clock,
    logger: silentLogger,
    rowFiles,
  });
  try {
    const selection = pendingImport ? importedKeys.join(" ") : `+daily_bars ${others}`;
    const run = await engine.finished((await engine.submit({ selection, trigger: "test" })).id);
    assert.equal(run.status, "succeeded", JSON.stringify(run.steps));
  } finally {
    await engine.close();
  }
}

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `lossOfHistory() reports what another source would drop, and nothing where nothing is dropped, on ${name}`,
    ignore,
    async fn(t) {
      const folder = await Deno.makeTempDir({ prefix: "tandem-source-" });
      const file = async (name: string, text: string) => {
        await Deno.writeTextFile(join(folder, name), header + text);
        return csvMarket(join(folder, name));
      };
      const database = await open();
      const lossTo = (setting: string, market: MarketData | null) =>
        lossOfHistory(database, { source: dataSourceOf(setting), id: market?.id ?? setting, market });
      const whole = lines("A", days) + lines("B", days.slice(1));
      try {
        const prices = await file("prices.csv", whole);
        await t.step("an empty database has nothing to lose", async () => {
          assert.equal(await lossTo("csv:prices.csv", prices), null);
          assert.equal(await heldRows(database), null);
        });
        await t.step("simulated bars are no history", async () => {
          await make(database, simulatedMarket({ clock, tickers: 12 }), { others: "" });
          assert.equal(await lossTo("csv:prices.csv", prices), null);
        });
        await t.step("tickers, details and news that were never made are no rows", async () => {
          const { tickers, details, news, bars } = (await heldRows(database))!.rows;
          assert.deepEqual([tickers, details, news], [[], [], []]);
          assert.ok(bars.close.length > 0);
        });
        await make(database, prices);
        await t.step("the same file asks nothing, whatever is in it", async () => {
          assert.equal(await lossTo("csv:prices.csv", await file("prices.csv", lines("A", ["2024-01-05"]))), null);
        });
        await t.step("another file that has every bar asks nothing", async () => {
          assert.equal(await lossTo("csv:more.csv", await file("more.csv", whole + lines("C", days))), null);
        });
        await t.step("a file that lacks bars reports which", async () => {
          const fewer = await file("fewer.csv", lines("A", days.slice(2)) + lines("C", days));
          const loss = (await lossTo("csv:fewer.csv", fewer))!;
          const expected = { before: "csv", rows: 5, tickers: 2, sessions: 4, first: "2024-01-02", last: "2024-01-05" };
          assert.deepEqual(loss, expected);
          assert.match(
            lossText(loss, "csv: fewer.csv"),
            /^MARKET_DATA: the bars of this database are from csv, and csv: fewer\.csv would replace them: 5 bars of 2 tickers in 4 sessions, 2024-01-02 to 2024-01-05, would be gone\. .*`deno task import --held` .* --replace\. Or set MARKET_DATA back to csv: with the path of that file\.$/,
          );
        });
        await t.step("a vendor may lack all of it, and so may invented prices", async () => {
          assert.equal((await lossTo("polygon", null))!.rows, 7);
          assert.equal((await lossTo("simulated", simulatedMarket({ clock })))!.rows, 7);
        });
        await t.step("a file that cannot be read is no answer", async () => {
          await assert.rejects(lossTo("csv:none.csv", csvMarket(join(folder, "none.csv"))), /none\.csv/);
        });
        await t.step("the data in the database can be kept, as currently adjusted", async () => {
          const held = (await heldRows(database))!;
          assert.deepEqual(held.rows.bars.close, Float64Array.of(5, 5, 10, 10, 5, 5, 10));
          assert.deepEqual([...new Set(held.rows.bars.adjusted_through)], ["2024-01-05"]);
          assert.deepEqual(held.rows.tickers.map(({ ticker }) => ticker), ["A", "B"]);
          const pending = { source: dataSourceOf("polygon"), id: "polygon", market: null, pending: held.rows.bars };
          assert.equal(await lossOfHistory(database, pending), null);
          await make(database, prices, { pendingImport: held });
          assert.equal(await lossTo("polygon", null), null);
        });
      } finally {
        await database.close();
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `lossOfHistory() reads bars in files, without those that were imported, on ${name}`,
    ignore,
    async fn() {
      await using store = await testStore();
      const folder = await Deno.makeTempDir({ prefix: "tandem-source-" });
      const file = async (name: string, text: string) => {
        await Deno.writeTextFile(join(folder, name), header + text);
        return csvMarket(join(folder, name));
      };
      const database = await open();
      try {
        const rowFiles = { store, assets: ["raw_daily_bars", "daily_bars"] };
        const prices = await file("prices.csv", lines("A", days) + "B,2024-01-03,10,10,10,,100,1\n");
        await make(database, prices, { rowFiles });
        const polygon = { source: dataSourceOf("polygon"), id: "polygon", market: null };
        const loss = { before: "csv", rows: 4, tickers: 1, sessions: 4, first: "2024-01-02", last: "2024-01-05" };
        assert.deepEqual(
          await lossOfHistory(database, { ...polygon, rowFiles: store }),
          loss,
          "a bar without a price is none",
        );
        await assert.rejects(lossOfHistory(database, polygon), /raw_daily_bars.* in Parquet files. Set ROW_FILES/);
        await database.sql`CREATE TABLE raw.imported_daily_bars (ticker text, session date, _until bigint)`;
        await database
          .sql`INSERT INTO raw.imported_daily_bars VALUES ('A', '2024-01-03', NULL), ('A', '2024-01-04', 7)`;
        assert.equal((await lossOfHistory(database, { ...polygon, rowFiles: store }))!.rows, 3);
      } finally {
        await database.close();
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
