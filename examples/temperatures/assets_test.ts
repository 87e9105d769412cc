import assert from "node:assert/strict";
import { runAsset } from "@tandem/tandem/testing";
import { warmest } from "./assets.ts";

Deno.test("warmest has one station a day", async () => {
  const readings = [["Oslo", 6], ["Bergen", 8]].map(([station, celsius]) => ({ day: "2026-01-01", station, celsius }));
  const { rows } = await runAsset(warmest, { inputs: { readings }, partitions: { dates: ["2026-01-01"] } });
  assert.deepEqual(rows, [{ day: "2026-01-01", station: "Bergen", celsius: 8 }]);
});
