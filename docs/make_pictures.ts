/**
 * Makes the README's pictures: the service on the simulated market, in a browser. `deno task pictures`.
 *
 * Uses Chromium from `CHROMIUM`, or /usr/bin/chromium.
 */
import { join } from "node:path";
import { chromium } from "playwright-core";

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
    }
  } finally {
    await browser.close();
  }
}
