import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith } from "../../../engine/mod.ts";
import { dataVersion } from "../../../engine/declare/row_schema.ts";
import { partitionVersion } from "../../../engine/run/partition_version.ts";
import { contentOf } from "../../../engine/store/asset_table.ts";
import { onEachDatabase } from "../../support/partitions.ts";
import { pseudoRandom } from "../../support/pseudo_random.ts";
import type { Tiny, TinyWorld } from "../../support/tiny_engine.ts";

interface Bar {
  ticker: string;
  session: string;
  close: number | null;
}

let bars: Bar[] = [];
const { asset } = assetsWith<TinyWorld>();
const test = onEachDatabase("A table of years");

const prices = asset({
  key: "prices",
  group: "test",
  layer: "raw",
  description: "Closes of a few tickers over some years.",
  row: z.object({ ticker: z.string(), session: z.iso.date(), close: z.number().nullable() }),
  primaryKey: ["ticker", "session"],
  partitionedBy: { name: "ticker", date: "session" },
  source: () => Promise.resolve(String(bars.length) + JSON.stringify(bars.slice(-1)) + Math.random()),
  materialize: () => ({ rows: bars }),
});

/** 20 tickers on 600 days: 12,000 rows of 20 months. */
function history(): Bar[] {
  const dates = Array.from(
    { length: 600 },
    (_, day) => new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10),
  );
  return Array.from({ length: 20 }, (_, i) => `T${String(i).padStart(2, "0")}`).flatMap((ticker) =>
    dates.map((session, day) => ({ ticker, session, close: day % 97 === 0 ? null : day / 7 }))
  );
}

/** Publishes what `bars` are, and checks what is stored against them. */
async function publish({ engine, database }: Tiny): Promise<{ added: number; removed: number; changed: unknown }> {
  const run = await engine.finished((await engine.submit({ selection: "prices", trigger: "test" })).id);
  assert.equal(run.status, "succeeded", JSON.stringify(run.steps));
  const [made] = await engine.materializations("prices", { limit: 1 });
  const stored = await database.sql<{ ticker: string; session: string; close: number | null }[]>`
    SELECT ticker, session::text AS session, close FROM raw.prices WHERE _until IS NULL ORDER BY ticker, session`;
  const wanted = bars.toSorted((a, b) =>
    a.ticker < b.ticker ? -1 : a.ticker > b.ticker ? 1 : a.session < b.session ? -1 : 1
  );
  assert.deepEqual(stored.map((row) => ({ ...row })), wanted);
  const columns = {
    ticker: wanted.map((bar) => bar.ticker),
    session: wanted.map((bar) => bar.session),
    close: Float64Array.from(wanted, ({ close }) => close ?? NaN),
  };
  assert.equal(made!.dataVersion, dataVersion(prices.schema, columns));
  const digests = await database.sql<{ month: string; digest: string }[]>`
    SELECT month, digest FROM engine.row_digest WHERE asset_key = 'prices' ORDER BY month`;
  const byMonth = Map.groupBy(wanted, ({ session }) => session.slice(0, 7));
  assert.deepEqual(
    Object.fromEntries(digests.map(({ month, digest }) => [month, digest])),
    Object.fromEntries(
      [...byMonth].map(([month, own]) => [
        month,
        dataVersion(prices.schema, {
          ticker: own.map((bar) => bar.ticker),
          session: own.map((bar) => bar.session),
          close: Float64Array.from(own, ({ close }) => close ?? NaN),
        }),
      ]),
    ),
  );
  const [record] = await database.sql<{ changed: unknown }[]>`
    SELECT changed FROM engine.materialization WHERE id = ${made!.id}`;
  return { added: made!.rowsAdded, removed: made!.rowsRemoved, changed: record!.changed };
}

test("stores changed rows of any month", { assets: [prices] }, async (tiny) => {
  bars = history();
  assert.deepEqual((await publish(tiny)).added, 12_000);
  const random = pseudoRandom(3);
  const any = () => Math.floor(random() * bars.length);

  const [row] = [any()];
  bars = bars.with(row, { ...bars[row]!, close: -1 });
  assert.deepEqual(await publish(tiny), {
    added: 1,
    removed: 1,
    changed: [{ names: [bars[row]!.ticker], dates: [[bars[row]!.session, bars[row]!.session]] }],
  });

  bars = [...bars, { ticker: "T00", session: "2025-09-01", close: 1 }, {
    ticker: "T19",
    session: "2025-09-01",
    close: null,
  }];
  const { added, removed } = await publish(tiny);
  assert.deepEqual([added, removed], [2, 0]);

  const before = bars.length;
  bars = bars.filter(({ session }) => !session.startsWith("2024-02"));
  assert.deepEqual(await publish(tiny).then(({ added, removed }) => [added, removed]), [0, before - bars.length]);

  // More than half of the rows.
  bars = bars.map((bar) => bar.session < "2025-03-01" ? { ...bar, close: (bar.close ?? 0) + 1 } : bar);
  assert.equal((await publish(tiny)).added, bars.filter(({ session }) => session < "2025-03-01").length);

  for (let i = 0; i < 5; i++) {
    const [gone, changed, dated] = [any(), any(), any()];
    bars = bars.map((bar, at) => at === changed ? { ...bar, close: random() } : bar).filter((_, at) =>
      at !== gone && at !== dated
    );
    await publish(tiny);
  }
});

