import assert from "node:assert/strict";
import { chosenPairs, dailyBars } from "../../assets/views.ts";
import { equalTo } from "../../engine/mod.ts";
import { rowsPath } from "../../web/rows_path.ts";

Deno.test("rowsPath() filters by a column that has the name of a parameter, and by all others by their name", () => {
  assert.equal(
    rowsPath(chosenPairs, equalTo({ as_of: "2026-05-08", ticker_1: "A&B" })),
    "/v1/assets/chosen_pairs/rows?as_of.eq=2026-05-08&ticker_1=A%26B&limit=10000&format=csv",
  );
});

Deno.test("rowsPath() names other operators, and sorts in the order of its columns", () => {
  assert.equal(
    rowsPath(dailyBars, [{ column: "session", operator: "gte", value: "2026-05-08" }], {
      order: ["-session", "ticker"],
    }),
    "/v1/assets/daily_bars/rows?session.gte=2026-05-08&order=-session%2Cticker&limit=10000&format=csv",
  );
});
