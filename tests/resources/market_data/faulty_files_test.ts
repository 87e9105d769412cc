import assert from "node:assert/strict";
import polars, { type Series } from "nodejs-polars";
import {
  csvMarket,
  type DailyBars,
  type MarketData,
  MarketDataError,
  parquetMarket,
  type UnusableRow,
} from "../../../resources/market_data/mod.ts";

const HEADER = "ticker,date,open,high,low,close,volume";
const GOOD = ["A,2026-01-05,1,1,1,1,1", "A,2026-01-06,2,2,2,2,2", "B,2026-01-05,3,3,3,3,3"];

/** What a file was read as, and what was told of its rows. */
interface Reading {
  bars: DailyBars;
  told: UnusableRow[];
  /** Ticker, session and close of each bar. */
  closes: [string, string, number][];
}

async function read(content: string | Uint8Array, market: (path: string) => MarketData = csvMarket): Promise<Reading> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
    const told: UnusableRow[] = [];
    const bars = await market(path).dailyBars({ onUnusable: (row) => told.push(row) }).catch((error) => {
      assert.ok(error instanceof MarketDataError, String(error));
      throw new Error(error.message.replaceAll(path, "PATH"));
    });
    return { bars, told, closes: bars.ticker.map((ticker, i) => [ticker, bars.session[i]!, bars.close[i]!]) };
  } finally {
    await Deno.remove(path);
  }
}

const good: Reading["closes"] = [["A", "2026-01-05", 1], ["A", "2026-01-06", 2], ["B", "2026-01-05", 3]];
const long = (...lines: string[]) => [HEADER, ...lines].join("\n");

/** A line among good ones, and what is told of it. Where ticker and session can be read, it is a bar without values. */
const faultyLines: [line: string, ticker: string | null, session: string | null, reason: RegExp][] = [
  ["B,2026-01-06,1,1,N/A,1,1", "B", "2026-01-06", /^low: "N\/A" is not a number$/],
  ['B,2026-01-06,1,1,1,"1,234.5",1', "B", "2026-01-06", /^close: "1,234\.5" is not a number$/],
  ["B,2026-01-06,$1,1,1,1,1", "B", "2026-01-06", /^open: "\$1" is not a number$/],
  ["B,2026-01-06,1,1,1,1,Infinity", "B", "2026-01-06", /^volume: "Infinity" is not a number$/],
  ["B,2026-02-30,1,1,1,1,1", "B", null, /^date: "2026-02-30" is not a day of the calendar$/],
  ["B,06/01/2026,1,1,1,1,1", "B", null, /^date: "06\/01\/2026" is not a date$/],
  ["B,,1,1,1,1,1", "B", null, /^date: "" is not a date$/],
  [",2026-01-06,1,1,1,1,1", null, "2026-01-06", /^ticker: "" is not a ticker$/],
  ["B\0,2026-01-06,1,1,1,1,1", null, "2026-01-06", /^ticker: .* contains the control character U\+0000 \(NUL\)$/],
  ["\uFFFDB,2026-01-06,1,1,1,1,1", null, "2026-01-06", /^ticker: .* contains a character lost/],
  ["B,2026-01-06,1,1,1", "B", "2026-01-06", /^5 fields where the header has 7$/],
  ["B,2026-01-06,1,234.5,1,1,1,1", "B", "2026-01-06", /^8 fields where the header has 7$/],
  ["B,Jan 6, 2026,1,1,1,1,1", "B", null, /^date: "Jan 6" is not a date$/],
  ["B", "B", null, /^date: "" is not a date$|^1 field where/],
  ['B,2026-01-06,1,"1,1,1,1', "B", "2026-01-06", /^a quoted field is not closed on its line$/],
  ['B,"2026-01-06,1,1,1,1,1', "B", null, /^a quoted field is not closed on its line$/],
  ['"B,2026-01-06,1,1,1,1,1', null, null, /^a quoted field is not closed on its line$/],
  ['"B"x,2026-01-06,1,1,1,1,1', null, null, /^text follows the closing quote of a field$/],
];

