import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import type { AnyAsset } from "../../engine/mod.ts";
import { browserMissing, type BrowserPageOptions, openPage, type WatchedPage, withBrowser } from "./browser.ts";
import { pageAndApi, servePage } from "./page_server.ts";
import { textOfPage } from "./page_text.ts";
import { openTinyEngine, type Tiny } from "./tiny_engine.ts";

/** An answer of a page. */
export interface PageAnswer {
  status: number;
  headers: Headers;
  html: string;
  /** As a person reads it: tags and data dropped, white space as one blank. */
  text: string;
}

/** Asks a page for a path. */
export type AskPage = (path: string) => Promise<PageAnswer>;

/** The pages of assets that have been materialized, in a browser. */
export interface PageScene {
  browser: Browser;
  open(path: string, options?: BrowserPageOptions): Promise<WatchedPage>;
}

/** How the engine of a test over pages begins. */
export interface PageTestOptions {
  /** `shared` is materialized and must not be changed; a test has the others to itself. `shared` unless told otherwise. */
  engine?: "shared" | "materialized" | "empty";
}

type OpenTiny = Awaited<ReturnType<typeof openTinyEngine>>;

/** The engine that tests share, one at a time: materialized by the first that asks, closed by the first that asks for another. */
let shared: { assets: AnyAsset[]; opened: Promise<OpenTiny> } | undefined;

Deno.test.afterAll(closeShared);

/** Makes what registers tests of pages over `assets`. */
export function pageTestOver(
  assets: AnyAsset[],
): (name: string, test: (ask: AskPage, tiny: Tiny) => Promise<void>, options?: PageTestOptions) => void {
  return (name, test, options) =>
    Deno.test(name, () =>
      withPages(assets, options, async (tiny) => {
        const app = pageAndApi(tiny.engine);
        await test(async (path) => {
          const response = await app.request(path);
          const html = await response.text();
          return { status: response.status, headers: response.headers, html, text: textOfPage(html) };
        }, tiny);
      }));
}

/** Makes what registers tests in a headless browser over `assets`; ignored, and named so, without a browser. */
export function browserTestOver(
  assets: AnyAsset[],
): (name: string, test: (scene: PageScene) => Promise<void>, options?: PageTestOptions) => void {
  return (name, test, options) =>
    Deno.test({
      name: browserMissing ? `${name} (no browser: ${browserMissing})` : name,
      ignore: browserMissing !== null,
      fn: () =>
        withPages(assets, options, async ({ engine }) => {
          const server = servePage(engine);
          try {
            await withBrowser((browser) =>
              test({ browser, open: (path, options) => openPage(browser, server.url + path, options) })
            );
          } finally {
            await server.stop();
          }
        }),
    });
}

/** Materializes what is selected, whether it is stale or not. */
export async function materialize({ engine }: Pick<Tiny, "engine">, selection = "*"): Promise<void> {
  const run = await engine.submit({ selection, trigger: "startup", force: true });
  assert.equal((await engine.finished(run.id)).status, "succeeded");
}

async function withPages(
  assets: AnyAsset[],
  { engine = "shared" }: PageTestOptions = {},
  test: (tiny: Tiny) => Promise<void>,
): Promise<void> {
  if (engine === "shared") return await test(await sharedTiny(assets));
  await using tiny = await openTinyEngine({ assets });
  if (engine === "materialized") await materialize(tiny);
  await test(tiny);
}

async function sharedTiny(assets: AnyAsset[]): Promise<Tiny> {
  if (shared?.assets !== assets) {
    await closeShared();
    shared = { assets, opened: openMaterialized(assets) };
  }
  return await shared.opened;
}

async function openMaterialized(assets: AnyAsset[]): Promise<OpenTiny> {
  const tiny = await openTinyEngine({ assets });
  await materialize(tiny);
  return tiny;
}

async function closeShared(): Promise<void> {
  const last = shared;
  shared = undefined;
  await (await last?.opened)?.[Symbol.asyncDispose]();
}
