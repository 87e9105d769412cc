import assert from "node:assert/strict";
import { withTinyApi } from "../support/tiny_api.ts";

Deno.test("GET /v1/schedules lists the schedules with their next tick", async () => {
  await withTinyApi(async ({ get }) => {
    const { status, json } = await get("/v1/schedules");
    assert.equal(status, 200);
    // The clock stands at noon UTC of Monday 2026-11-23; New York is five hours behind.
    assert.deepEqual(json.schedules, [{
      name: "nightly",
      description: "Everything, after the close.",
      cron: "30 18 * * 1-5",
      timeZone: "America/New_York",
      selection: "*",
      nextAt: "2026-11-23T23:30:00.000Z",
      upcoming: [
        "2026-11-23T23:30:00.000Z",
        "2026-11-24T23:30:00.000Z",
        "2026-11-25T23:30:00.000Z",
        "2026-11-26T23:30:00.000Z",
        "2026-11-27T23:30:00.000Z",
      ],
      pausedAt: null,
      lastTick: null,
      lastTicks: [],
    }]);
  });
});
