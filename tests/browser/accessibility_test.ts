import assert from "node:assert/strict";
import { assertAccessible } from "../support/axe.ts";
import { browserMissing, closeWindow, withBrowser } from "../support/browser.ts";
import { browserTestOver } from "../support/materialized_pages.ts";
import { pairPageAssets } from "../support/pair_page_assets.ts";

// Pages as they are after a first start are judged in first_start_test.ts; these show what is not there then.
browserTestOver(pairPageAssets)("no page has a fault that axe finds, light or dark", async ({ open }) => {
  for (
    const path of [
      "/",
      "/pairs",
      "/pairs/KO/PEP",
      "/pairs/CVX/XOM",
      "/pairs/NO/PAIR",
      "/pairs/clusters",
      "/pairs/clusters?map=tsne",
      "/strategies",
      "/forecasts",
      "/backfills",
      "/assets",
      "/assets?open=none",
      "/assets/clean_prices",
    ]
  ) {
    const { page } = await open(path);
    await assertAccessible(page);
    await page.emulateMedia({ colorScheme: "dark" });
    await assertAccessible(page);
    await closeWindow(page);
  }
});

Deno.test({
  name: "assertAccessible() names the rule and the element at fault",
  ignore: browserMissing !== null,
  fn: () =>
    withBrowser(async (browser) => {
      const page = await browser.newPage();
      await page.setContent(
        `<html lang="en"><title>A form</title><main><h1>A form</h1><input id="nameless"></main></html>`,
      );
      await assert.rejects(assertAccessible(page), /label \(critical\).*\n.*<input id="nameless">/);
    }),
});
