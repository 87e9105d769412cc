import assert from "node:assert/strict";
import { mostOfGroup, type PaletteResult, searchPalette } from "../../web/palette_search.ts";
import { pageTestOver } from "../support/materialized_pages.ts";
import { pageAndApi } from "../support/page_server.ts";
import { pairPageAssets } from "../support/pair_page_assets.ts";

pageTestOver(pairPageAssets)(
  "GET /search finds pages, pairs, assets, runs and actions, a few of each",
  async (_ask, { engine }) => {
    const app = pageAndApi(engine);
    const find = async (query: string): Promise<string[]> => {
      const response = await app.request(`/search?${new URLSearchParams({ q: query })}`);
      assert.equal(response.status, 200, query);
      const { results } = await response.json() as { results: PaletteResult[] };
      const groups = Map.groupBy(results, ({ group }) => group);
      for (const [group, found] of groups) {
        assert.ok(group === "Pages" || group === "Actions" || found.length <= mostOfGroup, `${query}: ${group}`);
      }
      return results.map(({ group, title }) => `${group}: ${title}`);
    };
    const all = await find("");
    assert.ok(all.includes("Pages: Overview") && all.includes("Actions: Materialize stale assets"), all.join(", "));
    assert.deepEqual(await find("ko"), ["Pairs: KO / PEP"]);
    assert.deepEqual(await find("PEP/KO"), ["Pairs: KO / PEP"], "in either order");
    // Of 52 pairs with this leg the first few; and no asset, page or run.
    assert.equal((await find("ZZ")).length, mostOfGroup);
    assert.deepEqual(await find("1"), ["Runs: Run 1"]);
    assert.deepEqual(await find("run 77"), []);
    assert.deepEqual((await find("clean_pr")).slice(0, 1), ["Assets: clean_prices"]);
    assert.ok((await find("materialize chosen")).includes("Actions: Materialize chosen_pairs"));
    assert.deepEqual(await find("a".repeat(5_000)), []);
    assert.deepEqual(await find("'; DROP TABLE x; --"), []);
    const page = await app.request("/search?q=%3Cb%3Ezz9", { headers: { Accept: "text/html" } });
    assert.match(await page.text(), /Nothing matches “&lt;b&gt;zz9”\./);

    const read = await searchPalette(engine, { query: "", directory: null, mayOperate: false });
    assert.ok(read.length > 0 && read.every(({ act }) => act?.name !== "materialize"), "only reads");
  },
);
