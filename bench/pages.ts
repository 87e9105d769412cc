/**
 * Speed of each page in a browser, and size of its client code, beside what they aim at: `deno task bench:pages [MARKET_DATA[@PRESET]]
 * [--synthetic]`.
 *
 * First the pages of a database with 500 tickers in 50 clusters and 5,000 tested pairs, and `/pairs` with 30,000; then, without
 * `--synthetic`, the service as for users, on the S&P bars of TANDEM_SHARED or ../shared if available (504 tickers), else on the
 * simulated market. Each page is opened a few times in a browser with an empty cache; medians are printed: first contentful paint, the
 * time until the page is usable (its scripts have run and its charts are drawn), bytes of HTML and of scripts as sent, and the
 * cumulative layout shift until a second after that. What misses its aim is marked. A bare page of a few bytes, from a server of its
 * own, tells what browser and machine take by themselves: on a busy machine compare with it.
 */
import type { Browser } from "playwright-core";
import { cointegratedPairs, pairClusters } from "../assets/mod.ts";
import type { AnyAsset, RowOf } from "../engine/mod.ts";
import { withBrowser } from "../tests/support/browser.ts";
import { knownTable } from "../tests/support/known_tables.ts";
import { manyClusters } from "../tests/support/many_clusters.ts";
import { pageSessions, pairPageAssets } from "../tests/support/pair_page_assets.ts";
import { servePage } from "../tests/support/page_server.ts";
import { withTinyEngine } from "../tests/support/tiny_engine.ts";
import { pagePaths, withService } from "../tests/support/whole_service.ts";
import { sharedFolder } from "../tests/support/shared_folder.ts";
import { tradablePair } from "../tests/support/tradable_pair.ts";
import { median, printTable } from "./measured.ts";

const times = 5;
/** What a page aims at. */
const aims = { paintMs: 400, scriptBytes: 150_000, shift: 0.02 };
/** First content of `/pairs` with 30,000 tested pairs. */
const crowdedPaintMs = 300;

const syntheticAlone = Deno.args.includes("--synthetic");
const [asked] = Deno.args.filter((argument) => !argument.startsWith("--"));
const shared = sharedFolder();
const bars = shared && `csv:${shared}/market/sp500_daily_2017_2021.csv.gz`;
const [market, preset = "tandem"] = (asked ?? bars ?? "simulated").split("@") as [string, string | undefined];

interface Visit {
  paintMs: number;
  readyMs: number;
  scriptBytes: number;
  htmlBytes: number;
  shift: number;
}
interface Page {
  name: string;
  path: string;
}

let missed = 0;
await withBrowser(async (browser) => {
  await withBarePage((url) => measure(browser, url, [{ name: "a bare page", path: "/" }]));
  await withCrowd(5_000, (url) =>
    measure(browser, url, [
      { name: "overview", path: "/" },
      { name: "pairs", path: "/pairs" },
      { name: "pairs, sorted and filtered", path: "/pairs?sort=-half_life&cluster=3" },
      { name: "clusters", path: "/pairs/clusters" },
      { name: "selections", path: "/pairs/selections" },
      { name: "pair", path: "/pairs/KO/PEP" },
      { name: "strategies", path: "/strategies" },
      { name: "forecasts", path: "/forecasts" },
      { name: "assets", path: "/assets" },
      { name: "asset", path: "/assets/cointegrated_pairs" },
      { name: "runs", path: "/runs" },
      { name: "run", path: "/runs/1" },
    ]));
  await withCrowd(30_000, (url) =>
    measure(browser, url, [
      { name: "pairs", path: "/pairs" },
      { name: "pairs, sorted and filtered", path: "/pairs?sort=-half_life&cluster=3" },
      { name: "pairs, last page", path: "/pairs?page=600" },
    ], { ...aims, paintMs: crowdedPaintMs }));
  if (syntheticAlone) return;
  if (!bars && !asked) console.log("\n../shared is absent: the simulated market stands in for real prices.");
  await withService({ MARKET_DATA: market, PRESET: preset, RATE_LIMIT_PER_MINUTE: "off" }, async ({ url, fresh }) => {
    await fresh();
    const count = async (key: string) =>
      (await (await fetch(`${url}/v1/assets/${key}`)).json()).lastMaterialization.rowCount.toLocaleString("en");
    console.log(`\n${await count("raw_tickers")} tickers, ${await count("cointegrated_pairs")} tested pairs.\n`);
    await measure(browser, url, await pagePaths(url));
  });
});
console.log(missed === 0 ? "\nEvery aim is met." : `\n${missed} figures miss their aim, marked with *.`);

