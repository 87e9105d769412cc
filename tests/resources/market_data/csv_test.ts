import assert from "node:assert/strict";
import fc from "fast-check";
import { csvMarket, type DailyBars, MarketDataError } from "../../../resources/market_data/mod.ts";
import expected from "./fixtures/expected.json" with { type: "json" };

const FIXTURES = new URL("./fixtures/", import.meta.url).pathname;
const NUMBERS = ["open", "high", "low", "close", "volume", "dividend", "split"] as const;
const HEADER = "ticker,date,open,high,low,close,volume";

/** Calls `use` with the path of a file that holds `content`, and removes it. */
async function withFile<T>(content: string | Uint8Array, use: (path: string) => Promise<T>): Promise<T> {
  const path = await Deno.makeTempFile({ suffix: ".csv" });
  try {
    await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
    return await use(path);
  } finally {
    await Deno.remove(path);
  }
}

function read(content: string | Uint8Array): Promise<DailyBars> {
  return withFile(content, (path) => csvMarket(path).dailyBars());
}

async function gzip(text: string): Promise<Uint8Array> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The message of the error with which reading `content` fails, the path written as PATH. */
async function failure(content: string | Uint8Array): Promise<string> {
  return await withFile(content, async (path) => {
    let message = "nothing was thrown";
    await assert.rejects(csvMarket(path).dailyBars(), (error: unknown) => {
      assert.ok(error instanceof MarketDataError);
      assert.equal(error.retryable, false);
      message = error.message.replaceAll(path, "PATH");
      return true;
    });
    return message;
  });
}

function nullsForNaN(column: Float64Array): (number | null)[] {
  return Array.from(column, (value) => Number.isNaN(value) ? null : value);
}

Deno.test("csvMarket() reads long files of pandas: shuffled columns and rows, gzip, doubles to the last bit", async () => {
  const bars = await csvMarket(`${FIXTURES}long.csv.gz`).dailyBars();
  assert.deepEqual(bars.ticker, expected.long.ticker);
  assert.deepEqual(bars.session, expected.long.session);
  for (const name of NUMBERS) assert.deepEqual(nullsForNaN(bars[name]), expected.long[name], name);
});

Deno.test("csvMarket() reads wide files of pandas: closes alone, sessions by the New York date, blanks left out", async () => {
  const bars = await csvMarket(`${FIXTURES}wide.csv`).dailyBars();
  assert.deepEqual(bars.ticker, expected.wide.ticker);
  assert.deepEqual(bars.session, expected.wide.session);
  assert.deepEqual(Array.from(bars.close), expected.wide.close);
  for (const name of ["open", "high", "low", "volume"] as const) assert.ok(bars[name].every(Number.isNaN), name);
  assert.ok(bars.dividend.every((value) => value === 0) && bars.split.every((value) => value === 1));
});