for (const [line, ticker, session, reason] of faultyLines) {
  Deno.test(`csvMarket() gives up the one line ${JSON.stringify(line)}, and reports why`, async () => {
    // The same in the middle and at the end, with and without a line end.
    for (const text of [long(GOOD[0]!, line, ...GOOD.slice(1)), long(...GOOD, line), long(...GOOD, line) + "\n"]) {
      const { told, closes } = await read(text);
      assert.equal(told.length, 1);
      assert.deepEqual([told[0]!.ticker, told[0]!.session], [ticker, session]);
      assert.match(told[0]!.reason, reason);
      assert.equal(told[0]!.place, `line ${text.split("\n").indexOf(line) + 1}`);
      const without = ticker !== null && session !== null ? [[ticker, session, NaN]] : [];
      assert.deepEqual(closes, [...good, ...without]);
    }
  });
}

Deno.test("csvMarket() keeps no value of a line at fault, whichever of its fields is", async () => {
  const { bars } = await read(long(...GOOD, "B,2026-01-06,7,7,7,7,x"));
  for (const name of ["open", "high", "low", "close", "volume"] as const) assert.equal(bars[name][3], NaN, name);
  assert.deepEqual([bars.dividend[3], bars.split[3]], [0, 1]);
});

Deno.test("csvMarket() refuses a file as a whole where more than half of its lines cannot be read", async () => {
  const bad = (row: number) => `B,2026-01-06,1,1,x,${row},1`;
  assert.equal((await read(long(...GOOD, bad(1), bad(2), bad(3)))).told.length, 3);
  await assert.rejects(read(long(...GOOD, bad(1), bad(2), bad(3), bad(4))), {
    message:
      'PATH, line 5, column low: "x" is not a number. Correct it, or leave it empty where there is no value. 4 of 7 rows ' +
      "cannot be read, so the file is refused as a whole.",
  });
  // Another decimal sign, dates as another country writes them, a line of units under the header of a short file.
  for (const line of ['A,2026-01-05,"1,5","1,5","1,5","1,5",1', "A,01/05/2026,1,1,1,1,1"]) {
    await assert.rejects(read(long(line, line, line)), /3 of 3 rows cannot be read, so the file is refused/);
  }
});

Deno.test("csvMarket() reads no ticker of a line of another width from a place that may hold another field", async () => {
  const header = "open,ticker,date,high,low,close,volume";
  const lines = [
    "1,A,2026-01-05,1,1,1,1",
    "1,234.5,A,2026-01-06,1,1,1,1",
    "1,A,2026-01-07,1,1,1",
    "1,A,2026-01-08,1,1,1,1",
  ];
  const { told } = await read([header, ...lines].join("\n"));
  assert.deepEqual(told.map(({ ticker, session, place }) => [ticker, session, place]), [
    [null, null, "line 3"],
    ["A", "2026-01-07", "line 4"],
  ]);
});

Deno.test("csvMarket() ignores lines of nothing but separators and blanks, long and wide, however many", async () => {
  const blank = [",,,,,,", "   ", "\t", " , ,", '"",""', ",", "\r"];
  const { closes, told } = await read(long(GOOD[0]!, ...blank, ...GOOD.slice(1), ...Array(50).fill(",,,,,,")));
  assert.deepEqual([closes, told], [good, []]);
  const wide = await read(["Timestamp,A", "2026-01-05,1", ...blank, "2026-01-06,2", ...Array(50).fill(",")].join("\n"));
  assert.deepEqual(wide.closes.map(([, , close]) => close), [1, 2]);
  assert.deepEqual(wide.told, []);
});

