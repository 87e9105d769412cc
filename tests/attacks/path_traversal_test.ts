import assert from "node:assert/strict";
import { withAttackedServer } from "../support/attacked_service.ts";

/** Ways out of a folder, as a path can write them. */
const ups = [
  "../",
  "..%2f",
  "%2e%2e/",
  "%2e%2e%2f",
  "%252e%252e%252f",
  "..%5c",
  "..\\",
  "%2e%2e%5c",
  "....//",
  "..;/",
  "..%00/",
  "%c0%ae%c0%ae/",
  "%c0%ae%c0%ae%c0%af",
  "%e0%80%ae%e0%80%ae/",
  "..%ef%bc%8f",
  "%uff0e%uff0e/",
];
const targets = [
  "etc/passwd",
  "deno.json",
  "main.ts",
  ".env",
  "proc/self/environ",
  ".git/config",
  "web/static/style.css",
];

Deno.test("no path leads to a file that is not offered", async (t) => {
  await withAttackedServer(async (service) => {
    for (const prefix of ["/static/", "/", "/v1/assets/", "/assets/", "/pairs/a/", "/api/ticker/", "/backfills/"]) {
      await t.step(prefix, async () => {
        for (const up of ups) {
          const requests = targets.map((target) =>
            `GET ${prefix}${up.repeat(6)}${target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`
          );
          const end = "GET /nowhere HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
          const { text, statuses } = await service.send([...requests, end]);
          assert.equal(statuses.length, targets.length + 1, up);
          // What stands for a ticker is the name of one, whatever it is: the page says that nothing is known of it.
          const allowed = prefix === "/pairs/a/" ? [200, 400, 404] : [400, 404];
          for (const status of statuses) assert.ok(allowed.includes(status), `${prefix}${up}: ${statuses}`);
          assert.doesNotMatch(text, /root:|"imports"|import \{|DATABASE_URL|PATH=|\[core\]|--surface/, up);
        }
      });
    }
    await service.livesOn();
  });
});

Deno.test("files are offered by name alone, and no name of an object's own is one", async () => {
  await withAttackedServer(async ({ ask }) => {
    assert.equal((await ask("/static/style.css")).status, 200);
    for (
      const name of [
        "",
        ".",
        "style.css/",
        "style.css/.",
        "STYLE.CSS",
        "style.css%00.svg",
        "style.css%20",
        "__proto__",
        "constructor",
        "toString",
        "hasOwnProperty",
        "file:///etc/passwd",
        "%2fetc%2fpasswd",
        "C:%5cwindows",
      ]
    ) {
      assert.equal((await ask(`/static/${name}`)).status, 404, name);
    }
  });
});
