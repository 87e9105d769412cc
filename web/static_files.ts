import { Hono } from "hono";
import { accepts } from "hono/accepts";

// Never called: that it stands here makes Deno fetch the package, whose file is served.
void (() => import("lightweight-charts"));

const ofModule = (path: string) => () => new URL(path, import.meta.url);
const javascript = "text/javascript; charset=utf-8";

/** What modules of the page import by the name of a package, which browsers do not know. */
const PACKAGES: Readonly<Record<string, string>> = {
  "hono/client": "/static/hono/client/client.js",
  "lightweight-charts": "/static/lightweight_charts.js",
};

/** Every file that is served, by its name under `/static/`. There is no other way to a file. */
const FILES: Readonly<Record<string, { locate: () => URL; type: string }>> = {
  "style.css": { locate: ofModule("./static/style.css"), type: "text/css; charset=utf-8" },
  "asset.css": { locate: ofModule("./static/asset.css"), type: "text/css; charset=utf-8" },
  "charts.css": { locate: ofModule("./static/charts.css"), type: "text/css; charset=utf-8" },
  "pairs.css": { locate: ofModule("./static/pairs.css"), type: "text/css; charset=utf-8" },
  "backfills.css": { locate: ofModule("./static/backfills.css"), type: "text/css; charset=utf-8" },
  "docs.css": { locate: ofModule("./static/docs.css"), type: "text/css; charset=utf-8" },
  "settings.css": { locate: ofModule("./static/settings.css"), type: "text/css; charset=utf-8" },
  "graph.css": { locate: ofModule("./static/graph.css"), type: "text/css; charset=utf-8" },
  "tickers.css": { locate: ofModule("./static/tickers.css"), type: "text/css; charset=utf-8" },
  "icon.svg": { locate: ofModule("./static/icon.svg"), type: "image/svg+xml" },
  "overview.js": { locate: ofModule("./client/overview.js"), type: javascript },
  "backfills.js": { locate: ofModule("./client/backfills.js"), type: javascript },
  "tickers.js": { locate: ofModule("./client/tickers.js"), type: javascript },
  "runs.css": { locate: ofModule("./static/runs.css"), type: "text/css; charset=utf-8" },
  "runs.js": { locate: ofModule("./client/runs.js"), type: javascript },
  "run_log.js": { locate: ofModule("./client/run_log.js"), type: javascript },
  "feed.js": { locate: ofModule("./client/feed.js"), type: javascript },
  "event_words.js": { locate: ofModule("./client/event_words.js"), type: javascript },
  "actions.js": { locate: ofModule("./client/actions.js"), type: javascript },
  "copy.js": { locate: ofModule("./client/copy.js"), type: javascript },
  "age.js": { locate: ofModule("./client/age.js"), type: javascript },
  "live_parts.js": { locate: ofModule("./client/live_parts.js"), type: javascript },
  "graph.js": { locate: ofModule("./client/graph.js"), type: javascript },
  "graph_view.js": { locate: ofModule("./client/graph_view.js"), type: javascript },
  "graph_nodes.js": { locate: ofModule("./client/graph_nodes.js"), type: javascript },
  "minimap.js": { locate: ofModule("./client/minimap.js"), type: javascript },
  "changes.js": { locate: ofModule("./client/changes.js"), type: javascript },
  "table_csv.js": { locate: ofModule("./client/table_csv.js"), type: javascript },
  "service.js": { locate: ofModule("./client/service.js"), type: javascript },
  "run_buttons.js": { locate: ofModule("./client/run_buttons.js"), type: javascript },
  "asset.js": { locate: ofModule("./client/asset.js"), type: javascript },
  "cells.js": { locate: ofModule("./client/cells.js"), type: javascript },
  "charts.js": { locate: ofModule("./client/charts.js"), type: javascript },
  "chart_controls.js": { locate: ofModule("./client/chart_controls.js"), type: javascript },
  "chart_reading.js": { locate: ofModule("./client/chart_reading.js"), type: javascript },
  "chart_text.js": { locate: ofModule("./client/chart_text.js"), type: javascript },
  "drawn_chart.js": { locate: ofModule("./client/drawn_chart.js"), type: javascript },
  // What the page's modules ask the service with: the package's files, which import each other by these names.
  ...Object.fromEntries(
    ["client/client.js", "client/utils.js", "client/fetch-result-please.js", "utils/cookie.js", "utils/url.js"].map((
      name,
    ) => [`hono/${name}`, {
      locate: () => new URL(`../${name}`, import.meta.resolve("hono/client")),
      type: javascript,
    }]),
  ),
  // Of the two forms in the package the one that imports nothing.
  "lightweight_charts.js": {
    locate: () => new URL("lightweight-charts.standalone.production.mjs", import.meta.resolve("lightweight-charts")),
    type: javascript,
  },
};

