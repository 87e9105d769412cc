import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith } from "../../engine/mod.ts";
import { withTinyApi } from "../support/tiny_api.ts";

const { asset } = assetsWith();
/** What is read from outside, and from where. */
const world = { name: "simulated", closes: [1, 2] };

const bars = asset({
  key: "bars",
  group: "t",
  layer: "raw",
  description: "Read from outside.",
  row: z.object({ session: z.int(), close: z.number() }),
  primaryKey: ["session"],
  source: () => Promise.resolve(JSON.stringify(world)),
  materialize: () =>
    Promise.resolve({
      rows: world.closes.map((close, session) => ({ session, close })),
      metadata: { source: world.name },
    }),
});

/** As of a source that was left behind, this one brought nothing. */
const news = asset({
  key: "news",
  group: "t",
  layer: "raw",
  description: "Of another source, without rows.",
  row: z.object({ id: z.int() }),
  primaryKey: ["id"],
  materialize: () => Promise.resolve({ rows: [], metadata: { source: "long_gone" } }),
});

const returns = asset({
  key: "returns",
  group: "t",
  layer: "gold",
  description: "Two steps from the source.",
  deps: { bars, news },
  row: z.object({ session: z.int(), daily_return: z.number() }),
  primaryKey: ["session"],
  async materialize({ inputs }) {
    const { close } = await inputs.bars.columns("close");
    return { rows: Array.from(close.slice(1), (x, t) => ({ session: t + 1, daily_return: x / close[t]! - 1 })) };
  },
});

const equity = asset({
  key: "equity",
  group: "t",
  layer: "gold",
  description: "Three steps from the source.",
  deps: { returns },
  row: z.object({ session: z.int(), equity: z.number() }),
  primaryKey: ["session"],
  materialize: async ({ inputs }) => ({
    rows: (await inputs.returns.rows()).map(({ session, daily_return }) => ({ session, equity: 1 + daily_return })),
  }),
});

const sourceless = asset({
  key: "sourceless",
  group: "t",
  layer: "gold",
  description: "Of no source that is named.",
  row: z.object({ id: z.int() }),
  primaryKey: ["id"],
  materialize: () => Promise.resolve({ rows: [{ id: 1 }] }),
});

Deno.test("GET /v1/assets/:key/rows says where rows came from in the beginning", async (t) => {
  Object.assign(world, { name: "simulated", closes: [1, 2] });
  await withTinyApi(async ({ get, post }) => {
    const materialize = () => post("/v1/materialize", { selection: "*", wait: true });
    const sourceOf = async (path: string) => (await get(path)).headers.get("Tandem-Data-Source");
    const rows = "/v1/assets/equity/rows";

    await t.step("not before there are any", async () => {
      const { json, headers } = await get(rows);
      assert.deepEqual([json.sources, headers.get("Tandem-Data-Source")], [[], null]);
    });

    await t.step("in every format, and in JSON as a field", async () => {
      await materialize();
      for (const format of ["json", "csv", "ndjson", "csv&limit=1", "ndjson&limit=1", "parquet", "arrow"]) {
        assert.equal(await sourceOf(`${rows}?format=${format}`), "simulated", format);
      }
      assert.deepEqual((await get(rows)).json.sources, ["simulated"]);
      for (const path of ["/v1/assets/equity", "/v1/assets/equity/materializations"]) {
        assert.equal(await sourceOf(path), "simulated", path);
      }
    });

    await t.step("also where the client has them already", async () => {
      const { headers } = await get(rows);
      const again = await get(rows, { "If-None-Match": headers.get("ETag")! });
      assert.deepEqual([again.status, again.headers.get("Tandem-Data-Source")], [304, "simulated"]);
    });

    await t.step("by the version: the rows of another source have its name from when they are made", async () => {
      const { json: before } = await get(rows);
      Object.assign(world, { name: "csv", closes: [3, 6, 9] });
      assert.equal(await sourceOf(rows), "simulated", "before it is made again");
      await post("/v1/assets/bars/materialize", { wait: true });
      assert.equal(await sourceOf("/v1/assets/bars/rows"), "csv");
      assert.equal(await sourceOf(rows), "simulated", "while what is upstream alone is new");
      await materialize();
      assert.equal(await sourceOf(rows), "csv");
      assert.equal(await sourceOf(`${rows}?as_of=${before.materialization}`), "simulated");
    });

    await t.step("no header for data without a source", async () => {
      const { json, headers } = await get("/v1/assets/sourceless/rows");
      assert.deepEqual([json.sources, headers.get("Tandem-Data-Source")], [[], null]);
    });
  }, { engine: { assets: [bars, news, returns, equity, sourceless] } });
});
