import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import type { Page } from "playwright-core";
import { closeWindow, drawn, until } from "../support/browser.ts";
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
    assert.match(page.url(), /\/pairs\?accepted=false&max_half_life=41$/, "empty fields stay out of the address");
    await page.getByRole("link", { name: "Half-life" }).click();
    await page.locator('th[aria-sort="ascending"]').waitFor();
    assert.equal(await page.getByLabel("Accepted").inputValue(), "false", "a sort keeps the filters");
    await page.getByRole("link", { name: "Show all" }).click();
    await page.getByRole("link", { name: "KO / PEP" }).click();
    await page.getByRole("heading", { name: "KO / PEP", level: 1 }).waitFor();
    await drawn(page);
    for (const chart of ["pair-chart", "walk-forward-chart", "reference-chart"]) {
      assert.ok(await coloursOf(page, chart) > 2, `${chart} shows lines`);
    }
    assert.deepEqual([errors, foreign], [[], []]);
  },
);

browserTest("a chart is read by keyboard alone, and its table opened", async ({ open }) => {
  const { page, errors } = await open("/pairs/KO/PEP");
  await drawn(page);
  const chart = page.locator("#pair-chart");
  await chart.getByRole("group", { name: "KO and PEP" }).focus();
  await page.keyboard.press("Home");
  await chart.getByText(`${pageSessions[0]}: KO 100.0, PEP 100.0, Z-score by the formation`).waitFor({
    state: "attached",
  });
  await page.keyboard.press("ArrowRight");
  await chart.getByText(`${pageSessions[1]}: KO 100.2, PEP 100.9, Z-score by the formation`).waitFor({
    state: "attached",
  });
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
    await page.getByRole("link", { name: "In USD" }).click();
    await page.waitForURL(/prices=usd/);
    await drawn(page);
    assert.equal(await page.locator("#pair-chart [data-panes]").getAttribute("data-panes"), "3");
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "As CSV: sources" }).click();
    const file = await download;
    assert.equal(file.suggestedFilename(), "sources.csv");
    const lines = (await text(await file.createReadStream())).split("\r\n");
    assert.equal(lines[0], "Asset,Materialization,Run,Made,Data version");
    assert.match(lines[1]!, /^\w+,\d+,Run 1,\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC,/);
    assert.equal(lines.length, (await page.locator("#sources tbody tr").count()) + 2);
    assert.deepEqual([errors, foreign], [[], []]);
  },
);

/** Presses the pointer on a chart, at a share of its width and a quarter of its height. */
async function pressAt(page: Page, share: number): Promise<{ x: number; y: number }> {
  const plot = page.locator("#pair-chart .plot");
  await plot.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await plot.boundingBox())!;
  const at = { x: x + share * width, y: y + height / 4 };
  await page.mouse.click(at.x, at.y);
  return at;
}

browserTest(
  "a pair's chart is zoomed by the wheel once it is pressed, and a range shows its months again",
  async ({ open }) => {
    const { page, errors, foreign } = await open("/pairs/KO/PEP?range=3m");
    await drawn(page);
    const legend = page.locator("#pair-chart [data-session]");
    /** The session at the left edge: the pointer reads it. */
    const first = async () => {
      const { x, y, height } = (await page.locator("#pair-chart .plot").boundingBox())!;
      await page.mouse.move(x + 40, y + height / 3);
      await page.mouse.move(x + 2, y + height / 3);
      return await legend.innerText();
    };
    const range = page.locator("#pair-chart input[name=range]:checked");
    const begin = await first();
    assert.ok(begin >= "2026-02-06" && begin < "2026-02-13", `three months before 2026-05-08 is ${begin}`);
    const scrolled = await page.evaluate("scrollY");
    await page.mouse.wheel(0, 120);
    await until(page, `scrollY > ${scrolled}`);
    assert.equal(await range.count(), 1, "before it is pressed the wheel is the page's");
    const at = await pressAt(page, 0.8);
    await page.mouse.move(at.x, at.y);
    await page.mouse.wheel(0, -400);
    await until(page, `document.querySelector("#pair-chart input[name=range]:checked") === null`);
    const zoomed = await first();
    assert.ok(zoomed > begin, `${zoomed} is after ${begin}`);
    await page.locator("#pair-chart").getByLabel("All", { exact: true }).check();
    assert.equal(await first(), pageSessions[0]);
    await until(page, `location.search === "?range=all"`);
    // Dragged to the right, what is before comes in: from the last three months, older ones.
    await page.locator("#pair-chart").getByLabel("3M", { exact: true }).check();
    const { x, y, width, height } = (await page.locator("#pair-chart .plot").boundingBox())!;
    await page.mouse.move(x + width / 4, y + height / 4);
    await page.mouse.down();
    await page.mouse.move(x + width / 2, y + height / 4, { steps: 5 });
    await page.mouse.up();
    assert.ok(await first() < begin, "a drag moves it");
    assert.deepEqual([errors, foreign], [[], []]);
  },
);

