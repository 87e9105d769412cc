import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith, type Input } from "../../../engine/mod.ts";
import { prepareRows } from "../../../engine/declare/row_schema.ts";
import { RecentRows, recentRowsOf } from "../../../engine/store/recent_rows.ts";
import { onEachDatabase } from "../../support/partitions.ts";
import type { TinyWorld } from "../../support/tiny_engine.ts";

const { asset } = assetsWith<TinyWorld>();
const test = onEachDatabase("Rows that the process has just published");

const row = z.object({
  ticker: z.string(),
  session: z.iso.date(),
  close: z.number().nullable(),
  count: z.int().nullable(),
  note: z.string().nullable(),
  open: z.boolean(),
  at: z.iso.datetime(),
  more: z.array(z.number()),
});
type Row = z.output<typeof row>;

/** Not in key order, with nulls, −0 and values that the database gives back in another form. */
const rows: Row[] = ["BB", "AA", "CC"].flatMap((ticker, i) =>
  ["2024-01-03", "2024-01-02"].map((session, t) => ({
    ticker,
    session,
    close: i === 1 ? null : (i - t) / 3,
    count: i === 2 ? null : t === 0 ? -0 : i,
    note: t === 0 ? null : `${ticker}'s "ü"`,
    open: i === 0,
    at: `2024-01-0${t + 1}T10:00:00.500Z`,
    more: [i, t],
  }))
);

const prices = asset({
  key: "prices",
  group: "test",
  layer: "raw",
  description: "Rows of every type.",
  row,
  primaryKey: ["ticker", "session"],
  materialize: () => ({ rows }),
});

const reads: Record<string, (input: Input<Row>) => Promise<unknown>> = {
  rows: (input) => input.rows(),
  columns: (input) => input.columns("close", "ticker", "count", "note", "open"),
  "some tickers": (input) => input.where("ticker", ["CC", "AA", "ZZ"]).columns("session", "close"),
  "some tickers and sessions": (input) =>
    input.where("ticker", ["CC", "AA"]).where("session", ["2024-01-02"]).columns("ticker", "count"),
  "from a session on": (input) => input.where("session", { from: "2024-01-03" }).columns("ticker", "session", "close"),
  "from a ticker on, of a session": (input) =>
    input.where("ticker", { from: "B" }).where("session", ["2024-01-02"]).columns("ticker", "session"),
  none: (input) => input.where("note", []).columns("ticker", "close"),
};

let read: unknown;
let spoils = false;
const readers = Object.entries(reads).map(([name, of], i) =>
  asset({
    key: `reader_${i}`,
    group: "test",
    layer: "silver",
    description: `Reads ${name}.`,
    deps: { prices },
    row: z.object({ id: z.int() }),
    primaryKey: ["id"],
    async materialize({ inputs }) {
      read = await of(inputs.prices);
      if (spoils) {
        const columns = await inputs.prices.columns("close", "note");
        columns.close.fill(7);
        (columns.note as unknown[]).fill("spoilt");
      }
      return { rows: [{ id: 1 }] };
    },
  })
);

test("are read as from the database, and not beyond the run", { assets: [prices, ...readers] }, async (tiny) => {
  const { engine, database } = tiny;
  const kept = recentRowsOf(database);
  const { columns } = kept;
  const found: boolean[] = [];
  kept.columns = (...asked) => {
    const answer = columns.apply(kept, asked);
    found.push(answer !== null);
    return answer;
  };
  const run = async (selection: string) => {
    found.length = 0;
    const { id } = await engine.submit({ selection, force: true, trigger: "test" });
    assert.equal((await engine.finished(id)).status, "succeeded");
    return { read, found: [...found] };
  };
  rows[0]!.close = 10;
  for (const [i, name] of Object.keys(reads).entries()) {
    for (spoils of [false, true]) {
      // Equal rows are not published again.
      rows[0]!.close += 1;
      const near = await run(`+reader_${i}`);
      // Rows with times and arrays come from the database.
      assert.equal(near.found[0], name !== "rows", name);
      const far = await run(`reader_${i}`);
      assert.deepEqual(far.found, spoils ? [false, false] : [false], "the run has ended");
      assert.deepEqual(near.read, far.read, name);
    }
  }
});

test("are copies for each reader", { assets: [prices, readers[1]!] }, async ({ engine }) => {
  rows[0]!.close = 1;
  for (spoils of [true, false]) {
    const { id } = await engine.submit({ selection: "*", force: true, trigger: "test" });
    assert.equal((await engine.finished(id)).status, "succeeded");
    assert.ok(!(read as { note: unknown[] }).note.includes("spoilt"));
  }
  const found = new RecentRows();
  found.keep(prices, 1, prepareRows("prices", prices.schema, rows));
  const first = found.columns(prices, ["close", "note"], 1, [])!;
  (first.close as Float64Array).fill(7);
  (first.note as unknown[]).fill("spoilt");
  const again = found.columns(prices, ["close", "note"], 1, [])!;
  assert.ok(!again.note!.includes("spoilt" as never) && !again.close!.includes(7 as never));
});

Deno.test("RecentRows.keep() gives up what was kept first, and does not keep what is too large", () => {
  const prepared = prepareRows("prices", prices.schema, rows);
  const size = 8 * rows.length * prices.schema.columns.length;
  const recent = new RecentRows(2 * size);
  const keyed = (key: string) => ({ ...prices, key });
  const has = (key: string, id: number) => recent.columns(keyed(key), ["ticker"], id, []) !== null;
  recent.keep(keyed("a"), 1, prepared);
  recent.keep(keyed("b"), 2, prepared);
  assert.deepEqual([has("a", 1), has("b", 2), has("b", 1)], [true, true, false]);
  recent.keep(keyed("a"), 3, prepared);
  assert.deepEqual([has("a", 1), has("a", 3), has("b", 2)], [false, true, true]);
  recent.keep(keyed("c"), 4, prepared);
  assert.deepEqual([has("b", 2), has("a", 3), has("c", 4)], [false, true, true]);
  const large = new RecentRows(size - 1);
  large.keep(prices, 1, prepared);
  assert.equal(large.columns(prices, ["ticker"], 1, []), null);
  recent.clear();
  assert.equal(has("c", 4), false);
});
