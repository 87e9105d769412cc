import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import type { Page } from "playwright-core";
import { drawn, until } from "../support/browser.ts";
import { browserTestOver } from "../support/materialized_pages.ts";
import { pageSessions, pairPageAssets } from "../support/pair_page_assets.ts";

const browserTest = browserTestOver(pairPageAssets);

/** An expression of the pixels of a chart's largest canvas, read from a copy: reading slows the one that is drawn on. */
function pixelsOf(chart: string, expression: string): string {
  return `(() => {
    const canvases = [...document.querySelectorAll("#${chart} canvas")];
    const drawn = canvases.reduce((a, b) => a.width * a.height >= b.width * b.height ? a : b);
    const copy = new OffscreenCanvas(drawn.width, drawn.height).getContext("2d", { willReadFrequently: true });
    copy.drawImage(drawn, 0, 0);
    const { data } = copy.getImageData(0, 0, drawn.width, drawn.height);
    return ${expression};
  })()`;
}

/** How many colours a chart's largest pane shows: an empty one has one. */
function coloursOf(page: Page, chart: string): Promise<number> {
  return page.evaluate(pixelsOf(chart, "new Set(new Uint32Array(data.buffer)).size"));
}

browserTest(
  "pairs are filtered by the form, sorted by a title, and lead to a pair's page and charts",
  async ({ open }) => {
    const { page, errors, foreign } = await open("/pairs");
    await page.getByLabel("Accepted").selectOption("false");
    await page.getByLabel("Half-life up to (sessions)").fill("41");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByText("1–2 of 2 pairs.").waitFor();
    assert.match(page.url(), /\/pairs\?.*accepted=false.*max_half_life=41/);
    await page.getByRole("link", { name: "Half-life" }).click();
    await page.locator('th[aria-sort="ascending"]').waitFor();
    assert.equal(await page.getByLabel("Accepted").inputValue(), "false", "a sort keeps the filters");
    await page.getByRole("link", { name: "Show all" }).click();
    await page.getByRole("link", { name: "KO / PEP" }).click();
    await page.getByRole("heading", { name: "KO / PEP", level: 1 }).waitFor();
    await drawn(page);
    for (const chart of ["prices-chart", "spread-chart", "walk-forward-chart", "reference-chart"]) {
      assert.ok(await coloursOf(page, chart) > 2, `${chart} shows lines`);
    }
    assert.deepEqual([errors, foreign], [[], []]);
  },
);

browserTest("a chart is read by keyboard alone, and its table opened", async ({ open }) => {
  const { page, errors } = await open("/pairs/KO/PEP");
  await drawn(page);
  const chart = page.locator("#prices-chart");
  await chart.getByRole("group", { name: "KO and PEP" }).focus();
  await page.keyboard.press("Home");
  await chart.getByText(`${pageSessions[0]}: KO 100.0, PEP 100.0`).waitFor({ state: "attached" });
  await page.keyboard.press("ArrowRight");
  await chart.getByText(`${pageSessions[1]}: KO 100.2, PEP 100.9`).waitFor({ state: "attached" });
  assert.equal(await chart.locator("[data-session]").innerText(), pageSessions[1]);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await chart.getByRole("row", { name: `${pageSessions[89]} 58.90 ` }).waitFor();
  assert.deepEqual(errors, []);
});

browserTest(
  "the legs are drawn in USD, and a table of the page is downloaded as CSV, with times in full",
  async ({ open }) => {
    const { page, errors, foreign } = await open("/pairs/KO/PEP");
    await page.getByRole("link", { name: "in USD" }).click();
    await page.waitForURL(/prices=usd/);
    await drawn(page);
    assert.equal(await page.locator("#prices-chart [data-panes]").getAttribute("data-panes"), "2");
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "As CSV: sources" }).click();
    const file = await download;
    assert.equal(file.suggestedFilename(), "sources.csv");
    const lines = (await text(await file.createReadStream())).split("\r\n");
    assert.equal(lines[0], "Asset,Materialization,Run,Made,Version of its content");
    assert.match(lines[1]!, /^\w+,\d+,Run 1,\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC,/);
    assert.equal(lines.length, (await page.locator("#sources tbody tr").count()) + 2);
    assert.deepEqual([errors, foreign], [[], []]);
  },
);

browserTest("the overview draws the portfolio", async ({ open }) => {
  const { page, errors, foreign } = await open("/");
  await drawn(page);
  assert.ok(await coloursOf(page, "portfolio-chart") > 2);
  assert.deepEqual([errors, foreign], [[], []]);
});

browserTest("pairs and a pair fit a phone and a wide screen, light and dark", async ({ open }) => {
  for (const path of ["/pairs", "/pairs/KO/PEP"]) {
    for (const width of [390, 1280]) {
      const papers = new Set<unknown>();
      for (const colorScheme of ["light", "dark"] as const) {
        const { page, errors, foreign } = await open(path, { width, colorScheme });
        if (path !== "/pairs") await drawn(page);
        const wide = await page.evaluate("document.documentElement.scrollWidth");
        assert.ok(Number(wide) <= width, `${path} is ${wide} wide of ${width}`);
        papers.add(await page.evaluate("getComputedStyle(document.querySelector('.panel')).backgroundColor"));
        assert.deepEqual([errors, foreign], [[], []]);
        await page.context().close();
      }
      assert.equal(papers.size, 2, "dark is not light");
    }
  }
});

browserTest("a drawn chart follows a change of the colour scheme", async ({ open }) => {
  const { page, errors } = await open("/pairs/KO/PEP", { colorScheme: "light" });
  await drawn(page);
  const corner = pixelsOf("prices-chart", "data.slice(0, 3).join()");
  assert.equal(await page.evaluate(corner), "255,255,255");
  await page.emulateMedia({ colorScheme: "dark" });
  await until(page, `${corner} === "23,27,33"`);
  assert.deepEqual(errors, []);
});
