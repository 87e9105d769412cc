import assert from "node:assert/strict";
import { assertAccessible } from "../support/axe.ts";
import { browserMissing, drawn, openPage, until, withBrowser } from "../support/browser.ts";
import { withMovablePair } from "../support/movable_pair.ts";
import { servePage } from "../support/page_server.ts";

Deno.test({
  name: `settings of a pair are moved by sliders and fields, and its backtest is redrawn${
    browserMissing ? ` (no browser: ${browserMissing})` : ""
  }`,
  ignore: browserMissing !== null,
  fn: () =>
    withMovablePair(async ({ engine, pairTrials, path, trials }) => {
      const server = servePage(engine, 0, undefined, undefined, { pairTrials });
      try {
        await withBrowser(async (browser) => {
          const { page, errors, foreign } = await openPage(browser, `${server.url}${path}?range=all`);
          await drawn(page);
          await page.getByText("Move the settings of Z-score bands for this pair").click();
          const status = page.locator("#pair-backtest [role=status]");
          const entry = page.getByLabel("Entry z-score", { exact: true });
          const slider = page.getByLabel("Entry z-score, slider");
          const before = await page.locator("#pair-backtest .figures").innerText();

          // By keyboard: steps of the slider in quick succession are one setting.
          await slider.focus();
          for (let i = 0; i < 15; i++) await page.keyboard.press("ArrowRight");
          assert.equal(await entry.inputValue(), "1.75");
          await status.getByText("Entry z-score 1.75 instead of 1.").waitFor();
          await drawn(page);
          assert.notEqual(await page.locator("#pair-backtest .figures").innerText(), before);
          assert.equal((await trials()).length, 1, "the settings that the slider passed are no trials");
          await until(page, `location.search === "?range=all&set.parameters.entryZ=1.75"`);
          assert.ok(await page.locator("#pair-chart").getByText("under the moved settings").isVisible());
          assert.equal(
            await page.evaluate("document.activeElement.ariaLabel"),
            "Entry z-score, slider",
            "the focus stays",
          );

          await page.getByLabel("Exit z-score", { exact: true }).fill("3");
          await page.getByText("The bands need 0 ≤ exitZ < entryZ < stopZ, got 3, 1.75 and 4.").nth(1).waitFor();
          assert.equal(await page.getByLabel("Exit z-score", { exact: true }).getAttribute("aria-invalid"), "true");
          await page.getByLabel("Exit z-score", { exact: true }).fill("0.25");
          await status.getByText("Exit z-score 0.25 instead of 0.5").waitFor();
          assert.equal(await page.getByLabel("Exit z-score", { exact: true }).getAttribute("aria-invalid"), null);
          assert.equal((await trials()).length, 2);
          await assertAccessible(page);

          await page.reload();
          await drawn(page);
          assert.equal(await entry.inputValue(), "1.75", "the address has the settings");
          await page.getByRole("link", { name: "As set" }).click();
          await status.getByText("As set. Each other").waitFor();
          assert.equal(await page.locator("#pair-backtest .figures").innerText(), before);
          assert.equal(await page.evaluate("location.search"), "?range=all");
          assert.equal((await trials()).length, 2);
          // The refusal is an answer of its own, which Chromium writes to the console.
          assert.deepEqual(errors.filter((text) => !text.includes("400")), []);
          assert.deepEqual(foreign, []);
        });
      } finally {
        await server.stop();
      }
    }),
});

Deno.test({
  name: `settings of a pair are moved without scripts${browserMissing ? ` (no browser: ${browserMissing})` : ""}`,
  ignore: browserMissing !== null,
  fn: () =>
    withMovablePair(async ({ engine, pairTrials, path }) => {
      const server = servePage(engine, 0, undefined, undefined, { pairTrials });
      try {
        await withBrowser(async (browser) => {
          const context = await browser.newContext({ javaScriptEnabled: false });
          const page = await context.newPage();
          await page.goto(`${server.url}${path}?prices=usd`);
          await page.getByText("Move the settings of Z-score bands for this pair").click();
          assert.equal(await page.getByLabel("Entry z-score, slider").isVisible(), false);
          await page.getByLabel("Entry z-score", { exact: true }).fill("1.75");
          await page.getByRole("button", { name: "Backtest" }).click();
          await page.getByText("Entry z-score 1.75 instead of 1.").waitFor();
          assert.match(page.url(), /\?prices=usd&.*set\.parameters\.entryZ=1\.75/);
          await context.close();
        });
      } finally {
        await server.stop();
      }
    }),
});
