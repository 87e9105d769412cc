import assert from "node:assert/strict";
import { assertAccessible } from "../support/axe.ts";
import { browserMissing, openPage, withBrowser } from "../support/browser.ts";
import { servePage } from "../support/page_server.ts";
import { pairPageAssets } from "../support/pair_page_assets.ts";
import { withTinyEngine } from "../support/tiny_engine.ts";

Deno.test({
  name: browserMissing
    ? `accessibility (no browser: ${browserMissing})`
    : "no page has a fault that axe finds, light or dark",
  ignore: browserMissing !== null,
  fn: () =>
    withTinyEngine(async ({ engine }) => {
      await engine.finished((await engine.submit({ selection: "*", trigger: "startup" })).id);
      const server = servePage(engine);
      try {
        await withBrowser(async (browser) => {
          for (const path of ["/", "/pairs", "/pairs/KO/PEP", "/pairs/NO/PAIR", "/backfills", "/assets/clean_prices"]) {
            const { page } = await openPage(browser, server.url + path);
            await assertAccessible(page);
            await page.emulateMedia({ colorScheme: "dark" });
            await assertAccessible(page);
            await page.context().close();
          }
        });
      } finally {
        await server.stop();
      }
    }, { assets: pairPageAssets }),
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
