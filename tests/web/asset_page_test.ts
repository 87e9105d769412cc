import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith, eager, everyRow } from "../../engine/mod.ts";
import { adjusted, type PartitionTest, withPartitionEngine } from "../support/partition_engine.ts";
import { browserMissing, closeWindow, openPage, withBrowser } from "../support/browser.ts";
import { withEmbedded } from "../support/database.ts";
import { pageAndApi, servePage } from "../support/page_server.ts";

const withPartitions = (test: (partition: PartitionTest) => Promise<void>) => () =>
  withEmbedded((database) => withPartitionEngine(database, test));

async function read({ engine }: PartitionTest, path: string): Promise<{ status: number; html: string; text: string }> {
  const response = await pageAndApi(engine).request(path);
  const html = await response.text();
  const text = html.replaceAll(/<[^>]+>/g, " ").replaceAll("&quot;", '"').replaceAll(/\s+/g, " ");
  return { status: response.status, html, text };
}

Deno.test(
  "GET /assets/:key reports why the asset is as it is, with its partitions, materializations and neighbours",
  withPartitions(async (partition) => {
    const { world, materialize } = partition;
    assert.match((await read(partition, "/assets/quotes")).text, /It has never been materialized\./);
    await materialize();
    world.events.push({ name: "B", date: "2024-01-04", ratio: 4 });
    await materialize("events");
    const { status, html, text } = await read(partition, "/assets/adjusted");
    assert.equal(status, 200);
    assert.match(text, /adjusted Values adjusted for events\. ◐ stale/);
    assert.match(text, /upstream events changed in materialization \d+/);
    assert.match(text, /the data of its source changed .* added B 2024-01-04: ratio 4/);
    assert.match(text, /6 partitions ● fresh/);
    assert.match(text, /Made from quotes events Read by sums/);
    assert.match(text, /2 partitions stale 6 partitions fresh/);
    assert.match(
      html,
      /<rect class="stale" x="0" y="3" width="2" height="9">\s*<title>stale from 2024-01-02 to 2024-01-03/,
    );
    assert.match(html, /aria-label="B: stale from 2024-01-02 to 2024-01-03 \(2 dates\), fresh from/);
    assert.match(text, /2024-01-02 to 2024-01-05/, "the changed partitions of a materialization");
    assert.doesNotMatch(html, /style=|onclick|https?:\/\/(?!www\.w3\.org)/);
    assert.match(
      (await read(partition, "/")).html,
      /<li data-asset="adjusted" data-state="stale">.*?href="\/assets\/adjusted"/,
    );
  }),
);

Deno.test(
  "GET /assets/:key shows assets that are made as a whole, and says of others that there are none",
  withPartitions(async (partition) => {
    await partition.materialize();
    const whole = await read(partition, "/assets/headline");
    assert.match(whole.text, /Why it is fresh headline ● fresh its inputs have not changed/);
    assert.doesNotMatch(whole.text, /Partitions over time/);
    const absent = await read(partition, "/assets/%3Cb%3E");
    assert.equal(absent.status, 404);
    assert.match(absent.html, /No asset &lt;b&gt;/);
  }),
);

Deno.test("GET /assets/:key shows the rows that a check found at fault, and its automation", () => {
  const judged = assetsWith<unknown>().asset({
    key: "judged",
    group: "t",
    layer: "gold",
    description: "Values that are watched.",
    deps: { adjusted },
    automation: eager(),
    row: z.object({ of: z.string(), value: z.number() }),
    primaryKey: ["of"],
    checks: [
      everyRow<{ of: string; value: number }>("below_five", "No value is five or more.", ({ value }) => value < 5, {
        severity: "warn",
      }),
    ],
    materialize: () => ({ rows: [{ of: "<b>", value: 7 }, { of: "a", value: 1 }] }),
  });
  return withEmbedded((database) =>
    withPartitionEngine(database, async (partition) => {
      await partition.materialize();
      const { html, text } = await read(partition, "/assets/judged");
      assert.match(text, /below_five warning ▲ failed 1 of 2 rows fail The row at fault of value &lt;b&gt; 7/);
      assert.match(text, /Materialized automatically when eager\(\)/);
      assert.doesNotMatch(html, /<b>/);
    }, { further: [judged] })
  );
});

Deno.test({
  name: browserMissing
    ? `the page of an asset in a browser (no browser: ${browserMissing})`
    : "the page of an asset in a browser",
  ignore: browserMissing !== null,
  fn: withPartitions(async ({ engine, world, materialize }) => {
    world.before = (key, partitions) => {
      if (key === "quotes" && partitions.includes("A 2024-01-05")) throw new Error("not to be had");
    };
    await materialize();
    const server = servePage(engine);
    try {
      await withBrowser(async (browser) => {
        for (const colorScheme of ["light", "dark"] as const) {
          const url = `${server.url}/assets/quotes`;
          const { page, errors, foreign } = await openPage(browser, url, { width: 360, colorScheme });
          assert.deepEqual([errors, foreign], [[], []]);
          const width = await page.evaluate("document.documentElement.scrollWidth");
          assert.ok(Number(width) <= 360, `the page is ${width} wide on a phone`);
          assert.equal(await page.locator(".strips rect.failed").count(), 1);
          await page.locator('#why .causes a[href="/runs/1"]').focus();
          await page.keyboard.press("Enter");
          await page.waitForURL(`${server.url}/runs/1`);
          await closeWindow(page);
        }
      });
    } finally {
      await server.stop();
    }
  }),
});
