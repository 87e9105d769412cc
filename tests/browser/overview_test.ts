import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { browserMissing, closeWindow, openPage, until, withBrowser } from "../support/browser.ts";
import { pairAssets } from "../support/pair_assets.ts";
import { type PageServer, servePage } from "../support/page_server.ts";
import { eventually } from "../support/service_process.ts";
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

/** The state that the page shows for each asset: the overview in its map, `/assets` in its table. */
async function states(page: Page): Promise<Record<string, string>> {
  const found = await page.locator("[data-asset]").evaluateAll((items) =>
    items.map((item) => [item.getAttribute("data-asset"), item.getAttribute("data-state")])
  );
  return Object.fromEntries(found);
}

function waitForState(page: Page, key: string, state: string): Promise<void> {
  return page.locator(`[data-asset="${key}"][data-state="${state}"]`).waitFor();
}

browserTest(
  "a page asks for itself once more only after something has changed",
  async ({ browser, server, engine }) => {
    const { page, errors } = await openPage(browser, server.url);
    // The feed's position is known once the first page listens.
    await eventually(() => Promise.resolve(engine.feed.position), (position) => position !== undefined);
    // That page may be about to ask for itself.
    await page.goto("about:blank");
    const asked: string[] = [];
    page.on("request", (request) => {
      const { pathname } = new URL(request.url());
      if (!pathname.startsWith("/static/")) asked.push(pathname);
    });
    const events = page.waitForResponse((response) => new URL(response.url()).pathname === "/v1/events");
    await page.goto(`${server.url}/assets?view=table`);
    assert.match((await events).url(), /\?after=/);
    // Longer than the feed and the page wait before they ask.
    await page.waitForTimeout(1_200);
    assert.deepEqual(asked, ["/assets", "/v1/events"]);
    const run = await engine.submit({ selection: "raw_prices", trigger: "http" });
    await waitForState(page, "raw_prices", "fresh");
    await engine.finished(run.id);
    assert.ok(asked.length > 2);
    assert.deepEqual(errors, []);
    await closeWindow(page);
  },
);

browserTest(
  "the table of assets follows a run from its button to fresh without a reload",
  async ({ browser, server, world }) => {
    const { page, errors, foreign } = await openPage(browser, `${server.url}/assets?view=table`);
    await page.evaluate("globalThis.notReloaded = true");
    assert.deepEqual(await states(page), {
      raw_prices: "missing",
      chosen_pairs: "missing",
      pair_trades: "missing",
      pair_metrics: "missing",
    });
    const release = gate();
    world.before = (key) => key === "chosen_pairs" ? release.opened : undefined;
    await page.getByRole("button", { name: "Materialize chosen_pairs and everything upstream" }).click();
    const toast = page.locator(".toast", { hasText: "Run 1 started." });
    await toast.waitFor();
    assert.equal(await toast.getByRole("link", { name: "Open run 1" }).getAttribute("href"), "/runs/1");
    await waitForState(page, "chosen_pairs", "running");
    await waitForState(page, "raw_prices", "fresh");
    const bar = page.getByRole("progressbar", { name: "chosen_pairs progress" });
    await until(page, 'document.querySelector("#table progress")?.value === 1');
    assert.equal(await bar.getAttribute("max"), "3");
    assert.match(await page.locator("#asset-chosen_pairs .cut").innerText(), /in run 1 33 %/);
    assert.match(await page.locator("#status-bar").innerText(), /chosen_pairs running/);
    release.open();
    await waitForState(page, "chosen_pairs", "fresh");
    await page.getByText("Run 1 succeeded.").waitFor();
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

browserTest("the table of assets shows nothing to do for fresh assets", async (scene) => {
  const { browser, server, engine } = scene;
  await engine.finished((await engine.submit({ selection: "*", trigger: "startup" })).id);
  const { page, errors } = await openPage(browser, `${server.url}/assets?view=table`);
  await page.locator("#materialize-pair_trades").click();
  await page.getByText("Nothing to do: it is fresh.").waitFor();
  await page.locator("#materialize-pair_trades:not([aria-disabled])").waitFor();
  assert.deepEqual(errors, []);
});

browserTest(
  "the overview follows a run from its button to fresh, and lists the pairs that it chose",
  async ({ browser, server, world }) => {
    const { page, errors } = await openPage(browser, server.url);
    await page.evaluate("globalThis.notReloaded = true");
    const release = gate();
    world.before = (key) => key === "chosen_pairs" ? release.opened : undefined;
    await page.getByRole("button", { name: "Materialize everything" }).click();
    await waitForState(page, "chosen_pairs", "running");
    await waitForState(page, "raw_prices", "fresh");
    await page.locator("#runs").getByText("chosen_pairs 33 %").waitFor();
    await page.locator("#runs").getByText("1 of 3 steps").waitFor();
    release.open();
    await page.getByRole("heading", { name: "Everything is fresh" }).waitFor();
    assert.deepEqual(new Set(Object.values(await states(page))), new Set(["fresh"]));
    assert.deepEqual(await page.locator("#orders tbody tr:not(.part) th").allTextContents(), ["KO / PEP", "CVX / XOM"]);
    assert.equal(await page.evaluate("globalThis.notReloaded"), true);
    assert.deepEqual(errors, []);
  },
);

browserTest(
  "the overview reports what failed and why, and cancels what runs",
  async ({ browser, server, world, engine }) => {
    world.before = (key) => {
      if (key === "raw_prices") throw new Error("the vendor is closed");
    };
    const { page, errors } = await openPage(browser, server.url);
    await page.getByRole("button", { name: "Materialize everything" }).click();
    await waitForState(page, "raw_prices", "failed");
    const toast = page.locator(".toast.bad", { hasText: "Run 1 failed: raw_prices." });
    await toast.waitFor();
    await toast.getByRole("button", { name: "Close" }).click();
    assert.equal(await toast.count(), 0);
    await page.locator("#attention").getByText("the vendor is closed").waitFor();

    world.before = (key, signal) =>
      key === "raw_prices"
        ? new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
        : undefined;
    await page.getByRole("button", { name: "Materialize stale assets" }).click();
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

browserTest("the overview says when the server is away, and resumes automatically when it is back", async (scene) => {
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
  "pages are used by keyboard alone, and the focus stays where it was",
  async ({ browser, server, world }) => {
    const { page, errors } = await openPage(browser, server.url);
    await page.keyboard.press("Tab");
    assert.equal(await page.locator(":focus").innerText(), "Skip to content");
    const box = await page.locator(":focus").boundingBox();
    assert.ok(box && box.y >= 0, "the link shows itself when it has the focus");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    assert.equal(await page.locator(":focus").getAttribute("id"), "materialize-all");
    await page.goto(`${server.url}/assets?view=table`);
    for (let presses = 0; presses < 80; presses++) {
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
    // On to the next asset: the way to its page first, then its button.
    await page.keyboard.press("Tab");
    assert.equal(await page.locator(":focus").getAttribute("href"), "/assets/pair_trades");
    await page.keyboard.press("Tab");
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
        await closeWindow(page);
      }
    }
  }
  assert.equal(new Set([...papers].map((paper) => paper.split(" ").slice(1).join(" "))).size, 2, "dark is not light");
});
