/**
 * Makes the README's pictures: the service on the simulated market, in a browser. `deno task pictures`.
 *
 * Uses the Chromium of the browser tests (tests/support/browser_path.ts).
 */
import type { Page } from "playwright-core";
import type { BackfillAssetState } from "../engine/mod.ts";
import { drawn, openPage, until, withBrowser } from "../tests/support/browser.ts";
import { pagePaths, withService } from "../tests/support/whole_service.ts";

const pictures = new URL("./pictures/", import.meta.url);

await withService(
  { RATE_LIMIT_PER_MINUTE: "off" },
  ({ url, fresh }) =>
    withBrowser(async (browser) => {
      const open = async (path: string, colorScheme: "light" | "dark" = "light", size = { width: 1280, height: 860 }) =>
        (await openPage(browser, url + path, { ...size, colorScheme })).page;

      const first = await open("/");
      await first.locator('[data-state="running"]').first().waitFor();
      await take(first, "materializing");
      await fresh();

      const paths = Object.fromEntries((await pagePaths(url)).map(({ name, path }) => [name, path]));
      for (
        const [name, path, colorScheme] of [
          ["overview", "/", "light"],
          ["pair", paths.pair!, "dark"],
          ["ticker", paths.ticker!, "light"],
          ["assets", "/assets", "dark"],
          ["run", "/runs/1", "light"],
        ] as const
      ) {
        // The graph is shown on the screen that it is drawn for.
        const page = await open(path, colorScheme, name === "assets" ? { width: 1440, height: 900 } : undefined);
        if (await page.locator("[data-chart]").count() > 0) await drawn(page);
        await until(page, "document.readyState === 'complete'");
        await take(page, name);
      }
      await takeBackfill(await open("/backfills"), url);
    }),
);

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
    done = assets.filter((asset: BackfillAssetState) => (asset.partitions?.done.count ?? 0) > 0).length;
    await page.waitForTimeout(200);
  }
  await page.goto(`${url}/backfills/${id}`);
  await take(page, "backfill");
}

async function take(page: Page, name: string): Promise<void> {
  // Charts fade in.
  await page.waitForTimeout(500);
  await page.screenshot({ path: new URL(`${name}.png`, pictures).pathname });
}
