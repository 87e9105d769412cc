import assert from "node:assert/strict";
import { drawn } from "../support/browser.ts";
import { browserTestOver } from "../support/materialized_pages.ts";
import { pageSessions, pairPageAssets } from "../support/pair_page_assets.ts";

const browserTest = browserTestOver(pairPageAssets);

browserTest("the map of clusters is switched to t-SNE, and a cluster leads to its prices", async ({ open }) => {
  const { page, errors, foreign } = await open("/pairs/clusters");
  await page.getByRole("navigation", { name: "Map" }).getByRole("link", { name: "t-SNE" }).click();
  await page.getByRole("group", { name: "4 tickers by t-SNE of their loadings" }).waitFor();
  assert.match(page.url(), /map=tsne/);
  await page.getByRole("row", { name: /KO, PEP, CVX|CVX, KO, PEP/ }).getByRole("link", { name: "0", exact: true })
    .click();
  await page.waitForURL(/map=tsne&cluster=0#cluster$/);
  await drawn(page);
  const chart = page.locator("#cluster-chart");
  await chart.getByRole("group", { name: "Prices of 3 tickers of cluster 0" }).focus();
  await page.keyboard.press("End");
  await chart.getByText(`${pageSessions[89]}: CVX 189.0, KO 117.8, PEP`).waitFor({ state: "attached" });
  const correlations = page.getByRole("region", { name: "Correlations of cluster 0" });
  assert.match(await correlations.getByRole("row", { name: /^KO/ }).innerText(), /−?0\.\d\d/);
  await page.locator("select[name=cluster]").selectOption("0");
  await page.getByRole("form", { name: "Cluster", exact: true }).getByRole("button", { name: "Show" }).click();
  await page.waitForURL(/map=tsne&cluster=0#cluster$/);
  assert.deepEqual([errors, foreign], [[], []]);
});

browserTest("clusters and forecasts fit a phone and a wide screen, light and dark", async ({ open }) => {
  for (const path of ["/pairs/clusters?map=tsne", "/forecasts?pair=KO+PEP"]) {
    for (const width of [390, 1440]) {
      for (const colorScheme of ["light", "dark"] as const) {
        const { page, errors, foreign } = await open(path, { width, colorScheme });
        await drawn(page);
        const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
        assert.ok(wide <= width, `${path} is ${wide} wide of ${width}`);
        assert.deepEqual([errors, foreign], [[], []]);
        await page.context().close();
      }
    }
  }
});
