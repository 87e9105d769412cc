import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { browserMissing, closeWindow, openPage, withBrowser } from "../support/browser.ts";
import { type PartitionTest, withPartitionEngine } from "../support/partition_engine.ts";
import { withEmbedded } from "../support/database.ts";
import { servePage } from "../support/page_server.ts";
import { gate } from "../support/tiny_engine.ts";

interface Scene extends PartitionTest {
  browser: Browser;
  url: string;
}

/** Registers a test in a headless browser over a server in this process; ignored, and named so, where there is none. */
function browserTest(name: string, test: (scene: Scene) => Promise<void>): void {
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
        })
      ),
  });
}

browserTest(
  "a backfill is planned, begun, paused, resumed and followed to its end by keyboard alone",
  async (scene) => {
    const { browser, url, world, engine } = scene;
    const { page, errors, foreign } = await openPage(browser, url);
    await page.getByRole("link", { name: "Backfills", exact: true }).click();
    await page.getByText("No backfills yet.").waitFor();

    assert.equal(await page.getByLabel("Assets").inputValue(), "+sums", "what only a backfill makes, and upstream");
    const offered = await page.locator("#selections option").evaluateAll((all) =>
      all.map((one) => one.getAttribute("value"))
    );
    for (const one of ["+quotes", "quotes", "*"]) assert.ok(offered.includes(one), `${one} is offered`);
    await page.getByLabel("Assets").focus();
    await page.keyboard.press("Control+a");
    await page.keyboard.type("events quotes adjusted");
    await page.getByLabel("To", { exact: true }).fill("2024-01-04");
    await page.getByLabel("Assets").focus();
    await page.keyboard.press("Enter");
    await page.getByText("12 partitions, duration unknown: no step has run before.").waitFor();
    assert.deepEqual(await page.locator("#plan tbody th").allTextContents(), ["events", "quotes", "adjusted"]);
    assert.deepEqual(await engine.backfills.list({ limit: 1 }), [], "a plan begins nothing");

    const [reached, go] = [gate(), gate()];
    world.before = async (key) => {
      if (key !== "quotes") return;
      reached.open();
      await go.opened;
    };
    await page.locator("#begin").focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/backfills\/1$/);
    await reached.opened;
    await page.locator('[data-asset="quotes"][data-state="running"]').waitFor();
    await page.getByText("0 of 12 partitions done").waitFor();

    await page.locator("#do-pause").focus();
    await page.keyboard.press("Enter");
    await page.locator("#do-resume").waitFor();
    await page.getByText("Backfill 1 is paused.").waitFor();
    await page.locator("#do-resume:focus").waitFor();
    await page.keyboard.press("Enter");
    await page.locator("#do-pause").waitFor();
    go.open();
    await page.locator("#headline .badge.succeeded").waitFor();
    await page.getByText("12 of 12 partitions done").waitFor();
    assert.equal(await page.locator("#do-retry").count(), 0, "nothing is left to run again");
    const quotes = page.getByRole("img", { name: "Partitions of quotes from 2024-01-02 to 2024-01-04: 6 done" });
    await quotes.waitFor();
    assert.deepEqual(await quotes.locator("rect").evaluateAll((rects) => rects.map((r) => r.getAttribute("class"))), [
      "done",
    ]);
    assert.deepEqual([errors, foreign], [[], []]);
  },
);

browserTest(
  "a backfill that failed shows which partitions and why, and is retried",
  async ({ browser, url, world, engine }) => {
    world.before = (key, partitions) => {
      if (key === "quotes" && partitions.includes("A 2024-01-02")) throw new Error("not to be had");
    };
    const { id } = await engine.backfills.submit({ selection: "events quotes adjusted", trigger: "test" });
    await engine.backfills.finished(id);
    for (const [colorScheme, width] of [["light", 1280], ["dark", 390]] as const) {
      const { page, errors } = await openPage(browser, `${url}/backfills/${id}`, { colorScheme, width });
      await page.getByRole("img", { name: /Partitions of quotes.*: 4 done, 4 failed/ }).waitFor();
      await page.getByRole("img", { name: /Partitions of adjusted.*: 4 done, 4 skipped/ }).waitFor();
      assert.match((await page.locator(".notice.bad:visible").first().textContent())!, /not to be had\./);
      const tooWide = await page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth",
      );
      assert.equal(tooWide, false, `the page scrolls sideways at ${width} pixels`);
      assert.deepEqual(errors, []);
      await closeWindow(page);
    }
    world.before = () => {};
    const { page } = await openPage(browser, `${url}/backfills/${id}`);
    await page.locator("#do-retry").click();
    await page.locator("#headline .badge.succeeded").waitFor();
    await page.getByRole("img", { name: /Partitions of adjusted.*: 8 done/ }).waitFor();
  },
);

browserTest("a plan that lacks inputs leads to the one with everything upstream", async ({ browser, url, engine }) => {
  const later = { selection: "events quotes adjusted", from: "2024-01-04", trigger: "test" };
  await engine.backfills.finished((await engine.backfills.submit(later)).id);
  const { page } = await openPage(browser, `${url}/backfills?selection=adjusted&to=2024-01-03`);
  await page.getByText(/partitions of adjusted are skipped/).waitFor();
  assert.equal(await page.locator("#begin").count(), 0);
  await page.getByRole("link", { name: "Plan it with everything upstream" }).click();
  assert.equal(await page.getByLabel("Assets").inputValue(), "+adjusted");
  assert.equal(await page.getByLabel("To", { exact: true }).inputValue(), "2024-01-03");
  await page.locator("#begin").waitFor();
});

browserTest("a backfill that cannot be is refused in words beside the form", async ({ browser, url }) => {
  const { page } = await openPage(browser, `${url}/backfills?selection=quots`);
  assert.equal(
    await page.getByRole("alert").textContent(),
    'There is no asset "quots". Did you mean "quotes"?',
  );
  assert.equal(await page.getByLabel("Assets").inputValue(), "quots");
  assert.equal(await page.locator("#begin").count(), 0);
});
