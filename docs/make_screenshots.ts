/**
 * Takes a picture of every page on real prices, light and dark, on a wide screen and a phone: `deno task screenshots [FOLDER]`.
 *
 * The ETF closes of TANDEM_SHARED or ../shared are used; they are not part of the project, and without them there is nothing to take.
 * Pictures go to FOLDER, .screenshots by default. Whatever a page's console says or asks of another host is a failure.
 */
import { join } from "node:path";
import { openPage, withBrowser } from "../tests/support/browser.ts";
import { pagePaths, withService } from "../tests/support/whole_service.ts";
import { sharedFolder } from "../tests/support/shared_folder.ts";

const shared = sharedFolder();
if (shared === null) {
  console.error("There are no real prices: ../shared is absent, and TANDEM_SHARED names no other folder.");
  Deno.exit(1);
}
const folder = Deno.args[0] ?? ".screenshots";
await Deno.mkdir(folder, { recursive: true });

const faults: string[] = [];
await withService({
  MARKET_DATA: `csv:${shared}/market/nasdaq_etf_closes_2019_2022.csv`,
  PRESET: "research",
  RATE_LIMIT_PER_MINUTE: "off",
}, async ({ url, fresh }) => {
  await fresh();
  await withBrowser(async (browser) => {
    for (const { name, path } of await pagePaths(url)) {
      for (const [screen, width] of [["wide", 1440], ["phone", 390]] as const) {
        for (const colorScheme of ["light", "dark"] as const) {
          const { page, errors, foreign } = await openPage(browser, url + path, { width, colorScheme });
          // Charts draw themselves, and live parts are fetched once more, within this.
          await page.waitForTimeout(800);
          const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
          if (wide > width) errors.push(`is ${wide} pixels wide on a screen of ${width}`);
          await page.screenshot({ path: join(folder, `${name}_${screen}_${colorScheme}.png`), fullPage: true });
          faults.push(...[...errors, ...foreign].map((fault) => `${path} (${screen}, ${colorScheme}): ${fault}`));
          await page.context().close();
        }
      }
      console.log(`${name}: ${path}`);
    }
  });
});
for (const fault of faults) console.error(fault);
if (faults.length > 0) Deno.exit(1);
