import assert from "node:assert/strict";
import { triggerInWords } from "../../web/components/run_table.tsx";

Deno.test("triggerInWords() names a schedule or backfill where there is one, and otherwise the kind", () => {
  assert.deepEqual(
    ["http", "cli", "startup", "automation", "schedule:daily_bars", "backfill:12", "schedule", "backfill", "test"].map(
      triggerInWords,
    ),
    [
      ...["API or page", "command line", "first start", "automation", "schedule daily_bars", "backfill 12"],
      ...["schedule", "backfill", "test"],
    ],
  );
});
