import assert from "node:assert/strict";
import { join } from "node:path";
import {
  openOriginal,
  OriginalDataError,
  type OriginalTable,
  originalTables,
} from "../../../resources/original/mod.ts";
import { createTestDatabase, postgresAvailable } from "../../support/database.ts";
import { dumpOriginal, fillOriginal } from "../../support/original/database.ts";
import { originalRows } from "../../support/original/rows.ts";

const rows = originalRows({ tickers: ["AAA", "BBB", "CCC", "DDD"], to: "2024-03-28" });

async function inFolder<T>(test: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "tandem-original-" });
  try {
    return await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function tablesAt(from: string): Promise<Map<string, OriginalTable>> {
  const data = await openOriginal(from);
  try {
    const tables = new Map<string, OriginalTable>();
    for (const table of originalTables) {
      if (data.has(table)) tables.set(`${table.layer}.${table.name}`, await data.read(table));
    }
    return tables;
  } finally {
    await data.close();
  }
}

async function refused(from: string, message: RegExp): Promise<void> {
  await assert.rejects(tablesAt(from), (error) => {
    assert.ok(error instanceof OriginalDataError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

Deno.test({
  name: "openOriginal() reads the sixteen tables of a database with every row and value",
  ignore: !postgresAvailable,
  async fn() {
    const { url, drop } = await createTestDatabase({ migrated: false });
    try {
      await fillOriginal(url, rows);
      const tables = await tablesAt(url);
      assert.deepEqual([...tables.keys()].sort(), Object.keys(rows).sort());
      for (const [name, { rows: count }] of tables) assert.equal(count, rows[name]!.length, name);
      const bars = tables.get("gold.etf_daily_ohlc")!;
      const expected = rows["gold.etf_daily_ohlc"]!;
      for (const column of ["ticker", "date", "close", "volume_weighted_price", "name"]) {
        assert.deepEqual(bars.columns[column], expected.map((row) => row[column]), column);
      }
      assert.equal(bars.place(0), "row 1");
    } finally {
      await drop();
    }
  },
});

Deno.test("openOriginal() reads dumps of a folder, in subfolders and packed, and names files that are none", () =>
  inFolder(async (folder) => {
    await dumpOriginal(folder, rows);
    await Deno.mkdir(join(folder, "gold"));
    await Deno.rename(join(folder, "gold.tickers.csv"), join(folder, "gold", "tickers.csv"));
    const packed = new Blob([await Deno.readFile(join(folder, "raw.tickers.csv"))]).stream()
      .pipeThrough(new CompressionStream("gzip"));
    await Deno.writeFile(join(folder, "raw.tickers.csv.gz"), packed);
    await Deno.remove(join(folder, "raw.tickers.csv"));
    await Deno.writeTextFile(join(folder, "bronze.etf_daily_ohlc.csv"), "ticker,date,close\n");
    await Deno.writeTextFile(join(folder, "notes.txt"), "nothing");
    const tables = await tablesAt(folder);
    for (const [name, table] of Object.entries(rows)) assert.equal(tables.get(name)!.rows, table.length, name);
    const news = tables.get("raw.ticker_news")!;
    assert.deepEqual(news.columns.description, rows["raw.ticker_news"]!.map(({ description }) => description));
    assert.equal(news.place(1), "line 4");
    const data = await openOriginal(folder);
    assert.deepEqual(data.unknown, ["bronze.etf_daily_ohlc"]);
  }));

Deno.test("openOriginal() names the fault of a folder or a dump", () =>
  inFolder(async (folder) => {
    await refused(
      join(folder, "none"),
      /^The folder to import, .*none, does not exist\. Name a folder with dumps such as /,
    );
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "x");
    await refused(file, /is not a folder/);
    const dump = join(folder, "gold.etf_daily_ohlc.csv");
    const wrong: [text: string | Uint8Array, message: RegExp][] = [
      ["", /gold\.etf_daily_ohlc\.csv: it is empty/],
      [
        "ticker,close\nA,1\n",
        /gold\.etf_daily_ohlc\.csv has no column date, which the import requires\. It has close, ticker\./,
      ],
      ['ticker,date,close\n"A,2024-01-02,1\n', /line 2: a field in quotes does not end\. Dump the table again\./],
      [new Uint8Array([0x61, 0xff, 0x0a]), /gold\.etf_daily_ohlc\.csv: it cannot be read/],
    ];
    for (const [text, message] of wrong) {
      await Deno.writeFile(dump, typeof text === "string" ? new TextEncoder().encode(text) : text);
      await refused(folder, message);
    }
  }));

Deno.test("openOriginal() says why a database cannot be reached, and never shows the password", async () => {
  const secret = "not-to-be-shown";
  for (
    const [from, message] of [
      [
        `postgres://user:${secret}@127.0.0.1:1/prices`,
        /^The database to import postgres:\/\/127\.0\.0\.1:1\/prices cannot be opened: nothing listens on 127\.0\.0\.1 port 1\./,
      ],
      [
        `mysql://user:${secret}@127.0.0.1/prices`,
        /^The database to import starts with mysql:\/\/ where postgres:\/\/ is needed\./,
      ],
      [
        `postgres://user:${secret}@127.0.0.1/prices?sslmode=sometimes`,
        /^The database to import .* sslmode=sometimes is not known/,
      ],
    ] as const
  ) {
    await refused(from, message);
    await assert.rejects(tablesAt(from), (error: Error) => !Deno.inspect(error.message).includes(secret));
  }
});

Deno.test({
  name: "openOriginal() names a column that a table lacks, and tables of other layers",
  ignore: !postgresAvailable,
  async fn() {
    const { url, drop } = await createTestDatabase({ migrated: false });
    const { default: postgres } = await import("postgres");
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    try {
      await sql.unsafe("create schema bronze; create table bronze.tickers (ticker text); create schema gold");
      await sql.unsafe("create table gold.etf_daily_ohlc (ticker text, close numeric)");
      await refused(
        url,
        /^gold\.etf_daily_ohlc of postgres:.* has no column date, which the import requires\. It has close, ticker\./,
      );
      const data = await openOriginal(url);
      assert.deepEqual(data.unknown, ["bronze.tickers"]);
      await data.close();
      await sql.unsafe("create schema engine; create table engine.asset_table (a integer)");
      await refused(url, /^postgres:.* is a database of Tandem, which needs no import: set it as DATABASE_URL\.$/);
    } finally {
      await sql.end();
      await drop();
    }
  },
});
