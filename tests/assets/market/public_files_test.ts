import assert from "node:assert/strict";
import polars from "nodejs-polars";
import { barColumnNames, type BarColumns, judgeBars } from "../../../assets/market/bar_judgement.ts";
import { rawDailyBars } from "../../../assets/market/raw_daily_bars.ts";
import { fixedClock } from "../../../resources/clock.ts";
import { csvMarket, type MarketData, parquetMarket } from "../../../resources/market_data/mod.ts";
import { nyse } from "../../../resources/exchange_calendar/mod.ts";
import { runAsset } from "../../../testing/run_asset.ts";

/** What files are like that people export from the usual libraries and pages, made here: what was received, and what is made of it. */
async function received(content: string | Uint8Array, market: (path: string) => MarketData = csvMarket) {
  const path = await Deno.makeTempFile({ suffix: ".csv" });
  try {
    await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
    const { rows, outs, metadata, checks } = await runAsset(rawDailyBars, {
      resources: { marketData: market(path) },
      clock: fixedClock("2026-11-28T12:00:00Z"),
    });
    const splits = outs.splits!.rows as { ticker: string; session: string; ratio: number }[];
    const { accepted, rejected } = judgeBars(columnsOf(rows), {
      ticker: splits.map(({ ticker }) => ticker),
      session: splits.map(({ session }) => session),
      ratio: Float64Array.from(splits, ({ ratio }) => ratio),
    });
    const dividends = outs.dividends!.rows;
    const told = outs.rejected!.rows as unknown as { ticker: string; session: string; reason: string }[];
    return { rows, accepted, rejected, splits, dividends, metadata, told, usable: checks.rows_usable! };
  } finally {
    await Deno.remove(path);
  }
}

function columnsOf(rows: readonly Record<string, unknown>[]): BarColumns {
  return Object.fromEntries(barColumnNames.map((name) => {
    const values = rows.map((row) => row[name]);
    return [
      name,
      name === "ticker" || name === "session" ? values : Float64Array.from(values, (value) => value as number ?? NaN),
    ];
  })) as unknown as BarColumns;
}

const HEADER = "ticker,date,open,high,low,close,volume";
const TICKERS = ["AAA", "BBB", "CCC", "DDD"];
const SESSIONS = nyse.sessionsBetween("2026-09-01", "2026-11-27");

/** A price that moves a little each session. */
const priceOf = (ticker: number, t: number) => 50 + 10 * ticker + Math.sin(t / 3 + ticker);
const line = (ticker: string, session: string, price: number, ...more: unknown[]) =>
  [ticker, session, price, price + 1, price - 1, price, 1000, ...more].join();
/** A line for each ticker and session, ticker by ticker; `edit` may give several, or none. */
function file(
  header: string,
  edit: (bar: { ticker: string; k: number; session: string; t: number; price: number }) => string | string[],
) {
  const lines = TICKERS.flatMap((ticker, k) =>
    SESSIONS.flatMap((session, t) => edit({ ticker, k, session, t, price: priceOf(k, t) }))
  );
  return [header, ...lines].join("\n") + "\n";
}
const all = TICKERS.length * SESSIONS.length;
const closeOf = (
  { ticker, session, close }: { ticker: string[]; session: string[]; close: Float64Array },
  of: string,
  on: string,
) => close[ticker.findIndex((one, i) => one === of && session[i] === on)];

/** How programs write that there is no split or dividend, and a split of four for one and of one for ten. */
for (
  const [title, none, four, tenth] of [
    ["0.0", "0.0", "4.0", "0.1"],
    ["0", "0", "4", "0.1"],
    ["0.000000", "0.000000", "4.000000", "0.100000"],
    ["-0.0", "-0.0", "4.0", "1e-1"],
    ["0e0", "0E+00", "4E+00", "1E-01"],
    ["nothing or 0", ["", "0", "nan", "0.0"], "4", ".1"],
  ] as const
) {
  Deno.test(`a file that writes ${title} where there is no split or dividend loses no bar, and has the splits that there are`, async () => {
    const at = { BBB: 20, DDD: 30 };
    const content = file(`${HEADER},dividend,split`, ({ ticker, session, t, price }) => {
      const nothing = typeof none === "string" ? none : none[t % none.length]!;
      const shown = ticker === "BBB" && t >= at.BBB ? price / 4 : ticker === "DDD" && t >= at.DDD ? price * 10 : price;
      const split = ticker === "BBB" && t === at.BBB ? four : ticker === "DDD" && t === at.DDD ? tenth : nothing;
      return line(ticker, session, shown, ticker === "CCC" && t === 5 ? "0.42" : nothing, split);
    });
    const { accepted, rejected, splits, dividends, usable } = await received(content);
    assert.deepEqual([accepted.ticker.length, rejected, usable.passed], [all, [], true]);
    assert.deepEqual(splits, [
      { ticker: "BBB", session: SESSIONS[at.BBB], ratio: 4 },
      { ticker: "DDD", session: SESSIONS[at.DDD], ratio: 0.1 },
    ]);
    assert.deepEqual(dividends, [{ ticker: "CCC", session: SESSIONS[5], cash: 0.42 }]);
    assert.ok(Math.abs(closeOf(accepted, "BBB", SESSIONS[19]!)! - priceOf(1, 19) / 4) < 1e-12);
    assert.ok(Math.abs(closeOf(accepted, "DDD", SESSIONS[29]!)! - priceOf(3, 29) * 10) < 1e-9);
  });
}

