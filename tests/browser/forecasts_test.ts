import assert from "node:assert/strict";
import { drawn } from "../support/browser.ts";
import { browserTestOver } from "../support/materialized_pages.ts";
import { pageSessions, pairPageAssets } from "../support/pair_page_assets.ts";

browserTestOver(pairPageAssets)(
  "forecasts are chosen by the form, drawn, and lead to the page of their pair",
  async ({ open }) => {
    const { page, errors, foreign } = await open("/");
    await page.getByRole("link", { name: "Forecasts", exact: true }).click();
    await page.getByRole("heading", { name: "Forecasts", level: 1 }).waitFor();
    await page.locator("select[name=pair]").selectOption("KO PEP");
    await page.locator("select[name=horizon]").selectOption("5");
    await page.getByRole("button", { name: "Show" }).click();
    await page.getByText(`As of ${pageSessions[89]} the spread is 0.89; arima expects 0.45 in 5 sessions`).waitFor();
    assert.match(page.url(), /\/forecasts\?pair=KO\+PEP&model=arima&horizon=5#pair$/);
    await drawn(page);
    const chart = page.locator("#forecast-chart");
    await chart.getByRole("group", { name: "Spread of KO and PEP" }).focus();
    await page.keyboard.press("Home");
    await chart.getByText(`${pageSessions[45]}: Realized 0.45, Forecast 5 sessions ahead 0.20`).waitFor({
      state: "attached",
    });
    await page.getByRole("link", { name: "Pair KO / PEP" }).click();
    await page.getByRole("heading", { name: "KO / PEP", level: 1 }).waitFor();
    await drawn(page);
    assert.equal(await page.locator("#forecasts #forecast-chart canvas").count() > 0, true);
    assert.deepEqual([errors, foreign], [[], []]);
  },
);