Deno.test("csvMarket() gives up the one close, or the one line, of a wide file", async () => {
  const { told, closes } = await read(
    "Timestamp,A,B\n2026-01-05,1,3\n2026-01-06,2,#N/A\n2026-13-01,9,9\n2026-01-07,9\n2026-01-08,4,5\n",
  );
  assert.deepEqual(closes, [
    ["A", "2026-01-05", 1],
    ["A", "2026-01-06", 2],
    ["A", "2026-01-08", 4],
    ["B", "2026-01-05", 3],
    ["B", "2026-01-06", NaN],
    ["B", "2026-01-08", 5],
  ]);
  assert.deepEqual(told.map(({ ticker, session, place, reason }) => [ticker, session, place, reason]), [
    ["B", "2026-01-06", "line 3", 'B: "#N/A" is not a number'],
    [null, null, "line 4", 'Timestamp: "2026-13-01" is not a day of the calendar'],
    [null, null, "line 5", "2 fields where the header has 3"],
  ]);
  await assert.rejects(read("Timestamp,A,B\n2026-01-05,1,x\n2026-01-06,x,x\n"), /3 of 4 closes cannot be read/);
  await assert.rejects(read("Timestamp,A\n2026-01-05,1\nx,2\ny,3\n"), /2 of 3 rows cannot be read/);
});

Deno.test("csvMarket() reads a split of 0 as none, and keeps one that is negative for others to judge", async () => {
  const { bars } = await read(
    [
      `${HEADER},dividend,split`,
      "A,2026-01-05,1,1,1,1,1,0.0,0.0",
      "A,2026-01-06,1,1,1,1,1,0,4.0",
      "A,2026-01-07,1,1,1,1,1,,-2",
    ]
      .join("\n"),
  );
  assert.deepEqual([...bars.split], [1, 4, -2]);
});

const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

Deno.test("csvMarket() refuses bytes that are not UTF-8 by line, with their probable reading", async () => {
  await assert.rejects(read(latin1(long(...GOOD, "ÅBC,2026-01-05,1,1,1,1,1", "ÖBC,2026-01-05,1,1,1,1,1"))), {
    message:
      'PATH, line 5: the text is not UTF-8. As Windows-1252 (Latin-1) it would be "ÅBC". Store the file as UTF-8, ' +
      "e.g. with iconv -f WINDOWS-1252 -t UTF-8.",
  });
  // In a header, in quotes, half a letter at the end, and in a field that should be a number.
  await assert.rejects(read(latin1("Timestamp,ÅBC,ÖBC\n2026-01-05,1,2\n")), /PATH, line 1: the text is not UTF-8/);
  await assert.rejects(read(latin1(long(...GOOD, '"Ö,B",2026-01-05,1,1,1,1,1'))), /line 5: .* would be "Ö,B"/);
  await assert.rejects(read(latin1(long(...GOOD, "B,2026-01-06,1,1,1,1,\xc3"))), /line 5: the text is not UTF-8/);
  await assert.rejects(read(latin1(long(...GOOD, "B,2026-01-06,\xa31,1,1,1,1"))), /line 5: .* would be "£1"/);
  // Behind a field that cannot be read, in a line of another width, and behind a quote that is not closed.
  for (const line of ["B,2026-01-06,x,1,1,1,\xa31", "B,2026-01-06,1,\xa31", '"B,2026-01-06,\xa31,1,1,1,1']) {
    await assert.rejects(read(latin1(long(...GOOD, line, "C,2026-01-06,1,1,1,1,1"))), /line 5: the text is not UTF-8/);
  }
});

const utf16 = (text: string, { bom, bigEndian = false }: { bom: boolean; bigEndian?: boolean }) => {
  const units = [...bom ? [0xfeff] : [], ...Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))];
  const bytes = new DataView(new ArrayBuffer(units.length * 2));
  units.forEach((unit, i) => bytes.setUint16(2 * i, unit, !bigEndian));
  return new Uint8Array(bytes.buffer);
};

Deno.test("csvMarket() reads UTF-16 with and without a byte order mark, of either order", async () => {
  const text = long(...GOOD, "ÅBC,2026-01-05,4,4,4,4,4", "ÖBC,2026-01-05,5,5,5,5,5");
  for (const bom of [true, false]) {
    for (const bigEndian of [true, false]) {
      const { closes, told } = await read(utf16(text, { bom, bigEndian }));
      assert.deepEqual(closes, [...good, ["ÅBC", "2026-01-05", 4], ["ÖBC", "2026-01-05", 5]]);
      assert.deepEqual(told, []);
    }
  }
  const odd = utf16(text, { bom: true });
  await assert.rejects(read(odd.subarray(0, odd.length - 1)), /PATH begins as UTF-16LE but does not continue so/);
  await assert.rejects(
    read(Uint8Array.of(0xff, 0xfe, 0, 0, 65, 0, 0, 0)),
    /PATH is stored as UTF-32, which is not supported/,
  );
});

