import assert from "node:assert/strict";
import { withAttacked, withAttackedServer } from "../support/attacked_service.ts";
import { pairPageAssets } from "../support/pair_page_assets.ts";

/** Ends of lines, as they are and in each way of writing them. */
const breaks = ["%0d%0a", "%0a", "%0d", "%E5%98%8A%E5%98%8D", "%c0%8d%c0%8a", "%u000d%u000a", "%250d%250a", "%00"];
const injected = "Set-Cookie:%20injected=1";

Deno.test("ends of lines in an address come into no header, whatever the answer makes of it", async () => {
  await withAttackedServer(async ({ send, livesOn }) => {
    for (const end of breaks) {
      for (
        const path of [
          `/v1/assets/numbers${end}${injected}`,
          `/v1/assets/${end}${injected}/rows?format=csv`,
          `/v1/assets/chosen_pairs/rows?limit=1&format=csv${end}${injected}`,
          `/v1/assets/chosen_pairs/rows?limit=1&ticker_1.ne=${end}${injected}`,
          `/v1/runs?limit=1&before=${end}${injected}`,
          `/pairs/PEP${end}${injected}/KO`,
          `/pairs/b${end}${injected}/a`,
          `/pairs?ticker=${end}${injected}`,
          `/backfills/1${end}${injected}`,
          `/static/style.css${end}${injected}`,
          `/api/ticker/${end}${injected}`,
          `/nowhere${end}${injected}`,
          `/${end}${injected}`,
        ]
      ) {
        const { text, statuses } = await send(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
        assert.equal(statuses.length, 1, path);
        assert.ok(statuses[0]! < 500, `${path}: ${statuses}`);
        const head = text.slice(0, text.indexOf("\r\n\r\n"));
        assert.doesNotMatch(head, /^set-cookie/im, path);
      }
    }
    await livesOn();
  }, { engine: { assets: pairPageAssets } });
});

Deno.test("a request id of a client is taken only where it can be nothing but an id", async () => {
  await withAttacked(async ({ ask }) => {
    const answered = async (id: string) => (await ask("/v1/nothing", { headers: { "X-Request-Id": id } }));
    assert.equal((await answered("abc-DEF_123=")).headers.get("X-Request-Id"), "abc-DEF_123=");
    for (const id of ["<script>", "a b", 'a"b', "a,b", "a;b", "../x", "%0d%0a", "a".repeat(256), "ä"]) {
      const { headers, json } = await answered(id);
      assert.match(headers.get("X-Request-Id")!, /^[0-9a-f-]{36}$/, id);
      assert.equal(json.requestId, headers.get("X-Request-Id"));
    }
  });
});

Deno.test("names of files that are offered come from names of assets alone", async () => {
  await withAttacked(async ({ ask }) => {
    for (
      const name of [
        'numbers"; filename="evil.exe',
        "numbers%22%3B%20filename%3D%22evil.exe",
        "numbers%0d%0ax",
        "../numbers",
      ]
    ) {
      for (const format of ["csv", "parquet"]) {
        const { status, headers } = await ask(`/v1/assets/${name}/rows?format=${format}`);
        assert.equal(status, 404, name);
        assert.equal(headers.get("Content-Disposition"), null);
      }
    }
    const { headers } = await ask("/v1/assets/numbers/rows?format=csv");
    assert.equal(headers.get("Content-Disposition"), 'attachment; filename="numbers.csv"');
  });
});

Deno.test("redirects and links lead to this site alone", async () => {
  await withAttacked(async ({ app }) => {
    for (
      const path of [
        "/pairs/PEP/KO",
        "/pairs//evil.example/KO",
        "/pairs/%2F%2Fevil.example/%2F%2Fa",
        "/pairs/https:%2F%2Fevil.example/a",
        "/pairs/%5Cevil.example/%5Ca",
        "//evil.example/pairs/b/a",
        "/pairs/b/a?next=https://evil.example",
      ]
    ) {
      const response = await app.request(path, { redirect: "manual" });
      const location = response.headers.get("Location");
      if (location !== null) {
        assert.match(location, /^\/(?![/\\])/, path);
        assert.equal(new URL(location, "https://tandem.example").origin, "https://tandem.example", path);
      }
      await response.body?.cancel();
    }
    for (const path of ["/v1/assets/chosen_pairs/rows?limit=1", "//evil.example/v1/assets/chosen_pairs/rows?limit=1"]) {
      const link = (await app.request(`http://evil.localhost${path}`)).headers.get("Link");
      if (link !== null) assert.match(link, /^<\/v1\/assets/, path);
    }
  }, { engine: { assets: pairPageAssets } });
});
