import assert from "node:assert/strict";
import { assertAccessible } from "../support/axe.ts";
import { until } from "../support/browser.ts";
import { browserTestOver } from "../support/materialized_pages.ts";
import { pairPageAssets } from "../support/pair_page_assets.ts";

const browserTest = browserTestOver(pairPageAssets);

browserTest("the palette finds pairs, assets, runs and pages by keyboard alone", async ({ open }) => {
  const { page, errors, foreign } = await open("/runs");
  await page.keyboard.press("Control+k");
  const field = page.getByRole("combobox", { name: "Search" });
  const option = (name: string) => page.getByRole("option", { name });
  await option("Clusters").waitFor();
  await assertAccessible(page);
  await page.keyboard.type("pep ko");
  await option("KO / PEP accepted").waitFor();
  const active = () => field.getAttribute("aria-activedescendant");
  assert.equal(await page.locator(`#${await active()}`).getAttribute("aria-selected"), "true");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/pairs\/KO\/PEP$/);

  // On the page of a pair no field is searched by this key.
  await page.keyboard.press("/");
  await page.keyboard.type("cointegrated pa");
  await option("cointegrated_pairs").waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/assets\/cointegrated_pairs$/);

  await page.keyboard.press("Control+k");
  // Enter takes what the text finds, however early it is pressed.
  await page.keyboard.type("run 1");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/runs\/1$/);

  await page.locator("#main").focus();
  await page.keyboard.press("/");
  await option("Overview").waitFor();
  const first = await active();
  await page.keyboard.press("ArrowUp");
  const last = await active();
  assert.notEqual(last, first, "from the first to the last");
  await page.keyboard.press("ArrowDown");
  assert.equal(await active(), first);
  await page.keyboard.type("no such thing at all");
  await page.getByText("Nothing matches “no such thing at all”.").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("dialog[open]").count(), 0);
  assert.equal(await page.evaluate("document.activeElement.id"), "main", "the focus is back where it was");
  assert.deepEqual([errors, foreign], [[], []]);
});

browserTest("the palette shows grey lines while its first results are on their way", async ({ open }) => {
  const { page, errors } = await open("/runs");
  const answer = Promise.withResolvers<void>();
  await page.route(/\/search\?q=/, async (route) => {
    await answer.promise;
    await route.continue();
  });
  await page.keyboard.press("Control+k");
  const list = page.locator("#palette-found");
  await list.locator(".skeleton").waitFor();
  assert.equal(await list.getAttribute("aria-busy"), "true");
  await assertAccessible(page);
  answer.resolve();
  await page.getByRole("option", { name: "Clusters" }).waitFor();
  assert.deepEqual([await list.locator(".skeleton").count(), await list.getAttribute("aria-busy")], [0, null]);
  assert.deepEqual(errors, []);
});

browserTest("the palette materializes, and sets the theme", async ({ open }) => {
  const { page, errors } = await open("/schedules");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("theme dark");
  await page.getByRole("option", { name: "Theme dark" }).waitFor();
  await page.keyboard.press("Enter");
  await until(page, "document.documentElement.dataset.theme === 'dark'");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("materialize stale");
  await page.getByRole("option", { name: "Materialize stale assets" }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByText("Nothing to do: everything is fresh.").waitFor();
  assert.deepEqual(errors, []);
}, { engine: "materialized" });

browserTest("theme and clock are kept, and the next page comes with them", async ({ open }) => {
  const { page, errors } = await open("/", { colorScheme: "light" });
  const paper = () => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
  const light = await paper();
  await page.getByRole("button", { name: "Dark" }).click();
  await until(page, `getComputedStyle(document.body).backgroundColor !== "${light}"`);
  const dark = await paper();
  assert.equal(await page.getByRole("button", { name: "Dark" }).getAttribute("aria-pressed"), "true");
  // Without its scripts: the server itself renders what was chosen, so that nothing flashes.
  await page.route("**/static/**/*.js", (route) => route.abort());
  await page.goto(new URL("/runs", page.url()).href);
  assert.equal(await paper(), dark);
  await page.unroute("**/static/**/*.js");
  await page.reload();
  await page.getByRole("button", { name: "Exch." }).click();
  await page.locator("time[title$='EST'], time[title$='EDT']").first().waitFor();
  // The page was loaded again: its scripts have run then.
  await page.waitForLoadState("load");
  await page.getByRole("button", { name: "Auto" }).click();
  await until(page, `getComputedStyle(document.body).backgroundColor === "${light}"`);
  await page.emulateMedia({ colorScheme: "dark" });
  assert.equal(await paper(), dark, "the system's theme counts again");
  assert.deepEqual(errors.filter((text) => !/net::ERR_FAILED/.test(text)), []);
});

browserTest("the drawer of a phone opens, leads on and closes, without a script too", async ({ browser, open }) => {
  const { page, errors } = await open("/", { width: 390, height: 844 });
  const drawer = page.getByRole("complementary", { name: "Navigation" });
  assert.equal(await drawer.isVisible(), false);
  await page.getByRole("button", { name: "Menu" }).click();
  assert.ok(await drawer.isVisible());
  const box = (await drawer.boundingBox())!;
  assert.ok(box.x === 0 && box.width < 390 && box.height === 844, JSON.stringify(box));
  await assertAccessible(page);
  await page.keyboard.press("Escape");
  assert.equal(await drawer.isVisible(), false);
  await page.getByRole("button", { name: "Menu" }).click();
  await drawer.getByRole("link", { name: "Clusters" }).click();
  await page.waitForURL(/\/pairs\/clusters$/);
  assert.deepEqual(errors, []);

  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
  const plain = await context.newPage();
  await plain.goto(new URL("/", page.url()).href);
  await plain.getByRole("button", { name: "Menu" }).click();
  await plain.getByRole("link", { name: "Search Ctrl K" }).click();
  await plain.getByLabel("Ticker, pair, asset").fill("clean");
  await plain.getByRole("button", { name: "Search" }).click();
  await plain.getByRole("link", { name: "clean_prices" }).click();
  await plain.getByRole("heading", { level: 1, name: "clean_prices" }).waitFor();
});

browserTest("an unknown address is a page with the ways on, wide and on a phone", async ({ open }) => {
  for (const width of [390, 1440]) {
    const { page, errors } = await open("/no/such/page", { width });
    await page.getByRole("heading", { level: 1, name: "Page not found" }).waitFor();
    await assertAccessible(page);
    const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
    assert.ok(wide <= width, `${wide} pixels wide on a screen of ${width}`);
    await page.getByLabel("Search tickers, pairs").fill("chosen");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "chosen_pairs" }).first().click();
    await page.waitForURL(/\/assets\/chosen_pairs$/);
    assert.deepEqual(errors.filter((text) => !/404/.test(text)), []);
  }
});

browserTest("the overview fits one screen, and nothing on it moves while it loads", async ({ open }) => {
  const { page } = await open("/", { width: 1440, height: 900 });
  await page.locator("#portfolio canvas").first().waitFor();
  const shift = await page.evaluate<number>(`new Promise((resolve) => {
    let sum = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => resolve(sum), 500);
  })`);
  assert.ok(shift < 0.02, `layout shift ${shift}`);
  const orders = (await page.locator("#orders").boundingBox())!;
  assert.ok(orders.y + orders.height <= 900, `the orders end at ${orders.y + orders.height}`);
});
