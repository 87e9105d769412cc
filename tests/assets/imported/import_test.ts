import assert from "node:assert/strict";
import { importedKeys } from "../../../assets/imported/imported_keys.ts";
import { importedMarket } from "../../../assets/imported/imported_market.ts";
import { wasImported, withImportedPairs } from "../../../assets/imported/imported_state.ts";
import { readOriginal } from "../../../assets/imported/original/read_original.ts";
import type { ImportResources, PendingImport } from "../../../assets/imported/resources.ts";
import { assetsOf } from "../../../assets/of_source.ts";
import type { Resources } from "../../../assets/resources.ts";
import { Engine, maxPageRows, silentLogger } from "../../../engine/mod.ts";
import { fixedClock } from "../../../resources/clock.ts";
import type { Database } from "../../../resources/database/mod.ts";
import { xnys } from "../../../resources/exchange_calendar/mod.ts";
import { databases } from "../../support/database.ts";
import { dumpOriginal } from "../../support/original/database.ts";
import { type OriginalRows, originalRows } from "../../support/original/rows.ts";

const clock = fixedClock("2025-01-02T12:00:00Z");
const rows = originalRows({ tickers: ["AAA", "BBB", "CCC", "DDD"], to: "2024-03-28" });

async function readFrom(rows: OriginalRows): Promise<PendingImport> {
  const folder = await Deno.makeTempDir({ prefix: "tandem-original-" });
  try {
    await dumpOriginal(folder, rows);
    return (await readOriginal(folder, { faultOfDate: xnys.faultOf })).pending;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Opens an engine as a process with these resources would, and closes it. */
async function inProcess<T>(
  database: Database,
  resources: Partial<Resources & ImportResources>,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  const all = { calendar: xnys, marketData: importedMarket(database), ...resources };
  const assets = assetsOf("file", { imported: true });
  const engine = await Engine.open({ assets, database, resources: all, clock, logger: silentLogger });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

async function materialize(engine: Engine, selection: string) {
  const run = await engine.finished((await engine.submit({ selection, trigger: "test" })).id);
  assert.equal(run.status, "succeeded", JSON.stringify(run.steps.filter(({ error }) => error)));
  return run;
}

async function rowsOf(engine: Engine, key: string): Promise<Record<string, unknown>[]> {
  const page = await engine.rows(key, { limit: maxPageRows });
  assert.equal(page.nextCursor, null);
  return page.rows;
}

const imports = importedKeys.join(" ");

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `an import has every bar, and twice the same changes nothing, on ${name}`,
    ignore,
    async fn(t) {
      const database = await open();
      try {
        const pendingImport = await readFrom(rows);
        assert.equal(await wasImported(database), false);
        await t.step("rows are published with their source", async () => {
          await inProcess(database, { pendingImport }, async (engine) => {
            await materialize(engine, imports);
            const bars = await rowsOf(engine, "imported_daily_bars");
            const expected = rows["raw.etf_daily_ohlc"]!;
            assert.equal(bars.length, expected.length);
            for (
              const [column, original] of [["close", "close"], ["vwap", "volume_weighted_price"], ["volume", "volume"]]
            ) {
              const sum = bars.reduce((sum, bar) => sum + Number(bar[column!]), 0);
              const whole = expected.reduce((sum, row) => sum + Number(row[original!]), 0);
              assert.ok(Math.abs(sum - whole) < 1e-6, `${column}: ${sum}, not ${whole}`);
            }
            const [made] = await engine.materializations("imported_daily_bars", { limit: 1 });
            assert.deepEqual(made!.metadata.source, { type: "text", value: "imported" });
          });
        });
        assert.equal(await wasImported(database), true);
        await t.step(
          "the same again is nothing to do",
          () =>
            inProcess(database, { pendingImport: { ...pendingImport } }, async (engine) => {
              assert.deepEqual((await engine.plan({ selection: imports })).steps, []);
            }),
        );
        await t.step(
          "in another process nothing is stale, and nothing goes, not even when it is made by force",
          () =>
            inProcess(database, {}, async (engine) => {
              const states = await engine.states(importedKeys);
              assert.deepEqual(states.map(({ state }) => state), importedKeys.map(() => "fresh"));
              await engine.finished((await engine.submit({ selection: imports, force: true, trigger: "test" })).id);
              assert.equal((await rowsOf(engine, "imported_daily_bars")).length, rows["raw.etf_daily_ohlc"]!.length);
            }),
        );
        await t.step("a smaller import keeps missing rows, and corrects its own", async () => {
          const [first, ...others] = rows["gold.etf_daily_ohlc"]!.slice(0, 10);
          const smaller = {
            "gold.etf_daily_ohlc": [{ ...first!, open: null, high: null, low: null, close: "1.5" }, ...others],
          };
          await inProcess(database, { pendingImport: await readFrom(smaller) }, async (engine) => {
            await materialize(engine, imports);
            const bars = await rowsOf(engine, "imported_daily_bars");
            assert.equal(bars.length, rows["raw.etf_daily_ohlc"]!.length);
            assert.equal(bars[0]!.close, 1.5);
            assert.equal((await rowsOf(engine, "imported_news")).length, rows["raw.ticker_news"]!.length);
          });
        });
      } finally {
        await database.close();
      }
    },
  });

  Deno.test({
    name:
      `MARKET_DATA=imported makes the chain of imported rows, pins the pairs chosen by hand, and says where they came from, on ${name}`,
    ignore,
    async fn() {
      const database = await open();
      try {
        await inProcess(database, { pendingImport: await readFrom(rows) }, (engine) => materialize(engine, imports));
        await inProcess(database, {}, async (engine) => {
          await materialize(engine, "+daily_ohlc +news_mentions +tickers");
          const ohlc = await rowsOf(engine, "daily_ohlc");
          assert.equal(ohlc.length, rows["raw.etf_daily_ohlc"]!.length);
          const expected = rows["raw.etf_daily_ohlc"]![0]!;
          assert.deepEqual([ohlc[0]!.ticker, ohlc[0]!.name, ohlc[0]!.close, ohlc[0]!.vwap], [
            ...["AAA", 'AAA "Index", Fund', Number(expected.close), Number(expected.volume_weighted_price)],
          ]);
          assert.equal((await rowsOf(engine, "news_mentions")).length, rows["raw.ticker_news"]!.length);
          assert.deepEqual((await rowsOf(engine, "tickers")).map(({ ticker, type }) => [ticker, type]), [
            ...[["AAA", "ETF"], ["BBB", "ETF"], ["CCC", "ETF"], ["DDD", null]],
          ]);
          const version = await engine.rowVersion("daily_ohlc");
          assert.deepEqual(await engine.origins([version!.id]), ["imported"]);
        });
        assert.deepEqual(await withImportedPairs({}, database), {
          chosen_pairs: { pinnedPairs: [["AAA", "BBB"], ["DDD", "CCC"]] },
        });
        const given = { chosen_pairs: { maxPairs: 3, bannedTickers: ["AAA"] } };
        assert.deepEqual(await withImportedPairs(given, database), {
          chosen_pairs: { pinnedPairs: [["DDD", "CCC"]], ...given.chosen_pairs },
        });
        const own = { chosen_pairs: { pinnedPairs: [] } };
        assert.deepEqual(await withImportedPairs(own, database), own);
      } finally {
        await database.close();
      }
    },
  });
}
