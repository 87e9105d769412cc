import assert from "node:assert/strict";
import type { ColumnSpec } from "../../../resources/database/mod.ts";
import { databases } from "../../support/database.ts";

const BAR: ColumnSpec[] = [
  { name: "ticker", type: "text" },
  { name: "session", type: "date" },
  { name: "close", type: "double precision" },
];

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `insertColumns() adds rows that selectColumns() reads back on ${name}`,
    ignore,
    async fn() {
      const database = await open();
      try {
        await database.sql`create table bar (ticker text, session date, close double precision)`;
        const data = {
          ticker: ["A", "B\t\\", null],
          session: ["2024-01-02", "2024-01-03", null],
          close: Float64Array.of(1.5, NaN, -0),
        };
        assert.equal(await database.sql.begin((tx) => database.insertColumns(tx, "public.bar", BAR, data)), 3);
        const read = await database.selectColumns("select ticker, session, close from bar", [], BAR);
        assert.deepEqual(read, data);
      } finally {
        await database.close();
      }
    },
  });
}
