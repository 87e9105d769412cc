import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { Scheduler, silentLogger } from "../../engine/mod.ts";
import { browserMissing, closeWindow, openPage, withBrowser } from "../support/browser.ts";
import { type PageServer, servePage } from "../support/page_server.ts";
import { gate, type Tiny, withTinyEngine } from "../support/tiny_engine.ts";

interface Scene extends Tiny {
  browser: Browser;
  url: string;
  scheduler: Scheduler;
  /** Stops the server and serves again where it was. */
  restart(): Promise<void>;
}

/** Registers a test in a headless browser over a server in this process; ignored, and named so, where there is none. */
function browserTest(name: string, test: (scene: Scene) => Promise<void>): void {
  Deno.test({
    name: browserMissing ? `${name} (no browser: ${browserMissing})` : name,
    ignore: browserMissing !== null,
    fn: () =>
      withTinyEngine(async (tiny) => {
        const nightly = {
          name: "nightly",
          description: "Everything, after the close.",
          cron: "30 18 * * 1-5",
          timeZone: "America/New_York",
          selection: "*",
        };
        const scheduler = new Scheduler({ ...tiny, schedules: [nightly], logger: silentLogger });
        let server: PageServer = servePage(tiny.engine, 0, scheduler);
        const restart = async () => {
          await server.stop();
          server = servePage(tiny.engine, Number(new URL(server.url).port), scheduler);
        };
        try {
          await withBrowser((browser) => test({ ...tiny, browser, url: server.url, scheduler, restart }));
        } finally {
          await server.stop();
        }
      }),
  });
}

browserTest("a run is followed to its end without a reload, over a restart of the server", async (scene) => {
  const { browser, url, engine, world, restart } = scene;
  const [reached, go] = [gate(), gate()];
  world.before = async (key) => {
    if (key !== "multiples") return;
    reached.open();
    await go.opened;
  };
  const { id } = await engine.submit({ selection: "*", trigger: "http", config: { multiples: { factor: 3 } } });
  await reached.opened;
  const { page, errors, foreign } = await openPage(browser, `${url}/runs/${id}`);
  await page.evaluate("globalThis.notReloaded = true");
  await page.locator('#step-numbers[data-status="succeeded"]').waitFor();
  await page.locator('#step-multiples[data-status="running"]').waitFor();
  await page.locator('#step-total[data-status="pending"]').waitFor();
  assert.match((await page.locator("#settings pre").textContent())!, /"factor": 3/);
  await page.locator("#log li", { hasText: "numbers Materialized numbers: 3 rows" }).waitFor();
  assert.equal(await page.locator("#log-earlier").isVisible(), false, "nothing is earlier");
  await restart();
  go.open();
  await page.locator("#headline .badge.succeeded").waitFor();
  await page.locator('#step-total[data-status="succeeded"]').waitFor();
  await page.locator("#log li", { hasText: "run The run succeeded." }).waitFor();
  assert.equal(await page.evaluate("globalThis.notReloaded"), true);
  // Each line once, though the stream was broken.
  const numbers = await page.locator("#log li").evaluateAll((lines) =>
    lines.map((line) => line.getAttribute("data-seq"))
  );
  assert.deepEqual(numbers, numbers.map((_, i) => String(i + 1)));
  // That the server was away is the browser's to say.
  const others = errors.filter((error) => !/ERR_|Failed to load resource/.test(error));
  assert.deepEqual([others, foreign], [[], []]);
});

browserTest("a failed run says why, is filtered, and is retried after a question", async (scene) => {
  const { browser, url, engine, world } = scene;
  world.before = (key) => {
    if (key === "multiples") throw new Error("No multiples today.");
  };
  const { id } = await engine.submit({ selection: "*", trigger: "http" });
  await engine.finished(id);
  for (const [colorScheme, width] of [["light", 1280], ["dark", 390]] as const) {
    const { page, errors } = await openPage(browser, `${url}/runs/${id}`, { colorScheme, width });
    assert.match((await page.locator("#step-multiples").textContent())!, /No multiples today\./);
    assert.match((await page.locator("#step-total").textContent())!, /because multiples failed/);
    await page.getByLabel("Level").selectOption("error");
    await page.getByText(/^\d of \d+ lines\.$/).waitFor();
    const visible = await page.locator("#log li:visible").allTextContents();
    assert.ok(visible.length > 0 && visible.every((line) => /failed/i.test(line)), visible.join("\n"));
    await page.getByLabel("Level").selectOption("debug");
    await page.locator("#log-filter").getByLabel("Search").fill("tody");
    await page.getByText(/^0 of \d+ lines\.$/).waitFor();
    const tooWide = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth");
    assert.equal(tooWide, false, `the page scrolls sideways at ${width} pixels`);
    assert.deepEqual(errors, []);
    await closeWindow(page);
  }
  world.before = () => {};
  const { page } = await openPage(browser, `${url}/runs/${id}`);
  page.once("dialog", (dialog) => dialog.dismiss());
  await page.locator("#do-retry").click();
  assert.equal((await engine.runs({ limit: 10 })).length, 1, "who says no begins nothing");
  page.once("dialog", (dialog) => dialog.accept());
  await page.locator("#do-retry").click();
  await page.waitForURL(/\/runs\/2$/);
  await page.locator("#headline .badge.succeeded").waitFor();
  await page.getByRole("link", { name: `run ${id}`, exact: true }).waitFor();

  await page.goto(`${url}/runs?status=failed&asset=total`);
  assert.deepEqual(await page.locator("#list tbody th a").allTextContents(), [`Run ${id}`]);
  await page.getByRole("link", { name: `Run ${id}, failed`, exact: false }).first().waitFor();
  const csv = await (await fetch(new URL((await page.getByRole("link", { name: "CSV" }).getAttribute("href"))!, url)))
    .text();
  assert.match(csv, /^id,status,/);
  assert.equal(csv.trim().split("\r\n").length, 2);
  await page.goto(`${url}/runs?asset=numbers&trigger=cli`);
  await page.getByText("No matching runs.").waitFor();
  await page.goto(`${url}/runs?from=yesterday`);
  await page.getByRole("alert").getByText("From “yesterday” is not a date").waitFor();
});

