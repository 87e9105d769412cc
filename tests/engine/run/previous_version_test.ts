import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith, DefinitionError, equalTo } from "../../../engine/mod.ts";
import { assetGraph } from "../../../engine/declare/graph.ts";
import { onEachDatabase } from "../../support/partitions.ts";
import { pseudoRandom } from "../../support/pseudo_random.ts";
import { testStore } from "../../support/row_files.ts";
import { type Tiny, type TinyWorld, withTinyEngine } from "../../support/tiny_engine.ts";

interface Bar {
  ticker: string;
  session: string;
  close: number;
}

let bars: Bar[] = [];
let notes: { note: string }[] = [];
/** Of each call, what it was told of its previous version; `null` without one. */
let told: (Record<string, string | null> | null)[] = [];
/** Changes the answer of the next call. */
let fault: "early" | "without" | null = null;
const { asset, assetOut } = assetsWith<TinyWorld>();

const prices = asset({
  key: "prices",
  group: "test",
  layer: "raw",
  description: "Closes of a few tickers.",
  row: z.object({ ticker: z.string(), session: z.iso.date(), close: z.number() }),
  primaryKey: ["ticker", "session"],
  partitionedBy: { name: "ticker", date: "session" },
  source: () => Promise.resolve(JSON.stringify(bars)),
  materialize: () => ({ rows: bars }),
});

const remarks = asset({
  key: "remarks",
  group: "test",
  layer: "raw",
  description: "Notes without a date.",
  row: z.object({ note: z.string() }),
  primaryKey: ["note"],
  source: () => Promise.resolve(JSON.stringify(notes)),
  materialize: () => ({ rows: notes }),
});

const ends = assetOut({
  key: "ends",
  group: "test",
  layer: "silver",
  description: "The last sum.",
  row: z.object({ name: z.string(), sum: z.number() }),
  primaryKey: ["name"],
});

const row = z.object({ session: z.iso.date(), sum: z.number() });

const totals = asset({
  key: "totals",
  group: "test",
  layer: "silver",
  description: "The sum of all closes up to a session.",
  deps: { prices, remarks },
  outs: { ends },
  row,
  primaryKey: ["session"],
  partitionedBy: { date: "session" },
  carriedOn: true,
  config: z.strictObject({ from: z.number().default(0) }),

  async materialize({ inputs, previous, config }) {
    told.push(previous && { ...previous.changedFrom });
    const { session, close } = await inputs.prices.columns("session", "close");
    const changed = previous?.changedFrom.prices ?? null;
    const rowsBefore = previous ? await previous.rows.rows() as z.output<typeof row>[] : [];
    const kept = rowsBefore.filter((one) => changed === null || one.session < changed);
    const last = kept.at(-1);
    let sum = last?.sum ?? config.from;
    const rows = [...new Set(session)].sort().filter((one) => last === undefined || one > last.session).map((one) => {
      session.forEach((each, i) => {
        if (each === one) sum += close[i]!;
      });
      return { session: one, sum };
    });
    const from = last && Temporal.PlainDate.from(last.session).add({ days: 1 }).toString();
    const early = fault === "early" && from !== undefined ? [{ session: "2026-01-01", sum: 0 }] : [];
    const outs = { ends: { rows: [{ name: "all", sum }] } };
    if (fault === "without") return { rows, from: "2026-03-02", outs };
    return { rows: [...early, ...rows], ...from !== undefined && { from }, outs };
  },
});

const dates = Array.from({ length: 12 }, (_, day) => `2026-03-${String(day + 1).padStart(2, "0")}`);
const history = (until: number): Bar[] =>
  ["A", "B"].flatMap((ticker) => dates.slice(0, until).map((session, day) => ({ ticker, session, close: day + 1 })));

async function run({ engine }: Tiny, more: { force?: boolean; config?: Record<string, unknown> } = {}) {
  told = [];
  return await engine.finished((await engine.submit({ selection: "*", trigger: "test", ...more })).id);
}

/** Makes everything fresh, and compares the sums with those of all closes. */
async function make(tiny: Tiny, more: Parameters<typeof run>[1] = {}): Promise<typeof told> {
  const { status, steps } = await run(tiny, more);
  assert.equal(status, "succeeded", JSON.stringify(steps));
  const { rows: stored } = await tiny.engine.rows("totals", { limit: 100 });
  let sum = 0;
  const expected = [...new Set(bars.map(({ session }) => session))].sort().map((session) => {
    for (const bar of bars) if (bar.session === session) sum += bar.close;
    return { session, sum };
  });
  assert.deepEqual(stored.map((one) => ({ ...one })), expected);
  return told;
}

async function version({ engine }: Tiny) {
  const { dataVersion, rowCount } = (await engine.states()).find(({ key }) => key === "totals")!.lastMaterialization!;
  return { dataVersion, rowCount };
}

