import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import polars, { type Series } from "nodejs-polars";
import {
  csvMarket,
  type DailyBars,
  MarketDataError,
  parquetMarket,
  type UnusableRow,
} from "../../../resources/market_data/mod.ts";

const NUMBERS = ["open", "high", "low", "close", "volume", "dividend", "split"] as const;
const FIXTURES = new URL("./fixtures/", import.meta.url).pathname;

/** Calls `use` with the path of a file that holds `content`, and removes it. */
async function withFile<T>(content: Uint8Array, use: (path: string) => Promise<T>): Promise<T> {
  const path = await Deno.makeTempFile({ suffix: ".parquet" });
  try {
    await Deno.writeFile(path, content);
    return await use(path);
  } finally {
    await Deno.remove(path);
  }
}

function fileOf(...columns: Series[]): Uint8Array {
  return polars.DataFrame(columns).writeParquet({ compression: "zstd" });
}

function read(...columns: Series[]): Promise<DailyBars> {
  return withFile(fileOf(...columns), (path) => parquetMarket(path).dailyBars());
}

/** The message of the error with which reading fails, the path written as PATH. */
async function failure(content: Uint8Array | Series[]): Promise<string> {
  return await withFile(Array.isArray(content) ? fileOf(...content) : content, async (path) => {
    let message = "nothing was thrown";
    await assert.rejects(parquetMarket(path).dailyBars(), (error: unknown) => {
      assert.ok(error instanceof MarketDataError, String(error));
      assert.equal(error.retryable, false);
      message = error.message.replaceAll(path, "PATH");
      return true;
    });
    return message;
  });
}

const text = (name: string, ...values: (string | null)[]) => polars.Series(name, values, polars.Utf8);
const number = (name: string, ...values: number[]) => polars.Series(name, Float64Array.from(values));
const days = (name: string, ...values: string[]) =>
  polars.Series(name, Int32Array.from(values, (day) => Date.parse(day) / 86_400_000)).cast(polars.Date);
/** Microseconds since 1970 of instants or, where there is no zone, of times as if they were in UTC. */
const stamps = (name: string, values: string[], unit: "ms" | "us" | "ns", zone?: string) => {
  const scale = { ms: 1_000_000n, us: 1_000n, ns: 1n }[unit];
  const whole = values.map((value) => Number(Temporal.Instant.from(value).epochNanoseconds / scale));
  return number(name, ...whole).cast(polars.Int64).cast(polars.Datetime(unit, zone));
};
/** A long table of one row a session for one ticker, its columns replaced or added to by `columns`. */
const long = (rows: number, ...columns: Series[]): Series[] => {
  const ones = Array.from({ length: rows }, () => 1);
  const all = [
    text("ticker", ...ones.map(() => "A")),
    days("date", ...ones.map((_, row) => `2026-01-0${row + 5}`)),
    ...NUMBERS.slice(0, 5).map((name) => number(name, ...ones)),
  ];
  const given = new Map(columns.map((column) => [column.name, column]));
  return [...all.filter(({ name }) => !given.has(name)), ...columns];
};
const without = (columns: Series[], ...names: string[]) => columns.filter(({ name }) => !names.includes(name));

