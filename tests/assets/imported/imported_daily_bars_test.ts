import assert from "node:assert/strict";
import { importedDailyBars } from "../../../assets/imported/mod.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { importedBars, pendingImport } from "../../support/pending_import.ts";

const bars = importedBars([
  { ticker: "A", session: "2024-01-02", close: 10, vwap: 10.5, adjusted_through: "2024-01-03" },
  { ticker: "A", session: "2024-01-04", close: 12 },
  { ticker: "B", session: "2024-01-03", close: 20 },
]);
const partitions = { names: ["A", "B"], dates: ["2024-01-02", "2024-01-03"] };

Deno.test("imported_daily_bars takes the bars of its partitions, missing values as null", async () => {
  const { rows, metadata } = await runAsset(importedDailyBars, {
    partitions,
    resources: { pendingImport: pendingImport({ bars }) },
  });
  const all = { dividend: 0, volume: null };
  assert.deepEqual(rows, [
    {
      ticker: "A",
      session: "2024-01-02",
      open: 10,
      high: 10,
      low: 10,
      close: 10,
      vwap: 10.5,
      adjusted_through: "2024-01-03",
      ...all,
    },
    {
      ticker: "B",
      session: "2024-01-03",
      open: 20,
      high: 20,
      low: 20,
      close: 20,
      vwap: null,
      adjusted_through: "2024-01-03",
      ...all,
    },
  ]);
  assert.deepEqual(metadata.source, { type: "text", value: "imported" });
});

Deno.test("imported_daily_bars keeps rows of earlier imports, and the newer bar of a ticker and session", async () => {
  const earlier = (session: string, close: number) => ({
    ...{ ticker: "A", session, open: close, high: close, low: close, close, volume: null, vwap: null, dividend: 0 },
    adjusted_through: session,
  });
  const { rows } = await runAsset(importedDailyBars, {
    partitions,
    before: [earlier("2024-01-02", 1), earlier("2024-01-03", 2)],
    resources: { pendingImport: pendingImport({ bars }) },
  });
  assert.deepEqual(rows.map(({ ticker, session, close }) => [ticker, session, close]), [
    ["A", "2024-01-02", 10],
    ["A", "2024-01-03", 2],
    ["B", "2024-01-03", 20],
  ]);
});

Deno.test("imported_daily_bars wants the sessions of each ticker of an import, and none without a pending import", async () => {
  const wanted = (resources: object) =>
    importedDailyBars.recipe!.partitionsDef!.wanted({ resources, upstream: {}, config: {}, clock: undefined! });
  assert.deepEqual(await wanted({ pendingImport: pendingImport({ bars }) }), {
    names: ["A", "B"],
    dates: ["2024-01-02", "2024-01-03", "2024-01-04"],
    spans: new Map([
      ["A", { first: "2024-01-02", last: "2024-01-04" }],
      ["B", { first: "2024-01-03", last: "2024-01-03" }],
    ]),
  });
  assert.deepEqual(await wanted({}), { names: [], dates: [] });
});

Deno.test("imported_daily_bars says in another process that the import is over", async () => {
  await assert.rejects(
    runAsset(importedDailyBars, { partitions }),
    /The process that imported these rows has ended\. Run `deno task import` again\./,
  );
});