browserTest("selected runs are retried together, and those that go on cancelled together", async (scene) => {
  const { browser, url, engine, world } = scene;
  world.before = () => {
    throw new Error("The vendor is closed.");
  };
  for (let n = 0; n < 2; n++) await engine.finished((await engine.submit({ selection: "*", trigger: "cli" })).id);
  world.before = (_, signal) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const { page, errors } = await openPage(browser, `${url}/runs`);
  for (const id of [1, 2]) await page.getByRole("checkbox", { name: `Select run ${id}`, exact: true }).check();
  await page.getByText("2 selected").waitFor();
  assert.equal(await page.getByRole("button", { name: "Cancel 0" }).getAttribute("aria-disabled"), "true");
  await page.getByRole("button", { name: "Retry 2" }).click();
  const toast = page.locator(".toast", { hasText: "retries run 1." });
  await toast.waitFor();
  assert.match((await toast.getByRole("link").getAttribute("href"))!, /^\/runs\/[34]$/);
  const retries = await Promise.all([3, 4].map((id) => engine.run(id)));
  assert.deepEqual(retries.map(({ retryOf }) => retryOf).sort(), [1, 2]);
  // What was retried is no longer selected.
  await page.locator("#bulk").waitFor({ state: "hidden" });
  for (const id of [3, 4]) await page.getByRole("checkbox", { name: `Select run ${id}`, exact: true }).check();
  await page.getByRole("button", { name: "Cancel 2" }).click();
  for (const id of [3, 4]) assert.equal((await engine.finished(id)).status, "cancelled");
  await page.locator("#list tr", { hasText: "Run 4" }).locator(".badge.cancelled").waitFor();
  assert.deepEqual(errors, []);
});

browserTest(
  "a schedule is paused, resumed and run now by keyboard, and the page follows what others do",
  async (scene) => {
    const { browser, url, scheduler, engine } = scene;
    const { page, errors } = await openPage(browser, `${url}/schedules`);
    await page.getByText("at 18:30 from Monday to Friday").waitFor();
    assert.equal(await page.locator("#nightly .times").first().locator("li").count(), 5);
    await page.locator("#turn-nightly").focus();
    await page.keyboard.press("Enter");
    await page.getByText("nightly is paused.").waitFor();
    await page.getByText("1 paused", { exact: false }).waitFor();
    assert.ok((await scheduler.states())[0]!.pausedAt);
    assert.equal(await page.evaluate("document.activeElement.id"), "turn-nightly");
    // Another client.
    await scheduler.tick();
    await scheduler.resume("nightly");
    await page.getByRole("button", { name: "Pause nightly" }).waitFor();
    await page.locator("#fire-nightly").focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/runs\/1$/);
    await page.locator("#headline .badge.succeeded").waitFor();
    assert.equal((await engine.run(1)).trigger, "schedule:nightly");
    await page.goto(`${url}/schedules`);
    await page.getByText("started by hand").waitFor();
    assert.deepEqual(errors, []);
  },
);

browserTest("a run of 1,000 steps and 100,000 events stays usable", async ({ browser, url, engine, database }) => {
  const { id } = await engine.submit({ selection: "*", trigger: "http" });
  await engine.finished(id);
  await database.sql`
    INSERT INTO engine.step (run_id, key, ordinal, after, reasons, status, attempt, started_at, finished_at)
    SELECT ${id}, 'step_' || n, 10 + n, '{}', '[]', 'succeeded', 1, now() - interval '1 minute', now()
    FROM generate_series(1, 1000) AS n`;
  await database.sql`
    INSERT INTO engine.event (run_id, seq, kind, key, data)
    SELECT ${id}, 1000 + n, 'log', 'step_' || n % 1000, jsonb_build_object('level', 'info', 'message', 'Line ' || n)
    FROM generate_series(1, 100000) AS n`;
  await database.sql`UPDATE engine.run SET last_event = 101000 WHERE id = ${id}`;
  const { page, errors } = await openPage(browser, `${url}/runs/${id}`);
  await page.locator("#log li", { hasText: "Line 100000" }).waitFor();
  assert.equal(await page.locator("#log li").count(), 200);
  await page.locator("#log-earlier").click();
  await page.locator("#log li", { hasText: "Line 99301" }).waitFor();
  assert.equal(await page.locator("#log li").count(), 700);
  assert.equal(await page.locator("#steps tbody tr").count(), 1_003);
  const filteringMs = await page.evaluate(`(() => {
    const begunAt = performance.now();
    const search = document.querySelector("#log-filter [name=search]");
    search.value = "line 999";
    search.dispatchEvent(new Event("input", { bubbles: true }));
    document.body.getBoundingClientRect();
    return performance.now() - begunAt;
  })()`) as number;
  assert.ok(filteringMs < 1_000, `filtering took ${filteringMs} ms`);
  assert.deepEqual(errors, []);
});
