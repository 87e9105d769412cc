import assert from "node:assert/strict";
import { pairClusters } from "../../assets/mod.ts";
import { assertAccessible } from "../support/axe.ts";
import { closeWindow, drawn, until } from "../support/browser.ts";
import { knownTable } from "../support/known_tables.ts";
import { browserTestOver } from "../support/materialized_pages.ts";
import { pageSessions, pairPageAssets } from "../support/pair_page_assets.ts";

const browserTest = browserTestOver(pairPageAssets);

/** Fifty clusters of six tickers each, and a hundred tickers in none. */
const crowded = Array.from({ length: 400 }, (_, i) => ({
  as_of: pageSessions[89]!,
  preset: "research" as const,
  ticker: `T${String(i).padStart(3, "0")}`,
  cluster: i < 300 ? i % 50 : -1,
  position: i,
  reachability: null,
  core_distance: null,
  component_1: Math.cos(i % 50) * (1 + i % 7 / 20) + i / 900,
  component_2: Math.sin(i % 50 * 1.7) * (1 + i % 5 / 20),
  component_3: null,
  component_4: null,
  component_5: null,
}));
const crowdedTest = browserTestOver(
  pairPageAssets.map((asset) => asset.key === pairClusters.key ? knownTable(pairClusters, crowded) : asset),
);

/** How many labels of the map are shown, and which of them overlap, as the browser lays them out. */
const labels = `(() => {
  const shown = [...document.querySelectorAll("svg.clusters text:is(.number, .name)")].filter((one) => one.closest("[hidden]") === null);
  const boxes = shown.map((one) => one.getBoundingClientRect());
  const overlapping = boxes.flatMap((a, i) => boxes.slice(i + 1).flatMap((b, k) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4
      ? [shown[i].textContent + " and " + shown[i + 1 + k].textContent] : []));
  return {
    numbers: shown.filter((one) => one.classList.contains("number")).length,
    names: shown.filter((one) => one.classList.contains("name")).length,
    overlapping,
    size: shown.find((one) => one.classList.contains("number")).getBoundingClientRect().height,
  };
})()`;
type Labels = { numbers: number; names: number; overlapping: string[]; size: number };

crowdedTest(
  "a map of fifty clusters is zoomed, searched and highlighted, and no label covers another",
  async ({ open }) => {
    const { page, errors, foreign } = await open("/pairs/clusters", { width: 1440 });
    await until(page, `document.querySelector("svg.clusters").style.getPropertyValue("--unit") !== ""`);
    const whole = await page.evaluate<Labels>(labels);
    assert.ok(whole.numbers >= 45, `${whole.numbers} numbers of 50`);
    assert.deepEqual([whole.names, whole.overlapping], [0, []]);

    // A row lists the members; pointing at it highlights them, and a click keeps the highlight.
    const row = page.locator("tr[data-cluster='7']");
    assert.match(await row.innerText(), /T007, T057, T107, T157, T207, T257/);
    const lit = page.locator("svg.clusters a.lit[data-ticker]");
    await row.hover();
    assert.equal(await lit.count(), 6);
    await page.mouse.move(5, 5);
    assert.equal(await lit.count(), 0);
    await page.locator("svg.clusters a[data-ticker=T107]").dispatchEvent("click");
    assert.equal(await lit.count(), 6);
    await page.getByText("Cluster 7, 6 tickers: T007, T057, T107, T157, T207, T257").waitFor();
    await until(page, `location.search === "?cluster=7"`);
    await until(page, `document.querySelectorAll("svg.clusters .name:not([hidden])").length === 6`);
    assert.ok(await row.evaluate((element) => element.classList.contains("lit")));

    // Buttons, keys and the wheel zoom; labels keep their size, and names come in.
    await page.getByRole("button", { name: "Zoom in" }).click();
    const figure = page.getByRole("region", { name: "Map of the clusters" });
    await figure.focus();
    for (let i = 0; i < 4; i++) await page.keyboard.press("+");
    const box = (await page.locator("svg.clusters").boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.wheel(0, -200);
    await until(page, `Number(document.querySelector("svg.clusters").getAttribute("viewBox").split(" ")[2]) < 100`);
    await page.keyboard.press("0");
    await until(page, `document.querySelector("svg.clusters").getAttribute("viewBox") === "0 0 960 560"`);
    await page.keyboard.press("Escape");
    assert.equal(await lit.count(), 0);

    const search = page.getByRole("searchbox", { name: "Find a ticker or cluster" });
    await search.fill("t123");
    const told = page.locator("[data-found]");
    await told.filter({ hasText: /^T123, cluster 23 \(/ }).waitFor();
    assert.equal(await page.locator("svg.clusters a.found").getAttribute("data-ticker"), "T123");
    await search.press("Enter");
    await until(page, `document.querySelector("svg.clusters").getAttribute("viewBox") !== "0 0 960 560"`);
    const near = await page.evaluate<Labels>(labels);
    assert.ok(near.names > 0 && near.overlapping.length === 0, near.overlapping.join("; "));
    assert.ok(Math.abs(near.size - whole.size) < 1.5, "text is as large as before");
    await search.fill("T12");
    await told.filter({ hasText: "10 tickers match: T120" }).waitFor();
    await search.fill("none");
    await told.filter({ hasText: "No ticker or cluster matches." }).waitFor();
    await assertAccessible(page);
    assert.deepEqual([errors, foreign], [[], []]);
  },
);

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
        await closeWindow(page);
      }
    }
  }
});

browserTest("the buttons of the map cover nothing of it on a phone", async ({ open }) => {
  const { page } = await open("/pairs/clusters", { width: 390 });
  const [tools, map] = await Promise.all(
    ["[data-map-tools]", "[data-cluster-map]"].map((of) => page.locator(of).boundingBox()),
  );
  assert.ok(tools!.y + tools!.height <= map!.y, `${tools!.y + tools!.height} of ${map!.y}`);
});