Deno.test("csvMarket() reads volume-weighted prices where the file has them, and has none where it has not", async () => {
  const text = [
    "vwap,ticker,date,open,high,low,close,volume",
    "2.5,B,2024-01-03,1,1,1,1,1",
    ",A,2024-01-03,1,1,1,1,1",
    "1.25,A,2024-01-02,1,1,1,1,1",
    "x,A,2024-01-04,1,1,1,1,1",
  ].join("\n");
  const bars = await read(text);
  assert.deepEqual(bars.session, ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-03"]);
  assert.deepEqual(nullsForNaN(bars.vwap!), [1.25, null, null, 2.5]);
  assert.deepEqual(nullsForNaN(bars.close), [1, 1, null, 1]);
  assert.equal((await read(`${HEADER}\nA,2024-01-02,1,1,1,1,1`)).vwap, undefined);
});

const symbol = fc.stringMatching(/^[A-Za-z][A-Za-z0-9.,"' é-]{0,10}[A-Za-z0-9]$/);
const session = fc.date({ min: new Date("1970-01-01"), max: new Date("2099-12-31"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const value = fc.oneof(
  fc.constant(NaN),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.integer({ min: -1e7, max: 1e7 }).map((cents) => cents / 100),
);
const quoted = (text: string) => /[,"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
const written = (number: number) => Number.isNaN(number) ? "" : Object.is(number, -0) ? "-0" : String(number);

Deno.test("csvMarket() reads back any long table that was written, in any order of columns and with any line ends", async () => {
  const row = fc.tuple(symbol, session, fc.array(value, { minLength: 5, maxLength: 5 }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 30 }),
      fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6], { minLength: 7 }),
      fc.constantFrom("\n", "\r\n"),
      fc.boolean(),
      async (rows, columns, lineEnd, endsLastLine) => {
        const header = HEADER.split(",");
        const lines = rows.map(([ticker, date, numbers]) => [quoted(ticker), date, ...numbers.map(written)]);
        const text = [header, ...lines].map((line) => columns.map((k) => line[k]).join()).join(lineEnd);
        const bars = await read(endsLastLine ? text + lineEnd : text);

        const ordered = rows.map((row, i) => ({ row, i })).sort((a, b) =>
          compare(a.row[0], b.row[0]) || compare(a.row[1], b.row[1]) || a.i - b.i
        ).map(({ row }) => row);
        assert.deepEqual(bars.ticker, ordered.map(([ticker]) => ticker));
        assert.deepEqual(bars.session, ordered.map(([, date]) => date));
        NUMBERS.slice(0, 5).forEach((name, k) => {
          assert.deepEqual(Array.from(bars[name]), ordered.map(([, , numbers]) => numbers[k]!), name);
        });
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("csvMarket() reads back any wide table that was written", async () => {
  const table = fc.uniqueArray(symbol, { minLength: 1, maxLength: 6 }).chain((tickers) =>
    fc.tuple(
      fc.constant(tickers),
      fc.array(fc.tuple(session, fc.array(value, { minLength: tickers.length, maxLength: tickers.length })), {
        minLength: 1,
        maxLength: 12,
      }),
    )
  );
  await fc.assert(
    fc.asyncProperty(table, async ([tickers, rows]) => {
      fc.pre(rows.some(([, closes]) => closes.some((close) => !Number.isNaN(close))));
      const stamp = (date: string) =>
        `${Temporal.PlainDate.from(date).toZonedDateTime("America/New_York").toInstant()}`;
      const lines = rows.map(([date, closes]) => [stamp(date), ...closes.map(written)].join());
      const bars = await read([["Timestamp", ...tickers.map(quoted)].join(), ...lines].join("\n"));

      const expectedBars = tickers.flatMap((ticker, k) =>
        rows.map(([date, closes], i) => ({ ticker, date, close: closes[k]!, i })).filter(({ close }) =>
          !Number.isNaN(close)
        )
      ).sort((a, b) => compare(a.ticker, b.ticker) || compare(a.date, b.date) || a.i - b.i);
      assert.deepEqual(bars.ticker, expectedBars.map((bar) => bar.ticker));
      assert.deepEqual(bars.session, expectedBars.map((bar) => bar.date));
      assert.deepEqual(Array.from(bars.close), expectedBars.map((bar) => bar.close));
    }),
    { numRuns: 60 },
  );
});

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

Deno.test("csvMarket() passes on negative prices and repeated rows, in the order of the file", async () => {
  const bars = await read(`${HEADER}\nB,2026-01-05,1,2,0.5,-1.5,10\nA,2026-01-05,1,1,1,1,1\nB,2026-01-05,3,3,3,3,30\n`);
  assert.deepEqual(bars.ticker, ["A", "B", "B"]);
  assert.deepEqual(Array.from(bars.close), [1, -1.5, 3]);
  assert.deepEqual(Array.from(bars.split), [1, 1, 1]);
});

Deno.test("csvMarket() takes an empty number for NaN, an empty dividend for 0 and an empty split for 1", async () => {
  const bars = await read(`${HEADER},dividend,split\nA,2026-01-05,,nan,NaN,2,,,\nA,2026-01-06,1,1,1,1,1,0.25,2`);
  assert.deepEqual(Array.from(bars.open), [NaN, 1]);
  assert.deepEqual(Array.from(bars.high), [NaN, 1]);
  assert.deepEqual(Array.from(bars.low), [NaN, 1]);
  assert.deepEqual(Array.from(bars.volume), [NaN, 1]);
  assert.deepEqual(Array.from(bars.dividend), [0, 0.25]);
  assert.deepEqual(Array.from(bars.split), [1, 2]);
});

Deno.test("csvMarket() takes a byte order mark, capitals in the header, quotes, blanks and blank lines in its stride", async () => {
  const bars = await read(
    `\uFEFFTicker, Date ,OPEN,High,Low,Close,Volume\r\n\r\n"A ""B""",2026-01-05, 1 ,"2",1,1e0,+1.\r\n\n C ,"2026-01-05",.5,1,1,1,1`,
  );
  assert.deepEqual(bars.ticker, ['A "B"', "C"]);
  assert.deepEqual(bars.session, ["2026-01-05", "2026-01-05"]);
  assert.deepEqual(Array.from(bars.open), [1, 0.5]);
  assert.deepEqual(Array.from(bars.high), [2, 1]);
  assert.deepEqual(Array.from(bars.volume), [1, 1]);
});

Deno.test("csvMarket() knows a gzip file by its bytes, and says when it is damaged", async () => {
  const packed = await gzip(`${HEADER}\nA,2026-01-05,1,1,1,1,1\n`);
  assert.deepEqual((await read(packed)).ticker, ["A"]);
  assert.match(
    await failure(packed.subarray(0, packed.length - 12)),
    /PATH starts like a gzip file but cannot be unpacked/,
  );
});

Deno.test("csvMarket() reads a gzip file of several members, and says when one of them is damaged", async () => {
  const members = [await gzip(`${HEADER}\nA,2026-01-05,1,1,1,1,1\n`), await gzip("B,2026-01-05,2,2,2,2,2\n")];
  const joined = new Uint8Array(await new Blob(members as BlobPart[]).arrayBuffer());
  const { ticker, close } = await read(joined);
  assert.deepEqual([ticker, Array.from(close)], [["A", "B"], [1, 2]]);
  assert.match(await failure(joined.subarray(0, joined.length - 12)), /cannot be unpacked/);
  const followed = new Uint8Array(await new Blob([members[0]!, "more"] as BlobPart[]).arrayBuffer());
  assert.match(await failure(followed), /cannot be unpacked/);
});

Deno.test("csvMarket() takes null for no value, as exports of databases and of some vendors have it", async () => {
  const { close, volume, dividend, split } = await read(
    `${HEADER},dividend,split\nA,2026-01-05,1,1,1,1,1,null,NULL\nA,2026-01-06,null,null,null,null,null,null,null\n`,
  );
  assert.deepEqual([Array.from(close), Array.from(volume)], [[1, NaN], [1, NaN]]);
  assert.deepEqual([Array.from(dividend), Array.from(split)], [[0, 0], [1, 1]]);
});

Deno.test("csvMarket() names file, line, column, value and remedy where a line is broken", async () => {
  const row = "A,2026-01-05,1,1,1,1,1";
  assert.equal(
    await failure(`${HEADER}\n\nA,2026-01-06,1,1,abc,1,1\n`),
    'PATH, line 3, column low: "abc" is not a number. Correct it, or leave it empty where there is no value.',
  );
  assert.equal(
    await failure(`${HEADER}\n\n\nA,2026-01-06,1,1\n`),
    "PATH, line 4: 4 fields where the header has 7. Correct or remove the line; write an unknown value as an empty field.",
  );
  assert.match(await failure(`${HEADER}\n${row},9\n`), /^PATH, line 2: 8 fields where the header has 7\./);
  assert.equal(
    await failure(`${HEADER}\nA,2026-02-30,1,1,1,1,1`),
    'PATH, line 2, column date: "2026-02-30" is not a day of the calendar. Write the session as YYYY-MM-DD, e.g. 2026-11-27.',
  );
  assert.match(
    await failure(`${HEADER}\nA,05.01.2026,1,1,1,1,1`),
    /line 2, column date: "05\.01\.2026" is not a date\./,
  );
  assert.match(await failure(`${HEADER}\nA,,1,1,1,1,1`), /line 2, column date: "" is not a date\./);
  assert.match(await failure(`${HEADER}\n ,2026-01-05,1,1,1,1,1`), /line 2, column ticker: "" is not a ticker\./);
  assert.match(
    await failure(`${HEADER}\n"A,2026-01-05,1,1,1,1,1\n`),
    /line 2: a quoted field is not closed on its line\./,
  );
  assert.match(await failure(`${HEADER}\n"A"B,2026-01-05,1,1,1,1,1\n`), /line 2: text follows the closing quote/);
  for (const text of ["Infinity", "1,5", "0x10", "1_000", "--1", "1e999", "-", "."]) {
    assert.match(
      await failure(`${HEADER}\nA,2026-01-05,"${text}",1,1,1,1`),
      /line 2, column open: ".*" is not a number\./,
    );
  }
});

Deno.test("csvMarket() names a separator that is no comma", async () => {
  for (const [separator, name] of [[";", '";"'], ["\t", "tabs"], ["|", '"|"']] as const) {
    const lines = [HEADER, "A,2026-01-05,1,1,1,1,1"].map((line) => line.replaceAll(",", separator));
    assert.equal(
      await failure(`${lines.join("\n")}\n`),
      `PATH, line 1: the columns are separated by ${name}. Separate them by commas, and write numbers with a decimal point.`,
    );
  }
});

Deno.test("csvMarket() names missing, unknown and repeated columns of a header, and the allowed ones", async () => {
  assert.equal(
    await failure("ticker,date,open,high,low,adj_close,volume\n"),
    'PATH, line 1: the header lacks close and has the unknown column "adj_close". A long file has the columns ticker, date, ' +
      "open, high, low, close, volume and optionally dividend, split, vwap, in any order; a wide file has Timestamp first and then a column for each ticker.",
  );
  assert.match(await failure(`${HEADER},close\n`), /line 1: the header has close more than once/);
  const unlike = await failure(`PK\u0003\u0004${"x".repeat(9999)},y,z,,1,2,3\n`);
  assert.match(
    unlike,
    /line 1: the header lacks ticker, date, .* unknown columns "PK.*…", "y", "z", "", "1" and 2 more\./,
  );
  assert.ok(unlike.length < 500);
  assert.match(await failure("Timestamp\n2026-01-05\n"), /line 1: no ticker follows Timestamp/);
  assert.match(
    await failure("Timestamp,A,A,A,A\n2026-01-05,1,1,1,1\n"),
    /line 1, column 3: "A" repeats the heading of an earlier column, which is used\. Remove or rename one\. 3 of 4 columns cannot be/,
  );
  assert.match(
    await failure("Timestamp,\n2026-01-05,1\n"),
    /line 1, column 2: "" is not a ticker\. Write the ticker of the column's closes\.$/,
  );
});

Deno.test("csvMarket() refuses wide rows that are broken or whose timestamp is no session's", async () => {
  assert.match(await failure("Timestamp,A,B\n2026-01-05,1\n"), /line 2: 2 fields where the header has 3/);
  assert.match(await failure("Timestamp,B\n2026-01-05,x\n"), /line 2, column B: "x" is not a number/);
  assert.match(
    await failure("Timestamp,A\nMonday,1\n"),
    /line 2, column Timestamp: "Monday" is not a timestamp\. Write the session's date, or midnight/,
  );
  assert.match(await failure("Timestamp,A\n2026-02-29,1\n"), /"2026-02-29" is not a day of the calendar/);
  assert.match(
    await failure("Timestamp,A\n2026-01-05 00:30:00+00:00,1\n"),
    /is 19:30 of 2026-01-04 in New York, after its close\. Write the session's date/,
  );
});

Deno.test("csvMarket() takes the spellings of a session that the wide timestamps come in", async () => {
  const stamps = [
    "2026-07-06",
    "2026-07-07 00:00:00",
    "2026-07-08T00:00",
    "2026-07-09 04:00:00+00:00",
    "2026-07-10T16:00:00-04:00",
  ];
  const bars = await read(["Timestamp,A", ...stamps.map((stamp) => `${stamp},1`)].join("\n"));
  assert.deepEqual(bars.session, ["2026-07-06", "2026-07-07", "2026-07-08", "2026-07-09", "2026-07-10"]);
});

Deno.test("csvMarket() says that a file is missing, a folder, empty or without bars", async () => {
  const missing = csvMarket("/no/such/file.csv");
  for (const ask of [missing.dailyBars, missing.version, missing.tickers]) {
    await assert.rejects(() => ask(), {
      name: "MarketDataError",
      message:
        "There is no file at /no/such/file.csv. Correct the path in MARKET_DATA=csv:PATH, or put the file there.",
    });
  }
  await assert.rejects(csvMarket(FIXTURES).dailyBars(), { name: "MarketDataError", message: /is a folder/ });
  assert.equal(await failure(""), "PATH is empty. It must have a header line and at least one row.");
  assert.match(await failure("\n\r\n\n"), /PATH is empty/);
  assert.match(await failure(`${HEADER}\n\n`), /PATH has a header and no bars/);
  assert.match(await failure("Timestamp,A,B\n2026-01-05,,\n"), /PATH has a header and no bars/);
});

Deno.test("csvMarket().version() is equal for equal contents and changes with them", async () => {
  const text = (close: number) => `${HEADER}\nA,2026-01-05,1,1,1,${close},1\n`;
  const versionOf = (close: number) => withFile(text(close), (path) => csvMarket(path).version());
  assert.equal(await versionOf(1), await versionOf(1));
  assert.notEqual(await versionOf(1), await versionOf(2));
  await withFile(text(1), async (path) => {
    const market = csvMarket(path);
    const before = await market.version();
    assert.equal(await market.version(), before);
    await Deno.writeTextFile(path, text(25));
    assert.notEqual(await market.version(), before);
  });
});

Deno.test("csvMarket().tickersVersion() leaves a corrected bar alone, and changes with a ticker", async () => {
  const text = (ticker: string, close: number) => `${HEADER}\n${ticker},2026-01-05,1,1,1,${close},1\n`;
  await withFile(text("A", 1), async (path) => {
    const market = csvMarket(path);
    const [bars, tickers] = [await market.version(), await market.tickersVersion!()];
    await Deno.writeTextFile(path, text("A", 25));
    assert.notEqual(await market.version(), bars);
    assert.equal(await market.tickersVersion!(), tickers);
    await Deno.writeTextFile(path, text("B", 250));
    assert.notEqual(await market.tickersVersion!(), tickers);
  });
});

Deno.test("csvMarket().tickers() lists each ticker once in order, with nothing but its symbol, and follows the file", async () => {
  await withFile("Timestamp,C,a,B\n2026-01-05,1,,3\n", async (path) => {
    const market = csvMarket(path);
    const symbols = async () => (await market.tickers()).map((listing) => listing.ticker);
    assert.deepEqual(await symbols(), ["B", "C", "a"]);
    await Deno.writeTextFile(
      path,
      `${HEADER}\nZ,2026-01-05,1,1,1,1,1\nY,2026-01-05,1,1,1,1,1\nZ,2026-01-06,1,1,1,1,1\n`,
    );
    assert.deepEqual(await symbols(), ["Y", "Z"]);
    assert.deepEqual((await market.tickers())[0], {
      ticker: "Y",
      name: null,
      type: null,
      exchange: null,
      sector: null,
      currency: null,
      active: true,
      delistedOn: null,
    });
  });
});

Deno.test("csvMarket().dailyBars() reports progress up to the end, lets other work in and stops when aborted", async () => {
  const rows = Array.from({ length: 60_000 }, () => "A,2026-01-05,1,1,1,1,1");
  await withFile([HEADER, ...rows].join("\n"), async (path) => {
    const market = csvMarket(path);
    const seen: number[] = [];
    let total = 0;
    await market.dailyBars({
      onProgress(done, all) {
        seen.push(done);
        total = all;
      },
    });
    assert.equal(total, (await Deno.stat(path)).size);
    assert.equal(seen.at(-1), total);
    assert.ok(seen.length >= 4 && seen.every((done, i) => i === 0 || done >= seen[i - 1]!));

    const controller = new AbortController();
    const reading = market.dailyBars({
      signal: controller.signal,
      onProgress: () => controller.abort(new Error("enough")),
    });
    await assert.rejects(reading, /enough/);
  });
});
