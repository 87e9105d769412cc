import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { type AnyAsset, assetsWith, AutomationEvaluator, eager, silentLogger } from "../../engine/mod.ts";
import { browserMissing, closeWindow, openPage, withBrowser } from "../support/browser.ts";
import {
  partitionAssets,
  type PartitionTest,
  type PartitionWorld,
  withPartitionEngine,
} from "../support/partition_engine.ts";
import { withConditions } from "../support/automation.ts";
import { withEmbedded } from "../support/database.ts";
import { servePage } from "../support/page_server.ts";

const deliveries = assetsWith<PartitionWorld>().external({
  key: "deliveries",
  group: "outside",
  layer: "raw",
  description: "Files.",
});

interface Scene extends PartitionTest {
  browser: Browser;
  url: string;
}

/** Registers a test in a headless browser over a server in this process; ignored, and named so, where there is none. */
function browserTest(
  name: string,
  test: (scene: Scene) => Promise<void>,
  assets: readonly AnyAsset[] = partitionAssets,
): void {
  Deno.test({
    name: browserMissing ? `${name} (no browser: ${browserMissing})` : name,
    ignore: browserMissing !== null,
    fn: () =>
      withEmbedded((database) =>
        withPartitionEngine(database, async (partition) => {
          const server = servePage(partition.engine);
          try {
            await withBrowser((browser) => test({ ...partition, browser, url: server.url }));
          } finally {
            await server.stop();
          }
        }, { assets, further: [deliveries] })
      ),
  });
}

browserTest(
  "an asset is materialized with other settings and for some partitions from its page, by keyboard",
  async (scene) => {
    const { browser, url, engine, materialize, rows } = scene;
    await materialize("events quotes");
    const { page, errors, foreign } = await openPage(browser, `${url}/assets/adjusted`);
    await page.getByText("Settings for this run only").focus();
    await page.keyboard.press("Enter");
    const scale = page.getByLabel("scale");
    assert.equal(await scale.inputValue(), "1");
    await scale.fill("much");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").filter({ hasText: "It must be a number" }).waitFor();
    assert.equal(await scale.getAttribute("aria-invalid"), "true");
    assert.equal(await scale.inputValue(), "much", "what was filled in stays");
    await materialize("adjusted");
    await page.locator("#runs-body", { hasText: "Run 2" }).waitFor({ state: "attached" });
    assert.equal(await page.locator("#connection").isHidden(), true, "also a page that refuses something is followed");

    await scale.fill("10");
    await page.locator("#materialize").getByLabel("Names").fill("B");
    await page.getByRole("textbox", { name: "From" }).fill("2024-01-04");
    await scale.focus();
    await page.keyboard.press("Enter");
    await page.locator("#plan").getByText("1 step, 2 partitions, about").waitFor();
    assert.doesNotMatch(page.url(), /priority|to=|force/, "what is not filled in is not in the address");
    assert.equal((await engine.runs({ limit: 5 })).length, 2, "a plan begins nothing");
    // The button is there before the module that listens to it.
    await page.waitForLoadState();
    await page.locator("#begin-run").focus();
    await page.keyboard.press("Enter");
    await page.locator('#run-place [data-step="adjusted"][data-status="succeeded"]').waitFor();
    await page.getByText("2 of 2 partitions").waitFor();
    await page.getByRole("link", { name: "Runs", exact: true }).last().click();
    await page.locator("#runs-body", { hasText: "Run 3" }).waitFor();
    const made = (await rows("adjusted")).filter(({ value }) => value === 10);
    assert.deepEqual(made.map(({ name, date, value }) => [name, date, value]), [
      ["B", "2024-01-04", 10],
      ["B", "2024-01-05", 10],
    ]);
    assert.deepEqual([errors.filter((error) => !/status of 400/.test(error)), foreign], [[], []]);
  },
);

