import assert from "node:assert/strict";
import type { Database } from "../../../resources/database/database.ts";
import { onEachDatabase } from "../../support/partitions.ts";
import { gate } from "../../support/tiny_engine.ts";

const test = onEachDatabase("A table that is filled at first");

async function indexesOf({ sql }: Database): Promise<string[]> {
  const rows = await sql<{ indexdef: string }[]>`
    SELECT indexdef FROM pg_indexes WHERE schemaname = 'raw' AND tablename = 'numbers' ORDER BY indexname`;
  return rows.map(({ indexdef }) => indexdef);
}

/** The only index, by its definition. */
const indexOfKey =
  /^CREATE UNIQUE INDEX numbers_current_\w+ ON raw\.numbers USING btree \(name\) WHERE \(_until IS NULL\)$/;

const many = (factor: number) =>
  Array.from({ length: 12_000 }, (_, i) => ({ name: `n${String(i).padStart(5, "0")}`, value: factor * i }));

test("has the index of its key, and serves the next versions", {}, async (tiny) => {
  const { engine, database, world } = tiny;
  for (const factor of [1, 2]) {
    world.numbers = many(factor);
    const run = await engine.finished((await engine.submit({ selection: "numbers", trigger: "test" })).id);
    assert.equal(run.status, "succeeded");
    assert.match((await indexesOf(database)).join(), indexOfKey);
    const { rows } = await engine.rows("numbers", { limit: 2, order: ["-name"] });
    assert.deepEqual(rows.map(({ value }) => value), [factor * 11_999, factor * 11_998]);
  }
  const [{ count }] = await database.sql`SELECT count(*) FROM raw.numbers` as unknown as [{ count: number }];
  assert.equal(count, 2 * 12_000 - 1, "the first number is 0 in both versions");
});

test("is not created where the publication is cancelled, and has its index after the next one", {}, async (tiny) => {
  const { engine, database, world } = tiny;
  world.numbers = many(1);
  const begun = gate();
  world.before = () => begun.open();
  const { id } = await engine.submit({ selection: "numbers", trigger: "test" });
  await begun.opened;
  await engine.cancel(id);
  const { status } = await engine.finished(id);
  if (status === "cancelled") {
    assert.deepEqual(await indexesOf(database), []);
    assert.equal((await engine.rows("numbers", { limit: 1 })).rows.length, 0);
  }
  await engine.finished((await engine.submit({ selection: "numbers", trigger: "test" })).id);
  assert.match((await indexesOf(database)).join(), indexOfKey);
  assert.equal((await engine.rows("numbers", { limit: 1 })).rows.length, 1);
});
