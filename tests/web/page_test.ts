import assert from "node:assert/strict";
import { pairAssets } from "../support/pair_assets.ts";
import { pairPageAssets } from "../support/pair_page_assets.ts";
import { pageAndApi } from "../support/page_server.ts";
import { textOfPage } from "../support/page_text.ts";
import { syntheticAssets } from "../support/synthetic_graph.ts";
import { gate, type Tiny, withTinyEngine } from "../support/tiny_engine.ts";

/** The overview as a person reads it, and each asset's line of the table at `/assets`. */
async function read(
  tiny: Tiny,
): Promise<{ html: string; text: string; asset(key: string): string; table: string }> {
  const app = pageAndApi(tiny.engine);
  const response = await app.request("/");
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "text/html; charset=UTF-8");
  const html = await response.text();
  const table = await (await app.request("/assets?view=table")).text();
  const asset = (key: string) => {
    const found = new RegExp(`<tr data-asset="${key}".*?</tr>`, "s").exec(table);
    assert.ok(found, `the table has ${key}`);
    return textOf(found[0]);
  };
  return { html, text: textOf(html), asset, table };
}

function textOf(html: string): string {
  return html.replaceAll(/<[^>]+>/g, " ").replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll(/\s+/g, " ")
    .trim();
}

async function materializeAll({ engine }: Tiny) {
  const run = await engine.submit({ selection: "*", trigger: "startup" });
  return await engine.finished(run.id);
}

Deno.test("GET / shows missing assets and the next step for an empty service", () =>
  withTinyEngine(async (tiny) => {
    const page = await read(tiny);
    assert.match(page.text, /Nothing is materialized yet 4 assets: 4 missing Materialize everything/);
    assert.match(
      page.asset("raw_prices"),
      /^raw_prices ○ missing raw_prices has never been materialized Market not partitioned – .* never Materialize$/,
    );
    assert.match(page.text, /No pairs yet: they appear here once chosen_pairs is materialized\./);
    assert.match(page.text, /No runs yet\./);
    assert.match(page.text, /Next scheduled after_close all assets /);
  }, { assets: pairAssets }));

Deno.test("GET / maps assets in dependency order under their groups while there is no portfolio", () =>
  withTinyEngine(async (tiny) => {
    const { html } = await read(tiny);
    assert.deepEqual(
      [...html.matchAll(/<dt>(.*?)<\/dt>|<li data-asset="(.*?)" data-state="missing">/g)].map((m) => m[1] ?? m[2]),
      [
        "market",
        "raw_prices",
        "pairs",
        "chosen_pairs",
        "backtests",
        "pair_trades",
        "pair_metrics",
      ],
    );
  }, { assets: pairAssets }));

Deno.test("GET / counts the assets of each group by state where they are too many to be drawn", () =>
  withTinyEngine(async ({ engine }) => {
    const drawn = async () => {
      const html = await (await pageAndApi(engine).request("/")).text();
      assert.ok(html.length < 100_000, `${html.length} characters`);
      return [...html.matchAll(/<div data-group="(\w+)">(.*?)<\/div>/gs)].map((m) => `${m[1]}: ${textOfPage(m[2]!)}`);
    };
    assert.deepEqual(await drawn(), ["group_0: group_0 ○ 251 missing", "group_1: group_1 ○ 250 missing"]);
    const { id } = await engine.submit({ selection: "group_0_asset_0", trigger: "test" });
    assert.equal((await engine.finished(id)).status, "succeeded");
    assert.equal((await drawn())[0], "group_0: group_0 ○ 250 missing ● 1 fresh");
  }, { assets: syntheticAssets(501, { groups: 2 }) }));