const symbol = fc.stringMatching(/^[A-Za-z^*][A-Za-z0-9.$é-]{0,8}[A-Za-z0-9.$]$/);
const session = fc.date({ min: new Date("1970-01-01"), max: new Date("2099-12-31"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const value = fc.oneof(fc.constant(NaN), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer());
const compare = (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0;

Deno.test("parquetMarket() reads back any long table that was written, in any order of columns and rows", async () => {
  const row = fc.tuple(symbol, session, fc.array(value, { minLength: 7, maxLength: 7 }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 30 }),
      fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8], { minLength: 9 }),
      async (rows, order) => {
        const columns = [
          text("ticker", ...rows.map(([ticker]) => ticker)),
          days("date", ...rows.map(([, day]) => day)),
          ...NUMBERS.map((name, k) => number(name, ...rows.map(([, , numbers]) => numbers[k]!))),
        ];
        const bars = await read(...order.map((k) => columns[k]!));

        const ordered = rows.toSorted((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]));
        assert.deepEqual(bars.ticker, ordered.map(([ticker]) => ticker));
        assert.deepEqual(bars.session, ordered.map(([, day]) => day));
        NUMBERS.forEach((name, k) => {
          const missing = name === "dividend" ? 0 : name === "split" ? 1 : NaN;
          const isNone = (value: number) => Number.isNaN(value) || (name === "split" && value === 0);
          const expected = ordered.map(([, , numbers]) => isNone(numbers[k]!) ? missing : numbers[k]!);
          assert.deepEqual(Array.from(bars[name]), expected, name);
        });
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("parquetMarket() reads back any written wide table, with its sessions in any column", async () => {
  const table = fc.uniqueArray(symbol, { minLength: 1, maxLength: 6, selector: (s) => s.toLowerCase() })
    .chain((tickers) =>
      fc.tuple(
        fc.constant(tickers),
        fc.array(fc.tuple(session, fc.array(value, { minLength: tickers.length, maxLength: tickers.length })), {
          minLength: 1,
          maxLength: 12,
        }),
        fc.constantFrom("Timestamp", "date", "Session", "__index_level_0__"),
        fc.boolean(),
      )
    );
  await fc.assert(
    fc.asyncProperty(table, async ([tickers, rows, name, isFirst]) => {
      const index = days(name, ...rows.map(([day]) => day));
      const closes = tickers.map((ticker, k) => number(ticker, ...rows.map(([, values]) => values[k]!)));
      const expected = tickers.flatMap((ticker, k) => rows.map(([day, values]) => ({ ticker, day, close: values[k]! })))
        .filter(({ close }) => !Number.isNaN(close))
        .sort((a, b) => compare(a.ticker, b.ticker) || compare(a.day, b.day));
      const columns = isFirst ? [index, ...closes] : [...closes, index];
      if (expected.length === 0) {
        assert.equal(await failure(columns), "PATH has columns and no bars. Add rows, or name another file.");
        return;
      }
      const bars = await read(...columns);
      assert.deepEqual(bars.ticker, expected.map((bar) => bar.ticker));
      assert.deepEqual(bars.session, expected.map((bar) => bar.day));
      assert.deepEqual(Array.from(bars.close), expected.map((bar) => bar.close));
      for (const name of ["open", "high", "low", "volume"] as const) assert.ok(bars[name].every(Number.isNaN), name);
      assert.ok(bars.dividend.every((value) => value === 0) && bars.split.every((value) => value === 1));
    }),
    { numRuns: 40 },
  );
});

Deno.test("parquetMarket() and csvMarket() read the same from the same table", async () => {
  const wide = await csvMarket(`${FIXTURES}wide.csv`).dailyBars();
  const bars = await csvMarket(`${FIXTURES}long.csv.gz`).dailyBars();
  const columns = NUMBERS.map((name) => number(name, ...bars[name]));
  assert.deepEqual(await read(text("ticker", ...bars.ticker), days("session", ...bars.session), ...columns), bars);

  const sessions = [...new Set(wide.session)];
  const closes = [...new Set(wide.ticker)].map((ticker) => {
    const ofTicker = new Map(
      wide.session.flatMap((day, i) => wide.ticker[i] === ticker ? [[day, wide.close[i]!]] : []),
    );
    return polars.Series(ticker, sessions.map((day) => ofTicker.get(day) ?? null), polars.Float64);
  });
  assert.deepEqual(await read(days("Timestamp", ...sessions), ...closes), wide);
});

Deno.test("parquetMarket() takes sessions as dates, text, midnights and instants in every unit", async () => {
  const written = ["2026-07-06", "2026-07-07"];
  const midnights = ["2026-07-06T00:00:00Z", "2026-07-07T00:00:00Z"];
  const inNewYork = ["2026-07-06T04:00:00Z", "2026-07-07T20:00:00Z"];
  for (
    const column of [
      days("date", ...written),
      text("date", ...written),
      text("date", "2026-07-06 00:00:00", "2026-07-07T16:00:00-04:00"),
      text("date", ...written).cast(polars.Categorical),
      ...(["ms", "us", "ns"] as const).flatMap((unit) => [
        stamps("date", midnights, unit),
        stamps("date", inNewYork, unit, "UTC"),
        stamps("date", inNewYork, unit, "America/New_York"),
      ]),
    ]
  ) {
    assert.deepEqual((await read(...long(2, column))).session, written, column.dtype.toString());
  }
});

Deno.test("parquetMarket() takes numbers of every numeric type, tickers as categories, capitals and nulls in its stride", async () => {
  const types = [polars.Float32, polars.Int16, polars.Int32, polars.Int64, polars.UInt8, polars.UInt32, polars.UInt64];
  for (const type of types) {
    assert.deepEqual(Array.from((await read(...long(2, number("volume", 7, 8).cast(type)))).volume), [7, 8], `${type}`);
  }
  const bars = await read(
    text("Ticker", "A", "B").cast(polars.Categorical),
    ...without(long(2), "ticker", "open").map((column) => column.alias(column.name.toUpperCase())),
    polars.Series("Open", [2, null], polars.Int64),
    polars.Series("dividend", [null, 0.25], polars.Float64),
    polars.Series("VWAP", [1.25, null], polars.Float64),
    text("split", null, null),
  );
  assert.deepEqual(bars.ticker, ["A", "B"]);
  assert.deepEqual(Array.from(bars.open), [2, NaN]);
  assert.deepEqual([bars.dividend, bars.vwap!].map((column) => Array.from(column)), [[0, 0.25], [1.25, NaN]]);
  assert.deepEqual(Array.from(bars.split), [1, 1]);
});

Deno.test("parquetMarket() names missing, unknown and repeated columns, and the allowed ones", async () => {
  assert.equal(
    await failure([...without(long(1), "close"), number("adj_close", 1)]),
    'PATH lacks close and has the unknown column "adj_close". A long file has the columns ticker, date, open, high, low, ' +
      "close, volume and optionally dividend, split, vwap, in any order, and may say session for date; a wide file has a column " +
      "Timestamp or date, and then a column for each ticker.",
  );
  assert.match(await failure(without(long(1), "ticker")), /^PATH lacks ticker\. /);
  assert.match(await failure([...long(1), number("Close", 1)]), /^PATH has close more than once\. /);
  assert.match(await failure([...long(1), days("session", "2026-01-05")]), /unknown column "session"/);
  assert.match(
    await failure([number("A", 1), number("B", 1)]),
    /^PATH lacks ticker, date, .* unknown columns "A", "B"/,
  );
  assert.match(await failure([days("Timestamp", "2026-01-05")]), /^PATH has no column but Timestamp\. Add a column/);
});

Deno.test("parquetMarket() names column, row, value and remedy for a wrong value or type", async () => {
  assert.equal(
    await failure(long(2, text("low", "x", "abc"))),
    "PATH, column low: it is of type String where numbers are wanted. Store it as a double.",
  );
  assert.match(await failure(long(2, days("close", "2026-01-05", "2026-01-06"))), /column close: it is of type Date/);
  assert.match(await failure(long(2, number("ticker", 1, 2))), /column ticker: it is of type Float64 where text/);
  assert.match(
    await failure(long(2, number("date", 20260105, 20260106))),
    /column date: it is of type Float64 where dates are wanted\. Store it as a date/,
  );
  assert.equal(
    await failure(long(1, number("high", -Infinity))),
    "PATH, row 1, column high: -Infinity is not a finite number. Correct it, or leave it null where there is no value.",
  );
  assert.equal(
    await failure(long(1, text("ticker", null))),
    "PATH, row 1, column ticker: there is no value. Write one, or remove the row.",
  );
  assert.match(await failure(long(1, text("ticker", " "))), /row 1, column ticker: " " is not a ticker\./);
  assert.match(await failure(long(1, text("date", null))), /row 1, column date: there is no value\./);
  assert.equal(
    await failure(long(1, text("date", "2026-02-30"))),
    'PATH, row 1, column date: "2026-02-30" is not a day of the calendar. Correct it, or remove the row.',
  );
  assert.match(
    await failure(long(1, text("date", "05.01.2026"))),
    /row 1, column date: "05\.01\.2026" is not a timestamp/,
  );
  assert.match(
    await failure(long(1, stamps("date", ["2026-01-05T16:00:00Z"], "us"))),
    /row 1, column date: "2026-01-05T16:00:00" is not a timestamp\./,
  );
  assert.match(
    await failure(long(1, stamps("date", ["2026-01-05T00:30:00Z"], "ns", "UTC"))),
    /row 1, column date: .* is 19:30 of 2026-01-04 in New York, after its close\. /,
  );
  const wide = [days("date", "2026-01-05"), number("B", Infinity)];
  assert.match(await failure(wide), /^PATH, row 1, column B: Infinity is not a finite number\./);
  assert.equal(
    await failure([wide[0]!, text("C", "x")]),
    'PATH, column 2: "C" is of type String where numbers are wanted. Store it as a double.',
  );
  assert.equal(
    await failure([wide[0]!, days("D", "2026-01-05")]),
    'PATH, column 2: "D" is of type Date where numbers are wanted. Store it as a double.',
  );
});

Deno.test("parquetMarket() reads numbers stored as text, and one that is none costs its bar", async () => {
  const unusable: UnusableRow[] = [];
  const read = (...columns: Series[]) =>
    withFile(fileOf(...columns), (path) => parquetMarket(path).dailyBars({ onUnusable: (row) => unusable.push(row) }));
  const bars = await read(
    ...long(4, text("close", "1.5", "holiday", "2e1", null), text("vwap", "NaN", "1", "", "0.25")),
  );
  assert.deepEqual([...bars.close], [1.5, NaN, 20, NaN]);
  assert.deepEqual([...bars.open], [1, NaN, 1, 1]);
  assert.deepEqual([...bars.vwap!], [NaN, NaN, NaN, 0.25]);
  const wide = [
    days("date", "2026-01-05", "2026-01-06", "2026-01-07"),
    text("B", "1", "n/a", null),
    number("C", 3, 4, 5),
  ];
  const closes = await read(...wide);
  assert.deepEqual(closes.ticker, ["B", "B", "C", "C", "C"]);
  assert.deepEqual([...closes.close], [1, NaN, 3, 4, 5]);
  assert.deepEqual(unusable, [
    { ticker: "A", session: "2026-01-06", place: "row 2", reason: 'close: "holiday" is not a number' },
    { ticker: "B", session: "2026-01-06", place: "row 2", reason: 'B: "n/a" is not a number' },
  ]);
});

Deno.test("parquetMarket() says that a file is missing, a folder, empty, another format, cut off, damaged or without bars", async () => {
  const missing = parquetMarket("/no/such/file.parquet");
  for (const ask of [missing.dailyBars, missing.version, missing.tickers]) {
    await assert.rejects(() => ask(), {
      name: "MarketDataError",
      message:
        "There is no file at /no/such/file.parquet. Correct the path in MARKET_DATA=parquet:PATH, or put the file " +
        "there.",
    });
  }
  await assert.rejects(parquetMarket(FIXTURES).dailyBars(), {
    name: "MarketDataError",
    message: /is a folder\. Name one Parquet file in MARKET_DATA=parquet:PATH\./,
  });
  assert.equal(await failure(new Uint8Array()), "PATH is empty. It must be a Parquet file with at least one row.");
  assert.equal(
    await failure(await Deno.readFile(`${FIXTURES}wide.csv`)),
    "PATH is not a Parquet file: it does not begin with PAR1. Name a Parquet file, or a CSV file in " +
      "MARKET_DATA=csv:PATH.",
  );
  const whole = fileOf(...long(3));
  assert.match(await failure(Buffer.concat([Buffer.from("PARE"), whole.subarray(4)])), /is an encrypted Parquet file/);
  for (const length of [4, 8, 11, whole.length >> 1, whole.length - 1]) {
    assert.equal(
      await failure(whole.subarray(0, length)),
      "PATH begins like a Parquet file but does not end like one. Copy it again, to its end.",
    );
  }
  assert.match(await failure(long(1).map((column) => column.head(0))), /^PATH has columns and no bars\./);
});

Deno.test("parquetMarket() keeps the library's words as cause and out of the message where a file is damaged", async () => {
  const whole = Buffer.from(fileOf(...long(3)));
  // The metadata is overwritten, both ends stay.
  whole.fill(0, whole.length - 8 - whole.readUInt32LE(whole.length - 8), whole.length - 8);
  await withFile(whole, async (path) => {
    await assert.rejects(parquetMarket(path).dailyBars(), (error: Error) => {
      assert.match(error.message, /cannot be read as one: it is damaged, or .*\. Copy it again, or write it again/);
      assert.ok(error instanceof MarketDataError && error.cause instanceof Error);
      assert.ok(!error.message.includes(error.cause.message));
      return true;
    });
  });
});

Deno.test("parquetMarket().version() is equal for equal contents, changes with them, and differs from CSV", async () => {
  const versionOf = (close: number) =>
    withFile(fileOf(...long(1, number("close", close))), (path) => parquetMarket(path).version());
  assert.match(await versionOf(1), /^parquet [0-9a-f]{32}, \d+ bytes$/);
  assert.equal(await versionOf(1), await versionOf(1));
  assert.notEqual(await versionOf(1), await versionOf(2));
  await withFile(fileOf(...long(1)), async (path) => {
    const market = parquetMarket(path);
    const before = await market.version();
    await Deno.writeFile(path, fileOf(...long(2)));
    assert.notEqual(await market.version(), before);
    const bars = await market.dailyBars();
    assert.equal(bars.ticker.length, 2);
  });
});

Deno.test("parquetMarket().tickers() lists each ticker once in order, one without closes too, and follows the file", async () => {
  const wide = [days("date", "2026-01-05"), number("a", 1), number("C", NaN), number("B", 1)];
  await withFile(fileOf(...wide), async (path) => {
    const market = parquetMarket(path);
    const symbols = async () => (await market.tickers()).map((listing) => listing.ticker);
    assert.deepEqual(await symbols(), ["B", "C", "a"]);
    await Deno.writeFile(path, fileOf(...long(3, text("ticker", "Z", "Y", "Z"))));
    assert.deepEqual(await symbols(), ["Y", "Z"]);
  });
});

Deno.test("parquetMarket().dailyBars() reports progress by columns, lets other work in and stops when aborted", async () => {
  await withFile(fileOf(...long(2)), async (path) => {
    const seen: [number, number][] = [];
    const turnsBefore: number[] = [];
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await parquetMarket(path).dailyBars({
      onProgress(done, total) {
        seen.push([done, total]);
        turnsBefore.push(turns);
      },
    });
    clearInterval(timer);
    assert.deepEqual(seen, Array.from({ length: 7 }, (_, k) => [k + 1, 7]));
    assert.ok(turnsBefore.at(-1)! > turnsBefore[0]!);

    const controller = new AbortController();
    const reading = parquetMarket(path).dailyBars({
      signal: controller.signal,
      onProgress: () => controller.abort(new Error("enough")),
    });
    await assert.rejects(reading, /enough/);
  });
});

Deno.test("parquetMarket() reads a wide table of more columns than it takes at once", async () => {
  const width = 300;
  const sessions = Array.from(
    { length: 500 },
    (_, row) => new Date(Date.UTC(2020, 0, row + 1)).toISOString().slice(0, 10),
  );
  const tickers = Array.from({ length: width }, (_, k) => `T${String(k).padStart(3, "0")}`);
  // Every seventh close is missing; the others tell where they stand.
  const close = (row: number, k: number) => (row * width + k) % 7 === 0 ? NaN : row * width + k;
  const closes = tickers.map((ticker, k) => number(ticker, ...sessions.map((_, row) => close(row, k))));
  const bars = await read(...closes.slice(100), days("date", ...sessions), ...closes.slice(0, 100));
  const expected = tickers.flatMap((ticker, k) =>
    sessions.map((session, row) => [ticker, session, close(row, k)] as const)
  )
    .filter(([, , value]) => !Number.isNaN(value));
  assert.deepEqual(bars.ticker, expected.map(([ticker]) => ticker));
  assert.deepEqual(bars.session, expected.map(([, session]) => session));
  assert.deepEqual(Array.from(bars.close), expected.map(([, , value]) => value));
});

/** Whether the process itself can tell which libraries it has loaded. */
const tellsLibraries = Deno.build.os === "linux";

Deno.test({
  name: `parquetMarket() loads the library with the first read, not before${tellsLibraries ? "" : " (Linux only)"}`,
  ignore: !tellsLibraries,
  async fn() {
    const script = `
      import { marketDataFrom } from "${import.meta.resolve("../../../resources/market_data/mod.ts")}";
      import "${import.meta.resolve("../../../routes/mod.ts")}";
      const market = marketDataFrom("parquet:" + Deno.args[0], { clock: null });
      await market.version();
      const loaded = async () => (await Deno.readTextFile("/proc/self/maps")).includes("nodejs-polars");
      console.log(await loaded());
      await market.dailyBars();
      console.log(await loaded());
    `;
    await withFile(fileOf(...long(1)), async (path) => {
      const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["eval", "--quiet", "--no-check", "--ext=ts", script, path],
      }).output();
      const [output, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
      assert.equal(output, "false\ntrue\n", errors);
    });
  },
});