onEachDatabase("An asset that is carried on")(
  "gets the first change of each input and returns the rows from a date on",
  { assets: [prices, remarks, totals, ends] },
  async (tiny) => {
    [bars, notes] = [history(5), [{ note: "a" }]];
    assert.deepEqual(await make(tiny), [null]);
    bars = history(6);
    assert.deepEqual(await make(tiny), [{ prices: dates[5], remarks: null }]);
    assert.deepEqual((await version(tiny)).rowCount, 6);

    // The receipt of an earlier row names the materialization that made it, and a replay makes all rows without a previous version.
    const [replay] = await tiny.engine.replay("totals", { filters: equalTo({ session: dates[5]! }) });
    assert.deepEqual([replay!.same, told.at(-1)], [true, null]);

    // A correction: all later sums.
    bars = history(7).map((bar) => bar.ticker === "B" && bar.session === dates[3] ? { ...bar, close: 40 } : bar);
    assert.deepEqual(await make(tiny), [{ prices: dates[3], remarks: null }]);
    const known = await version(tiny);
    // A change without a date may be anywhere; equal rows are an equal version.
    notes = [{ note: "b" }];
    assert.deepEqual(await make(tiny), [{ prices: null, remarks: "" }]);
    assert.deepEqual(await version(tiny), known);
    // On a forced run, and with other settings, from nothing: the same rows have the same version.
    assert.deepEqual(await make(tiny, { force: true }), [null]);
    assert.deepEqual(await version(tiny), known);
    assert.equal((await run(tiny, { config: { totals: { from: 1 } } })).status, "succeeded");
    assert.deepEqual(told, [null]);
    assert.notDeepEqual(await version(tiny), known);
    assert.deepEqual(await make(tiny), [null]);
    assert.deepEqual(await version(tiny), known);
  },
);

onEachDatabase("An asset that is carried on")(
  "has the same rows as one made from all closes, and its readers learn which dates changed",
  { assets: [prices, remarks, totals, ends] },
  async (tiny) => {
    const random = pseudoRandom(7);
    const any = (count: number) => Math.floor(random() * count);
    bars = history(6);
    await make(tiny);
    for (let i = 0; i < 8; i++) {
      const [kind, at] = [any(3), any(bars.length)];
      if (kind === 0) bars = bars.with(at, { ...bars[at]!, close: any(100) });
      else if (kind === 1) bars = bars.filter((_, place) => place !== at);
      else {
        const bar = { ticker: ["A", "B", "C"][any(3)]!, session: dates[any(12)]!, close: any(100) };
        bars = [...bars.filter(({ ticker, session }) => ticker !== bar.ticker || session !== bar.session), bar];
      }
      await make(tiny);
      const [extent] = await tiny.database.sql<{ dates: string[] }[]>`
        SELECT to_json(dates) AS dates FROM engine.extent WHERE asset_key = 'totals'`;
      assert.deepEqual(extent!.dates, [...new Set(bars.map(({ session }) => session))].sort());
    }
    const before = await version(tiny);
    bars = [...bars, { ticker: "Z", session: "2026-03-20", close: 1 }];
    await make(tiny);
    assert.equal((await version(tiny)).rowCount, before.rowCount + 1);
    const [last] = await tiny.database.sql<{ changed: unknown; added: number; removed: number }[]>`
      SELECT changed, rows_added AS added, rows_removed AS removed FROM engine.materialization
      WHERE asset_key = 'totals' ORDER BY id DESC LIMIT 1`;
    assert.deepEqual({ ...last }, {
      changed: [{ names: null, dates: [["2026-03-20", "2026-03-20"]] }],
      added: 1,
      removed: 0,
    });
  },
);

Deno.test("An asset that is carried on with its rows in files has the rows of all closes", async () => {
  await using store = await testStore();
  await withTinyEngine(async (tiny) => {
    bars = history(5);
    await make(tiny);
    // In another month.
    bars = [...bars, { ticker: "A", session: "2026-04-01", close: 2 }];
    assert.deepEqual(await make(tiny), [{ prices: "2026-04-01", remarks: null }]);
    bars = [...bars, { ticker: "A", session: "2026-04-02", close: 3 }];
    await make(tiny);
    const { dataVersion, rowCount } = await version(tiny);
    assert.equal(rowCount, 7);
    bars = bars.map((bar) => bar.session === dates[2] ? { ...bar, close: 9 } : bar);
    assert.deepEqual(await make(tiny), [{ prices: dates[2], remarks: null }]);
    bars = bars.map((bar) => bar.session === dates[2] ? { ...bar, close: 3 } : bar);
    assert.deepEqual(await make(tiny, { force: true }), [null]);
    assert.deepEqual(await version(tiny), { dataVersion, rowCount });
  }, { assets: [prices, remarks, totals, ends], rowFiles: { store, assets: ["totals"] } });
});

onEachDatabase("An asset that is carried on")(
  "fails if it returns an earlier row, or carries on without a version",
  { assets: [prices, remarks, totals, ends] },
  async (tiny) => {
    bars = history(3);
    fault = "without";
    try {
      const first = await run(tiny);
      assert.match(
        first.steps.find(({ key }) => key === "totals")!.error!.message,
        /returned rows from 2026-03-02 on, and has no version to carry on/,
      );
      fault = null;
      await make(tiny);
      fault = "early";
      bars = history(4);
      const later = await run(tiny);
      assert.match(
        later.steps.find(({ key }) => key === "totals")!.error!.message,
        /returned a row of 2026-01-01, and said that its rows begin on 2026-03-04/,
      );
    } finally {
      fault = null;
    }
    await make(tiny);
  },
);

Deno.test("assetGraph() refuses an asset that is carried on without a date or by partitions", () => {
  const spec = { key: "x", group: "t", layer: "raw", description: "X.", row, carriedOn: true } as const;
  const primaryKey = ["session"] as const;
  const materialize = () => ({ rows: [] });
  assert.throws(
    () => assetGraph([asset({ ...spec, primaryKey, materialize })]),
    (error) => error instanceof DefinitionError && /Add `partitionedBy` with a date/.test(error.message),
  );
  const partitionedBy = { date: "session" } as const;
  assert.throws(
    () =>
      assetGraph([
        asset({ ...spec, primaryKey, partitionedBy, partitionsDef: { wanted: () => ({ dates: [] }) }, materialize }),
      ]),
    (error) => error instanceof DefinitionError && /cannot be carried on as a whole as well/.test(error.message),
  );
});
