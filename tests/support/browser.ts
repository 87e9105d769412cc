import { type Browser, chromium, type Page } from "playwright-core";
import { chromiumPath } from "./browser_path.ts";
import { sharedProcess } from "./shared_process.ts";

const path = chromiumPath();

/** Why no browser is available; `null` if one is. TANDEM_REQUIRE_BROWSER=1 makes its absence an error. */
export const browserMissing: string | null = await Deno.stat(path).then(
  () => null,
  () => `${path} is not there; CHROMIUM names another`,
);

if (browserMissing && Deno.env.get("TANDEM_REQUIRE_BROWSER") === "1") {
  throw new Error(`TANDEM_REQUIRE_BROWSER is 1, but ${browserMissing}.`);
}

/** A page with a record of forbidden events. */
export interface WatchedPage {
  page: Page;
  /** Errors thrown by scripts or shown on the console, in order. */
  readonly errors: string[];
  /** Requested addresses on other hosts. */
  readonly foreign: string[];
}

/** Settings of {@link openPage}. */
export interface BrowserPageOptions {
  width?: number;
  height?: number;
  colorScheme?: "light" | "dark";
}

/**
 * Runs `test` with a headless browser, isolated from other tests, and always closes its windows.
 *
 * The process is that of `browser_host.ts`, shared by all test files of a run.
 */
export async function withBrowser<T>(test: (browser: Browser) => Promise<T>): Promise<T> {
  const browser = await chromium.connect(await sharedProcess("browser", new URL("./browser_host.ts", import.meta.url)));
  try {
    return await test(browser);
  } finally {
    await browser.close();
  }
}

/** Opens `url` in a new window and watches it. */
export async function openPage(
  browser: Browser,
  url: string,
  { width = 1280, height = 900, colorScheme = "light" }: BrowserPageOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const errors: string[] = [];
  const foreign: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("request", (request) => {
    if (new URL(request.url()).host !== new URL(url).host) foreign.push(request.url());
  });
  await page.goto(url);
  return { page, errors, foreign };
}

/** Closes the window of a page. Chromium may never close one that is on its way to another page, so it is sent to an empty one first. */
export async function closeWindow(page: Page): Promise<void> {
  await page.goto("about:blank");
  await page.context().close();
}

/** Polls the page until the expression is true: Playwright's own function compiles text in the page, which the page's policy refuses. */
export async function until(page: Page, expression: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await page.evaluate(expression)) return;
    await page.waitForTimeout(50);
  }
  throw new Error(`After 10 s it was still not true that ${expression}`);
}

/** Waits until every chart of the page is drawn. */
export async function drawn(page: Page): Promise<void> {
  await page.locator(".plot").first().waitFor();
  await until(page, "[...document.querySelectorAll('.plot')].every((plot) => plot.querySelector('canvas')?.width > 0)");
}
