import { Hono } from "hono";

/** Every file that is served, by its name under `/static/`. There is no other way to a file. */
const FILES: Readonly<Record<string, { path: string; type: string }>> = {
  "style.css": { path: "./static/style.css", type: "text/css; charset=utf-8" },
  "icon.svg": { path: "./static/icon.svg", type: "image/svg+xml" },
  "overview.js": { path: "./client/overview.js", type: "text/javascript; charset=utf-8" },
  "age.js": { path: "./client/age.js", type: "text/javascript; charset=utf-8" },
  "live_parts.js": { path: "./client/live_parts.js", type: "text/javascript; charset=utf-8" },
  "run_stream.js": { path: "./client/run_stream.js", type: "text/javascript; charset=utf-8" },
};

interface StaticFile {
  bytes: Uint8Array<ArrayBuffer>;
  etag: string;
}

/** Serves the page's own files. Browsers keep them and ask each time whether they changed. */
export function staticFiles(): Hono {
  const read = new Map<string, Promise<StaticFile>>();
  return new Hono().get("/:name", async (c) => {
    const name = c.req.param("name");
    if (!Object.hasOwn(FILES, name)) return c.notFound();
    const { path, type } = FILES[name]!;
    let reading = read.get(name);
    if (!reading) read.set(name, reading = readStatic(new URL(path, import.meta.url)));
    const { bytes, etag } = await reading;
    c.header("ETag", etag);
    c.header("Cache-Control", "no-cache");
    if (matches(c.req.header("If-None-Match"), etag)) return c.body(null, 304);
    return c.body(bytes, 200, { "Content-Type": type });
  });
}

async function readStatic(url: URL): Promise<StaticFile> {
  const bytes = await Deno.readFile(url);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return { bytes, etag: `"${digest.slice(0, 12).toHex()}"` };
}

function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  return (ifNoneMatch ?? "").split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag || tag.trim() === "*");
}
