import type { Browser } from "playwright-core";
import type { AnyAsset } from "../../engine/mod.ts";
import { browserMissing, type BrowserPageOptions, openPage, type WatchedPage, withBrowser } from "./browser.ts";
import { servePage } from "./page_server.ts";
import { withTinyEngine } from "./tiny_engine.ts";

/** The pages of assets that have been materialized, in a browser. */
export interface PageScene {
  browser: Browser;
  open(path: string, options?: BrowserPageOptions): Promise<WatchedPage>;
}

/** Makes what registers tests in a headless browser over `assets`, once they are materialized; ignored, and named so, without a browser. */
export function browserTestOver(assets: AnyAsset[]): (name: string, test: (scene: PageScene) => Promise<void>) => void {
  return (name, test) =>
    Deno.test({
      name: browserMissing ? `${name} (no browser: ${browserMissing})` : name,
      ignore: browserMissing !== null,
      fn: () =>
        withTinyEngine(async ({ engine }) => {
          await engine.finished((await engine.submit({ selection: "*", trigger: "startup" })).id);
          const server = servePage(engine);
          try {
            await withBrowser((browser) =>
              test({ browser, open: (path, options) => openPage(browser, server.url + path, options) })
            );
          } finally {
            await server.stop();
          }
        }, { assets }),
    });
}
