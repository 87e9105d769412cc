import assert from "node:assert/strict";
import { rawDividends } from "../../assets/mod.ts";
import type { RowOf } from "../../engine/mod.ts";
import { knownTable } from "../support/known_tables.ts";
import { pageAndApi } from "../support/page_server.ts";
import { pairPageAssets } from "../support/pair_page_assets.ts";
import { withTinyEngine } from "../support/tiny_engine.ts";

/** What the page of KO and PEP says of dividends, with these in the source; without the asset where there are none to give. */
async function said(dividends: RowOf<typeof rawDividends>[] | null): Promise<string | undefined> {
  const assets = dividends === null ? pairPageAssets : [...pairPageAssets, knownTable(rawDividends, dividends)];
  return await withTinyEngine(async ({ engine }) => {
    await engine.finished((await engine.submit({ selection: "*", trigger: "test" })).id);
    const html = await (await pageAndApi(engine).request("/pairs/KO/PEP")).text();
    return /<p[^>]* id="dividends">(.*?)<\/p>/s.exec(html)?.[1]?.replaceAll(/<[^>]+>/g, "")?.replaceAll(/\s+/g, " ");
  }, { assets });
}

const none = /^No dividends in the source\. All returns here are price returns, not total returns:/;

Deno.test("The page of a pair says that its source has no dividends, be there no asset of them or an empty one", async () => {
  assert.match((await said(null))!, none);
  assert.match((await said([]))!, none);
});

Deno.test("The page of a pair says how many dividends of each leg its source has, and which backtest books them", async () => {
  const session = (ticker: string, session: string) => ({ ticker, session, cash: 0.4 });
  const some = [session("KO", "2026-01-06"), session("KO", "2026-02-03"), session("PG", "2026-01-06")];
  assert.match(
    (await said(some))!,
    /^The source has 2 dividends of KO and none of PEP\. Closes are not adjusted for them;/,
  );
});
