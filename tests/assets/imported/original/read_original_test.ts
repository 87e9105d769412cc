import assert from "node:assert/strict";
import { readOriginal } from "../../../../assets/imported/original/read_original.ts";
import { xnys } from "../../../../resources/exchange_calendar/mod.ts";
import { OriginalDataError } from "../../../../resources/original/mod.ts";
import { createTestDatabase, postgresAvailable } from "../../../support/database.ts";
import { dumpOriginal, fillOriginal } from "../../../support/original/database.ts";
import { type OriginalRow, type OriginalRows, originalRows } from "../../../support/original/rows.ts";

const faultOfDate = (date: string) => date > "2025-01-10" ? "is dated after today" : xnys.faultOf(date);

async function importOf(rows: OriginalRows) {
  const folder = await Deno.makeTempDir({ prefix: "tandem-original-" });
  try {
    await dumpOriginal(folder, rows);
    return await readOriginal(folder, { faultOfDate });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What became of a table, with its reasons. */
function told({ tables }: Awaited<ReturnType<typeof importOf>>, name: string) {
  const { taken, repeated, refused, reasons } = tables.find(({ table }) => table === name)!;
  return { taken, repeated, refused, reasons: Object.fromEntries(reasons.map(({ reason, rows }) => [reason, rows])) };
}

const bar = (ticker: string, date: string | null, close: string | null, more: OriginalRow = {}): OriginalRow => ({
  ticker,
  open: null,
  high: null,
  low: null,
  close,
  date,
  volume: null,
  volume_weighted_price: null,
  created_at: null,
  updated_at: null,
  deleted_at: null,
  ...more,
});

Deno.test("readOriginal() takes each bar once, from the first layer, and missing ones from the next", async () => {
  const rows = originalRows();
  const found = await importOf(rows);
  const { bars } = found.pending.rows;
  const raw = rows["raw.etf_daily_ohlc"]!;
  assert.equal(bars.ticker.length, raw.length);
  const sum = (column: string) => raw.reduce((sum, row) => sum + Number(row[column]), 0);
  const total = (column: Float64Array) => column.reduce((sum, value) => sum + value, 0);
  for (const [name, column] of Object.entries({ ...bars, volume_weighted_price: bars.vwap })) {
    if (!(column instanceof Float64Array) || name === "vwap" || name === "dividend") continue;
    assert.ok(Math.abs(total(column) / sum(name) - 1) < 1e-12, name);
  }
  assert.deepEqual(told(found, "gold.etf_daily_ohlc"), {
    taken: rows["gold.etf_daily_ohlc"]!.length,
    repeated: 0,
    refused: 0,
    reasons: {},
  });
  assert.equal(told(found, "raw.etf_daily_ohlc").taken, raw.length - rows["gold.etf_daily_ohlc"]!.length);
  // The day on which the vendor was asked, the session after.
  assert.deepEqual([bars.session[0], bars.adjusted_through[0]], ["2024-01-02", "2024-01-03"]);
  for (const { read, taken, repeated, refused, note } of found.tables) {
    assert.equal(read, note ? read : taken + repeated + refused);
  }
});

Deno.test("readOriginal() takes names, types, details, news, pairs and addresses, and computes what the original computed", async () => {
  const rows = originalRows();
  const { pending: { rows: taken }, tables, addresses, absent } = await importOf(rows);
  const tickers = new Set(rows["raw.etf_daily_ohlc"]!.map(({ ticker }) => ticker));
  assert.equal(taken.tickers.length, tickers.size);
  assert.deepEqual(taken.tickers.find(({ ticker }) => ticker === "ABCD"), {
    ...{ ticker: "ABCD", name: 'ABCD "Index", Fund', type: "ETF", exchange: null, sector: null, currency: "USD" },
    ...{ active: true, delisted_on: null },
  });
  // It has bars and no listing; its name stands beside them.
  assert.deepEqual(taken.tickers.find(({ ticker }) => ticker === "QQQ")!.name, 'QQQ "Index", Fund');
  assert.deepEqual([taken.details.length, taken.details[0]!.composite_figi], [12, "BBG000000000"]);
  assert.equal(taken.news.length, rows["raw.ticker_news"]!.length);
  const [first] = taken.news;
  assert.deepEqual(first, {
    day: "2024-06-03",
    id: "article-0",
    ticker: "ABCD",
    title: 'Funds, "ABCD" among them,\nmoved again.',
    publisher: "The Wire",
    publisher_url: null,
    author: "A. Writer",
    description: 'Funds, "ABCD" among them,\nmoved again.',
    published_at: "2024-06-03T14:30:00.25Z",
    article_url: "https://news.example.com/0?about=ABCD",
    image_url: null,
  });
  assert.equal(taken.news.find(({ id }) => id === "article-2")!.title, "https://news.example.com/2?about=ABCD");
  // Ticker 1 and ticker 2 as they were.
  assert.deepEqual(taken.pairs, [{ ticker_1: "ABCD", ticker_2: "AGNC" }, { ticker_1: "EMB", ticker_2: "BNDX" }]);
  assert.deepEqual(addresses, ["ann@example.com", "bob@example.com"]);
  assert.deepEqual(absent, []);
  for (const name of ["gold.suggested_pairs", "gold.model_trades", "gold.model_success_metrics"]) {
    const table = tables.find(({ table }) => table === name)!;
    assert.deepEqual([table.read, table.taken, table.note], [1, 0, "is not taken: Tandem computes it from the bars"]);
  }
});

Deno.test("readOriginal() refuses each row that cannot be used with its reason, and no other", async () => {
  const found = await importOf({
    "gold.etf_daily_ohlc": [
      bar("A", "2024-01-02", "10", { volume_weighted_price: "-1" }),
      bar("A", "2024-01-03", null),
      bar("A", "2024-01-03", "11"),
      bar("A", "2024-01-03", "11"),
      bar("A", "2024-01-03", "12"),
      bar("A", "2024-01-04", "ten"),
      bar("A", "2024-01-06", "10"),
      bar("A", "2024-01-15", "10"),
      bar("A", "2025-01-13", "10"),
      bar("A", "2024-13-01", "10"),
      bar("A", null, "10"),
      bar("", "2024-01-05", "10"),
      bar("A", "2024-01-05", "-10"),
      bar("A", "2024-01-08", "10", { high: "9" }),
      bar("A", "2024-01-09", "10", { deleted_at: "2024-02-01 00:00:00+00" }),
      bar("A", "2024-01-10", "10", { updated_at: "yesterday" }),
    ],
    "silver.etf_daily_ohlc": [bar("A", "2024-01-02", "10"), bar("A", "2024-01-03", "9"), bar("A", "2024-01-11", "13")],
    "raw.tickers": [{ ticker: "A", active: "maybe", type: "ETF" }, { ticker: "B", active: "t", type: null }, {
      ticker: "B",
    }],
    "raw.ticker_news": [
      { polygon_id: "1", ticker: "A", published_at: "2024-06-03 14:30:00+00", source_url: "javascript:alert(1)" },
      { polygon_id: null, ticker: "A", published_at: "2024-06-03 14:30:00+00", source_url: "https://example.com" },
      { polygon_id: "3", ticker: "A", published_at: null, source_url: "https://example.com" },
      { polygon_id: "4", ticker: "A", published_at: "2024-06-03 14:30:00+00", source_url: "https://example.com" },
    ].map((row) => ({ publisher: null, ...row })),
    "gold.model_chosen_pairs": [
      { ticker_1: "A", ticker_2: "B" },
      { ticker_1: "B", ticker_2: "A" },
      { ticker_1: "A", ticker_2: "A" },
      { ticker_1: null, ticker_2: "B" },
      { ticker_1: "A", ticker_2: "B" },
    ],
    "public.users": [
      { email: "a@example.com", deleted_at: null },
      { email: "A@example.com", deleted_at: null },
      { email: "a=admin,b@example.com", deleted_at: null },
      { email: "gone@example.com", deleted_at: "2024-01-01 00:00:00+00" },
    ],
  });
  assert.deepEqual(told(found, "gold.etf_daily_ohlc"), {
    taken: 2,
    repeated: 1,
    refused: 13,
    reasons: {
      "has no close": 1,
      "differs from an earlier row of its ticker and session, which counts": 1,
      "close is not a number": 1,
      "is dated on a Saturday": 1,
      "is dated on a holiday of XNYS": 1,
      "is dated after today": 1,
      "date is not a date": 1,
      "date is missing": 1,
      "ticker is missing": 1,
      "close is not positive": 1,
      "close is above high": 1,
      "is marked as deleted": 1,
      "updated_at is not a date and time": 1,
    },
  });
  assert.deepEqual(told(found, "silver.etf_daily_ohlc"), {
    taken: 1,
    repeated: 1,
    refused: 1,
    reasons: { "differs from its bar in gold.etf_daily_ohlc, which counts": 1 },
  });
  const { bars, news, pairs } = found.pending.rows;
  assert.deepEqual(bars.session.map((session, i) => [session, bars.close[i]]), [
    ["2024-01-02", 10],
    ["2024-01-03", 11],
    ["2024-01-11", 13],
  ]);
  assert.ok(Number.isNaN(bars.vwap[0]));
  // When it was written is not known: all splits up to the last session may be in the prices.
  assert.deepEqual(bars.adjusted_through, ["2024-01-11", "2024-01-11", "2024-01-11"]);
  assert.deepEqual(told(found, "raw.tickers").reasons, {
    "active is neither true nor false": 1,
    "repeats the ticker of an earlier row, which counts": 1,
  });
  assert.deepEqual(told(found, "raw.ticker_news").reasons, {
    "source_url is no web address": 1,
    "polygon_id is missing": 1,
    "published_at is missing": 1,
  });
  assert.deepEqual([news.map(({ id }) => id), pairs], [["4"], [{ ticker_1: "A", ticker_2: "B" }]]);
  assert.deepEqual(told(found, "gold.model_chosen_pairs"), {
    taken: 1,
    repeated: 1,
    refused: 3,
    reasons: {
      "is an earlier pair the other way round": 1,
      "pairs a ticker with itself": 1,
      "ticker_1 is missing": 1,
    },
  });
  assert.deepEqual(found.addresses, ["a@example.com"]);
  const { rejected_rows: count, rejected } = found.pending.rejected.bars.metadata;
  assert.equal(count, 14);
  assert.ok(typeof rejected === "object" && rejected.type === "table");
  assert.deepEqual(rejected.rows[0], ["A", "2024-01-03", "gold.etf_daily_ohlc line 3", "has no close"]);
  const saturday = found.tables[0]!.reasons.find(({ reason }) => reason === "is dated on a Saturday")!;
  assert.equal(saturday.example, "line 8: A 2024-01-06");
});

Deno.test({
  name: "readOriginal() reads the same of a database and of its dumps",
  ignore: !postgresAvailable,
  async fn() {
    const rows = originalRows({ tickers: ["AAA", "BBB", "CCC", "DDD"], to: "2024-03-28" });
    const { url, drop } = await createTestDatabase({ migrated: false });
    try {
      await fillOriginal(url, rows);
      const stored = await readOriginal(url, { faultOfDate });
      const dumped = await importOf(rows);
      assert.deepEqual(stored.pending.rows, dumped.pending.rows);
      assert.equal(stored.pending.version, dumped.pending.version);
      assert.deepEqual(stored.tables, dumped.tables);
    } finally {
      await drop();
    }
  },
});

Deno.test("readOriginal() takes news and details alone, for the prices of a file", async () => {
  const { "silver.ticker_news": news, "silver.ticker_details": details } = originalRows();
  const { pending: { rows }, absent } = await importOf({
    "silver.ticker_news": news!,
    "silver.ticker_details": details!,
  });
  assert.deepEqual([rows.bars.ticker.length, rows.news.length, rows.details.length], [
    0,
    news!.length,
    details!.length,
  ]);
  assert.equal(absent.length, 14);
});

Deno.test("readOriginal() refuses sources without importable tables", async () => {
  await assert.rejects(importOf({ "gold.model_trades": [{ ticker_1: "A" }] }), (error) => {
    assert.ok(error instanceof OriginalDataError);
    assert.match(
      error.message,
      / has no importable table of the services that Tandem replaces, such as gold\.etf_daily_ohlc\./,
    );
    return true;
  });
});
