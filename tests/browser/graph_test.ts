import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import type { EngineOptions } from "../../engine/mod.ts";
import { browserMissing, closeWindow, openPage, withBrowser } from "../support/browser.ts";
import { type PageServer, servePage } from "../support/page_server.ts";
import { syntheticAssets } from "../support/synthetic_graph.ts";
import { gate, type Tiny, withTinyEngine } from "../support/tiny_engine.ts";

interface Scene extends Tiny {
  browser: Browser;
  server: PageServer;
}

/** Registers a test in a headless browser over a server in this process; ignored, and named so, where there is none. */
function browserTest(
  name: string,
  test: (scene: Scene) => Promise<void>,
  options: Partial<Pick<EngineOptions, "assets">> = {},
): void {
  Deno.test({
    name: browserMissing ? `${name} (no browser: ${browserMissing})` : name,
    ignore: browserMissing !== null,
    fn: () =>
      withTinyEngine(async (tiny) => {
        const server = servePage(tiny.engine);
        try {
          await withBrowser((browser) => test({ ...tiny, browser, server }));
        } finally {
          await server.stop();
        }
      }, options),
  });
}

const node = (page: Page, key: string, state = "") => page.locator(`a.node${state && `.${state}`}[data-key="${key}"]`);

browserTest(
  "a new user materializes from the graph: opens an asset, sees the plan, runs it and follows it without a reload",
  async ({ browser, server, world, engine }) => {
    const { page, errors, foreign } = await openPage(browser, server.url);
    await page.getByRole("link", { name: "Assets", exact: true }).first().click();
    await node(page, "total", "missing").waitFor();
    // The graph is fitted into its view when its script begins: a click before that may miss the node.
    await page.locator(".driven").waitFor();
    await page.evaluate("globalThis.notReloaded = true");
    await node(page, "total").click();
    const panel = page.locator("#asset-panel");
    await panel.getByText("It has never been materialized.").waitFor();
    assert.match(page.url(), /\/assets\?selected=total$/);

    await panel.getByRole("link", { name: "With upstream" }).click();
    await panel.getByText(/3 steps, duration unknown/).waitFor();
    assert.deepEqual(await panel.locator("#plan tbody th a").allTextContents(), ["numbers", "multiples", "total"]);
    assert.deepEqual(await engine.runs({ limit: 1 }), [], "a plan begins nothing");

    const release = gate();
    world.before = (key) => key === "total" ? release.opened : undefined;
    await panel.getByRole("button", { name: "Run these 3 steps" }).click();
    await node(page, "total", "running").waitFor();
    await node(page, "numbers", "fresh").waitFor();
    await panel.locator('[data-step="total"][data-status="running"]').waitFor();
    assert.match(page.url(), /selected=total&run=1$/);
    release.open();
    await node(page, "total", "fresh").waitFor();
    await panel.locator('[data-step="total"][data-status="succeeded"]').waitFor();
    await page.getByText("Run 1 succeeded.").waitFor();
    await page.locator('#table tr[data-asset="total"][data-state="fresh"]').waitFor();
    assert.equal(await page.evaluate("globalThis.notReloaded"), true);

    await page.goBack();
    await panel.getByText("Nothing to do: it is fresh.").waitFor();
    assert.deepEqual([errors, foreign], [[], []]);
  },
);

browserTest("the graph shows failed assets with reasons, and waiting and running ones", async (scene) => {
  const { browser, server, world, engine } = scene;
  world.before = (key) => {
    if (key === "multiples") throw new Error("<b>the vendor</b> is closed");
  };
  const { page, errors } = await openPage(browser, `${server.url}/assets`);
  await engine.submit({ selection: "*", trigger: "schedule:daily" });
  await node(page, "multiples", "failed").waitFor();
  assert.equal(await node(page, "multiples").locator(".mark").textContent(), "✕");
  await node(page, "multiples").hover();
  await page.locator("#graph-read", { hasText: "multiples, failed: run 1: <b>the vendor</b> is closed" }).waitFor();
  await node(page, "multiples").click();
  await page.locator("#asset-panel .error", { hasText: "Run 1: <b>the vendor</b> is closed" }).waitFor();
  await page.getByRole("link", { name: "2 failed" }).click();
  await page.waitForURL(/state=failed/);
  assert.deepEqual(await page.locator("#table tbody th").allTextContents(), ["multiples", "rejects"]);
  assert.equal(await node(page, "numbers", "faded").count(), 1, "what does not match stays, faintly");
  assert.deepEqual(errors, []);
});