Deno.test("csvMarket() reads a symbol with invisible characters as the one without, where their bars do not collide", async () => {
  const spelled = ["A\u200B,2026-01-07,4,4,4,4,4", "\u00A0A,2026-01-08,5,5,5,5,5", "A\uFEFF,2026-01-09,6,6,6,6,6"];
  const { closes, told } = await read(long(...GOOD.slice(0, 2), ...spelled));
  assert.deepEqual(closes, [
    ["A", "2026-01-05", 1],
    ["A", "2026-01-06", 2],
    ["A", "2026-01-07", 4],
    ["A", "2026-01-08", 5],
    ["A", "2026-01-09", 6],
  ]);
  assert.deepEqual(told, []);
  const composed = await read(long("\u00C5,2026-01-05,1,1,1,1,1", "A\u030A,2026-01-06,2,2,2,2,2"));
  assert.deepEqual(composed.closes.map(([ticker]) => ticker), ["Å", "Å"]);
});

Deno.test("csvMarket() never makes one of two symbols whose bars collide: the later spelling's rows are reported and left out", async () => {
  for (const other of ["A\u200B", "A\u2060", "\uFEFFA"]) {
    // Wherever in the file they stand; the spelling that comes first has its bars.
    const { closes, told } = await read(
      long(...GOOD, `${other},2026-01-06,9,9,9,9,9`, `${other},2026-01-07,8,8,8,8,8`),
    );
    assert.deepEqual(closes, good);
    assert.deepEqual(told.map(({ ticker, session, place }) => [ticker, session, place]), [
      ["A", "2026-01-06", "line 5"],
      ["A", "2026-01-07", "line 6"],
    ]);
    assert.match(told[0]!.reason, /^ticker: "(A\\u200b|A\\u2060|\\ufeffA)" and "A" are one symbol but for blanks and/);
    assert.match(told[0]!.reason, /both have a bar of 2026-01-06$/);
    assert.match(told[1]!.reason, /are one symbol .*, and differ on 2026-01-06$/);
  }
  // A spelling that goes on with the bars that there are is the same instrument: the common bar alone is refused.
  const goesOn = await read(long(...GOOD, "A\u200B,2026-01-06,2,2,2,2,2", "A\u200B,2026-01-07,8,8,8,8,8"));
  assert.deepEqual(goesOn.closes, [...good.slice(0, 2), ["A", "2026-01-07", 8], good[2]!]);
  assert.deepEqual(goesOn.told.map(({ place }) => place), ["line 5"]);
  // A bar without a close tells nothing of which is meant.
  const silent = await read(long(...GOOD, "A\u200B,2026-01-06,,,,,", "A\u200B,2026-01-07,8,8,8,8,8"));
  assert.deepEqual(silent.closes, goesOn.closes);
  const decomposed = await read(long("\u00C5,2026-01-05,1,1,1,1,1", "A\u030A,2026-01-05,2,2,2,2,2"));
  assert.deepEqual([decomposed.closes.length, decomposed.told.length], [1, 1]);
  // Of case, and of what can be seen, nothing is made alike.
  const apart = await read(
    long("AMpB,2026-01-05,1,1,1,1,1", "AMPB,2026-01-05,2,2,2,2,2", "ＡMPB,2026-01-05,3,3,3,3,3"),
  );
  assert.deepEqual(apart.closes.map(([ticker, , close]) => [ticker, close]), [["AMPB", 2], ["AMpB", 1], ["ＡMPB", 3]]);
});

