/**
 * The asset graph with 2,000 assets: duration of its layout, size of its page, duration of the page and its live parts, and frame
 * times while it is moved and zoomed in Chromium; and a strip of 100,000 partitions read by mouse. `deno task bench:graph`.
 */
import type { Page } from "playwright-core";
import { assetGraph, PartitionSet, PartitionSpace } from "../engine/mod.ts";
import { partitionReport } from "../engine/judge/partition_report.ts";
import { openPage, withBrowser } from "../tests/support/browser.ts";
import { pageAndApi, servePage } from "../tests/support/page_server.ts";
import { pseudoRandom } from "../tests/support/pseudo_random.ts";
import { syntheticAssets } from "../tests/support/synthetic_graph.ts";
import { withTinyEngine } from "../tests/support/tiny_engine.ts";
import { PartitionStrips } from "../web/components/partition_strips.tsx";
import { layoutGraph } from "../web/graph_layout.ts";
import { graphNodes } from "../web/graph_record.ts";

const ms = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
const kilobytes = (bytes: number) => `${Math.round(bytes / 1024).toLocaleString("en")} kB`;

async function timed<T>(work: () => T | Promise<T>): Promise<[T, number]> {
  const from = performance.now();
  return [await work(), performance.now() - from];
}

async function compressed(text: string): Promise<number> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(stream).arrayBuffer()).byteLength;
}

/** Median and 95th percentile of the times between frames while `move` is called once per frame. */
async function frames(page: Page, move: string): Promise<string> {
  const times = await page.evaluate(`new Promise((resolve) => {
    const times = [];
    let last = performance.now();
    let i = 0;
    const frame = () => {
      const now = performance.now();
      times.push(now - last);
      last = now;
      if (times.length > 120) return resolve(times.slice(1).sort((a, b) => a - b));
      (${move})(i++);
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  })`) as number[];
  return `${ms(times[60]!)} a frame, 95 % within ${ms(times[114]!)}`;
}

const count = 2_000;
for (const [assets, groups] of [[50, 4], [500, 10], [count, 40], [count, 10]] as const) {
  const graph = assetGraph(syntheticAssets(assets, { groups }));
  const [, took] = await timed(() => layoutGraph(graphNodes(graph, graph.keys)));
  console.log(`layout of ${assets.toLocaleString("en")} assets in ${groups} groups: ${ms(took)}`);
}

await withTinyEngine(async ({ engine }) => {
  const app = pageAndApi(engine);
  const get = async (path: string) => await (await app.request(path)).text();
  const [, states] = await timed(() => engine.states());
  console.log(`states of ${count.toLocaleString("en")} assets: ${ms(states)}`);
  const all = Array.from({ length: 40 }, (_, i) => `group_${i}`).join(",");
  for (
    const [what, path] of [
      ["page", "/assets"],
      ["page, all groups expanded", `/assets?open=${all}`],
      ["live parts of that", `/assets?parts=1&open=${all}`],
      ["table", "/assets?view=table"],
    ]
  ) {
    const [html, took] = await timed(() => get(path!));
    console.log(`${what}: ${ms(took)}, ${kilobytes(html.length)}, ${kilobytes(await compressed(html))} compressed`);
  }
  const server = servePage(engine);
  try {
    await withBrowser(async (browser) => {
      const { page, errors } = await openPage(browser, `${server.url}/assets?open=${all}`);
      await page.locator(".graph-tools").waitFor();
      const paint = await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime");
      console.log(`first contentful paint: ${ms(Number(paint))}; ${await page.locator("*").count()} elements`);
      const wheel = (deltaY: string, shift = false) =>
        `(i) => document.getElementById("graph-view").dispatchEvent(new WheelEvent("wheel", {
          deltaY: ${deltaY}, shiftKey: ${shift}, clientX: 640, clientY: 600, cancelable: true }))`;
      console.log(`panned, all of it in view: ${await frames(page, wheel("i % 40 < 20 ? 6 : -6", true))}`);
      console.log(`zoomed in and out: ${await frames(page, wheel("i % 120 < 60 ? -90 : 90"))}`);
      await page.locator("#fit").click();
      for (let i = 0; i < 20; i++) await page.mouse.move(400, 500).then(() => page.mouse.wheel(0, -200));
      await page.waitForTimeout(500);
      console.log(`panned, near: ${await frames(page, wheel("i % 40 < 20 ? 12 : -12", true))}`);
      const [, search] = await timed(async () => {
        await page.goto(`${server.url}/assets?q=asset_1999`);
        await page.locator(".graph-tools").waitFor();
      });
      console.log(`a search, to the graph that moves: ${ms(search)}`);
      if (errors.length > 0) console.log(`errors: ${errors.join("; ")}`);
    });
  } finally {
    await server.stop();
  }
}, { assets: syntheticAssets(count) });

await strips();

/** 100,000 partitions, some of them stale so that no two names are alike: the worst case of strips. */
async function strips(): Promise<void> {
  const names = Array.from({ length: 200 }, (_, i) => `T${i}`);
  const dates = Array.from({ length: 500 }, (_, i) => new Date(Date.UTC(2020, 0, 1 + i)).toISOString().slice(0, 10));
  const space = new PartitionSpace(names, dates);
  const random = pseudoRandom(5);
  const stale = PartitionSet.at(
    space,
    names.flatMap((name) => dates.flatMap((date) => random() < 0.3 ? [[name, date] as const] : [])),
  );
  const none = PartitionSet.none(space);
  const all = PartitionSet.all(space);
  const state = {
    key: "bars",
    space,
    wanted: all,
    made: all,
    missing: none,
    expected: none,
    stale,
    reasons: [],
    gone: none,
    lost: none,
    lostBecause: null,
    fresh: none,
    waiting: [],
    failed: [],
    latestAlone: false,
    groups: [],
  };
  const [html, took] = await timed(() =>
    String(
      PartitionStrips({
        report: partitionReport({ key: "bars", partitionedBy: { name: "ticker", date: "session" } }, state),
        assetKey: "bars",
      }),
    )
  );
  console.log(`strips of ${all.count.toLocaleString("en")} partitions: ${ms(took)}, ${kilobytes(html.length)}`);
  const style = await Deno.readTextFile(new URL("../web/static/asset.css", import.meta.url));
  await withBrowser(async (browser) => {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
    await page.setContent(`<style>${style}</style>${html}`);
    const module = await Deno.readTextFile(new URL("../web/client/partitions.js", import.meta.url));
    await page.addScriptTag({ type: "module", content: `${module}\nreadPartitions();` });
    await page.locator('.strips svg[tabindex="0"]').waitFor();
    const move = `(i) => document.querySelectorAll(".strips svg")[i % 40].dispatchEvent(
      new PointerEvent("pointermove", { clientX: 200 + 8 * i, clientY: 0 }))`;
    console.log(`read under the mouse: ${await frames(page, move)}`);
  });
}
