import assert from "node:assert/strict";
import { serviceHealth } from "../../../assets/ops/service_health.ts";
import { fixedClock } from "../../../resources/clock.ts";
import type { ServiceState } from "../../../resources/service_probe.ts";
import { runAsset } from "../../../testing/run_asset.ts";

const NOW = "2026-11-23T12:00:00Z";
const well: ServiceState = {
  databaseBytes: 50 * 1024 * 1024,
  failedRuns: [],
  openRuns: [],
  notFresh: [],
  freeDiskBytes: 4 * 1024 ** 3,
};

async function findings(state: Partial<ServiceState>, config = {}) {
  const asked: string[] = [];
  const { rows } = await runAsset(serviceHealth, {
    config,
    clock: fixedClock(NOW),
    resources: {
      serviceProbe: {
        look: ({ failedSince }: { failedSince: Temporal.Instant }) => {
          asked.push(failedSince.toString());
          return Promise.resolve({ ...well, ...state });
        },
      },
    },
  });
  return { asked, of: (name: string) => rows.find((row) => row.name === name)!, rows };
}

Deno.test("service_health has a row for each thing it looks at, good where all is well", async () => {
  const { rows, asked } = await findings({});
  assert.deepEqual(rows.map(({ name, status }) => [name, status]), [
    ["database", "good"],
    ["disk", "good"],
    ["failed_runs", "good"],
    ["freshness", "good"],
    ["overlong_runs", "good"],
    ["queue", "good"],
  ]);
  assert.deepEqual(asked, ["2026-11-22T12:00:00Z"]);
  for (const { checked_at, sentence } of rows) {
    assert.equal(checked_at, "2026-11-23T12:00:00Z");
    assert.match(sentence, /^(?:[A-Z0-9]).*\.$/);
  }
});

Deno.test("service_health names failed and overlong runs", async () => {
  const { of } = await findings({
    failedRuns: [{ id: 7, selection: "*" }],
    openRuns: [
      { id: 8, selection: "+chosen_pairs", queued: false, createdAt: "2026-11-23T05:59:00Z" },
      { id: 9, selection: "*", queued: true, createdAt: "2026-11-23T06:01:00Z" },
    ],
  });
  assert.deepEqual([of("failed_runs").status, of("failed_runs").value], ["bad", 1]);
  assert.match(of("failed_runs").sentence, /failed: 7 \(\*\)\.$/);
  assert.deepEqual([of("overlong_runs").status, of("overlong_runs").value], ["bad", 1]);
  assert.match(of("overlong_runs").sentence, /after 6 hours: 8 \(\+chosen_pairs\)\.$/);
  assert.deepEqual([of("queue").status, of("queue").value], ["good", 1]);
});

Deno.test("service_health names assets that are not fresh, except itself, a long queue and a full disk", async () => {
  const notFresh = ["service_health", "a", "b", "c", "d", "e", "f"].map((key) => ({ key, reason: "upstream changed" }));
  const { of } = await findings({
    notFresh,
    openRuns: [1, 2].map((id) => ({ id, selection: "*", queued: true, createdAt: NOW })),
    freeDiskBytes: 1024 * 1024,
  }, { maxQueued: 1 });
  assert.deepEqual([of("freshness").status, of("freshness").value], ["warning", 6]);
  assert.match(of("freshness").sentence, /: a \(upstream changed\); .*; e \(upstream changed\) and 1 more\.$/);
  assert.deepEqual([of("queue").status, of("disk").status, of("disk").value], ["warning", "bad", 1]);
  assert.equal((await findings({ freeDiskBytes: null })).of("disk").value, null);
});

Deno.test("service_health is due again with every sixth hour of the day", async () => {
  const version = (at: string) => serviceHealth.recipe!.source!({ config: {}, resources: {}, clock: fixedClock(at) });
  assert.equal(await version("2026-11-23T11:59:59Z"), "2026-11-23T06");
  assert.equal(await version("2026-11-23T12:00:00Z"), "2026-11-23T12");
});