browserTest("the graph is worked by keyboard alone", async ({ browser, server, engine }) => {
  const { page, errors } = await openPage(browser, `${server.url}/assets`);
  await page.locator(".driven").waitFor();
  const focused = () => page.evaluate("document.activeElement.dataset?.key ?? document.activeElement.id");
  const fit = (await page.locator("#zoom-level", { hasText: "%" }).textContent())!;
  await page.locator("#graph-view").focus();
  await page.keyboard.press("+");
  await page.locator("#zoom-level", { hasNotText: fit }).waitFor();
  await page.keyboard.press("-");
  await page.locator("#zoom-level", { hasText: fit }).waitFor();
  const transform = () => page.locator(".asset-graph").evaluate((graph) => graph.getAttribute("style"));
  await page.keyboard.press("0");
  await page.waitForTimeout(50);
  const fitted = await transform();
  await page.keyboard.press("ArrowLeft");
  await page.locator(`.asset-graph:not([style=${JSON.stringify(fitted)}])`).waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "numbers", "the graph is one stop");
  await page.keyboard.press("ArrowRight");
  assert.equal(await focused(), "multiples");
  await page.keyboard.press("ArrowRight");
  assert.ok(["rejects", "total"].includes(String(await focused())));
  await page.keyboard.press("ArrowLeft");
  assert.equal(await focused(), "multiples");
  await page.keyboard.press("Enter");
  await page.locator("#asset-panel-title:focus").waitFor();
  await page.locator("#plan-upstream").focus();
  await page.keyboard.press("Enter");
  await page.locator("#begin-run").waitFor();
  await page.locator("#plan-upstream:focus").waitFor();
  await page.locator("#begin-run").focus();
  await page.keyboard.press("Enter");
  await node(page, "multiples", "fresh").waitFor();
  assert.equal((await engine.run(1)).selection, "+multiples");
  await page.keyboard.press("Escape");
  await page.locator("#asset-panel[hidden]").waitFor({ state: "attached" });
  assert.equal(await focused(), "multiples", "back where the keyboard was");
  await page.keyboard.press("/");
  assert.equal(await focused(), "search");
  await page.keyboard.type("total");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/assets\?q=total$/);
  assert.deepEqual(errors, []);
});

browserTest("the graph moves under the mouse, and a drag over a node is no click", async ({ browser, server }) => {
  const { page, errors } = await openPage(browser, `${server.url}/assets`);
  await page.locator(".driven").waitFor();
  const box = (await node(page, "numbers").boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 60, y + 40, { steps: 4 });
  await page.mouse.up();
  await page.waitForTimeout(60);
  const moved = (await node(page, "numbers").boundingBox())!;
  assert.ok(Math.hypot(moved.x - box.x - 60, moved.y - box.y - 40) < 2, "it follows the mouse");
  assert.doesNotMatch(page.url(), /selected/);
  await page.mouse.wheel(0, -400);
  await page.waitForTimeout(60);
  const zoomed = (await node(page, "numbers").boundingBox())!;
  assert.ok(zoomed.width > moved.width * 1.5, "the wheel zooms");
  assert.ok(zoomed.x < x + 60 && zoomed.x + zoomed.width > x + 60, "where the mouse is");
  assert.deepEqual(errors, []);
});