/** A heading beside two good ones, the ticker that is told, and what is wrong with it. */
const faultyHeadings: [heading: string, reason: RegExp][] = [
  ["AAA", /^"AAA" repeats the heading of an earlier column, which is used$/],
  ["A\u200BAA", /is the ticker of an earlier column but for blanks and characters that cannot be seen$/],
  ["AA\u00ADA", /is the ticker of an earlier column but for blanks and characters that cannot be seen$/],
  ["", /^"" is not a ticker$/],
  ["A\0", /contains the control character U\+0000 \(NUL\)$/],
  ["\uFFFDBC", /contains a character lost in a wrong encoding \(U\+FFFD\)/],
  ["Unnamed: 0", /is what pandas calls a column without a name$/],
  ["Unnamed: 3_level_1", /is what pandas calls a column without a name$/],
  ["('Close', 'CCC')", /is a tuple, as pandas writes columns of several levels$/],
  [`("Close", "CCC")`, /is a tuple, as pandas writes columns of several levels$/],
  ["('CCC', 'Close', 'USD')", /is a tuple, as pandas writes columns of several levels$/],
  ["( 'Adj Close', 'BRK.B' )", /is a tuple, as pandas writes columns of several levels$/],
];
const csvField = (text: string) => `"${text.replaceAll('"', '""')}"`;

for (const [heading, reason] of faultyHeadings) {
  Deno.test(`csvMarket() and parquetMarket() give up the one column ${JSON.stringify(heading)} of a wide file`, async () => {
    const readings: [Reading, place: string][] = [];
    for (const at of [1, 2]) {
      const headings = ["AAA", "BBB"].toSpliced(at, 0, heading);
      const row = (...closes: unknown[]) => closes.toSpliced(at + 1, 0, "x").join();
      const content = ["Timestamp," + headings.map(csvField).join(), row("2026-01-05", 1, 3), row("2026-01-06", 2, 4)];
      readings.push([await read(content.join("\n")), `line 1, column ${at + 2}`]);
      // No Parquet file has one name twice, or a column without one.
      if (heading === "AAA" || heading === "") continue;
      const columns = [number("AAA", 1, 2), number("BBB", 3, 4)].toSpliced(at, 0, number(heading, 9, 9));
      readings.push([await parquet(text("date", "2026-01-05", "2026-01-06"), ...columns), `column ${at + 2}`]);
    }
    for (const [{ closes, told }, place] of readings) {
      assert.deepEqual(closes, [
        ["AAA", "2026-01-05", 1],
        ["AAA", "2026-01-06", 2],
        ["BBB", "2026-01-05", 3],
        ["BBB", "2026-01-06", 4],
      ]);
      assert.equal(told.length, 1);
      assert.match(told[0]!.reason, reason);
      assert.deepEqual([told[0]!.ticker, told[0]!.session, told[0]!.place], [null, null, place]);
    }
  });
}

Deno.test("csvMarket() and parquetMarket() refuse a wide file of which more than half of the columns cannot be used", async () => {
  const tuples = ["('Close', 'AAA')", "('Close', 'BBB')", "CCC"];
  const remedy =
    "Write one level, e.g. frame['Close'].to_csv(…). 2 of 3 columns cannot be read, so the file is refused";
  const refused = (error: Error) => error.message.includes(remedy) && /PATH, (line 1, )?column 2: /.test(error.message);
  await assert.rejects(read(`Timestamp,${tuples.map(csvField).join()}\n2026-01-05,1,2,3\n`), refused);
  const columns = tuples.map((name) => number(name, 1));
  await assert.rejects(parquet(text("date", "2026-01-05"), ...columns), refused);
});

Deno.test("parquetMarket() gives up the one column of a wide file that holds no numbers", async () => {
  const { closes, told } = await parquet(
    text("date", "2026-01-05"),
    number("A", 1),
    text("Notes", "x"),
    text("C", null),
  );
  assert.deepEqual(closes, [["A", "2026-01-05", 1]]);
  assert.deepEqual(told.map(({ place, reason }) => [place, reason]), [[
    "column 3",
    '"Notes" is of type String where numbers are wanted',
  ]]);
});

