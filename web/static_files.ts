import { createHash } from "node:crypto";
import { Hono } from "hono";
import { accepts } from "hono/accepts";
import { isKnown } from "../routes/answer_cache.ts";

// Never called: these imports make Deno fetch the packages whose files are served.
void (() => import("lightweight-charts"));
void (() => import("@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"));

const css = "text/css; charset=utf-8";
const javascript = "text/javascript; charset=utf-8";

/** Packages that modules of the page import by name, which browsers cannot resolve, by the file that holds them. */
const PACKAGES: Readonly<Record<string, string>> = {
  "hono/client": "hono/client/client.js",
  "lightweight-charts": "lightweight_charts.js",
};

/** Sheets of every page, in their order: one file, because each request before the first content costs. */
const SHARED_SHEETS = [
  "tokens.css",
  "style.css",
  "controls.css",
  "tables.css",
  "shell.css",
  "floats.css",
  "charts.css",
  "asset.css",
];

/** Every file that is served, by its name under `/static/`; no other file can be. */
const FILES: Readonly<Record<string, ServedFile>> = {
  "style.css": {
    locate: () => new URL("./static/style.css", import.meta.url),
    parts: SHARED_SHEETS.map((name) => new URL(`./static/${name}`, import.meta.url)),
    type: css,
  },
  ...filesOf("./static/", css, [
    "backfills.css",
    "docs.css",
    "graph.css",
    "overview.css",
    "pair.css",
    "pairs.css",
    "runs.css",
    "settings.css",
    "strategies.css",
    "tickers.css",
  ]),
  ...filesOf("./client/", javascript, [
    "actions.js",
    "age.js",
    "asset.js",
    "backfills.js",
    "bulk_runs.js",
    "partitions.js",
    "changes.js",
    "chart_controls.js",
    "chart_reading.js",
    "chart_shades.js",
    "chart_text.js",
    "chart_zoom.js",
    "charts.js",
    "clusters.js",
    "drawn_chart.js",
    "event_words.js",
    "feed.js",
    "gestures.js",
    "graph.js",
    "graph_nodes.js",
    "graph_view.js",
    "label_places.js",
    "live_parts.js",
    "minimap.js",
    "overview.js",
    "pair.js",
    "palette.js",
    "preferences.js",
    "receipt.js",
    "run_buttons.js",
    "run_log.js",
    "runs.js",
    "service.js",
    "settings.js",
    "shell.js",
    "skeleton.js",
    "strategies.js",
    "table_csv.js",
    "tabs.js",
    "theme.js",
    "tickers.js",
  ]),
  // Inter, Latin with extensions, all weights, under the SIL Open Font License 1.1.
  "inter.woff2": {
    locate: () => new URL(import.meta.resolve("@fontsource-variable/inter/files/inter-latin-wght-normal.woff2")),
    type: "font/woff2",
  },
  "icon.svg": { locate: () => new URL("./static/icon.svg", import.meta.url), type: "image/svg+xml" },
  // The client for the API: files of the package, which import each other by these names.
  ...Object.fromEntries(
    ["client/client.js", "client/utils.js", "client/fetch-result-please.js", "utils/cookie.js", "utils/url.js"].map((
      name,
    ) => [`hono/${name}`, {
      locate: () => new URL(`../${name}`, import.meta.resolve("hono/client")),
      type: javascript,
    }]),
  ),
  // The package's build without imports.
  "lightweight_charts.js": {
    locate: () => new URL("lightweight-charts.standalone.production.mjs", import.meta.resolve("lightweight-charts")),
    type: javascript,
  },
};

interface ServedFile {
  locate: () => URL;
  /** Files that are served as one, if it is more than the one that is located. */
  parts?: readonly URL[];
  type: string;
}

function filesOf(folder: string, type: string, names: readonly string[]): Record<string, ServedFile> {
  return Object.fromEntries(
    names.map((name) => [name, { locate: () => new URL(folder + name, import.meta.url), type }]),
  );
}

