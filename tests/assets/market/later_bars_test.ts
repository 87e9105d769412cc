import assert from "node:assert/strict";
import { rawDailyBars } from "../../../assets/market/raw_daily_bars.ts";
import { fixedClock } from "../../../resources/clock.ts";
import { xnys } from "../../../resources/exchange_calendar/mod.ts";
import { csvMarket } from "../../../resources/market_data/mod.ts";
import { type AssetRun, runAsset } from "../../../testing/run_asset.ts";
import { databases } from "../../support/database.ts";
import { withAssetChain } from "../../support/engine_chain.ts";
import { pseudoRandom } from "../../support/pseudo_random.ts";

/** Sessions of XNYS with a few days in between that are none. */
const calendar = xnys;
const clock = fixedClock("2020-12-31T23:00:00Z");
const sessions = calendar.sessionsBetween("2020-01-02", "2020-12-31")!;

interface Line {
  ticker: string;
  session: string;
  close: number | string;
  dividend?: number;
  split?: number;
}

type Made = AssetRun<Record<string, unknown>>;

/** A file that is written again and again, and `raw_daily_bars` made of it. */
async function withFile(
  work: (file: {
    path: string;
    write(lines: readonly Line[]): Promise<void>;
    made(previous: Made | null): Promise<Made>;
  }) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".csv" });
  let writes = 0;
  let marketData = csvMarket(path);
  try {
    await work({
      path,
      async write(lines) {
        const text = lines.map(({ ticker, session, close, dividend = "", split = 1 }) =>
          `${ticker},${session},${close},${close},${close},${close},1000,${dividend},${split}\n`
        ).join("");
        await Deno.writeTextFile(path, `ticker,date,open,high,low,close,volume,dividend,split\n${text}`);
        await Deno.utime(path, 1_000 + ++writes, 1_000 + writes);
      },
      async made(previous) {
        // As a process that was started anew, if all rows are to be made.
        const market = previous ? marketData : csvMarket(path);
        if (previous) await market.newestDate!();
        const made = await runAsset(rawDailyBars, {
          resources: { marketData: market, calendar },
          clock,
          ...previous && {
            previous: {
              rows: previous.rows,
              metadata: previous.metadata,
              outs: mapped(previous.outs, ({ rows }) => rows),
              outMetadata: mapped(previous.outs, ({ metadata }) => metadata),
            },
          },
        }) as unknown as Made;
        if (!previous) await (marketData = market).newestDate!();
        return made;
      },
    });
  } finally {
    await Deno.remove(path);
  }
}

