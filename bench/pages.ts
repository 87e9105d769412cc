/**
 * How fast each page is in a browser, and how much client code it loads: `deno task bench:pages [MARKET_DATA[@PRESET]]`.
 *
 * The service runs as its users run it, on the S&P bars of TANDEM_SHARED or ../shared where they are (504 tickers), else on the simulated
 * market. Each page is opened a few times in a browser that has seen nothing yet; medians are printed: first paint of content, the
 * moment from which the page answers (its scripts have run and its charts are drawn), bytes of HTML and of scripts as they were sent.
 */
import { chromium } from "playwright-core";
import { pagePaths, withService } from "../tests/support/whole_service.ts";
import { sharedFolder } from "../tests/support/shared_folder.ts";

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

await withService({ MARKET_DATA: market, PRESET: preset, RATE_LIMIT_PER_MINUTE: "off" }, async ({ url, fresh }) => {
  await fresh();
  const count = async (key: string) =>
    (await (await fetch(`${url}/v1/assets/${key}`)).json()).lastMaterialization.rowCount.toLocaleString("en");
  console.log(`${await count("raw_tickers")} tickers, ${await count("cointegrated_pairs")} tested pairs.\n`);
  const browser = await chromium.launch({
    executablePath: Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    console.log("| page | first paint | answers | HTML | scripts |");
    console.log("| --- | ---: | ---: | ---: | ---: |");
    for (const { name, path } of await pagePaths(url)) {
      const visits: Visit[] = [];
      for (let i = 0; i < times; i++) visits.push(await visit(url + path));
      const of = (value: (visit: Visit) => number) => visits.map(value).sort((a, b) => a - b)[Math.floor(times / 2)]!;
      const kb = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`;
      console.log(
        `| ${name} | ${of((v) => v.paintMs).toFixed(0)} ms | ${of((v) => v.readyMs).toFixed(0)} ms | ${
          kb(of((v) => v.htmlBytes))
        } | ${kb(of((v) => v.scriptBytes))} |`,
      );
    }
  } finally {
    await browser.close();
  }

  async function visit(address: string): Promise<Visit> {
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
});