interface StaticFile {
  bytes: Uint8Array<ArrayBuffer>;
  /** The content, compressed by gzip. */
  gzip: Uint8Array<ArrayBuffer>;
  /** Strong form, for comparison. It is sent as a weak one, because it covers both encodings. */
  etag: string;
}

/** The folder of a version of all files. */
const versionFolder = /^v-[0-9a-f]{16}\//;

let current: string | undefined;

/** The address of a file with the version of all files: its content never changes, so that browsers ask for it once. */
export function staticPath(name: string): string {
  current ??= versionOf(Object.values(FILES).flatMap(({ parts, locate }) => parts ?? [locate()]));
  return `/static/${current}${name}`;
}

function versionOf(files: readonly URL[]): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(Deno.readFileSync(file));
  return `v-${hash.digest("hex").slice(0, 16)}/`;
}

/** Serves the page's own files. Browsers keep those under the current version, and revalidate others each time. */
export function staticFiles(): Hono {
  const read = new Map<string, Promise<StaticFile>>();
  return new Hono().get("/:name{.+}", async (c) => {
    const asked = c.req.param("name");
    // An open page may ask for modules of the version that it was loaded with.
    const name = asked.replace(versionFolder, "");
    if (!Object.hasOwn(FILES, name)) return c.notFound();
    const { locate, parts, type } = FILES[name]!;
    let reading = read.get(name);
    if (!reading) read.set(name, reading = readStatic(parts ?? [locate()], type));
    const { bytes, gzip, etag } = await reading;
    c.header("ETag", `W/${etag}`);
    const lasts = `/static/${asked}` === staticPath(name);
    c.header("Cache-Control", lasts ? "public, max-age=31536000, immutable" : "no-cache");
    c.header("Vary", "Accept-Encoding");
    if (isKnown(etag, c.req.header("If-None-Match"))) return c.body(null, 304);
    const supports = ["gzip", "identity"];
    if (accepts(c, { header: "Accept-Encoding", supports, default: "identity" }) !== "gzip") {
      return c.body(bytes, 200, { "Content-Type": type });
    }
    return c.body(gzip, 200, { "Content-Type": type, "Content-Encoding": "gzip" });
  });
}

/** Imports of a module, one per line. */
const imports = /^(import (?:.* from )?|\} from )"([^"]+)";$/gm;

const preloads = new Map<string, readonly string[]>();

/**
 * Paths of the modules that a module of the page imports, directly and indirectly, for preloading: otherwise a browser discovers
 * them one after the other.
 *
 * @param script Its name under `/static/`.
 */
export function importsOf(script: string): readonly string[] {
  const known = preloads.get(script);
  if (known) return known;
  const names = [script];
  for (const name of names) {
    const file = FILES[name];
    for (const [, , from] of file ? Deno.readTextFileSync(file.locate()).matchAll(imports) : []) {
      const imported = PACKAGES[from!] ?? new URL(from!, `http://localhost/${name}`).pathname.slice(1);
      if (!names.includes(imported)) names.push(imported);
    }
  }
  const paths = names.slice(1).map(staticPath);
  preloads.set(script, paths);
  return paths;
}

async function readStatic(parts: readonly URL[], type: string): Promise<StaticFile> {
  const contents = await Promise.all(parts.map((url) => Deno.readFile(url)));
  let bytes = await new Blob(contents).bytes();
  if (type === javascript) {
    const text = new TextDecoder().decode(bytes);
    bytes = new TextEncoder().encode(
      text.replace(imports, (whole, names, name) => {
        return Object.hasOwn(PACKAGES, name) ? `${names}"${staticPath(PACKAGES[name]!)}";` : whole;
      }),
    );
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const gzip = await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"))).bytes();
  return { bytes, gzip, etag: `"${digest.slice(0, 12).toHex()}"` };
}
