import assert from "node:assert/strict";
import { assertAccessible } from "../support/axe.ts";
import { browserMissing, drawn, openPage, until, withBrowser } from "../support/browser.ts";
import { pagePaths, withService } from "../support/whole_service.ts";

Deno.test({
  name: browserMissing
    ? `a new user gets from the first start to a pair (no browser: ${browserMissing})`
    : "a new user watches the first start in the browser, finds an accepted pair, sees every page, and none has a fault",
  ignore: browserMissing !== null,
  fn: () =>
    // The service as it is started, with the market that it simulates where nothing is set.
    withService({ RATE_LIMIT_PER_MINUTE: "off" }, ({ url }) =>
      withBrowser(async (browser) => {
        const { page, errors, foreign } = await openPage(browser, url);
        await page.evaluate("window.sameDocument = true");
        await page.getByRole("heading", { level: 1, name: "Materializing" }).waitFor();
        await page.locator('[data-state="running"]').first().waitFor();
        await page.getByRole("heading", { level: 1, name: "Everything is fresh" }).waitFor({ timeout: 300_000 });
        await until(page, "document.querySelector('#portfolio canvas') !== null");
        assert.equal(await page.evaluate("window.sameDocument"), true, "all of it came without a reload");

        await page.getByRole("link", { name: "Pairs", exact: true }).first().click();
        await page.getByLabel("Accepted").selectOption("true");
        await page.getByRole("button", { name: "Filter" }).click();
        await page.waitForURL(/accepted=true/);
        const found = page.locator("table tbody tr").first().getByRole("link").first();
        const name = (await found.innerText()).trim();
        await found.click();
        await page.getByRole("heading", { level: 1, name }).waitFor();
        await drawn(page);
        assert.deepEqual([errors, foreign], [[], []]);
        await page.context().close();

        for (const { name, path } of await pagePaths(url)) {
          for (const width of [390, 1440]) {
            const { page, errors, foreign } = await openPage(browser, url + path, { width });
            await until(
              page,
              "[...document.querySelectorAll('[data-chart]')].every((plot) => plot.querySelector('canvas'))",
            );
            for (const colorScheme of ["light", "dark"] as const) {
              await page.emulateMedia({ colorScheme });
              await assertAccessible(page);
            }
            const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
            assert.ok(wide <= width, `${name} is ${wide} pixels wide on a screen of ${width}`);
            assert.deepEqual([name, errors, foreign], [name, [], []]);
            await page.context().close();
          }
        }
      })),
});