/** Serves a page without styles and scripts. */
async function withBarePage(use: (url: string) => Promise<void>): Promise<void> {
  const html = "<!doctype html><title>Bare</title><p>Bare</p>";
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(html, { headers: { "Content-Type": "text/html; charset=utf-8" } }),
  );
  try {
    await use(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

/** Serves the assets of pages with so many tested pairs. */
async function withCrowd(pairs: number, use: (url: string) => Promise<void>): Promise<void> {
  await withTinyEngine(async ({ engine }) => {
    await engine.finished((await engine.submit({ selection: "*", trigger: "startup" })).id);
    const server = servePage(engine);
    try {
      console.log(`\n500 tickers, ${pairs.toLocaleString("en")} tested pairs.\n`);
      await use(server.url);
    } finally {
      await server.stop();
    }
  }, { assets: crowded(pairs) });
}

async function measure(browser: Browser, url: string, pages: readonly Page[], aim = aims): Promise<void> {
  const kb = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`;
  printTable(["page", "first content", "usable", "HTML", "scripts", "layout shift"], [
    ["*aim*", `${aim.paintMs} ms`, "", "", kb(aim.scriptBytes), aim.shift],
  ]);
  for (const { name, path } of pages) {
    const visits: Visit[] = [];
    for (let i = 0; i < times; i++) visits.push(await visit(browser, url + path));
    const of = (value: (visit: Visit) => number) => median(visits.map(value));
    const held = (text: string, value: number, most: number) => {
      if (value <= most) return text;
      missed++;
      return `${text} *`;
    };
    const [paintMs, scriptBytes, shift] = [of((v) => v.paintMs), of((v) => v.scriptBytes), of((v) => v.shift)];
    console.log(
      `| ${name} | ${held(`${paintMs.toFixed(0)} ms`, paintMs, aim.paintMs)} | ${
        of((v) => v.readyMs).toFixed(0)
      } ms | ${kb(of((v) => v.htmlBytes))} | ${held(kb(scriptBytes), scriptBytes, aim.scriptBytes)} | ${
        held(shift.toFixed(3), shift, aim.shift)
      } |`,
    );
  }
}

async function visit(browser: Browser, address: string): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  try {
    const page = await context.newPage();
    await page.addInitScript(`
      globalThis.layoutShift = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.layoutShift += entry.value;
      }).observe({ type: "layout-shift", buffered: true });`);
    const response = await page.goto(address, { waitUntil: "load" });
    if (response?.status() !== 200) throw new Error(`${address} answered ${response?.status()}.`);
    const drawn = "[...document.querySelectorAll('[data-chart]')].every((plot) => plot.querySelector('canvas'))";
    while (!await page.evaluate(drawn)) await page.waitForTimeout(5);
    const painted = "performance.getEntriesByName('first-contentful-paint').length > 0";
    const readyMs = await page.evaluate<number>("performance.now()");
    while (!await page.evaluate(painted)) await page.waitForTimeout(5);
    await page.waitForTimeout(1000);
    return await page.evaluate(`(() => {
        const sent = (entries) => entries.reduce((sum, entry) => sum + entry.encodedBodySize, 0);
        const resources = performance.getEntriesByType("resource");
        return {
          readyMs: ${readyMs},
          paintMs: performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
          htmlBytes: sent(performance.getEntriesByType("navigation")),
          scriptBytes: sent(resources.filter(({ name }) => new URL(name).pathname.endsWith(".js"))),
          shift: globalThis.layoutShift,
        };
      })()`);
  } finally {
    await context.close();
  }
}

/** The assets of pages with 500 tickers in fifty clusters, and so many pairs of them beside those of the tests. */
function crowded(count: number): AnyAsset[] {
  const ticker = (i: number) => `T${String(i % 500).padStart(3, "0")}`;
  const as_of = pageSessions.at(-1)!;
  const pairs: RowOf<typeof cointegratedPairs>[] = [];
  for (let n = 0; n < count; n++) {
    const [i, step] = [n % 500, 1 + Math.floor(n / 500)];
    pairs.push({
      as_of,
      ticker_1: ticker(i),
      ticker_2: ticker(i + step),
      cluster: i % 50,
      sources: ["cluster"],
      slope: 1,
      intercept: 0,
      adf_statistic: -2 - step / 10,
      adf_p_value: i / 500,
      used_lag: 0,
      engle_granger_p_value: i / 500,
      engle_granger_p_value_reversed: i / 500,
      adjusted_p_value: i / 500,
      earlier_p_value: null,
      hurst_exponent: 0.5,
      half_life: 1 + i / 3,
      half_life_low: null,
      half_life_high: null,
      mean_crossings: 20 + step,
      ...tradablePair,
      accepted: i < 50,
      failed_criteria: i < 50 ? [] : [{ criterion: "adfPValue", reason: `p-value ${i / 500} is not below 0.05.` }],
    });
  }
  const clusters = manyClusters(500, { as_of, ticker, clusterOf: (i) => i < 300 ? i % 50 : -1 });
  const tables = [knownTable(cointegratedPairs, pairs), knownTable(pairClusters, clusters)];
  return pairPageAssets.map((asset) => tables.find(({ key }) => key === asset.key) ?? asset);
}
