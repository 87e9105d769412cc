import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { browserMissing, openPage, until, withBrowser } from "../support/browser.ts";
import { pairAssets } from "../support/pair_assets.ts";
import { type PageServer, servePage } from "../support/page_server.ts";
import { gate, type Tiny, withTinyEngine } from "../support/tiny_engine.ts";

interface Scene extends Tiny {
  browser: Browser;
  server: PageServer;
  /** Serves again where the stopped server was. */
  serveAgain(): void;
}

/** Registers a test in a headless browser over a server in this process; ignored, and named so, where there is none. */
function browserTest(name: string, test: (scene: Scene) => Promise<void>): void {
  Deno.test({
    name: browserMissing ? `${name} (no browser: ${browserMissing})` : name,
    ignore: browserMissing !== null,
    fn: () =>
      withTinyEngine(async (tiny) => {
        let server = servePage(tiny.engine);
        try {
          await withBrowser((browser) =>
            test({
              ...tiny,
              browser,
              get server() {
                return server;
              },
              serveAgain() {
                server = servePage(tiny.engine, Number(new URL(server.url).port));
              },
            })
          );
        } finally {
          await server.stop();
        }
      }, { assets: pairAssets }),
  });
}

/** The state that the page shows for each asset. */
async function states(page: Page): Promise<Record<string, string>> {
  const badges = await page.locator(".asset").evaluateAll((items) =>
    items.map((item) => [item.querySelector("h4")?.textContent, item.querySelector(".badge")?.textContent?.slice(2)])
  );
  return Object.fromEntries(badges);
}

function waitForState(page: Page, key: string, state: string): Promise<void> {
  return page.locator(`#asset-${key}[data-state="${state}"]`).waitFor();
}

browserTest(
  "the overview follows a run from its button to fresh without a reload",
  async ({ browser, server, world }) => {
    const { page, errors, foreign } = await openPage(browser, server.url);
    await page.evaluate("globalThis.notReloaded = true");
    assert.deepEqual(await states(page), {
      raw_prices: "missing",
      chosen_pairs: "missing",
      pair_trades: "missing",
      pair_metrics: "missing",
    });
    const release = gate();
    world.before = (key) => key === "chosen_pairs" ? release.opened : undefined;
    await page.getByRole("button", { name: "Materialize chosen_pairs and what is upstream of it" }).click();
    await waitForState(page, "chosen_pairs", "running");
    await waitForState(page, "raw_prices", "fresh");
    const bar = page.getByRole("progressbar", { name: "chosen_pairs progress" });
    await until(page, 'document.querySelector("progress")?.value === 1');
    assert.equal(await bar.getAttribute("max"), "3");
    assert.match(await page.locator("#asset-chosen_pairs .why").innerText(), /in run 1, began .*, 33 %/);
    release.open();
    await waitForState(page, "chosen_pairs", "fresh");
    await page.getByText("Run 1 succeeded.").waitFor();
    assert.equal(await page.getByRole("row").count(), 3, "a line of titles and two pairs");
    assert.deepEqual(await states(page), {
      raw_prices: "fresh",
      chosen_pairs: "fresh",
      pair_trades: "missing",
      pair_metrics: "missing",
    });
    assert.equal(await page.evaluate("globalThis.notReloaded"), true);
    assert.deepEqual([errors, foreign], [[], []]);
  },
);

browserTest("the overview says that there is nothing to do for what is fresh", async ({ browser, server, engine }) => {
  await engine.finished((await engine.submit({ selection: "*", trigger: "startup" })).id);
  const { page, errors } = await openPage(browser, server.url);
  await page.locator("#materialize-pair_trades").click();
  await page.getByText("pair_trades is fresh: nothing had to be made.").waitFor();
  await page.locator("#materialize-pair_trades:not([aria-disabled])").waitFor();
  assert.deepEqual(errors, []);
});

browserTest(
  "the overview tells what failed and why, and cancels what runs",
  async ({ browser, server, world, engine }) => {
    world.before = (key) => {
      if (key === "raw_prices") throw new Error("the vendor is closed");
    };
    const { page, errors } = await openPage(browser, server.url);
    await page.getByRole("button", { name: "Materialize everything" }).click();
    await waitForState(page, "raw_prices", "failed");
    await page.getByText("Run 1 failed: raw_prices.").waitFor();
    await page.getByText("Run 1: the vendor is closed").waitFor();

    world.before = (key, signal) =>
      key === "raw_prices"
        ? new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
        : undefined;
    await page.getByRole("button", { name: "Materialize what is stale" }).click();
    await waitForState(page, "raw_prices", "running");
    await page.getByRole("button", { name: "Cancel run 2" }).click();
    await page.getByText("Run 2 cancelled.").waitFor();
    assert.equal((await engine.run(2)).status, "cancelled");
    assert.deepEqual(errors, []);
  },
);