browserTest("partitions are read one by one under the mouse and by keyboard, with the way to why", async (scene) => {
  const { browser, url, world, materialize } = scene;
  world.before = (key, partitions) => {
    if (key === "quotes" && partitions.includes("A 2024-01-05")) throw new Error("not to be had");
  };
  await materialize();
  const { page, errors } = await openPage(browser, `${url}/assets/quotes#partitions`);
  const strip = page.locator(".strips svg").first();
  const read = page.locator("#partition-read");
  await strip.focus();
  await read.filter({ hasText: "A and 1 more, 2024-01-05: failed Why A 2024-01-05?" }).waitFor();
  await page.keyboard.press("Home");
  await read.filter({ hasText: "2024-01-02: fresh" }).waitFor();
  await page.keyboard.press("ArrowRight");
  await read.filter({ hasText: "2024-01-03: fresh" }).waitFor();
  await page.keyboard.press("Shift+ArrowRight");
  await read.filter({ hasText: "2024-01-04: failed" }).waitFor();
  const { x, y, width } = (await strip.boundingBox())!;
  await page.mouse.move(x + width * 0.1, y + 5);
  await read.filter({ hasText: "2024-01-02: fresh" }).waitFor();
  await page.mouse.move(x + width * 0.9, y + 5);
  await read.getByRole("link", { name: "Why A 2024-01-05?" }).click();
  await page.waitForURL(/name=A&date=2024-01-05#why$/);
  await page.locator("#why").getByText("This is about the partition A 2024-01-05 alone.").waitFor();
  await page.locator("#why .causes").getByText(/not to be had/).first().waitFor();
  assert.deepEqual(errors, []);
});

browserTest(
  "what is made outside is reported from its page, and a report that cannot be is refused beside it",
  async (scene) => {
    const { browser, url } = scene;
    const { page } = await openPage(browser, `${url}/assets/deliveries`);
    await page.getByRole("textbox", { name: "Version" }).fill("2024-01-05");
    await page.getByLabel("When").fill("2124-01-05T12:00:00");
    await page.locator("#report").click();
    await page.locator("#report-problem", { hasText: "lies in the future" }).waitFor();
    await page.getByLabel("When").fill("2024-01-05T12:00:00");
    await page.locator("#report").click();
    await page.getByText("Version 2024-01-05 of deliveries is on record.").waitFor();
    await page.locator("#materializations-body tbody", { hasText: "reported" }).waitFor({ state: "attached" });
  },
);

browserTest("a run with other settings says that automation undoes it, and can hold that off", async (scene) => {
  const { browser, url, engine, materialize, rows } = scene;
  await materialize();
  const clock = { now: () => Temporal.Instant.from("2024-02-01T12:00:00Z") };
  const evaluator = new AutomationEvaluator({ engine, database: engine.ledger.database, clock, logger: silentLogger });
  const { page } = await openPage(browser, `${url}/assets/adjusted?scope=this&set.scale=10`);
  await page.locator("#experiment", { hasText: "Automation re-materializes the rows with the default settings" })
    .waitFor();
  await page.waitForLoadState();
  const begin = async () => {
    await page.locator("#begin-run").click();
    await page.locator('#run-place [data-step="adjusted"][data-status="succeeded"]').waitFor();
  };
  await begin();
  assert.ok((await rows("adjusted")).some(({ value }) => value === 10));
  const undone = await evaluator.evaluate();
  await engine.finished(undone.runId!);
  assert.ok((await rows("adjusted")).every(({ value }) => value !== 10), "automation has undone it");

  await page.goto(`${url}/assets/adjusted?scope=this&set.scale=10`);
  await page.waitForLoadState();
  await page.getByLabel("Pause the automation of adjusted first").check();
  await begin();
  await page.getByText("The automation of adjusted is paused.").waitFor();
  assert.equal((await evaluator.evaluate()).runId, null);
  assert.ok((await rows("adjusted")).some(({ value }) => value === 10), "it stays");
  await page.getByRole("link", { name: "Resume it there" }).click();
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByText("The automation of adjusted is resumed.").waitFor();
  assert.notEqual((await evaluator.evaluate()).runId, null);
}, withConditions(partitionAssets, { adjusted: eager() }));

browserTest("an asset's views are under tabs, and an anchor leads to the tab that holds it", async (scene) => {
  const { browser, url, materialize } = scene;
  await materialize();
  const { page, errors } = await openPage(browser, `${url}/assets/adjusted`);
  const tabs = page.getByRole("navigation", { name: "Views of the asset" });
  const visible = () => page.locator("main section.panel:visible h2").allInnerTexts();
  /** The script follows a change of the address shortly after it. */
  const waitForTab = (name: string) =>
    tabs.locator('[aria-current="true"]', { hasText: new RegExp(`^${name}$`) }).waitFor();
  assert.deepEqual(await tabs.getByRole("link").allInnerTexts(), [
    "Overview",
    "Partitions",
    "Data",
    "Runs",
    "Checks",
    "Automation",
    "Lineage",
  ]);
  assert.deepEqual(await visible(), ["Why it is fresh", "Materialize"]);
  await tabs.getByRole("link", { name: "Data" }).focus();
  await page.keyboard.press("Enter");
  await waitForTab("Data");
  assert.deepEqual(await visible(), ["Rows", "Schema"]);
  // The form of the rows leads back to them.
  await page.getByRole("button", { name: "Show rows" }).click();
  await page.waitForURL(/#rows$/);
  await waitForTab("Data");
  assert.deepEqual(await visible(), ["Rows", "Schema"]);
  await page.goto(`${url}/assets/adjusted#checks`);
  await waitForTab("Checks");
  assert.deepEqual(await visible(), ["Checks"]);
  await page.goBack();
  await waitForTab("Data");
  assert.deepEqual(errors, []);
});

browserTest(
  "the page of an asset fits a phone in light and dark, rows and form and all",
  async ({ browser, url, materialize }) => {
    await materialize();
    for (const colorScheme of ["light", "dark"] as const) {
      const address = `${url}/assets/adjusted?scope=both&force=on&set.scale=2`;
      const { page, errors, foreign } = await openPage(browser, address, { width: 360, colorScheme });
      await page.locator("#begin-run").waitFor();
      const width = Number(await page.evaluate("document.documentElement.scrollWidth"));
      assert.ok(width <= 360, `the page is ${width} wide on a phone`);
      assert.deepEqual([errors, foreign], [[], []]);
      await closeWindow(page);
    }
  },
);