Deno.test("a Parquet file of zeros, of any type, where there is no split or dividend loses no bar", async () => {
  const n = SESSIONS.length;
  const prices = Float64Array.from(SESSIONS, (_, t) => t < 20 ? priceOf(0, t) : priceOf(0, t) / 4);
  const splits = Float64Array.from(SESSIONS, (_, t) => t === 20 ? 4 : 0);
  for (const type of [polars.Float64, polars.Float32, polars.Int64, polars.Int8]) {
    const content = polars.DataFrame([
      polars.Series("ticker", Array<string>(n).fill("AAA"), polars.Utf8),
      polars.Series("date", SESSIONS, polars.Utf8),
      ...["open", "high", "low", "close", "volume"].map((name) => polars.Series(name, prices)),
      polars.Series("dividend", new Float64Array(n)).cast(type),
      polars.Series("split", splits).cast(type),
    ]).writeParquet();
    const { accepted, rejected, splits: found } = await received(content, parquetMarket);
    assert.deepEqual([accepted.ticker.length, rejected], [n, []]);
    assert.deepEqual(found, [{ ticker: "AAA", session: SESSIONS[20], ratio: 4 }]);
  }
});

for (
  const [kind, blank] of [
    ["without any value", (ticker: string, session: string) => `${ticker},${session},,,,,`],
    ["that is still moving", (ticker: string, session: string) => `${ticker},${session},70,71,69,,100`],
    ["of zeros", (ticker: string, session: string) => `${ticker},${session},0,0,0,0,0`],
    ["with text for its close", (ticker: string, session: string) => `${ticker},${session},70,71,69,pending,100`],
  ] as const
) {
  Deno.test(`a row ${kind} before the session's own row does not cost the session`, async () => {
    const last = SESSIONS.at(-1)!;
    const content = file(HEADER, ({ ticker, session, price }) => {
      const good = line(ticker, session, price);
      return session === last ? [blank(ticker, session), good] : good;
    });
    const { accepted, rejected } = await received(content);
    assert.equal(accepted.ticker.length, all);
    for (const [k, ticker] of TICKERS.entries()) {
      assert.equal(closeOf(accepted, ticker, last), priceOf(k, SESSIONS.length - 1));
    }
    assert.deepEqual([...new Set(rejected.map(({ session, occurrence }) => `${session} ${occurrence}`))], [
      `${last} 1`,
    ]);
  });
}

for (const at of [20, 21, 23]) {
  Deno.test(`a split on two rows, ${at - 20 || "no"} sessions late the second time, is one split, in the session in which the price moved`, async () => {
    for (const moved of [20, at]) {
      const content = file(`${HEADER},dividend,split`, ({ ticker, session, t, price }) => {
        const isSplit = ticker === "BBB" && (t === 20 || t === at);
        const isPaid = ticker === "CCC" && (t === 20 || t === at);
        const shown = ticker === "BBB" && t >= moved ? price / 2 : price;
        const one = line(ticker, session, shown, isPaid ? 0.42 : 0, isSplit ? 2 : 1);
        // The same row twice.
        return at === 20 && isSplit ? [one, one] : one;
      });
      const { accepted, splits, dividends, usable } = await received(content);
      assert.deepEqual(splits, [{ ticker: "BBB", session: SESSIONS[moved], ratio: 2 }]);
      assert.deepEqual(dividends, [{ ticker: "CCC", session: SESSIONS[20], cash: 0.42 }]);
      assert.equal(usable.passed, true, usable.message);
      for (const t of [0, 19, 20, 21, 22, 23, 24]) {
        assert.ok(Math.abs(closeOf(accepted, "BBB", SESSIONS[t]!)! - priceOf(1, t) / 2) < 1e-12, SESSIONS[t]);
      }
    }
  });
}

