import assert from "node:assert/strict";
import { browserMissing, openPage, withBrowser } from "../support/browser.ts";
import { pageAndApi, servePage } from "../support/page_server.ts";
import { type Tiny, withTinyEngine } from "../support/tiny_engine.ts";

const withTiny = (test: (tiny: Tiny) => Promise<void>) =>
  withTinyEngine(async (tiny) => {
    await tiny.engine.finished((await tiny.engine.submit({ selection: "*", trigger: "test" })).id);
    await test(tiny);
  });

async function read({ engine }: Tiny, path: string) {
  const response = await pageAndApi(engine).request(path);
  const html = await response.text();
  return { status: response.status, html, text: html.replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ") };
}

Deno.test("GET /assets/:key/receipt shows the provenance of a row, and the table of rows links to it", () =>
  withTiny(async (tiny) => {
    const { html } = await read(tiny, "/assets/total");
    const path = /href="(\/assets\/total\/receipt\?[^"]+)"/.exec(html)![1]!;
    assert.equal(path, "/assets/total/receipt?of.eq=multiples");
    const receipt = await read(tiny, path);
    assert.equal(receipt.status, 200);
    const [multiples] = await tiny.engine.materializations("multiples", { limit: 1 });
    assert.match(receipt.text, new RegExp(`multiples, materialization ${multiples!.id} ${multiples!.dataVersion}`));
    assert.match(receipt.text, /Made by total in run 1 , .* the code of total/);
    assert.match(receipt.html, /data-request="\{&quot;where&quot;:\{&quot;of&quot;:&quot;multiples&quot;\}\}"/);
  }));

Deno.test("GET /assets/:key/receipt refuses rows, columns, operators and versions that do not exist", () =>
  withTiny(async (tiny) => {
    for (
      const [query, said] of [
        ["of.eq=nothing", /has no row with of = nothing/],
        ["colour.eq=red", /colour/],
        ["of.near=x", /no operator &quot;near&quot;/],
        ["of.eq=multiples&as_of=9", /9/],
      ] as const
    ) {
      const { status, html } = await read(tiny, `/assets/total/receipt?${query}`);
      assert.equal(status, 400, query);
      assert.match(html, said);
      assert.doesNotMatch(html, /data-replay/);
    }
    assert.equal((await read(tiny, "/assets/nothing/receipt")).status, 404);
  }));

Deno.test({
  name: browserMissing
    ? `a row is replayed from its receipt (no browser: ${browserMissing})`
    : "a row is replayed from its receipt",
  ignore: browserMissing !== null,
  fn: () =>
    withTiny(async ({ engine, world }) => {
      const server = servePage(engine);
      try {
        await withBrowser(async (browser) => {
          const { page, errors, foreign } = await openPage(browser, `${server.url}/assets/total#rows`, { width: 390 });
          await page.getByRole("link", { name: "Receipt" }).click();
          await page.waitForURL(/receipt/);
          // The button is there before the module that listens to it.
          await page.waitForLoadState();
          await page.getByRole("button", { name: "Replay" }).click();
          await page.locator("#replayed", { hasText: /its row is the same to the last bit/ }).waitFor();
          // A source outside is not asked again: its rows cannot be made from what is stored.
          await page.goto(`${server.url}/assets/numbers/receipt?name.eq=${world.numbers[0]!.name}`);
          await page.getByRole("button", { name: "Replay" }).click();
          await page.locator("#replayed", { hasText: "outside" }).waitFor();
          const width = Number(await page.evaluate("document.documentElement.scrollWidth"));
          assert.ok(width <= 390, `the page is ${width} wide on a phone`);
          assert.deepEqual([errors.filter((error) => !/status of 4/.test(error)), foreign], [[], []]);
        });
      } finally {
        await server.stop();
      }
    }),
});
