/**
 * Makes the README's pictures: the service on the simulated market, in a browser. `deno task pictures`.
 *
 * Uses Chromium from `CHROMIUM`, or /usr/bin/chromium.
 */
import { join } from "node:path";
import type { BackfillAssetState } from "../engine/mod.ts";
import { chromium, type Page } from "playwright-core";

const root = new URL("../", import.meta.url);
const folder = await Deno.makeTempDir();
const service = new Deno.Command(Deno.execPath(), {
  args: ["run", "--quiet", "-P", "main.ts"],
  cwd: root,
  env: { PORT: "0", DATA_DIR: join(folder, "data"), MARKET_DATA: "simulated", PRESET: "tandem" },
  stdout: "null",
  stderr: "piped",
}).spawn();

try {
  let output = "";
  let taken = false;
  for await (const text of service.stderr.pipeThrough(new TextDecoderStream())) {
    output += text;
    const url = /serves (http:\/\/\S+);/.exec(output)?.[1];
    if (url && !taken) {
      taken = true;
      take(url).finally(() => service.kill("SIGINT"));
    }
  }
  await service.status;
} finally {
  await Deno.remove(folder, { recursive: true });
}

/** A backfill of two years of selections, when about half of it is there. */
async function takeBackfill(page: Page, url: string): Promise<void> {
  const from = Temporal.Now.plainDateISO().subtract({ years: 2 }).toString();
  const asked = await fetch(`${url}/v1/backfills`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ selection: "group:pairs", from }),
  });
  const { id } = await asked.json();
  for (let done = 0; done < 2;) {
    const { assets } = await (await fetch(`${url}/v1/backfills/${id}`)).json();
    done = assets.filter((asset: BackfillAssetState) => (asset.cells?.done.count ?? 0) > 0).length;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await page.goto(`${url}/backfills/${id}`);
  await page.screenshot({ path: new URL("docs/pictures/backfill_light.png", root).pathname });
}

async function take(url: string): Promise<void> {
  const browser = await chromium.launch({
    executablePath: Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, colorScheme });
      await page.goto(url);
      if (colorScheme === "light") {
        await page.waitForSelector("text=running");
        await page.screenshot({ path: new URL("docs/pictures/materializing.png", root).pathname });
      }
      await page.waitForSelector("text=Everything is fresh", { timeout: 120_000 });
      await page.reload();
      await page.waitForSelector("canvas");
      await page.screenshot({ path: new URL(`docs/pictures/overview_${colorScheme}.png`, root).pathname });
      await page.goto(`${url}/pairs?accepted=true`);
      const pair = await page.locator('a[href^="/pairs/"]').first().getAttribute("href");
      await page.goto(`${url}${pair}`);
      await page.waitForSelector("canvas");
      await page.screenshot({ path: new URL(`docs/pictures/pair_${colorScheme}.png`, root).pathname });
      if (colorScheme === "light") await takeBackfill(page, url);
    }
  } finally {
    await browser.close();
  }
}