browserTest("the overview notices runs that others began", async ({ browser, server, engine }) => {
  const { page, errors } = await openPage(browser, server.url);
  await engine.submit({ selection: "*", trigger: "schedule:daily" });
  await waitForState(page, "pair_metrics", "fresh");
  await page.getByRole("heading", { name: "Everything is fresh" }).waitFor();
  assert.deepEqual(errors, []);
});

browserTest("the overview says when the server is away, and goes on by itself when it is back", async (scene) => {
  const { browser, world, engine } = scene;
  const { page, errors } = await openPage(browser, scene.server.url);
  const release = gate();
  world.before = (key) => key === "chosen_pairs" ? release.opened : undefined;
  await page.getByRole("button", { name: "Materialize everything" }).click();
  await waitForState(page, "chosen_pairs", "running");
  await scene.server.stop();
  await page.getByText("The server does not answer. Trying again …").waitFor();
  release.open();
  await engine.finished(1);
  scene.serveAgain();
  await waitForState(page, "pair_metrics", "fresh");
  assert.equal(await page.locator("#connection").isHidden(), true);
  await page.getByRole("heading", { name: "Everything is fresh" }).waitFor();
  // What the browser itself says of a server that is away is no fault of the page.
  assert.deepEqual(errors.filter((error) => !/net::ERR_/.test(error)), []);
});

browserTest(
  "the overview is used by keyboard alone, and the focus stays where it was",
  async ({ browser, server, world }) => {
    const { page, errors } = await openPage(browser, server.url);
    await page.keyboard.press("Tab");
    assert.equal(await page.locator(":focus").innerText(), "Skip to content");
    const box = await page.locator(":focus").boundingBox();
    assert.ok(box && box.y >= 0, "the link shows itself when it has the focus");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    assert.equal(await page.locator(":focus").getAttribute("id"), "materialize-all");
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press("Tab");
      if (await page.locator(":focus").getAttribute("id") === "materialize-chosen_pairs") break;
    }
    assert.equal(await page.locator(":focus").getAttribute("id"), "materialize-chosen_pairs");
    const outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle");
    assert.equal(outline, "solid");
    const release = gate();
    world.before = (key) => key === "chosen_pairs" ? release.opened : undefined;
    await page.keyboard.press("Enter");
    await waitForState(page, "chosen_pairs", "running");
    assert.equal(await page.locator(":focus").getAttribute("aria-disabled"), "true");
    release.open();
    await waitForState(page, "chosen_pairs", "fresh");
    assert.equal(await page.locator(":focus").getAttribute("id"), "materialize-chosen_pairs");
    // On to the next asset: the way to its page first, then its reason's and its button.
    await page.keyboard.press("Tab");
    assert.equal(await page.locator(":focus").getAttribute("href"), "/assets/pair_trades");
    for (let presses = 0; presses < 2; presses++) {
      await page.keyboard.press("Tab");
      if (await page.locator(":focus").getAttribute("id") !== null) break;
    }
    assert.equal(await page.locator(":focus").getAttribute("id"), "materialize-pair_trades");
    assert.deepEqual(errors, []);
  },
);

browserTest("the overview fits a phone and a wide screen, light and dark", async ({ browser, server, engine }) => {
  const shots = Deno.env.get("TANDEM_SCREENSHOTS");
  const papers = new Set<string>();
  for (const materialized of [false, true]) {
    if (materialized) await engine.finished((await engine.submit({ selection: "*", trigger: "startup" })).id);
    for (const width of [320, 390, 768, 1280, 1920]) {
      for (const colorScheme of ["light", "dark"] as const) {
        const { page, errors, foreign } = await openPage(browser, server.url, { width, colorScheme });
        const [wide, paper] = await page.evaluate<[number, string]>(
          "[document.documentElement.scrollWidth, getComputedStyle(document.body).backgroundColor]",
        );
        assert.ok(wide <= width, `${wide} pixels wide on a screen of ${width}`);
        papers.add(`${colorScheme} ${paper}`);
        if (shots) {
          const path = `${shots}/${materialized ? "fresh" : "empty"}_${width}_${colorScheme}.png`;
          await page.screenshot({ path, fullPage: true });
        }
        assert.deepEqual([errors, foreign], [[], []]);
        await page.context().close();
      }
    }
  }
  assert.equal(new Set([...papers].map((paper) => paper.split(" ").slice(1).join(" "))).size, 2, "dark is not light");
});
