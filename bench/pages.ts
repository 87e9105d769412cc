/**
 * Speed of each page in a browser, and size of its client code: `deno task bench:pages [MARKET_DATA[@PRESET]]`.
 *
 * The service runs as for users, on the S&P bars of TANDEM_SHARED or ../shared if available (504 tickers), else on the simulated
 * market. Then the pages of pairs with 5,000 tested pairs of 500 tickers, more than these markets have. Each page is opened a few
 * times in a browser with an empty cache; medians are printed: first contentful paint, the time until the page is usable (its
 * scripts have run and its charts are drawn), bytes of HTML and of scripts as sent.
 */
import type { Browser } from "playwright-core";
import { cointegratedPairs, pairClusters } from "../assets/mod.ts";
import type { AnyAsset, RowOf } from "../engine/mod.ts";
import { withBrowser } from "../tests/support/browser.ts";
import { knownTable } from "../tests/support/known_tables.ts";
import { pageSessions, pairPageAssets } from "../tests/support/pair_page_assets.ts";
import { servePage } from "../tests/support/page_server.ts";
import { withTinyEngine } from "../tests/support/tiny_engine.ts";
import { pagePaths, withService } from "../tests/support/whole_service.ts";
import { sharedFolder } from "../tests/support/shared_folder.ts";
import { tradablePair } from "../tests/support/tradable_pair.ts";

const times = 5;
const shared = sharedFolder();
const bars = shared && `csv:${shared}/market/sp500_daily_2017_2021.csv.gz`;
if (!bars && !Deno.args[0]) console.log("../shared is absent: the simulated market stands in for real prices.");
const [market, preset = "tandem"] = (Deno.args[0] ?? bars ?? "simulated").split("@") as [string, string | undefined];

interface Visit {
  paintMs: number;
  readyMs: number;
  scriptBytes: number;
  htmlBytes: number;
}

await withBrowser(async (browser) => {
  await withService({ MARKET_DATA: market, PRESET: preset, RATE_LIMIT_PER_MINUTE: "off" }, async ({ url, fresh }) => {
    await fresh();
    const count = async (key: string) =>
      (await (await fetch(`${url}/v1/assets/${key}`)).json()).lastMaterialization.rowCount.toLocaleString("en");
    console.log(`${await count("raw_tickers")} tickers, ${await count("cointegrated_pairs")} tested pairs.\n`);
    await measure(browser, url, await pagePaths(url));
  });
  await withTinyEngine(async ({ engine }) => {
    await engine.finished((await engine.submit({ selection: "*", trigger: "startup" })).id);
    const server = servePage(engine);
    try {
      console.log("\n500 tickers, 5,000 tested pairs.\n");
      await measure(browser, server.url, [
        { name: "pairs", path: "/pairs" },
        { name: "pairs, sorted and filtered", path: "/pairs?sort=-half_life&cluster=3" },
        { name: "clusters", path: "/pairs/clusters" },
        { name: "overview", path: "/" },
      ]);
    } finally {
      await server.stop();
    }
  }, { assets: crowded() });
});

async function measure(browser: Browser, url: string, paths: { name: string; path: string }[]): Promise<void> {
  console.log("| page | first paint | answers | HTML | scripts |");
  console.log("| --- | ---: | ---: | ---: | ---: |");
  for (const { name, path } of paths) {
    const visits: Visit[] = [];
    for (let i = 0; i < times; i++) visits.push(await visit(browser, url + path));
    const of = (value: (visit: Visit) => number) => visits.map(value).sort((a, b) => a - b)[Math.floor(times / 2)]!;
    const kb = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`;
    console.log(
      `| ${name} | ${of((v) => v.paintMs).toFixed(0)} ms | ${of((v) => v.readyMs).toFixed(0)} ms | ${
        kb(of((v) => v.htmlBytes))
      } | ${kb(of((v) => v.scriptBytes))} |`,
    );
  }
}

async function visit(browser: Browser, address: string): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  try {
    const page = await context.newPage();
    const response = await page.goto(address, { waitUntil: "load" });
    if (response?.status() !== 200) throw new Error(`${address} answered ${response?.status()}.`);
    const drawn = "[...document.querySelectorAll('[data-chart]')].every((plot) => plot.querySelector('canvas'))";
    while (!await page.evaluate(drawn)) await page.waitForTimeout(5);
    const painted = "performance.getEntriesByName('first-contentful-paint').length > 0";
    const readyMs = await page.evaluate<number>("performance.now()");
    while (!await page.evaluate(painted)) await page.waitForTimeout(5);
    return await page.evaluate(`(() => {
        const sent = (entries) => entries.reduce((sum, entry) => sum + entry.encodedBodySize, 0);
        const resources = performance.getEntriesByType("resource");
        return {
          readyMs: ${readyMs},
          paintMs: performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
          htmlBytes: sent(performance.getEntriesByType("navigation")),
          scriptBytes: sent(resources.filter(({ name }) => new URL(name).pathname.endsWith(".js"))),
        };
      })()`);
  } finally {
    await context.close();
  }
}

/** The assets of pages with 500 tickers in ten clusters, and 5,000 pairs within them. */
function crowded(): AnyAsset[] {
  const ticker = (i: number) => `T${String(i).padStart(3, "0")}`;
  const as_of = pageSessions.at(-1)!;
  const pairs: RowOf<typeof cointegratedPairs>[] = [];
  for (let i = 0; i < 500; i++) {
    for (let step = 1; step <= 10; step++) {
      pairs.push({
        as_of,
        ticker_1: ticker(i),
        ticker_2: ticker((i + 10 * step) % 500),
        cluster: i % 10,
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
  }
  const clusters = Array.from({ length: 500 }, (_, i): RowOf<typeof pairClusters> => ({
    as_of,
    preset: "research",
    ticker: ticker(i),
    cluster: i % 10,
    position: i,
    reachability: null,
    core_distance: null,
    component_1: Math.cos(i % 10) + i / 5_000,
    component_2: Math.sin(i % 10) + (i % 7) / 50,
    component_3: null,
    component_4: null,
    component_5: null,
  }));
  const tables = [knownTable(cointegratedPairs, pairs), knownTable(pairClusters, clusters)];
  return pairPageAssets.map((asset) => tables.find(({ key }) => key === asset.key) ?? asset);
}
