import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith, Engine, identity, lastSessions, newest, reads, silentLogger } from "../../../engine/mod.ts";
import { fixedClock } from "../../../resources/clock.ts";
import { databases } from "../../support/database.ts";

interface Source {
  version: string;
}
const { asset } = assetsWith<Source>();
const dates = ["2024-01-02", "2024-01-03", "2024-01-04"];
const dated = {
  group: "t",
  layer: "silver",
  row: z.object({ date: z.iso.date() }),
  primaryKey: ["date"],
  partitionedBy: { date: "date" },
} as const;
const rows = dates.map((date) => ({ date }));

const received = asset({
  ...dated,
  key: "received",
  description: "Made as a whole from outside.",
  source: ({ resources }) => Promise.resolve(resources.version),
  materialize: () => ({ rows }),
});
const adjusted = asset({
  ...dated,
  key: "adjusted",
  description: "Made by partitions.",
  deps: { received: reads(received, identity) },
  partitionsDef: { wanted: () => ({ dates }) },
  materialize: ({ partitions }) => ({ rows: rows.filter(({ date }) => partitions.dates.includes(date)) }),
});
const total = asset({
  ...dated,
  key: "total",
  description: "Made as a whole of what is made by partitions.",
  deps: { adjusted },
  materialize: () => ({ rows }),
});
const tail = asset({
  ...dated,
  key: "tail",
  description: "Made by partitions of what is made by partitions.",
  deps: { adjusted: reads(adjusted, lastSessions(2)) },
  partitionsDef: { wanted: () => ({ dates }) },
  materialize: ({ partitions }) => ({ rows: rows.filter(({ date }) => partitions.dates.includes(date)) }),
});
const headline = asset({
  ...dated,
  key: "headline",
  description: "Two steps behind, and reads the newest alone.",
  deps: { tail: reads(tail, newest) },
  materialize: () => ({ rows }),
});

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `Engine.states() on ${name} reports a stale source through assets that are made by partitions`,
    ignore,
    async fn() {
      const database = await open();
      const resources = { version: "1" };
      const engine = await Engine.open({
        assets: [received, adjusted, total, tail, headline],
        database,
        resources,
        clock: fixedClock("2024-02-01T00:00:00Z"),
        logger: silentLogger,
      });
      try {
        const states = async () => Object.fromEntries((await engine.states()).map(({ key, state }) => [key, state]));
        const all = (state: string) =>
          Object.fromEntries(["received", "adjusted", "total", "tail", "headline"].map((key) => [key, state]));
        await engine.finished((await engine.submit({ selection: "*", trigger: "test" })).id);
        assert.deepEqual(await states(), all("fresh"));
        resources.version = "2";
        assert.deepEqual(await states(), all("stale"));
        await engine.finished((await engine.submit({ selection: "*", trigger: "test" })).id);
        assert.deepEqual(await states(), all("fresh"));
      } finally {
        await engine.close();
        await database.close();
      }
    },
  });
}
