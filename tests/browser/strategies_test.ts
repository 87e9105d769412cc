import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import { closeWindow, drawn, until } from "../support/browser.ts";
import { browserTestOver } from "../support/materialized_pages.ts";
import { pairPageAssets } from "../support/pair_page_assets.ts";

const browserTest = browserTestOver(pairPageAssets);

browserTest("strategies are sorted, switched to other costs, and one is looked into", async ({ open }) => {
  const { page, errors, foreign } = await open("/strategies");
  await drawn(page);
  const table = page.getByRole("region", { name: "Strategies, may scroll sideways" });
  await table.getByRole("link", { name: "Sortino" }).click();
  await table.locator('th[aria-sort="descending"]', { hasText: "Sortino" }).waitFor();
  await table.getByRole("link", { name: "Kalman hedge" }).click();
  await page.getByRole("heading", { name: "Kalman hedge" }).waitFor();
  assert.match(page.url(), /strategy=kalman_hedge&sort=-sortino#sheet$/);
  await drawn(page);
  await page.getByRole("link", { name: "5 bps" }).click();
  // Kalman hedge was not traded at these costs: the best strategy there is shown.
  await page.waitForURL(/cost=5/);
  await page.getByRole("heading", { name: "Rolling trend" }).waitFor();
  assert.deepEqual(errors, []);
  assert.deepEqual(foreign, []);
});

browserTest("a strategy is hidden in the chart of equities, and the address keeps it", async ({ open }) => {
  const { page, errors } = await open("/strategies");
  await drawn(page);
  const chart = page.locator("#strategies-chart");
  await chart.getByLabel("Reference").uncheck();
  await until(page, `location.search === "?hide=reference"`);
  assert.equal(await chart.locator('.legend [data-part="reference"]').isVisible(), false);
  await page.reload();
  await drawn(page);
  assert.equal(await chart.getByLabel("Reference").isChecked(), false);
  assert.deepEqual(errors, []);
});

browserTest(
  "the tear sheet is downloaded as one file, which opens from the disk without a fault",
  async ({ open, browser }) => {
    const { page, errors } = await open("/strategies");
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download as HTML" }).click();
    const file = await download;
    assert.equal(file.suggestedFilename(), "rolling_trend.html");
    const kept = await browser.newPage({ viewport: { width: 390, height: 800 } });
    const asked: string[] = [];
    kept.on("request", (request) => asked.push(request.url()));
    kept.on("pageerror", (error) => errors.push(error.message));
    await kept.setContent(await text(await file.createReadStream()));
    await kept.getByRole("heading", { name: "Rolling trend" }).waitFor();
    assert.ok(Number(await kept.evaluate("document.documentElement.scrollWidth")) <= 390);
    assert.ok(await kept.locator("svg path.line").count() >= 3);
    assert.deepEqual([asked, errors], [[], []]);
    await kept.close();
  },
);

browserTest("paper has the sheet alone, on white", async ({ open }) => {
  const { page, errors } = await open("/strategies", { colorScheme: "dark" });
  await drawn(page);
  await page.getByRole("button", { name: "Print or PDF" }).waitFor();
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator(".masthead").isVisible(), false);
  assert.equal(await page.locator(".toggles").isVisible(), false);
  assert.equal(
    await page.evaluate("getComputedStyle(document.querySelector('.sheet')).backgroundColor"),
    "rgb(255, 255, 255)",
  );
  assert.deepEqual(errors, []);
});

browserTest("strategies fit a phone and a wide screen, light and dark", async ({ open }) => {
  for (const width of [390, 1440]) {
    for (const colorScheme of ["light", "dark"] as const) {
      const { page, errors, foreign } = await open("/strategies", { width, colorScheme });
      await drawn(page);
      const wide = await page.evaluate("document.documentElement.scrollWidth");
      assert.ok(Number(wide) <= width, `it is ${wide} wide of ${width}`);
      assert.deepEqual([errors, foreign], [[], []]);
      await closeWindow(page);
    }
  }
});
