import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { NUMBERS } from "../../../../resources/market_data/bar_columns.ts";
import { csvMarket, type DailyBars, type LaterBars } from "../../../../resources/market_data/mod.ts";
import { weekdays } from "../../../support/bars.ts";
import { pseudoRandom } from "../../../support/pseudo_random.ts";

const header = "ticker,date,open,high,low,close,volume,dividend,split\n";
const sessions = weekdays(120);

interface Line {
  ticker: string;
  session: string;
  close: number | string;
}

const lineOf = ({ ticker, session, close }: Line) => `${ticker},${session},${close},${close},${close},${close},1000,,1`;
const byTicker = (a: Line, b: Line) => a.ticker < b.ticker ? -1 : a.ticker > b.ticker ? 1 : byDate(a, b);
const byDate = (a: Line, b: Line) => a.session < b.session ? -1 : a.session > b.session ? 1 : 0;

function history(count: number, tickers = ["A", "B", "C"]): Line[] {
  return tickers.flatMap((ticker, k) =>
    sessions.slice(0, count).map((session, t) => ({ ticker, session, close: 100 + 10 * k + t }))
  );
}

/** A market of a file that is written again and again. */
async function withFile(
  work: (market: ReturnType<typeof csvMarket>, write: (text: string | Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".csv" });
  let writes = 0;
  try {
    await work(csvMarket(path), async (text) => {
      await Deno.writeFile(path, typeof text === "string" ? new TextEncoder().encode(text) : text);
      await Deno.utime(path, 1_000 + ++writes, 1_000 + writes);
    });
  } finally {
    await Deno.remove(path);
  }
}

const textOf = (lines: readonly Line[], end = "\n") => header + lines.map((line) => lineOf(line) + end).join("");

type Row = [ticker: string, session: string, ...numbers: number[]];

function rowsOf(bars: DailyBars): Row[] {
  return bars.ticker.map((ticker, i) => [ticker, bars.session[i]!, ...NUMBERS.map((name) => bars[name]?.[i] ?? NaN)]);
}

/** The bars of a file as they are, read by a market that knows nothing of it. */
async function wholeOf(text: string | Uint8Array): Promise<Row[]> {
  let rows: Row[] = [];
  await withFile(async (market, write) => {
    await write(text);
    rows = rowsOf(await market.dailyBars());
  });
  return rows;
}

/** Later bars in place of the former ones from their first change on. */
function joined(before: readonly Row[], { bars, changedFrom }: LaterBars): Row[] {
  const from = changedFrom ?? "9999-12-31";
  return [...before.filter(([, session]) => session < from), ...rowsOf(bars).filter(([, session]) => session >= from)]
    .sort((a, b) => a[0] === b[0] ? (a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0) : a[0] < b[0] ? -1 : 1);
}

for (const [order, compare] of [["ticker", byTicker], ["date", byDate]] as const) {
  Deno.test(`barsSince() has the bars of a new session, of a file in the order of each ${order}`, async () => {
    await withFile(async (market, write) => {
      await write(textOf(history(80).sort(compare)));
      let rows = rowsOf(await market.dailyBars());
      // Over several times the sessions after which lines are settled.
      for (let count = 81; count <= 120; count++) {
        const version = await market.version();
        const text = textOf(history(count).sort(compare));
        await write(text);
        const later = await market.barsSince!(version);
        assert.equal(later!.changedFrom, sessions[count - 1]);
        assert.equal(later!.version, await market.version());
        const earlier = [...later!.earlier.values()].reduce((sum, bars) => sum + bars, 0);
        assert.equal(earlier + later!.bars.ticker.length, 3 * count);
        assert.ok(later!.bars.session.length <= 3 * 43, "only the newest sessions are read");
        rows = joined(rows, later!);
        assert.deepEqual(rows, await wholeOf(text));
        assert.equal(await market.newestDate!(), sessions[count - 1]);
      }
    });
  });
}

Deno.test("barsSince() knows several versions, and adds up what changed", async () => {
  await withFile(async (market, write) => {
    const versions: string[] = [];
    for (const [count, corrected] of [[80, 79], [81, 77], [82, 81]] as const) {
      const lines = history(count).map((line) => line.session === sessions[corrected] ? { ...line, close: 7 } : line);
      await write(textOf(lines));
      versions.push(await market.version());
      await market.newestDate!();
    }
    assert.deepEqual(
      await Promise.all(versions.map(async (version) => (await market.barsSince!(version))?.changedFrom)),
      [sessions[77], sessions[77], undefined],
    );
    assert.equal(await market.barsSince!("csv of another file"), null);
  });
});