/** A row of a holiday as programs and people write it, and what is told of it. */
const holidayRows: [row: string, told: [string | null, string | null][]][] = [
  ["2026-11-26,,", []],
  ["2026-11-26,closed,closed", [["A", "2026-11-26"], ["B", "2026-11-26"]]],
  ["2026-11-26,-,", [["A", "2026-11-26"]]],
  ["2026-11-26,Thanksgiving", [[null, null]]],
  ['2026-11-26,"closed,', [[null, null]]],
  ['2026-11-26,closed,"closed', [[null, null]]],
  ["Thanksgiving Day,,", [[null, null]]],
  ["# 2026-11-26: closed", [[null, null]]],
];

for (const [row, expected] of holidayRows) {
  Deno.test(`csvMarket() gives up no more of a wide file than the holiday's row ${JSON.stringify(row)}`, async () => {
    const { closes, told } = await read(`Timestamp,A,B\n2026-11-24,1,4\n2026-11-25,2,5\n${row}\n2026-11-27,3,6\n`);
    assert.deepEqual(told.map(({ ticker, session }) => [ticker, session]), expected);
    for (const { place } of told) assert.equal(place, "line 4");
    assert.deepEqual(closes.filter(([, , close]) => !Number.isNaN(close)), [
      ["A", "2026-11-24", 1],
      ["A", "2026-11-25", 2],
      ["A", "2026-11-27", 3],
      ["B", "2026-11-24", 4],
      ["B", "2026-11-25", 5],
      ["B", "2026-11-27", 6],
    ]);
  });
}

Deno.test("csvMarket() reads a quoted symbol that ends in a comma, time and again", async () => {
  const { closes } = await read(
    long('"A,",2026-01-05,1,1,1,1,1', '"A,",2026-01-06,2,2,2,2,2', '"A,B",2026-01-05,3,3,3,3,3'),
  );
  assert.deepEqual(closes, [["A,", "2026-01-05", 1], ["A,", "2026-01-06", 2], ["A,B", "2026-01-05", 3]]);
});

Deno.test("csvMarket() reads a midnight with an offset as the date that is written, long and wide", async () => {
  for (const offset of ["+02:00", "+05:30", "+08:00", "+09:00", "+11:00", "Z"]) {
    const { closes } = await read(long(`A,2026-11-27 00:00:00${offset},1,1,1,1,1`));
    const wide = await read(`Timestamp,A\n2026-11-27 00:00:00${offset},1\n`);
    assert.deepEqual([closes, wide.closes], [[["A", "2026-11-27", 1]], [["A", "2026-11-27", 1]]]);
  }
});

const text = (name: string, ...values: (string | null)[]) => polars.Series(name, values, polars.Utf8);
const number = (name: string, ...values: number[]) => polars.Series(name, Float64Array.from(values));
const parquet = (...columns: Series[]) =>
  read(polars.DataFrame(columns).writeParquet({ compression: "zstd" }), parquetMarket);

Deno.test("parquetMarket() gives up rows as csvMarket() does, among good ones", async () => {
  const good = Array.from({ length: 10 }, (_, i) => `2026-01-${i + 10}`);
  const rows = [
    ...good.map((date) => ["G", date]),
    [null, "2026-01-05"],
    [" ", "2026-01-05"],
    ["C", null],
    ["C", "2026-02-30"],
    ["G\u200B", "2026-01-10"],
    ["B", "2026-01-05"],
  ] as [string | null, string | null][];
  const ones = rows.map(() => 1);
  const { closes, told, bars } = await parquet(
    text("ticker", ...rows.map(([ticker]) => ticker)),
    text("date", ...rows.map(([, date]) => date)),
    ...["open", "high", "low", "volume"].map((name) => number(name, ...ones)),
    number("close", ...ones.with(15, -Infinity)),
    number("split", ...ones.with(0, 0).with(1, 4)),
  );
  assert.deepEqual(closes, [["B", "2026-01-05", NaN], ...good.map((date) => ["G", date, 1])]);
  assert.deepEqual([...bars.split.subarray(1, 3)], [1, 4]);
  assert.deepEqual(told.map(({ place }) => place), ["row 11", "row 12", "row 13", "row 14", "row 16", "row 15"]);
  assert.deepEqual(told.map(({ reason }) => reason.replace(/ and .*/, "")), [
    "ticker: there is no value",
    'ticker: " " is not a ticker',
    "date: there is no value",
    'date: "2026-02-30" is not a day of the calendar',
    "close: -Infinity is not a finite number",
    'ticker: "G\\u200b"',
  ]);
});

