import assert from "node:assert/strict";
import { pairAssets } from "../support/pair_assets.ts";
import { pageAndApi } from "../support/page_server.ts";
import { gate, type Tiny, withTinyEngine } from "../support/tiny_engine.ts";

/** The page's main parts as a person reads them: tags dropped, white space as one blank. */
async function read(
  tiny: Tiny,
): Promise<{ html: string; text: string; asset(key: string): string }> {
  const response = await pageAndApi(tiny.engine).request("/");
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "text/html; charset=UTF-8");
  const html = await response.text();
  const asset = (key: string) => {
    const found = new RegExp(`<li id="asset-${key}".*?</button>`, "s").exec(html);
    assert.ok(found, `the page shows ${key}`);
    return textOf(found[0]);
  };
  return { html, text: textOf(html), asset };
}

function textOf(html: string): string {
  return html.replaceAll(/<[^>]+>/g, " ").replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll(/\s+/g, " ")
    .trim();
}

async function materializeAll({ engine }: Tiny) {
  const run = await engine.submit({ selection: "*", trigger: "startup" });
  return await engine.finished(run.id);
}

Deno.test("GET / says of an empty service what is missing and what to do", () =>
  withTinyEngine(async (tiny) => {
    const page = await read(tiny);
    assert.match(page.text, /Nothing is materialized yet 4 assets: 4 missing Materialize everything/);
    assert.match(
      page.asset("raw_prices"),
      /^raw_prices Closes as received\. ○ missing raw_prices has never been materialized no rows yet Materialize$/,
    );
    assert.match(page.text, /No pairs yet: they appear here once chosen_pairs is materialized\./);
    assert.match(page.text, /Nothing has run yet\./);
    assert.match(page.text, /after_close next .* \* at 30 18 \* \* 1-5 \(America\/New_York\)/);
  }, { assets: pairAssets }));

Deno.test("GET / lists assets in dependency order under their groups", () =>
  withTinyEngine(async (tiny) => {
    const { html } = await read(tiny);
    assert.deepEqual([...html.matchAll(/<h3[^>]*>(.*?)<\/h3>|<h4>(.*?)<\/h4>/g)].map((m) => m[1] ?? m[2]), [
      "market",
      "raw_prices",
      "pairs",
      "chosen_pairs",
      "backtests",
      "pair_trades",
      "pair_metrics",
    ]);
  }, { assets: pairAssets }));

Deno.test("GET / shows fresh assets with their rows and age, and the chosen pairs by rank with their metrics", () =>
  withTinyEngine(async (tiny) => {
    await materializeAll(tiny);
    const page = await read(tiny);
    assert.match(page.text, /Everything is fresh 4 assets/);
    assert.match(page.asset("chosen_pairs"), /● fresh 2 rows made (just now|\d+ s ago) Materialize$/);
    const columns =
      "Pair # Hedge ratio Half-life p cointegration Total return Annualized Max drawdown Liquidity Tickers";
    const first = "KO / PEP 1 2.500 6.5 4e−4 +21.4 % +4.9 % −8.1 % 1,234,567 KO , PEP";
    const second = "CVX / XOM 2 0.731 11.3 0.012 −3.0 % – 0.0 % 0.1235 CVX , XOM";
    assert.ok(page.text.includes(`${columns} ${first} ${second}`), page.text);
    assert.ok(page.html.includes('<a href="/tickers/KO">KO</a>'));
    assert.match(page.html, /<td class="number gain">\+21\.4 %<\/td>/);
    assert.match(page.html, /<td class="number loss">−3\.0 %<\/td>/);
    assert.match(page.html, /<time datetime="[^"]+" title="\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC" data-relative/);
    assert.match(page.text, /Run 1 ● succeeded \* , at the first start .* took .* 3 made/);
  }, { assets: pairAssets }));

Deno.test("GET / says why assets are stale, in words, and that the pairs are as last made", () =>
  withTinyEngine(async (tiny) => {
    await materializeAll(tiny);
    tiny.world.numbers = [];
    const page = await read(tiny);
    assert.match(page.text, /Not everything is fresh 4 assets: 4 stale Materialize what is stale/);
    assert.match(page.asset("raw_prices"), /◐ stale its source has other data than when it was read/);
    assert.match(page.asset("chosen_pairs"), /◐ stale upstream raw_prices is stale/);
    assert.match(page.text, /Shown as last made: chosen_pairs and pair_metrics are not fresh\. /);
  }, { assets: pairAssets }));

Deno.test("GET / shows what runs, what waits for it, and how to cancel", () =>
  withTinyEngine(async (tiny) => {
    const reached = gate();
    const release = gate();
    tiny.world.before = (key) => {
      if (key !== "chosen_pairs") return;
      reached.open();
      return release.opened;
    };
    const run = await tiny.engine.submit({ selection: "*", trigger: "http" });
    await reached.opened;
    const page = await read(tiny);
    assert.match(page.text, /Materializing 4 assets: 1 running, 2 missing, 1 fresh/);
    assert.match(page.asset("chosen_pairs"), /▶ running in run 1, began (just now|\d+ s ago)/);
    assert.match(page.asset("pair_metrics"), /◌ waiting for its turn in run 1/);
    assert.match(page.html, /id="headline"[^>]* data-open-runs="1"/);
    assert.match(page.html, /<progress[^>]* data-progress="chosen_pairs"/);
    assert.match(page.html, /<button[^>]* data-cancel="1"/);
    release.open();
    await tiny.engine.finished(run.id);
  }, { assets: pairAssets }));

Deno.test("GET / shows what failed with its message, escaped, and what it keeps from being made", () =>
  withTinyEngine(async (tiny) => {
    tiny.world.before = (key) => {
      if (key === "chosen_pairs") throw new Error("<script>alert(1)</script> is no ticker");
    };
    await materializeAll(tiny);
    const page = await read(tiny);
    assert.match(page.text, /Something failed 4 assets: 1 failed, 2 missing, 1 fresh/);
    assert.match(page.asset("chosen_pairs"), /✕ failed Run 1: /);
    assert.ok(page.html.includes("&lt;script&gt;alert(1)&lt;/script&gt; is no ticker"));
    assert.ok(!page.html.includes("<script>alert"));
    assert.match(page.text, /Run 1 ✕ failed .* 1 made, 1 failed, 1 skipped/);
  }, { assets: pairAssets }));

Deno.test("GET / does without the assets of pairs, and without schedules that fired", () =>
  withTinyEngine(async (tiny) => {
    const { text, html } = await read(tiny);
    assert.doesNotMatch(text, /pairs/i);
    assert.doesNotMatch(html, /href="\/(pairs|tickers)"/);
    assert.match(html, /href="\/assets"/);
  }));

Deno.test("GET / answers with a strict policy, and with neither inline scripts nor inline styles", () =>
  withTinyEngine(async ({ engine }) => {
    const response = await pageAndApi(engine).request("/");
    assert.equal(
      response.headers.get("content-security-policy"),
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    );
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    const html = await response.text();
    assert.match(html, /^<!doctype html><html lang="en">/);
    assert.doesNotMatch(html, /<style|\sstyle=|\son[a-z]+=|javascript:/);
    for (const [, attributes, body] of html.matchAll(/<script([^>]*)>(.*?)<\/script>/gs)) {
      assert.match(attributes!, /src="\/static\//);
      assert.equal(body, "");
    }
    for (const [, target] of html.matchAll(/(?:src|href)="([^"]*)"/g)) assert.match(target!, /^[/#](?!\/)/);
  }));