Deno.test("barsSince() finds no change where the text alone is another", async () => {
  await withFile(async (market, write) => {
    await write(textOf(history(80)));
    const version = await market.version();
    await market.newestDate!();
    await write(textOf(history(80)) + "\n\n");
    assert.equal((await market.barsSince!(version))!.changedFrom, null);
  });
});

Deno.test("barsSince() knows nothing of a file with an earlier change, a fault or another spelling", async () => {
  const lines = history(80);
  const others: Record<string, string | Uint8Array> = {
    "a corrected line": textOf(lines.with(3, { ...lines[3]!, close: 1 })),
    "a removed line": textOf(lines.toSpliced(3, 1)),
    "a new ticker with a history": textOf([...lines, ...history(80, ["D"])]),
    "a line of an earlier date among new ones": textOf([...lines, { ...lines[5]!, ticker: "D" }]),
    "another header": textOf(lines).replace("open,high", "high,open"),
    "a new line that cannot be read": textOf([...lines, { ticker: "A", session: sessions[80]!, close: "x" }]),
    "a new line in another spelling": textOf([...lines, { ticker: "A\u200b", session: sessions[80]!, close: 1 }]),
    "text that is not UTF-8": Uint8Array.of(...new TextEncoder().encode(textOf(lines)), 0xff, 10),
    "few lines": textOf(lines.slice(0, 20)),
  };
  for (const [what, text] of Object.entries(others)) {
    await withFile(async (market, write) => {
      await write(textOf(lines));
      const version = await market.version();
      await market.newestDate!();
      await write(text);
      const later = await market.barsSince!(version).catch((error) => error.message);
      if (what === "text that is not UTF-8") assert.match(later, /line 242: the text is not UTF-8/);
      else assert.equal(later, null, what);
    });
  }
});

Deno.test("barsSince() does not take a longer last line for a settled one", async () => {
  // In reverse order of dates the last line is an old one.
  const lines = history(80, ["A"]).reverse();
  await withFile(async (market, write) => {
    await write(textOf(lines).trimEnd());
    const version = await market.version();
    await market.newestDate!();
    await write(textOf(lines).trimEnd() + "0");
    assert.equal(await market.barsSince!(version), null);
    assert.equal((await market.dailyBars()).split[0], 10);
  });
});

Deno.test("barsSince() reads a zipped file", async () => {
  await withFile(async (market, write) => {
    await write(gzipSync(textOf(history(80))));
    const version = await market.version();
    await market.newestDate!();
    await write(gzipSync(textOf(history(81))));
    assert.equal((await market.barsSince!(version))!.changedFrom, sessions[80]);
  });
});

Deno.test("barsSince() joined with earlier bars gives those of the file, after any edits", async () => {
  const random = pseudoRandom(11);
  const any = (count: number) => Math.floor(random() * count);
  let carried = 0;
  for (let market = 0; market < 12; market++) {
    const compare = [byTicker, byDate, (a: Line, b: Line) => -byDate(a, b)][any(3)]!;
    const [end, isTrimmed] = [any(2) ? "\n" : "\r\n", any(2) === 1];
    let count = 70 + any(20);
    let lines = history(count);
    await withFile(async (market, write) => {
      const put = async () => {
        const text = textOf(lines.toSorted(compare), end);
        await write(isTrimmed ? text.trimEnd() : text);
        return isTrimmed ? text.trimEnd() : text;
      };
      await put();
      let rows = rowsOf(await market.dailyBars());
      for (let edit = 0; edit < 25; edit++) {
        const version = await market.version();
        const newest = () => lines.length - 1 - any(Math.min(lines.length, 30));
        lines.sort(byDate);
        const kind = any(10);
        if (kind < 5 && count < sessions.length) {
          const session = sessions[count++]!;
          for (const ticker of any(4) ? ["A", "B", "C"] : ["A", "C", "E"]) {
            lines.push({ ticker, session, close: any(99) });
          }
        } else if (kind === 5) lines = lines.with(newest(), { ...lines[newest()]!, close: any(99) });
        else if (kind === 6) lines = lines.toSpliced(newest(), 1);
        else if (kind === 7) lines.push({ ...lines[newest()]!, close: any(99) });
        else if (kind === 8) lines = lines.with(any(lines.length), { ...lines[newest()]!, close: any(99) });
        const text = await put();
        const later = await market.barsSince!(version);
        if (later) carried++;
        rows = later ? joined(rows, later) : rowsOf(await market.dailyBars());
        assert.deepEqual(rows, await wholeOf(text));
      }
    });
  }
  assert.ok(carried > 100, `${carried} of 300 were carried on`);
});