Deno.test("GET / shows the chosen pairs by rank, once each, and no return of the sample that they were chosen on", () =>
  withTinyEngine(async (tiny) => {
    await materializeAll(tiny);
    const page = await read(tiny);
    assert.match(page.text, /Everything is fresh 4 assets/);
    assert.match(page.asset("chosen_pairs"), /● fresh Pairs not partitioned 2 .* (just now|\d+ s ago) Materialize$/);
    const columns = "Pair Signal Position Target Z-score Enters at Hedge ratio Half-life sessions p cointegration Rank";
    const rows = "KO / PEP – – – – 2.500 6.5 4e−4 1 CVX / XOM – – – – 0.731 11.3 0.012 2";
    assert.ok(page.text.includes(`${columns} Chosen, traded from the next window on · 2 ${rows}`), page.text);
    assert.doesNotMatch(page.html, /class="number (gain|loss)"|21\.4/);
    assert.match(page.html, /<time datetime="[^"]+" title="\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC" data-relative/);
    assert.match(page.text, /Run Status Started Duration 1 ● succeeded (just now|\d+ s ago) \d+\.\d s /);
    assert.match(page.text, /Nothing failed, no check failed, nothing is late or stale\./);
  }, { assets: pairAssets }));

Deno.test("GET / shows stale assets, and the pairs as last made; the table of assets has the reasons", () =>
  withTinyEngine(async (tiny) => {
    await materializeAll(tiny);
    tiny.world.numbers = [];
    const page = await read(tiny);
    assert.match(page.text, /Not everything is fresh 4 assets: 4 stale Materialize stale assets/);
    assert.match(page.text, /Needs attention ◐ stale 4 assets raw_prices, chosen_pairs, pair_trades, pair_metrics/);
    assert.match(page.asset("raw_prices"), /◐ stale the data of its source changed/);
    assert.match(page.asset("chosen_pairs"), /◐ stale upstream raw_prices is stale/);
    assert.match(page.text, /Selection as last made: chosen_pairs is not fresh\. /);
  }, { assets: pairAssets }));

Deno.test("GET / shows running and waiting assets, and how to cancel", () =>
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
    assert.match(page.text, /Run 1 ▶ running 1 of 3 steps Cancel chosen_pairs/);
    assert.match(page.text, /Materializing chosen_pairs running /, "the status bar says so, too");
    assert.match(page.html, /<li data-asset="pair_metrics" data-state="waiting">/);
    assert.match(page.asset("chosen_pairs"), /▶ running in run 1/);
    assert.match(page.asset("pair_metrics"), /◌ waiting for its turn in run 1/);
    assert.match(page.html, /id="headline"[^>]* data-open-runs="1"/);
    assert.match(page.table, /<progress[^>]* data-progress="chosen_pairs"/);
    assert.match(page.html, /<button[^>]* data-cancel="1"/);
    release.open();
    await tiny.engine.finished(run.id);
  }, { assets: pairAssets }));

Deno.test("GET / shows failures with their message, escaped, and the blocked assets", () =>
  withTinyEngine(async (tiny) => {
    tiny.world.before = (key) => {
      if (key === "chosen_pairs") throw new Error("<script>alert(1)</script> is no ticker");
    };
    await materializeAll(tiny);
    const page = await read(tiny);
    assert.match(page.text, /Something failed 4 assets: 1 failed, 2 missing, 1 fresh/);
    assert.match(page.text, /Needs attention ✕ failed chosen_pairs in run 1 /);
    assert.match(page.asset("chosen_pairs"), /✕ failed run 1: /);
    assert.ok(page.html.includes("&lt;script&gt;alert(1)&lt;/script&gt; is no ticker"));
    assert.ok(!page.html.includes("<script>alert"));
    const runs = textOf(await (await pageAndApi(tiny.engine).request("/runs")).text());
    assert.match(runs, /Run 1 ✕ failed \* first start .* 1 succeeded, 1 failed, 1 skipped/);
    assert.match(runs, /Processes .*Server \d+ \S+ \d+ present nothing/);
  }, { assets: pairAssets }));

