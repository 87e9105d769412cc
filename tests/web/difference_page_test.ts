import assert from "node:assert/strict";
import { pageAndApi } from "../support/page_server.ts";
import { tinyAssets, type TinyWorld, withTinyEngine } from "../support/tiny_engine.ts";
import { assetsWith } from "../../engine/mod.ts";

const deliveries = assetsWith<TinyWorld>().external({
  key: "deliveries",
  group: "outside",
  layer: "raw",
  description: "Files.",
});

Deno.test("two versions are compared on a page and over HTTP: rows, settings and metadata", () =>
  withTinyEngine(async ({ engine, world }) => {
    const app = pageAndApi(engine);
    const read = async (path: string) => {
      const response = await app.request(path);
      const html = await response.text();
      return { status: response.status, html, text: html.replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ") };
    };
    const make = async (selection: string, config?: Record<string, unknown>) =>
      await engine.finished((await engine.submit({ selection, trigger: "test", config })).id);
    await make("*");
    assert.match((await read("/assets/multiples/difference")).text, /has fewer than two versions/);
    world.numbers[0]!.value = 5;
    await make("multiples numbers", { multiples: { factor: 3 } });
    const [later, earlier] = await engine.materializations("multiples", { limit: 2 });

    const page = await read("/assets/multiples");
    const path = /href="(\/assets\/multiples\/difference[^"]+)"/.exec(page.html)![1]!.replaceAll("&amp;", "&");
    assert.equal(path, `/assets/multiples/difference?from=${earlier!.id}&to=${later!.id}`);
    assert.match(page.text, /factor 3/);
    const { status, text } = await read(path);
    assert.equal(status, 200);
    assert.match(text, /Added 0 Removed 0 Changed 2/);
    assert.match(text, /changed one Multiple 2 → 15/);
    assert.match(text, /Settings Name Earlier Later factor 2 3/);

    const versions = `from=${earlier!.id}&to=${later!.id}`;
    const difference = await (await app.request(`/v1/assets/multiples/difference?${versions}`)).json();
    assert.deepEqual([difference.rowsAdded, difference.rowsRemoved, difference.rowsChanged], [0, 0, 2]);
    for (const wrong of [`from=${later!.id}&to=${earlier!.id}`, "from=999", "from=x&to=1", "from=0"]) {
      assert.equal((await read(`/assets/multiples/difference?${wrong}`)).status, 400, wrong);
      assert.equal((await app.request(`/v1/assets/multiples/difference?${wrong}`)).status, 400, wrong);
    }
    assert.equal((await read("/assets/nothing/difference")).status, 404);
  }));

Deno.test("versions of external assets have no rows to compare, to replay or for a receipt", () =>
  withTinyEngine(async ({ engine }) => {
    const app = pageAndApi(engine);
    for (const version of ["1", "2"]) await engine.report("deliveries", { kind: "materialized", version });
    const [later, earlier] = await engine.materializations("deliveries", { limit: 2 });
    const versions = `from=${earlier!.id}&to=${later!.id}`;
    for (const path of ["receipt", `difference?${versions}`]) {
      assert.equal((await app.request(`/assets/deliveries/${path}`)).status, 400, path);
      const { status, ...response } = await app.request(`/v1/assets/deliveries/${path}`);
      assert.ok(status >= 400 && status < 500, `${path}: ${status} ${response}`);
    }
    await assert.rejects(engine.replay("deliveries", {}), /Tandem holds no rows of it/);
    assert.doesNotMatch(await (await app.request("/assets/deliveries")).text(), /\/difference\?/);
  }, { assets: [...tinyAssets, deliveries] }));
