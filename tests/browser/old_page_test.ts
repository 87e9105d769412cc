import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { browserMissing, withBrowser } from "../support/browser.ts";
import { withGuarded } from "../support/guarded_service.ts";
import { simulatedProvider } from "../support/identity_provider/identity_provider.ts";
import { withOldPage } from "../support/old_page.ts";
import { withService } from "../support/whole_service.ts";

const ignore = browserMissing !== null;
const why = browserMissing ? ` (no browser: ${browserMissing})` : "";

/** What a view shows once it has asked. */
async function shown(page: Page, address: string): Promise<{ title: string; lines: string[] }> {
  await page.goto(address);
  return await settled(page);
}

async function settled(page: Page): Promise<{ title: string; lines: string[] }> {
  await page.locator("li").first().waitFor({ timeout: 60_000 });
  return { title: await page.title(), lines: await page.locator("li").allInnerTexts() };
}

Deno.test({
  name: `the original's page reads everything from its own origin, and one that is not listed nothing${why}`,
  ignore,
  fn: () =>
    withOldPage((old) =>
      withService({ ALLOWED_ORIGINS: old.origin, AUTOMATION: "off" }, async ({ url, fresh }) => {
        await fresh();
        const list = async (path: string) => (await (await fetch(`${url}${path}`)).json()) as Record<string, string>[];
        const [pairs, tickers, suggested] = [
          await list("/api/model-chosen-pairs"),
          await list("/api/ticker/all"),
          await list("/api/pairs"),
        ];
        const { ticker_1, ticker_2 } = pairs[0]!;
        const pair = new URLSearchParams({ ticker_1: ticker_1!, ticker_2: ticker_2! });
        const bars = await list(`/api/ticker/${ticker_1}/daily-ohlc`);
        const trades = await list(`/api/model-chosen-pairs/trades?${pair}`);
        for (const some of [pairs, tickers, suggested, bars, trades]) assert.ok(some.length > 0);
        const rows: Record<string, number> = {
          home: pairs.length,
          tickers: tickers.length,
          suggested: suggested.length,
          [`pair?${pair}`]: 1 + trades.length,
          [`ticker?${pair}`]: 5 + bars.length,
          [`trend?${pair}`]: 21,
        };
        await withBrowser(async (browser) => {
          const page = await browser.newPage();
          await page.goto(old.address("home", url));
          await page.evaluate(`localStorage.setItem("token", "of the original's backend")`);
          for (const [view, count] of Object.entries(rows)) {
            const { title, lines } = await shown(page, old.address(view, url));
            assert.equal(title, "done", `${view}: ${lines[0]}`);
            assert.equal(lines.length, count, view);
            for (const line of lines) assert.doesNotMatch(line, /null|undefined|NaN|Invalid|\[object/, view);
          }
          // The same page of an unlisted origin: neither answers nor computations.
          const foreign = (view: string) => old.address(view, url).replace("//localhost:", "//127.0.0.1:");
          for (const view of ["home", `trend?${pair}`]) {
            const { title, lines } = await shown(page, foreign(view));
            assert.deepEqual([title, lines], ["failed", ["TypeError: Failed to fetch"]], view);
          }
        });
      })
    ),
});

for (const tokenInUrl of [false, true]) {
  Deno.test({
    name: `a visitor of the original's page signs in, and it reads with ${
      tokenInUrl ? "the token in its address, where the operator chose so" : "a token for the code in its address"
    }${why}`,
    ignore,
    async fn() {
      await using provider = await simulatedProvider();
      await withOldPage(async (old) => {
        let url = "";
        await withGuarded(async ({ app, access }) => {
          const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, app.fetch);
          url = `http://127.0.0.1:${server.addr.port}`;
          try {
            await withBrowser(async (browser) => {
              const page = await browser.newPage();
              assert.match((await shown(page, old.address("home", url))).lines[0]!, /is answered 401/);
              await page.goto(old.address("login", url));
              await page.waitForURL(`${old.origin}/login?**`);
              assert.deepEqual(await settled(page), { title: "done", lines: ["signed in"] });
              const token = await page.evaluate<string>(`localStorage.getItem("token")`);
              assert.match(token, /^tandem_page_/);
              assert.equal(new URL(page.url()).searchParams.get("token"), tokenInUrl ? token : null);
              // There are no pairs in this service, which only who may read is told.
              assert.match((await shown(page, old.address("home", url))).lines[0]!, /is answered 404/);
              assert.deepEqual((await access.sessions.list()).map(({ origin }) => origin), [old.origin]);
              const cookies = await page.context().cookies(url);
              assert.deepEqual(cookies.map(({ name }) => name), [], "there is no session on this site");
            });
          } finally {
            await server.shutdown();
          }
        }, { provider, allowedOrigins: [old.origin], tokenInUrl, siteUrl: () => new URL(url) });
      });
    },
  });
}