function mapped<T, U>(record: Readonly<Record<string, T>>, map: (value: T, name: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}

/** The tables after a publication: returned rows follow those before their first date. */
function published(previous: Made, made: Made): Made {
  const joined = <T extends { rows: Record<string, unknown>[]; from?: string }>(before: T, now: T): T => {
    if (now.from === undefined) return now;
    const rows = [...before.rows.filter(({ session }) => String(session) < now.from!), ...now.rows];
    const key = (row: Record<string, unknown>) => `${row.ticker} ${row.session} ${row.occurrence ?? ""}`;
    return { ...now, rows: rows.sort((a, b) => key(a) < key(b) ? -1 : 1) };
  };
  return { ...joined(previous, made), outs: mapped(made.outs, (out, name) => joined(previous.outs[name]!, out)) };
}

/** Rows, metadata and whether each check passed. */
const contentOf = (made: Made) =>
  mapped({ own: made, ...made.outs }, ({ rows, metadata, checks }) => ({
    rows,
    metadata,
    passed: mapped(checks, ({ passed }) => passed),
  }));

function history(count: number): Line[] {
  return ["A", "B", "C", "D"].flatMap((ticker, k) =>
    sessions.slice(0, count).map((session, t) => ({
      ticker,
      session,
      close: 100 + 10 * k + t % 7,
      ...t % 60 === 10 * k && { dividend: 0.5 },
      ...ticker === "B" && t === 40 && { split: 2 },
    }))
  );
}

const byTicker = (a: Line, b: Line) =>
  a.ticker === b.ticker ? (a.session < b.session ? -1 : a.session > b.session ? 1 : 0) : a.ticker < b.ticker ? -1 : 1;

/** What is returned after a change of the file, which is compared with all rows. */
async function after(before: readonly Line[], now: readonly Line[]): Promise<Made> {
  let made: Made | undefined;
  await withFile(async (file) => {
    await file.write(before.toSorted(byTicker));
    const first = await file.made(null);
    await file.write(now.toSorted(byTicker));
    made = await file.made(first);
    const whole = published(first, made);
    assert.deepEqual(contentOf(whole), contentOf(await file.made(null)));
  });
  return made!;
}

const day = (t: number, ...tickers: string[]): Line[] =>
  tickers.map((ticker) => ({ ticker, session: sessions[t]!, close: 120 }));

Deno.test("raw_daily_bars returns a new session alone", async () => {
  const made = await after(history(100), history(101));
  assert.deepEqual([made.from, made.rows.length], [sessions[100], 4]);
});

Deno.test("raw_daily_bars returns the rows from a corrected newest bar on", async () => {
  const lines = history(100);
  const at = lines.findIndex(({ ticker, session }) => ticker === "B" && session === sessions[97]);
  const made = await after(lines, lines.with(at, { ...lines[at]!, close: 111, dividend: 0.3 }));
  assert.deepEqual([made.from, made.rows.length], [sessions[97], 12]);
});

Deno.test("raw_daily_bars goes on with a new ticker, unusable bars, repeated ones and dates without a session", async () => {
  const lines = history(100);
  const first = [...lines, { ticker: "A", session: "2020-01-04", close: 3 }, ...day(50, "A"), {
    ...lines[3]!,
    close: -1,
  }];
  const made = await after(first, [
    ...first,
    ...day(100, "A", "A", "B", "E"),
    { ticker: "C", session: sessions[100]!, close: -2 },
    { ticker: "D", session: sessions[100]!, close: "" },
    // The Saturday after.
    { ticker: "D", session: "2020-05-30", close: 4 },
  ]);
  assert.equal(made.from, sessions[100]);
  assert.equal(made.outs.rejected!.rows.length, 4);
});

for (
  const [what, before, now] of [
    ["an earlier bar changed", [], [{ ...history(1)[0]!, close: 3 }]],
    ["a row of it cannot be read", [], [{ ticker: "A", session: sessions[100]!, close: "x" }]],
    ["a row of it could not be read", [{ ticker: "A", session: sessions[5]!, close: "x" }], day(100, "A")],
    ["a dividend is near another one", [{ ...day(99, "A")[0]!, dividend: 0.2 }], [
      { ...day(100, "A")[0]!, dividend: 0.2 },
    ]],
    ["a split is repeated days later", [{ ...day(98, "A")[0]!, split: 2 }], [
      { ...day(100, "A")[0]!, close: 60, split: 2 },
    ]],
    ["two bars of a session have other dividends", [], [
      { ...day(100, "A")[0]!, dividend: 0.2 },
      { ...day(100, "A")[0]!, dividend: 0.3 },
    ]],
    ["a few bars lie far from all others", [], [{ ticker: "A", session: "2020-12-30", close: 100 }]],
  ] as const satisfies readonly (readonly [string, readonly Line[], readonly Line[]])[]
) {
  Deno.test(`raw_daily_bars returns the right rows where ${what}`, async () => {
    const lines = history(98);
    await after([...lines, ...before], [...lines, ...before, ...now]);
  });
}

Deno.test("raw_daily_bars made of what a file has more is made of the whole file, after any edits", async () => {
  const random = pseudoRandom(5);
  const any = (count: number) => Math.floor(random() * count);
  let carried = 0;
  for (let round = 0; round < 6; round++) {
    let count = 60 + any(30);
    let lines = history(count);
    await withFile(async (file) => {
      await file.write(lines.toSorted(byTicker));
      let known = await file.made(null);
      for (let edit = 0; edit < 25; edit++) {
        lines.sort((a, b) => a.session < b.session ? -1 : a.session > b.session ? 1 : 0);
        const recent = () => lines.length - 1 - any(60);
        const [kind, at] = [any(14), recent()];
        if (kind < 6) {
          const tickers = any(3) ? ["A", "B", "C", "D"] : ["A", "C", "E", "E"];
          lines.push(...day(count++, ...tickers).map((line) => ({ ...line, ...any(4) === 0 && { dividend: 0.5 } })));
        } else if (kind === 6) lines = lines.with(at, { ...lines[at]!, close: 90 + any(20) });
        else if (kind === 7) lines = lines.toSpliced(at, 1);
        else if (kind === 8) lines.push({ ...lines[at]!, close: any(3) ? -1 : lines[at]!.close });
        else if (kind === 9) lines = lines.with(at, { ...lines[at]!, ...any(2) ? { split: 2 } : { dividend: 0.5 } });
        else if (kind === 10) lines.push({ ticker: "A", session: "2020-01-05", close: any(9) });
        else if (kind === 11) lines = lines.filter(({ close, session }) => close !== -1 && session !== "2020-01-05");
        else if (kind === 12 && any(3) === 0) {
          lines = lines.with(any(lines.length), { ...lines[at]!, close: any(3) ? 5 : "x" });
        } else lines = lines.filter(({ close }) => close !== "x");
        await file.write(lines.toSorted(byTicker));
        const made = await file.made(known);
        if (made.from !== undefined) carried++;
        known = published(known, made);
        const whole = await withoutPrevious(lines);
        const { source_version: _, source_id: __, ...metadata } = known.metadata;
        assert.deepEqual(withoutSource(known), withoutSource(whole), JSON.stringify(metadata));
      }
    });
  }
  assert.ok(carried > 60, `${carried} of 150 were carried on`);
});

async function withoutPrevious(lines: readonly Line[]): Promise<Made> {
  let made: Made | undefined;
  await withFile(async (file) => {
    await file.write(lines.toSorted(byTicker));
    made = await file.made(null);
  });
  return made!;
}

/** The content but for the path of the file. */
function withoutSource(made: Made) {
  return mapped(
    contentOf(made),
    ({ metadata: { source_id: _, ...metadata }, ...content }) => ({ ...content, metadata }),
  );
}

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `raw_daily_bars carried on has the versions of one made from nothing, and so has what reads it, on ${name}`,
    ignore,
    async fn() {
      const database = await open();
      try {
        await withFile(async ({ path, write }) => {
          let lines = history(100);
          await write(lines.toSorted(byTicker));
          const options = { database, marketData: csvMarket(path), calendar, clock };
          await withAssetChain(options, async (chain) => {
            const versions = async (force = false) => {
              const run = await chain.materialize("raw_daily_bars daily_bars sessions", { force });
              assert.deepEqual([run.status, run.steps.flatMap(({ error }) => error ?? [])], ["succeeded", []]);
              const states = await chain.engine.states([
                ...["raw_daily_bars", "raw_splits", "raw_dividends", "rejected_bars", "daily_bars", "sessions"],
              ]);
              return states.map(({ key, lastMaterialization: made }) => ({
                key,
                dataVersion: made!.dataVersion,
                rowCount: made!.rowCount,
              }));
            };
            const rowsFrom = async () =>
              (await chain.engine.states(["raw_daily_bars"]))[0]!.lastMaterialization!.rowsFrom;
            await versions();
            const first = lines[0]!;
            for (
              const [edit, from] of [
                [() => lines.push(...day(100, "A", "B", "C", "D")), sessions[100]],
                [() => lines.push(...day(101, "A", "B", "E").map((line) => ({ ...line, dividend: 1 }))), sessions[101]],
                [() => lines.push({ ...day(101, "A")[0]!, close: -1 }), sessions[101]],
                [() => lines = lines.filter(({ close }) => close !== -1), null],
                [() => lines = lines.with(0, { ...first, close: 90 }), null],
                [() => lines.push(...day(102, "A", "B", "C", "D")), sessions[102]],
              ] as const
            ) {
              edit();
              await write(lines.toSorted(byTicker));
              const carried = await versions();
              assert.equal(await rowsFrom(), from);
              assert.deepEqual(await versions(true), carried);
            }
          });
        });
      } finally {
        await database.close();
      }
    },
  });
}
