import assert from "node:assert/strict";
import { Cron } from "croner";
import { assetsOf } from "../../assets/of_source.ts";
import { assetGraph } from "../../engine/mod.ts";
import { select } from "../../engine/declare/selection.ts";
import { nyse } from "../../resources/exchange_calendar/mod.ts";
import { readEnvironment } from "../../settings/environment.ts";
import { schedules } from "../../schedules/mod.ts";

const environment = readEnvironment({});
const byName = new Map(schedules(environment).map((schedule) => [schedule.name, schedule]));

Deno.test("schedules() look at the service every six hours and at nothing else then", () => {
  const { cron, timeZone, selection } = byName.get("service_health")!;
  const runs = new Cron(cron, { timezone: timeZone }).nextRuns(4, new Date("2026-11-23T00:00:01Z"));
  assert.deepEqual(runs.map((date) => date.toISOString().slice(11, 16)), ["06:00", "12:00", "18:00", "00:00"]);
  for (const source of ["file", "vendor"] as const) {
    const graph = assetGraph(assetsOf(source));
    assert.deepEqual(select(graph, selection), ["service_health"]);
    assert.deepEqual(graph.downstream("service_health"), [], "nothing becomes stale by it");
  }
});

Deno.test("schedules() run each day once the vendor has the session, on both sides of daylight saving", () => {
  const { cron, timeZone } = byName.get("daily")!;
  for (const session of ["2026-03-06", "2026-03-09", "2026-10-30", "2026-11-02"]) {
    const close = nyse.closeOf(session);
    const after = close.add({ minutes: environment.barsAfterCloseMinutes });
    const fires = new Cron(cron, { timezone: timeZone }).nextRun(new Date(close.epochMilliseconds))!.getTime();
    assert.ok(fires >= after.epochMilliseconds && fires <= after.add({ hours: 1 }).epochMilliseconds, session);
  }
});
