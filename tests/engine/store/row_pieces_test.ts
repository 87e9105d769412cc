import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith, keepAll } from "../../../engine/mod.ts";
import { PartitionSet, PartitionSpace } from "../../../engine/partitions/mod.ts";
import { readColumns } from "../../../engine/store/read_columns.ts";
import type { ColumnData, Database } from "../../../resources/database/database.ts";
import { openTinyEngine, type TinyWorld } from "../../support/tiny_engine.ts";

const tickers = Array.from({ length: 24 }, (_, i) => `T${String(i).padStart(2, "0")}`);
const sessions = Array.from(
  { length: 1_000 },
  (_, i) => Temporal.PlainDate.from("2020-01-01").add({ days: i }).toString(),
);
const world = { factor: 1 };

/** 24,000 rows in some hundred blocks, in another order than their key's. */
const bars = assetsWith<TinyWorld>().asset({
  key: "bars",
  group: "t",
  layer: "raw",
  description: "",
  retention: keepAll,
  row: z.object({ ticker: z.string(), session: z.iso.date(), close: z.number(), note: z.string() }),
  primaryKey: ["ticker", "session"],
  partitionedBy: { name: "ticker", date: "session" },
  materialize: () => ({
    rows: sessions.flatMap((session, s) =>
      tickers.map((ticker, t) => ({ ticker, session, close: world.factor * (t * 10_000 + s), note: "n".repeat(40) }))
    ),
  }),
});

type Read = Parameters<typeof readColumns>[4];

/** The closes that some tickers and sessions had with a factor, in key order. */
function closes(factor: number, of: readonly string[] = tickers, at: readonly string[] = sessions): number[] {
  return tickers.flatMap((ticker, t) =>
    of.includes(ticker) ? sessions.flatMap((session, s) => at.includes(session) ? [factor * (t * 10_000 + s)] : []) : []
  );
}

Deno.test("readColumns() reads the same rows in pieces: all, of some tickers or sessions, and of an earlier version", async () => {
  await using tiny = await openTinyEngine({ assets: [bars] });
  const { database, engine } = tiny;
  const pieces: number[] = [];
  const counting: Database = {
    ...database,
    selectPieces(queries, ...rest) {
      const all = [...queries];
      pieces.push(all.length);
      return database.selectPieces(all, ...rest);
    },
  };
  const publish = async (factor: number) => {
    world.factor = factor;
    const run = await engine.submit({ selection: "bars", trigger: "test", force: true });
    assert.equal((await engine.finished(run.id)).status, "succeeded");
    return (await engine.rowVersion("bars"))!.id;
  };
  const read = async (id: number, options: Read = {}, from = counting) => {
    pieces.length = 0;
    return [...(await readColumns(from, bars, ["close"], id, options)).close as Float64Array];
  };
  const first = await publish(1);
  const space = new PartitionSpace(tickers, sessions);
  const cells = (names: readonly string[], dates: readonly string[]) =>
    PartitionSet.fromRectangles(space, [{ names: [...names], dates: [[dates[0]!, dates.at(-1)!]] }]);
  for (const [id, factor, isLatest] of [[first, 1, true], [first, 1, false], [0, 2, true]] as const) {
    const version = id || (await engine.rowVersion("bars"))!.id;
    if (!isLatest) await publish(2);
    assert.deepEqual(await read(version), closes(factor));
    assert.ok(pieces[0]! > 3, "by blocks");
    const some = ["T20", "T03", "T11", "T05", "T07"];
    assert.deepEqual(await read(version, { where: [{ column: "ticker", values: some }] }), closes(factor, some));
    if (isLatest) {
      assert.ok(pieces[0] === 2 || pieces[0] === 3, "four tickers at once, or two of twice as many versions");
    }
    const days = sessions.slice(100, 400);
    assert.deepEqual(
      await read(version, { where: [{ column: "session", values: days }] }),
      closes(factor, tickers, days),
    );
    assert.deepEqual(await read(version, { within: cells(some.toSorted(), days) }), closes(factor, some, days));
    assert.deepEqual(await read(version, { where: [{ column: "ticker", values: [] }] }), []);
    assert.deepEqual(
      await read(version, { where: [{ column: "ticker", values: ["O'Neil \\'", "T01"] }] }),
      closes(factor, ["T01"]),
    );
  }

  // Every row moves while it is read.
  const latest = (await engine.rowVersion("bars"))!.id;
  let whole = 0;
  const moving: Database = {
    ...database,
    async selectPieces(queries, ...rest) {
      const all = [...queries];
      const before = await database.selectPieces(all.slice(0, all.length / 2), ...rest);
      await publish(3);
      const after = await database.selectPieces(all.slice(all.length / 2), ...rest);
      return Object.fromEntries(
        Object.entries(before).map(([name, data]): [string, ColumnData] => [
          name,
          data instanceof Float64Array
            ? Float64Array.of(...data, ...after[name] as Float64Array)
            : [...data, ...after[name]!],
        ]),
      );
    },
    selectColumns(...given) {
      whole++;
      return database.selectColumns(...given);
    },
  };
  assert.deepEqual(await read(latest, {}, moving), closes(2));
  assert.equal(whole, 1, "read again in one transaction");
});