browserTest("a group collapses to a card with the states of its assets, which follows runs", async (scene) => {
  const { browser, server, engine } = scene;
  const { page, errors } = await openPage(browser, `${server.url}/assets`);
  await page.locator(".driven").waitFor();
  await page.getByRole("link", { name: "Collapse sums" }).click();
  await page.waitForURL(/open=sources$/);
  const card = page.locator('a.node[data-group="sums"]');
  assert.equal(await card.locator(".word").textContent(), "3 assets, missing");
  await page.locator(".driven").waitFor();
  await engine.submit({ selection: "*", trigger: "test" });
  await card.locator(".word", { hasText: "3 assets, fresh" }).waitFor();
  await node(page, "numbers", "fresh").locator(".word", { hasText: "fresh · 3 rows" }).waitFor();
  await card.focus();
  await page.keyboard.press("Enter");
  await node(page, "total", "fresh").waitFor();
  assert.deepEqual(errors, []);
});

browserTest(
  "every name of the graph is at least 11 pixels high when it opens, on a desk and on a phone",
  async (scene) => {
    const { browser, server } = scene;
    for (const [width, height] of [[1440, 900], [390, 844]] as const) {
      const { page } = await openPage(browser, `${server.url}/assets?view=graph&open=none`, { width, height });
      for (const path of ["open=none", "open=group_0,group_1"]) {
        await page.goto(`${server.url}/assets?view=graph&${path}`);
        await page.locator(".driven").waitFor();
        await page.locator("#zoom-level", { hasText: "%" }).waitFor();
        const least = await page.evaluate<number>(
          `Math.min(...[...document.querySelectorAll(".node .name")].map((name) =>
        name.getScreenCTM().a * parseFloat(getComputedStyle(name).fontSize)))`,
        );
        assert.ok(least > 10.99, `${least} pixels at ${width} with ${path}`);
      }
      await closeWindow(page);
    }
  },
  { assets: syntheticAssets(200) },
);

browserTest("a phone shows the table first, and the graph on request", async ({ browser, server }) => {
  for (const colorScheme of ["light", "dark"] as const) {
    const { page, errors } = await openPage(browser, `${server.url}/assets`, { width: 390, colorScheme });
    assert.equal(await page.locator("#graph").isVisible(), false);
    await page.getByRole("link", { name: "Graph and table" }).click();
    // Before its module works, a node of the graph is a link to the asset's page.
    await page.locator(".driven").waitFor();
    await node(page, "total").click();
    await page.getByText("It has never been materialized.").waitFor();
    const width = Number(await page.evaluate("document.documentElement.scrollWidth"));
    assert.ok(width <= 390, `the page is ${width} wide on a phone`);
    assert.deepEqual(errors, []);
    await closeWindow(page);
  }
});

browserTest(
  "a graph of 2,000 assets opens as its groups, expands one or all, moves, is searched and opened",
  async (scene) => {
    const { browser, server } = scene;
    const { page, errors } = await openPage(browser, `${server.url}/assets`);
    await page.locator("#table tbody tr").first().waitFor();
    assert.equal(await page.locator("#table tbody tr").count(), 200, "the table comes in pages");
    await page.locator(".driven").waitFor();
    assert.equal(await page.locator("a.node").count(), 40, "one card for each group");
    await page.locator('a.node[data-group="group_3"]').click();
    await page.waitForURL(/open=group_3$/);
    await page.locator(".driven").waitFor();
    assert.equal(await page.locator("a.node").count(), 39 + 50);
    await page.getByRole("link", { name: "Expand all" }).click();
    await page.locator("a.node").nth(1_999).waitFor({ state: "attached", timeout: 60_000 });
    await page.locator(".driven").waitFor();
    assert.equal(await page.locator("a.node").count(), 2_000);
    await page.locator("#graph-view").focus();
    for (const key of ["+", "+", "+", "ArrowRight", "ArrowDown", "0"]) await page.keyboard.press(key);
    await page.locator("#minimap").waitFor({ state: "hidden" });
    await page.goto(`${server.url}/assets?focus=%2Bgroup_30_asset_1540&selected=group_30_asset_1540&open=group_30`);
    await page.locator("#asset-panel", { hasText: "Number 1540 of a graph made for measuring." }).waitFor();
    assert.ok(await page.locator("a.node").count() < 500);
    assert.deepEqual(errors, []);
  },
  { assets: syntheticAssets(2_000) },
);
