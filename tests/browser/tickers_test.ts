import assert from "node:assert/strict";
import { assertAccessible } from "../support/axe.ts";
import { closeWindow, drawn, until } from "../support/browser.ts";
import { browserTestOver } from "../support/materialized_pages.ts";
import { newsMonday, tickerPageAssets, tickerSessions } from "../support/ticker_page_assets.ts";

const browserTest = browserTestOver(tickerPageAssets);

/** How many panes the chart has: each has its own row of the library's table, the axis of dates another, and lines between. */
const panes = "Number(document.querySelector('.plot').dataset.panes)";
const focused = "document.activeElement?.textContent";

browserTest("tickers are found while one types, and opened by keyboard alone", async ({ open }) => {
  const { page, errors, foreign } = await open("/tickers");
  await page.getByText("1–50 of 70 tickers.").waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("fund 1", { delay: 20 });
  await page.getByText("1–10 of 10 tickers.").waitFor();
  assert.match(page.url(), /\/tickers\?q=fund\+1$/);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.evaluate(focused), "T11");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  assert.equal(await page.evaluate("document.activeElement.id"), "tickers-text");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Escape");
  assert.equal(await page.evaluate("document.activeElement.id"), "tickers-text");
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("ko");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "KO", level: 1 }).waitFor();
  assert.match(page.url(), /\/tickers\/KO$/);
  await page.goBack();
  await page.getByText("1–1 of 1 ticker.").waitFor();
  assert.equal(await page.locator("#tickers-text").inputValue(), "ko", "the address kept what was searched for");
  assert.deepEqual([errors, foreign], [[], []]);
});

browserTest("an answer that comes late does not take the place of a newer one", async ({ open }) => {
  const { page, errors } = await open("/tickers");
  let asked = 0;
  await page.route(/\/tickers\?q=/, async (route) => {
    // The first question is answered after the second.
    if (asked++ === 0) await new Promise((resolve) => setTimeout(resolve, 1500));
    await route.continue().catch(() => {});
  });
  await page.locator("#tickers-text").fill("KO");
  await until(page, "document.querySelector('#tickers-found')?.getAttribute('aria-busy') === 'true'");
  await page.locator("#tickers-text").fill("PEP");
  await page.locator("[data-ticker=PEP]").waitFor();
  await page.getByText("1–1 of 1 ticker.").waitFor();
  await page.waitForTimeout(2000);
  assert.equal(await page.locator("[data-ticker]").count(), 1);
  assert.equal(await page.locator("[data-ticker=PEP]").count(), 1);
  assert.match(page.url(), /q=PEP$/);
  assert.deepEqual(errors, []);
});

browserTest("a search that fails says so and leaves the list, and the next one makes it good", async ({ open }) => {
  const { page } = await open("/tickers");
  await page.route(/\/tickers\?q=KO/, (route) => route.fulfill({ status: 503, body: "" }));
  await page.locator("#tickers-text").fill("KO");
  await page.getByText("The list could not be read and shows the previous results. The server answered 503.")
    .waitFor();
  assert.equal(await page.locator("[data-ticker]").count(), 50);
  await page.locator("#tickers-text").fill("PEP");
  await page.getByText("1–1 of 1 ticker.").waitFor();
  assert.equal(await page.locator(".toast").count(), 0);
});

browserTest("filters act at once, stay in the address and in the links of the list", async ({ open }) => {
  const { page, errors } = await open("/tickers");
  await page.getByLabel("Type").selectOption("ETF");
  await page.getByText("1–50 of 60 tickers.").waitFor();
  await page.getByLabel("On a page").selectOption("25");
  await page.getByText("1–25 of 60 tickers.").waitFor();
  assert.match(page.url(), /\/tickers\?type=ETF&size=25$/);
  await page.getByRole("link", { name: "Next tickers" }).click();
  await page.getByText("26–50 of 60 tickers.").waitFor();
  await page.getByRole("link", { name: "Symbol" }).click();
  await page.locator('th[aria-sort="ascending"]').waitFor();
  assert.equal(await page.getByLabel("Type").inputValue(), "ETF");
  assert.deepEqual(errors, []);
});

browserTest("without JavaScript the same form finds the same tickers", async ({ browser, open }) => {
  const { page } = await open("/tickers");
  const origin = new URL(page.url()).origin;
  const context = await browser.newContext({ javaScriptEnabled: false });
  const plain = await context.newPage();
  await plain.goto(`${origin}/tickers`);
  await plain.getByLabel("Symbol or name").fill("berkshire");
  await plain.getByRole("button", { name: "Find" }).click();
  await plain.getByRole("link", { name: "BRK.B" }).click();
  await plain.getByRole("heading", { name: "BRK.B", level: 1 }).waitFor();
  await context.close();
});