Deno.test("Every page has a title of its own, before the name of the service", () =>
  withTinyEngine(async (tiny) => {
    await materializeAll(tiny);
    const app = pageAndApi(tiny.engine);
    const paths = [
      "/",
      "/pairs",
      "/pairs/clusters",
      "/pairs/selections",
      "/forecasts",
      "/tickers",
      "/assets",
      "/assets/chosen_pairs",
    ]
      .concat([
        "/runs",
        "/runs/1",
        "/backfills",
        "/schedules",
        "/settings",
        "/docs",
        "/search",
        "/nothing",
        "/pairs/KO/PEP",
      ]);
    const titles = await Promise.all(paths.map(async (path) => {
      const html = await (await app.request(path, { headers: { Accept: "text/html" } })).text();
      return /<title>(.*?)<\/title>/.exec(html)?.[1] ?? path;
    }));
    assert.equal(new Set(titles).size, paths.length, titles.join(", "));
    for (const title of titles) assert.match(title, /^\S.* · Tandem$/);
  }, { assets: pairPageAssets }));

Deno.test("GET of an unknown address is a page for browsers and a problem document for programs", () =>
  withTinyEngine(async ({ engine }) => {
    const app = pageAndApi(engine);
    for (const path of ["/nothing/<b>", "/runs/77", "/static/nothing.js"]) {
      const page = await app.request(path, { headers: { Accept: "text/html,*/*;q=0.8" } });
      assert.equal(page.status, 404);
      assert.match(page.headers.get("content-type")!, /^text\/html/);
      const html = await page.text();
      assert.match(html, /<h1>Page not found<\/h1>/);
      assert.match(html, /<nav aria-label="Pages">.*href="\/assets"/s);
      assert.doesNotMatch(html, /<b>/);
      const problem = await app.request(path);
      assert.equal(problem.status, 404);
      assert.equal((await problem.json()).type, "/problems/unknown-path");
    }
    const api = await app.request("/v1/nothing", { headers: { Accept: "text/html" } });
    assert.equal(api.headers.get("content-type"), "application/problem+json");
    await api.body?.cancel();
  }));

Deno.test("GET / shows the theme and the clock that cookies say, and nothing that they cannot", () =>
  withTinyEngine(async (tiny) => {
    await materializeAll(tiny);
    const app = pageAndApi(tiny.engine);
    const html = async (Cookie: string) => await (await app.request("/", { headers: { Cookie } })).text();
    const chosen = await html("tandem_theme=dark; tandem_clock=America/New_York");
    assert.match(chosen, /<html lang="en" data-theme="dark" data-time-zone="America\/New_York">/);
    assert.match(chosen, /<meta name="color-scheme" content="dark"/);
    assert.match(chosen, /<time [^>]*title="\d{4}-\d\d-\d\d \d\d:\d\d:\d\d E[SD]T"/);
    assert.match(await html("tandem_clock=exchange"), /value="exchange"[^>]*aria-pressed="true"/);
    assert.match(await html("tandem_theme=pink; tandem_clock=Mars/Olympus"), /<html lang="en" data-time-zone="UTC">/);
  }, { assets: pairAssets }));

Deno.test("GET / does without the assets of pairs, and without schedules that fired", () =>
  withTinyEngine(async (tiny) => {
    const { text, html } = await read(tiny);
    assert.doesNotMatch(text, /pairs/i);
    assert.doesNotMatch(html, /href="\/(pairs|pairs\/clusters|tickers|forecasts)"/);
    assert.match(html, /href="\/assets"/);
  }));

Deno.test("GET / answers with a strict policy, and with neither inline scripts nor inline styles", () =>
  withTinyEngine(async ({ engine }) => {
    const response = await pageAndApi(engine).request("/");
    assert.equal(
      response.headers.get("content-security-policy"),
      "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; " +
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    );
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    const html = await response.text();
    assert.match(html, /^<!doctype html><html lang="en" data-time-zone="UTC">/);
    assert.doesNotMatch(html, /<style|\sstyle=|\son[a-z]+=|javascript:/);
    for (const [, attributes, body] of html.matchAll(/<script([^>]*)>(.*?)<\/script>/gs)) {
      assert.match(attributes!, /src="\/static\//);
      assert.equal(body, "");
    }
    for (const [, target] of html.matchAll(/(?:src|href)="([^"]*)"/g)) assert.match(target!, /^[/#](?!\/)/);
  }));
