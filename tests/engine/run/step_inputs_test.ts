import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith, Engine, lastSessions, PartitionSet, reads, silentLogger } from "../../../engine/mod.ts";
import { takeSnapshot } from "../../../engine/judge/snapshot.ts";
import { inputsOf } from "../../../engine/run/step_inputs.ts";
import { keepRowsInFiles } from "../../../engine/store/row_files.ts";
import { openContext } from "../../../engine/store/open_context.ts";
import { fixedClock } from "../../../resources/clock.ts";
import { onEachDatabase } from "../../support/partitions.ts";
import { testStore } from "../../support/row_files.ts";
import { type TinyWorld, tinyWorld } from "../../support/tiny_engine.ts";

const { asset } = assetsWith<TinyWorld>();
const tickers = ["b", "Z", "é", "A", "C"];
const sessions = ["2026-03-02", "2026-03-03", "2026-03-04"];

const spec = {
  key: "prices",
  group: "test",
  layer: "raw",
  description: "Closes of a few tickers.",
  row: z.object({ ticker: z.string(), session: z.iso.date(), close: z.number() }),
  primaryKey: ["ticker", "session"],
  partitionedBy: { name: "ticker", date: "session" },
} as const;
const prices = asset({
  ...spec,
  materialize: () => ({
    rows: tickers.flatMap((ticker, i) => sessions.map((session, t) => ({ ticker, session, close: 10 * i + t }))),
  }),
});

const days = asset({
  key: "days",
  group: "test",
  layer: "silver",
  description: "The number of closes in each session.",
  deps: { prices: reads(prices, lastSessions(2)) },
  row: z.object({ session: z.iso.date(), closes: z.int() }),
  primaryKey: ["session"],
  partitionedBy: { date: "session" },
  partitionsDef: { wanted: ({ upstream: { prices } }) => ({ dates: prices.space.dates }) },
  materialize: () => ({ rows: sessions.map((session) => ({ session, closes: tickers.length })) }),
});

onEachDatabase("An input of rows in files")(
  "is read in parts of whole months that have the same rows as all at once",
  { assets: [] },
  async ({ database }) => {
    await using store = await testStore();
    const months = ["2026-01-30", "2026-02-02", "2026-02-03", "2026-03-02"];
    const rows = tickers.flatMap((ticker, i) => months.map((session, t) => ({ ticker, session, close: 10 * i + t })));
    const long = asset({ ...spec, materialize: () => ({ rows }) });
    const count = asset({
      key: "count",
      group: "test",
      layer: "silver",
      description: "The number of closes.",
      deps: { prices: long },
      row: z.object({ closes: z.int() }),
      primaryKey: ["closes"],
      materialize: () => ({ rows: [{ closes: rows.length }] }),
    });
    const clock = fixedClock("2026-03-05T00:00:00Z");
    const options = { assets: [long, count], database, resources: tinyWorld(), clock, logger: silentLogger };
    const rowFiles = { store, assets: ["prices"] };
    const engine = await Engine.open({ ...options, rowFiles, takesOpenRuns: false });
    try {
      const run = await engine.finished((await engine.submit({ selection: "*", trigger: "test" })).id);
      assert.equal(run.status, "succeeded", JSON.stringify(run.steps));
      const context = openContext({ ...options, rowFiles });
      const snapshot = await takeSnapshot(context, { config: {} });
      const producer = context.graph.producerOf("count");
      const partitions = PartitionSet.all(snapshot.partitions.get("count")!.space);
      const { signal } = new AbortController();
      for (const [mostRows, dates] of [[1, [1, 2, 1]], [15, [3, 1]], [1_000, [4]]] as const) {
        const input = inputsOf(producer, partitions, { database, snapshot, signal, mostRows }).prices!;
        const parts = await Array.fromAsync(
          input.parts(...["ticker", "session", "close"] as never[]),
        ) as { ticker: string[]; session: string[]; close: Float64Array }[];
        assert.deepEqual(parts.map(({ session }) => new Set(session).size), dates);
        const read = parts.flatMap(({ ticker, session, close }) =>
          ticker.map((name, i) => ({ ticker: name, session: session[i]!, close: close[i]! }))
        );
        const sorted = (some: typeof rows) => some.toSorted((a, b) => a.close - b.close);
        assert.deepEqual(sorted(read), sorted(rows));
        for (const { ticker } of parts) assert.deepEqual(ticker, ticker.toSorted(), "each is in key order");
      }
    } finally {
      keepRowsInFiles(database, undefined);
      await engine.close();
    }
  },
);

onEachDatabase("An input")(
  "has the same rows in parts as at once",
  { assets: [prices, days] },
  async ({ engine, database }) => {
    const run = await engine.finished((await engine.submit({ selection: "*", trigger: "test" })).id);
    assert.equal(run.status, "succeeded", JSON.stringify(run.steps));
    const clock = fixedClock("2026-03-05T00:00:00Z");
    const context = openContext({
      assets: [prices, days],
      database,
      resources: tinyWorld(),
      clock,
      logger: silentLogger,
    });
    const snapshot = await takeSnapshot(context, { config: {} });
    const producer = context.graph.producerOf("days");
    const { space } = snapshot.partitions.get("days")!;
    const { signal } = new AbortController();
    for (const dates of [sessions, sessions.slice(2)]) {
      const partitions = PartitionSet.at(space, dates.map((date) => ["", date]));
      for (const mostRows of [1, 6, 1_000]) {
        const input = inputsOf(producer, partitions, { database, snapshot, signal, mostRows }).prices!;
        for (const read of [input, input.where("session" as never, [sessions[2]!])]) {
          const names = ["ticker", "session", "close"] as never[];
          const whole = await read.columns(...names) as Record<string, ArrayLike<unknown>>;
          const parts: Record<string, ArrayLike<unknown>>[] = [];
          for await (const part of read.parts(...names)) parts.push(part);
          for (const name of names) {
            assert.deepEqual(parts.flatMap((part) => Array.from(part[name]!)), Array.from(whole[name]!));
          }
          const readDates = dates.length === 1 ? 2 : 3;
          const atOnce = Math.max(1, Math.floor(mostRows / readDates));
          assert.equal(parts.length, Math.ceil(tickers.length / atOnce));
        }
        for (const wanted of [["A", "Z"], tickers.slice(1), []]) {
          const some = input.where("ticker" as never, wanted);
          const parts = await Array.fromAsync(some.parts("ticker" as never)) as { ticker: string[] }[];
          assert.deepEqual(
            parts.flatMap(({ ticker }) => ticker),
            (await some.columns("ticker" as never) as { ticker: string[] }).ticker,
          );
          const readDates = dates.length === 1 ? 2 : 3;
          const atOnce = Math.min(tickers.length, Math.max(1, Math.floor(mostRows / readDates)));
          const count = tickers.filter((ticker) => wanted.includes(ticker)).length;
          if (count <= atOnce) assert.equal(parts.length, 1, "as many as one part has");
          else assert.ok(parts.length > 1);
        }
      }
    }
  },
);
