import assert from "node:assert/strict";
import { importsOf, staticFiles, staticPath } from "../../web/static_files.ts";

const app = staticFiles();
const clients = (await Array.fromAsync(Deno.readDir(new URL("../../web/client/", import.meta.url)))).map(({ name }) =>
  name
);

Deno.test("GET /static/:name serves the page's files with their types", async () => {
  for (
    const [name, type] of [["style.css", /^text\/css/], ["icon.svg", /^image\/svg/], [
      "overview.js",
      /^text\/javascript/,
    ]] as const
  ) {
    const response = await app.request(`/${name}`);
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type")!, type);
    assert.ok((await response.text()).length > 100);
  }
});

Deno.test("GET /static/:name answers 304 for the current version, and 200 for another", async () => {
  const etag = (await app.request("/style.css")).headers.get("etag")!;
  for (const tag of [etag, etag.replace("W/", ""), `"other", ${etag}`]) {
    const again = await app.request("/style.css", { headers: { "if-none-match": tag } });
    assert.deepEqual([again.status, again.headers.get("etag"), await again.text()], [304, etag, ""]);
  }
  assert.equal((await app.request("/style.css", { headers: { "if-none-match": '"other"' } })).status, 200);
});

Deno.test("GET /static/:name is kept by browsers under the current version, and revalidated under others and none", async () => {
  const caching = async (path: string) => (await app.request(path)).headers.get("cache-control");
  const path = staticPath("style.css").replace("/static", "");
  assert.match(path, /^\/v-[0-9a-f]{16}\/style\.css$/);
  assert.equal(await caching(path), "public, max-age=31536000, immutable");
  assert.equal(await caching("/style.css"), "no-cache");
  assert.equal(await caching("/v-0123456789abcdef/style.css"), "no-cache");
  assert.equal((await app.request("/v-0123456789abcdef/page.tsx")).status, 404);
  assert.equal((await app.request(`${path.replace("style.css", "")}v-0123456789abcdef/style.css`)).status, 404);
  const charts = await (await app.request("/drawn_chart.js")).text();
  assert.ok(charts.includes(`from "${staticPath("lightweight_charts.js")}";`), "packages are kept, too");
});

Deno.test("GET /static/:name compresses for who takes it, and says that it may be either", async () => {
  const plain = await app.request("/style.css");
  for (const accepted of ["gzip", "br, gzip;q=0.5", "deflate, gzip"]) {
    const packed = await app.request("/style.css", { headers: { "accept-encoding": accepted } });
    assert.deepEqual([packed.headers.get("content-encoding"), packed.headers.get("vary")], ["gzip", "Accept-Encoding"]);
    const bytes = await packed.bytes();
    const text = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
    assert.equal(text, await (await app.request("/style.css")).text());
    assert.ok(bytes.length < 0.4 * text.length);
    assert.equal(packed.headers.get("etag"), plain.headers.get("etag"));
  }
  for (const accepted of ["identity", "br", "gzip;q=0", ""]) {
    const response = await app.request("/style.css", { headers: { "accept-encoding": accepted } });
    assert.equal(response.headers.get("content-encoding"), null, accepted);
  }
});

Deno.test("GET /static/:name serves nothing that is not on its list", async () => {
  for (
    const name of [
      "page.tsx",
      "../page.tsx",
      "..%2Fpage.tsx",
      "%2e%2e/page.tsx",
      "constructor",
      "__proto__",
      "",
      "client/age.js",
      "hono/client/index.js",
      "hono/..%2F..%2Fstyle.css",
    ]
  ) {
    const response = await app.request(`/${name}`);
    assert.equal(response.status, 404, name);
  }
});

Deno.test("client modules import nothing that is not served, and packages by the files that hold them", async () => {
  const waiting = clients.map((name) => `/static/${name}`);
  const seen = new Set(waiting);
  for (const path of waiting) {
    const response = await app.request(path.replace("/static", ""));
    assert.equal(response.status, 200, path);
    const text = await response.text();
    const targets = [
      ...text.matchAll(/^(?:import |.* from )"(.*)";$/gm),
      ...text.matchAll(/\bimport\("(\.\/[^"]*)"\)[,;\s]/g),
    ];
    for (const [, target] of targets) {
      assert.match(target!, /^(?:\.{0,2}\/)/, `${path} imports ${target}, which no browser knows`);
      const { pathname } = new URL(target!, `http://localhost${path}`);
      const plain = pathname.replace(staticPath(""), "/static/");
      if (!seen.has(plain)) waiting.push(plain);
      seen.add(plain);
    }
  }
  assert.ok(seen.has("/static/hono/client/client.js") && seen.has("/static/lightweight_charts.js"));
});

Deno.test("importsOf() names all modules that a page needs from the start, and none that it may need later", () => {
  const imported = importsOf("overview.js");
  for (const name of ["actions.js", "feed.js", "service.js", "hono/client/client.js", "hono/utils/url.js"]) {
    assert.ok(imported.includes(staticPath(name)), name);
  }
  assert.ok(!imported.includes(staticPath("lightweight_charts.js")));
  assert.ok(importsOf("runs.js").includes(staticPath("table_csv.js")), "imported for what it does alone");
  assert.equal(new Set(imported).size, imported.length);
});

Deno.test("style sheets load nothing from other hosts", async () => {
  for (const name of ["style.css", "charts.css", "graph.css"]) {
    assert.doesNotMatch(await (await app.request(`/${name}`)).text(), /@import|url\((?!"inter\.woff2")/, name);
  }
});

Deno.test("GET /static/lightweight_charts.js serves the package's module with its licence, which imports nothing", async () => {
  const response = await app.request("/lightweight_charts.js");
  assert.equal(response.headers.get("content-type"), "text/javascript; charset=utf-8");
  const text = await response.text();
  assert.match(text, /^\/\*!\s+\* @license\s+\* TradingView Lightweight Charts™ v5\.2\.1/);
  assert.match(text, /export\s*\{.*\bas createChart\b/);
  assert.doesNotMatch(text, /(^|;)import[ {*"']|from"/);
});

Deno.test("GET /static/style.css is all sheets of every page in one, in their order", async () => {
  const sheet = await (await app.request("/style.css")).text();
  let at = 0;
  for (const name of ["tokens", "style", "controls", "tables", "shell", "floats", "charts", "asset"]) {
    const own = await Deno.readTextFile(new URL(`../../web/static/${name}.css`, import.meta.url));
    assert.equal(sheet.slice(at, at + own.length), own, name);
    at += own.length;
  }
  assert.equal(at, sheet.length);
});