Deno.test("parquetMarket() gives up the one close of a wide file, and the row without a session", async () => {
  const { closes, told } = await parquet(
    text("date", "2026-01-05", "2026-01-06", null, "2026-01-07"),
    number("A", 1, Infinity, 9, 2),
    number("B", 3, 4, 9, 5),
  );
  assert.deepEqual(closes.map(([ticker, , close]) => [ticker, close]), [["A", 1], ["A", NaN], ["A", 2], ["B", 3], [
    "B",
    4,
  ], ["B", 5]]);
  assert.deepEqual(told.map(({ ticker, place }) => [ticker, place]), [[null, "row 3"], ["A", "row 2"]]);
});

Deno.test("parquetMarket() gives up the row whose date or timestamp is null, in every unit", async () => {
  const day = 86_400_000;
  const first = Date.parse("2026-01-05");
  const filled = (values: (number | null)[]) => polars.Series("date", values, polars.Float64);
  for (
    const sessions of [
      filled([first / day, null, first / day + 2]).cast(polars.Int32).cast(polars.Date),
      ...(["ms", "us", "ns"] as const).map((unit) => {
        const scale = { ms: 1, us: 1e3, ns: 1e6 }[unit];
        return filled([first * scale, null, (first + 2 * day) * scale]).cast(polars.Int64).cast(polars.Datetime(unit));
      }),
    ]
  ) {
    const { closes, told } = await parquet(sessions, number("A", 1, 2, 3));
    assert.deepEqual(closes, [["A", "2026-01-05", 1], ["A", "2026-01-07", 3]]);
    assert.deepEqual(told.map(({ place, reason }) => [place, reason]), [["row 2", "date: there is no value"]]);
  }
});

Deno.test("parquetMarket() gives up the row of a date or timestamp that no calendar has, in every unit", async () => {
  const day = 86_400_000;
  const first = Date.parse("2026-01-05");
  const days = Float64Array.of(first / day, 2e9, first / day + 2);
  for (
    const sessions of [
      polars.Series("date", days).cast(polars.Int32).cast(polars.Date),
      ...(["ms", "us"] as const).flatMap((unit) =>
        ["", "UTC", "Europe/London"].map((zone) => {
          const scale = { ms: 1, us: 1e3 }[unit];
          const stamps = polars.Series("date", Float64Array.of(first * scale, 9e18, (first + 2 * day) * scale));
          const type = zone === "" ? polars.Datetime(unit) : polars.Datetime(unit, zone);
          return stamps.cast(polars.Int64).cast(type);
        })
      ),
    ]
  ) {
    const { told, closes } = await parquet(sessions, number("A", 1, 2, 3));
    assert.equal(closes.length, 2);
    assert.equal(told.length, 1);
    assert.match(told[0]!.reason, /^date: \d+ is no date$/);
  }
});

Deno.test("parquetMarket() reads an instant that is midnight in its own zone as the date that is written", async () => {
  const midnights = ["2026-11-26T15:00:00Z", "2026-11-29T15:00:00Z"];
  const stamps = number("date", ...midnights.map((stamp) => Date.parse(stamp) * 1000)).cast(polars.Int64);
  const { closes } = await parquet(stamps.cast(polars.Datetime("us", "Asia/Tokyo")), number("A", 1, 2));
  assert.deepEqual(closes.map(([, session]) => session), ["2026-11-27", "2026-11-30"]);
  await assert.rejects(
    parquet(stamps.cast(polars.Datetime("us", "UTC")), number("A", 1, 2)),
    /is 10:00 of 2026-11-26 in New York, during trading/,
  );
});