interface StaticFile {
  bytes: Uint8Array<ArrayBuffer>;
  /** The same, compressed. */
  gzip: Uint8Array<ArrayBuffer>;
  /** A weak one, because it stands for both. */
  etag: string;
}

/** Serves the page's own files. Browsers keep them and ask each time whether they changed. */
export function staticFiles(): Hono {
  const read = new Map<string, Promise<StaticFile>>();
  return new Hono().get("/:name{.+}", async (c) => {
    const name = c.req.param("name");
    if (!Object.hasOwn(FILES, name)) return c.notFound();
    const { locate, type } = FILES[name]!;
    let reading = read.get(name);
    if (!reading) read.set(name, reading = readStatic(locate(), type));
    const { bytes, gzip, etag } = await reading;
    c.header("ETag", etag);
    c.header("Cache-Control", "no-cache");
    c.header("Vary", "Accept-Encoding");
    if (matches(c.req.header("If-None-Match"), etag)) return c.body(null, 304);
    const supports = ["gzip", "identity"];
    if (accepts(c, { header: "Accept-Encoding", supports, default: "identity" }) !== "gzip") {
      return c.body(bytes, 200, { "Content-Type": type });
    }
    return c.body(gzip, 200, { "Content-Type": type, "Content-Encoding": "gzip" });
  });
}

/** What a module imports, one import a line. */
const imports = /^(import .*|\} )from "([^"]+)";$/gm;

const preloads = new Map<string, readonly string[]>();

/**
 * Paths of the modules that a module of the page imports, and of those that these import: a browser that is told of all of them at
 * once need not find them one after the other.
 *
 * @param script Its name under `/static/`.
 */
export function importsOf(script: string): readonly string[] {
  const known = preloads.get(script);
  if (known) return known;
  const paths = [`/static/${script}`];
  for (const path of paths) {
    const file = FILES[path.slice("/static/".length)];
    for (const [, , name] of file ? Deno.readTextFileSync(file.locate()).matchAll(imports) : []) {
      const imported = PACKAGES[name!] ?? new URL(name!, `http://localhost${path}`).pathname;
      if (!paths.includes(imported)) paths.push(imported);
    }
  }
  preloads.set(script, paths.slice(1));
  return paths.slice(1);
}

async function readStatic(url: URL, type: string): Promise<StaticFile> {
  let bytes = await Deno.readFile(url);
  if (type === javascript) {
    const text = new TextDecoder().decode(bytes);
    bytes = new TextEncoder().encode(
      text.replace(imports, (whole, names, name) => {
        return Object.hasOwn(PACKAGES, name) ? `${names}from "${PACKAGES[name]}";` : whole;
      }),
    );
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const gzip = await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"))).bytes();
  return { bytes, gzip, etag: `W/"${digest.slice(0, 12).toHex()}"` };
}

function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  const opaque = (tag: string) => tag.trim().replace(/^W\//, "");
  return (ifNoneMatch ?? "").split(",").some((tag) => opaque(tag) === opaque(etag) || opaque(tag) === "*");
}
