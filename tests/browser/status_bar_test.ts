import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith, check } from "../../engine/mod.ts";
import { dataSourceOf } from "../../resources/market_data/mod.ts";
import { assertAccessible } from "../support/axe.ts";
import { browserMissing, closeWindow, openPage, until, withBrowser } from "../support/browser.ts";
import { servePage } from "../support/page_server.ts";
import { pairPageAssets } from "../support/pair_page_assets.ts";
import { withTinyEngine } from "../support/tiny_engine.ts";

const { asset } = assetsWith();
const judged = { tidy: false };

/** Two checks, one of which only warns. */
const watched = asset({
  key: "watched_by_more_than_one_check",
  group: "pairs",
  layer: "gold",
  description: "What is watched.",
  row: z.object({ id: z.int() }),
  primaryKey: ["id"],
  checks: ["rows_are_tidy_and_in_their_usual_order", "prices_do_not_jump"].map((name) =>
    check(name, "It is tidy.", () => ({ passed: judged.tidy, message: "1 of 2 rows fail" }), { severity: "warn" })
  ),
  source: () => Promise.resolve(String(judged.tidy)),
  materialize: () => Promise.resolve({ rows: [{ id: 1 }] }),
});

const pages = [
  "/",
  "/pairs",
  "/pairs/KO/PEP",
  "/pairs/NO/PAIR",
  "/tickers",
  "/assets",
  "/assets/watched_by_more_than_one_check",
  "/runs",
  "/runs/1",
  "/backfills",
  "/schedules",
  "/settings",
  "/docs",
];

/** Of those whose faults are told in more places than the bar, and of one that has it alone. */
const judgedPages = new Set(["/", "/pairs", "/assets", "/assets/watched_by_more_than_one_check"]);

Deno.test({
  name: browserMissing
    ? `the status bar in a browser (no browser: ${browserMissing})`
    : "the status bar stands on every page, wide and on a phone, and follows what happens",
  ignore: browserMissing !== null,
  fn: () =>
    withTinyEngine(async ({ engine }) => {
      judged.tidy = false;
      const make = async () => {
        await engine.finished((await engine.submit({ selection: "*", trigger: "startup" })).id);
      };
      await make();
      const server = servePage(engine, 0, undefined, dataSourceOf("simulated:4294967295"));
      try {
        await withBrowser(async (browser) => {
          for (const width of [390, 1440]) {
            const { page, errors } = await openPage(browser, server.url, { width });
            for (const path of pages) {
              await page.goto(server.url + path);
              const bar = await page.locator("header #status-bar").innerText();
              assert.match(bar, /^SIMULATED DATA\s*simulated market, seed 4294967295\s/, path);
              assert.match(bar, /\d{4}-\d\d-\d\d, .* old/, path);
              assert.match(bar, /2 failed checks$/, path);
              const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
              assert.ok(wide <= width, `${path} is ${wide} wide on a screen of ${width}`);
              if (width === 390 && judgedPages.has(path)) {
                for (const colorScheme of ["light", "dark"] as const) {
                  await page.emulateMedia({ colorScheme });
                  await assertAccessible(page);
                }
              }
            }
            // What is not there is not found, which the console says.
            assert.deepEqual(errors.filter((text) => !/404/.test(text)), []);
            await closeWindow(page);
          }
          const { page } = await openPage(browser, `${server.url}/assets`);
          const badge = `document.querySelector('[data-key="${watched.key}"] .checks')?.textContent`;
          await until(page, `${badge} === '▲ 2'`);
          judged.tidy = true;
          await make();
          await until(page, "!document.querySelector('#status-bar').textContent.includes('failed check')");
          await until(page, `!document.querySelector('.node .checks.bad') && ${badge} === '✓ 2'`);
          judged.tidy = false;
          await make();
          await until(page, `${badge} === '▲ 2'`);
          await until(page, "document.querySelector('#status-bar').textContent.includes('2 failed checks')");
          await page.locator("#status-bar a").click();
          await page.waitForURL(`${server.url}/#attention`);
          await page.locator("#attention").getByText("check prices_do_not_jump failed").waitFor();
        });
      } finally {
        await server.stop();
      }
    }, { assets: [...pairPageAssets, watched] }),
});