browserTest(
  "the crosshair of a pair's chart reads all panes, and a log scale is kept in the address",
  async ({ open }) => {
    const { page, errors } = await open("/pairs/KO/PEP?range=all");
    await drawn(page);
    const plot = page.locator("#pair-chart .plot");
    await page.evaluate(`document.querySelector("#pair-chart .plot").scrollIntoView({ block: "center" })`);
    /** What the legend reads while the pointer stands in the middle of the sessions, at a share of the chart's height. */
    const read = async (share: number) => {
      const { x, y, width, height } = (await plot.boundingBox())!;
      await page.mouse.move(x + width / 2, y + height * share);
      await until(page, `document.querySelector("#pair-chart [data-session]").textContent < "${pageSessions[89]}"`);
      return (await page.locator("#pair-chart .legend li").allInnerTexts()).filter((text) => /\d/.test(text));
    };
    const overLegs = await read(0.2);
    await page.mouse.move(0, 0);
    assert.deepEqual(await read(0.75), overLegs, "over the spread's pane the same session is read in all panes");
    assert.ok(overLegs.some((text) => /^Z-score −?\d\.\d\d$/.test(text)), overLegs.join(" | "));
    assert.ok(overLegs.some((text) => text.startsWith("KO 1")));
    const linear = await page.evaluate(pixelsOf("pair-chart", "data.join()"));
    await page.getByLabel("Log scale").check();
    await until(page, `location.search.includes("log=1")`);
    await until(page, `document.querySelector("#pair-chart canvas")?.width > 0`);
    await page.mouse.move(0, 0);
    assert.notEqual(await page.evaluate(pixelsOf("pair-chart", "data.join()")), linear);
    await page.reload();
    await drawn(page);
    assert.ok(await page.getByLabel("Log scale").isChecked());
    assert.deepEqual(errors, []);
  },
);

browserTest("the decision strip is above the fold, and its notional is set by keyboard", async ({ open }) => {
  const { page, errors } = await open("/pairs/KO/PEP", { width: 1440 });
  const strip = page.getByRole("region", { name: "Signal at the 2026-05-08 close" });
  const box = (await strip.boundingBox())!;
  assert.ok(box.y + box.height < 600, `it ends at ${box.y + box.height}`);
  await strip.getByText("Exit", { exact: true }).waitFor();
  await strip.getByRole("img", { name: /Z-score −0\.43: enters at ±1\.00, stops at ±4\.00/ }).waitFor();
  await strip.getByLabel("Notional").fill("50000");
  await page.keyboard.press("Enter");
  await page.waitForURL(/notional=50000/);
  await strip.getByText("Long 408 KO at 58.90").waitFor();
  assert.deepEqual(errors, []);
});

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
        await closeWindow(page);
      }
      assert.equal(papers.size, 2, "dark is not light");
    }
  }
});

browserTest("a drawn chart follows a change of the colour scheme", async ({ open }) => {
  const { page, errors } = await open("/pairs/KO/PEP", { colorScheme: "light" });
  await drawn(page);
  const corner = pixelsOf("walk-forward-chart", "data.slice(0, 3).join()");
  assert.equal(await page.evaluate(corner), "255,255,255");
  await page.emulateMedia({ colorScheme: "dark" });
  await until(page, `${corner} === "19,22,26"`);
  assert.deepEqual(errors, []);
});

browserTest("tables fit the usual widths of screens", async ({ open }) => {
  for (const width of [1280, 1440]) {
    for (const path of ["/pairs", "/strategies", "/assets?view=table", "/tickers", "/forecasts"]) {
      const { page } = await open(path, { width });
      const wider = await page.evaluate(
        "[...document.querySelectorAll('.scroller:has(> table)')].filter((one) => one.scrollWidth > one.clientWidth)" +
          ".map((one) => one.ariaLabel)",
      );
      assert.deepEqual(wider, [], `${path} at ${width}`);
      await closeWindow(page);
    }
  }
});