test("is compared as a whole where its digests are of another version", { assets: [prices] }, async (tiny) => {
  bars = history();
  await publish(tiny);
  await tiny.database.sql`UPDATE engine.asset_table SET digests_of = 'of another version'`;
  await tiny.database.sql`UPDATE engine.row_digest SET digest = 'wrong' WHERE month < '2025-01'`;
  bars = bars.with(0, { ...bars[0]!, close: 3 });
  assert.deepEqual(await publish(tiny).then(({ added, removed }) => [added, removed]), [1, 1]);
});

test("shrinks below the size from which months count, and grows again", { assets: [prices] }, async (tiny) => {
  bars = history();
  await publish(tiny);
  const all = bars;
  bars = bars.slice(0, 100);
  const run = await tiny.engine.finished((await tiny.engine.submit({ selection: "prices", trigger: "test" })).id);
  assert.equal(run.status, "succeeded");
  bars = all;
  assert.deepEqual(await publish(tiny).then(({ added, removed }) => [added, removed]), [11_900, 0]);
});

/** Where the next rows of `carried` begin; `null` for all rows. */
let from: string | null = null;

const carried = asset({
  key: "prices",
  group: "test",
  layer: "raw",
  description: "The same closes, carried on.",
  row: z.object({ ticker: z.string(), session: z.iso.date(), close: z.number().nullable() }),
  primaryKey: ["ticker", "session"],
  partitionedBy: { name: "ticker", date: "session" },
  carriedOn: true,
  source: () => Promise.resolve(String(Math.random())),
  materialize: ({ previous }) =>
    previous === null || from === null
      ? { rows: bars }
      : { rows: bars.filter(({ session }) => session >= from!), from },
});

/** Publishes `bars` from a date on or as a whole, and checks table, version and digests. */
async function publishCarried({ engine, database }: Tiny, start: string | null, force = false) {
  from = start;
  const run = await engine.finished((await engine.submit({ selection: "prices", trigger: "test", force })).id);
  assert.equal(run.status, "succeeded", JSON.stringify(run.steps));
  const [made] = await engine.materializations("prices", { limit: 1 });
  const { sum, count } = await contentOf(database.sql, carried);
  assert.deepEqual([made!.dataVersion, made!.rowCount, count], [
    partitionVersion(carried, sum),
    bars.length,
    bars.length,
  ]);
  const stored = await database.sql<Bar[]>`
    SELECT ticker, session::text AS session, close FROM raw.prices WHERE _until IS NULL ORDER BY ticker, session`;
  const inOrder = bars.toSorted((a, b) =>
    a.ticker === b.ticker ? (a.session < b.session ? -1 : 1) : a.ticker < b.ticker ? -1 : 1
  );
  assert.deepEqual(stored.map((row) => ({ ...row })), inOrder);
  const [table] = await database.sql<{ digestsOf: string }[]>`
    SELECT digests_of AS "digestsOf" FROM engine.asset_table WHERE asset_key = 'prices'`;
  assert.equal(table!.digestsOf, made!.dataVersion);
  const digests = await database.sql<{ month: string; digest: string }[]>`
    SELECT month, digest FROM engine.row_digest WHERE asset_key = 'prices' ORDER BY month`;
  for (const { month, digest } of digests) {
    const own = inOrder.filter(({ session }) => session.startsWith(month));
    const columns = {
      ticker: own.map((bar) => bar.ticker),
      session: own.map((bar) => bar.session),
      close: Float64Array.from(own, ({ close }) => close ?? NaN),
    };
    assert.equal(digest, dataVersion(carried.schema, columns), month);
  }
  return { months: digests.length, added: made!.rowsAdded, removed: made!.rowsRemoved, version: made!.dataVersion };
}

test("that is carried on is compared by months when it is made as a whole", { assets: [carried] }, async (tiny) => {
  bars = history();
  const months = new Set(bars.map(({ session }) => session.slice(0, 7))).size;
  const first = await publishCarried(tiny, null);
  assert.deepEqual([first.months, first.added], [months, 12_000]);
  // Equal rows need no comparison.
  const { added, removed, version } = await publishCarried(tiny, null, true);
  assert.deepEqual([added, removed, version], [0, 0, first.version]);

  const newest = bars.at(-1)!.session;
  const next = Temporal.PlainDate.from(newest).add({ days: 1 }).toString();
  bars = [...bars, { ticker: "T00", session: next, close: 1 }];
  const later = await publishCarried(tiny, next);
  assert.deepEqual([later.added, later.removed, later.months], [1, 0, months - 1]);

  // As a whole after that: the month without a digest, and one with a correction.
  bars = bars.with(5, { ...bars[5]!, close: 9 });
  const whole = await publishCarried(tiny, null);
  assert.deepEqual([whole.added, whole.removed, whole.months], [1, 1, months]);
  // The same version as of rows that were never carried on.
  bars = bars.with(5, history()[5]!).slice(0, -1);
  assert.equal((await publishCarried(tiny, null)).version, first.version);
});

test(
  "that is carried on has the rows of all closes, however they are published",
  { assets: [carried] },
  async (tiny) => {
    const random = pseudoRandom(9);
    const any = (count: number) => Math.floor(random() * count);
    bars = history();
    await publishCarried(tiny, null);
    for (let i = 0; i < 8; i++) {
      const at = any(bars.length);
      const { session } = bars[at]!;
      bars = any(3) === 0 ? bars.toSpliced(at, 1) : bars.with(at, { ...bars[at]!, close: random() });
      await publishCarried(tiny, any(2) === 0 ? session : null);
    }
  },
);