Deno.test("a file in Latin-1 is refused, and in UTF-8 has every symbol for itself", async () => {
  const names: Record<string, string> = { AAA: "ÅBC", BBB: "ÖBC", CCC: "ØBC", DDD: "DDD" };
  const content = file(HEADER, ({ ticker, session, price }) => line(names[ticker]!, session, price));
  const latin1 = Uint8Array.from(content, (letter) => letter.charCodeAt(0));
  await assert.rejects(
    received(latin1),
    /line 2: the text is not UTF-8\. As Windows-1252 \(Latin-1\) it would be "ÅBC"/,
  );
  const { accepted, rejected } = await received(content);
  assert.deepEqual([new Set(accepted.ticker).size, accepted.ticker.length, rejected], [4, all, []]);
});

Deno.test("a row that cannot be read is named by the check, costs its bar, and not the file", async () => {
  const content = file(HEADER, ({ ticker, session, t, price }) => {
    if (ticker === "BBB" && t === 5) return `BBB,${session},1,2,1,n/a,10`;
    return ticker === "CCC" && t === 7 ? "CCC,soon,1,1,1,1,1" : line(ticker, session, price);
  });
  const { accepted, told, metadata, usable } = await received(content);
  assert.equal(accepted.ticker.length, all - 2);
  assert.deepEqual(told.map(({ ticker, session, reason }) => [ticker, session, reason]), [[
    "BBB",
    SESSIONS[5],
    'cannot be read (close: "n/a" is not a number)',
  ]]);
  assert.deepEqual(metadata.rejected_rows, { type: "number", value: 2 });
  const place = (ticker: number, t: number) => `line ${2 + ticker * SESSIONS.length + t}`;
  assert.deepEqual(metadata.rejected, {
    type: "table",
    columns: ["ticker", "session", "row", "reason"],
    rows: [
      ["BBB", SESSIONS[5], place(1, 5), 'close: "n/a" is not a number'],
      ["CCC", null, place(2, 7), 'date: "soon" is not a date'],
    ],
  });
  assert.equal(usable.passed, false);
  assert.match(
    usable.message,
    /^2 rows need attention: BBB \d{4}-\d\d-\d\d \(line \d+\): close: "n\/a" is not a number; CCC \(line/,
  );
  assert.deepEqual((usable.failingRows![0] as { ticker: string }).ticker, "BBB");
});

for (
  const [text, column, reason] of [
    ["abc", 3, 'high: "abc" is not a number'],
    ['"1,5"', 5, 'close: "1,5" is not a number'],
    ['"1,234.50"', 2, 'open: "1,234.50" is not a number'],
    ["$70", 4, 'low: "$70" is not a number'],
    ["1.5M", 6, 'volume: "1.5M" is not a number'],
  ] as const
) {
  Deno.test(`rejected_bars says that ${text} cannot be read, and in which column, also beside a row without a close`, async () => {
    const content = file(HEADER, ({ ticker, session, t, price }) => {
      const good = line(ticker, session, price);
      if (ticker !== "BBB" || t < 5 || t > 6) return good;
      const spoilt = good.split(",").with(column, text).join();
      return t === 5 ? spoilt : [`BBB,${session},70,71,69,,100`, spoilt, `BBB,${session},,,,,`, good];
    });
    const { told, metadata, accepted } = await received(content);
    assert.equal(accepted.ticker.length, all - 1);
    assert.deepEqual(told.map(({ session, reason }) => [session, reason]), [
      [SESSIONS[5], `cannot be read (${reason})`],
      [SESSIONS[6], "has no close"],
      [SESSIONS[6], `cannot be read (${reason})`],
      [SESSIONS[6], "has no close"],
    ]);
    const kinds = metadata.rejected_because as { rows: unknown };
    assert.deepEqual(kinds.rows, [["cannot be read", 2], ["has no close", 2]]);
  });
}

Deno.test("rejected_bars says of a wide file which close of whose cannot be read", async () => {
  const lines = SESSIONS.map((session, t) =>
    [session, ...TICKERS.map((ticker, k) => ticker === "CCC" && t === 4 ? "n.a." : priceOf(k, t))].join()
  );
  const { told, accepted } = await received(["Timestamp," + TICKERS.join(), ...lines].join("\n"));
  assert.equal(accepted.ticker.length, all - 1);
  assert.deepEqual(told.map(({ ticker, session, reason }) => [ticker, session, reason]), [
    ["CCC", SESSIONS[4], 'cannot be read (CCC: "n.a." is not a number)'],
  ]);
});