browserTest("a ticker's chart shows and hides its parts and ranges, and the address keeps them", async ({ open }) => {
  const { page, errors, foreign } = await open("/tickers/KO");
  await drawn(page);
  assert.equal(await page.evaluate(panes), 4);
  await page.getByLabel("RSI 30").uncheck();
  await page.getByLabel("MACD 12-26-9").uncheck();
  await until(page, `${panes} === 2`);
  assert.match(page.url(), /\?hide=rsi%2Cmacd$/);
  assert.equal(await page.locator(".legend [data-part=rsi]").isVisible(), false);
  await page.getByLabel("3M").check();
  assert.match(page.url(), /range=3m/);
  await page.reload();
  await drawn(page);
  assert.equal(await page.evaluate(panes), 2);
  assert.equal(await page.getByLabel("3M").isChecked(), true);
  await page.getByLabel("RSI 30").check();
  await until(page, `${panes} === 3`);
  await page.getByLabel("1Y").check();
  assert.match(page.url(), /\/tickers\/KO\?hide=macd$/);
  assert.deepEqual([errors, foreign], [[], []]);
});

browserTest("as traded keeps the range and the parts that were chosen", async ({ open }) => {
  const { page, errors } = await open("/tickers/KO");
  await drawn(page);
  await page.getByLabel("All").check();
  await page.getByLabel("Volume").uncheck();
  await page.getByRole("link", { name: "as traded" }).click();
  await page.locator('.tabs [aria-current="true"]', { hasText: "as traded" }).waitFor();
  await drawn(page);
  assert.equal(await page.getByLabel("All").isChecked(), true);
  assert.equal(await page.getByLabel("Volume").isChecked(), false);
  assert.deepEqual(errors, []);
});

browserTest("a ticker's chart is read by keyboard: prices, indicators and events", async ({ open }) => {
  const { page, errors } = await open("/tickers/KO");
  await drawn(page);
  const chart = page.locator("#ticker-chart");
  await chart.getByRole("group", { name: "KO from" }).focus();
  await page.keyboard.press("Home");
  await chart.getByText(`${tickerSessions[0]}: Price open 29.95 high 30.50 low 29.50 close 30.00, `)
    .waitFor({ state: "attached" });
  assert.doesNotMatch(await chart.locator("[data-read]").innerText(), /SMA|RSI/, "what is undefined is not said");
  await page.keyboard.press("End");
  await chart.getByText(/close 59\.90, SMA 30 58\.45, .*RSI 30 100\.0/).waitFor({ state: "attached" });
  assert.deepEqual(errors, []);
});

browserTest("news and events lead to their session on the chart, and a mark to its news", async ({ open }) => {
  const { page, errors } = await open("/tickers/KO?range=1m");
  await drawn(page);
  const chart = page.locator("#ticker-chart");
  await page.locator("#news").getByRole("link", { name: newsMonday }).click();
  await chart.getByText(`2 articles ${newsMonday}`).waitFor();
  // A dividend of nine months ago: the chart goes there.
  await page.locator("#events").getByRole("link", { name: tickerSessions[100]! }).click();
  await chart.getByText(`dividend 0.46 USD ${tickerSessions[100]}`).waitFor();
  assert.deepEqual(errors, []);
});

browserTest(
  "tickers fit a phone and a wide screen, light and dark, without a fault that axe finds",
  async ({ open }) => {
    for (const path of ["/tickers?q=o", "/tickers/KO", "/tickers/NONE", "/tickers/PEPS"]) {
      for (const [width, colorScheme] of [[390, "light"], [1280, "dark"]] as const) {
        const { page, errors, foreign } = await open(path, { width, colorScheme });
        if (path === "/tickers/KO") await drawn(page);
        const wide = await page.evaluate("document.documentElement.scrollWidth");
        assert.ok(Number(wide) <= width, `${path} is ${wide} wide of ${width}`);
        await assertAccessible(page);
        // An unknown ticker is a 404, which the console tells of.
        assert.deepEqual([errors.filter((error) => !/404/.test(error)), foreign], [[], []]);
        await closeWindow(page);
      }
    }
  },
);

browserTest("a ticker with one bar, or of closes alone, is drawn without an error", async ({ open }) => {
  for (const path of ["/tickers/ONE", "/tickers/BRK.B", "/tickers/A%26B"]) {
    const { page, errors } = await open(path);
    await drawn(page);
    await page.getByLabel("1M").check();
    assert.deepEqual(errors, [], path);
    await closeWindow(page);
  }
});
