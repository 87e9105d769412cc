import assert from "node:assert/strict";
import { Hono } from "hono";
import { silentLogger } from "../../engine/mod.ts";
import { loopbackHostOnly, onError, ownOriginOnly } from "../../routes/mod.ts";

const app = new Hono().onError(onError(silentLogger));
app.use("/local/*", loopbackHostOnly());
app.use("/own/*", ownOriginOnly());
const publicUrl = new URL("https://tandem.example");
app.use("/proxied/local/*", loopbackHostOnly({ publicUrl }));
app.use("/proxied/own/*", ownOriginOnly({ publicUrl }));
app.all("*", (c) => c.text("done"));

async function answer(path: string, method: string, headers: Record<string, string>): Promise<[number, string]> {
  const response = await app.request(path, { method, headers });
  return [response.status, response.status === 200 ? "" : (await response.json()).type];
}

const host = { Host: "127.0.0.1:8080" };

for (
  const [who, headers] of [
    ["a program", {}],
    ["a page of this server", { Origin: "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-origin" }],
    ["a page of this server in an old browser", { Origin: "http://127.0.0.1:8080" }],
    ["a page behind a proxy that ends TLS", { Origin: "https://127.0.0.1:8080" }],
    ["an address typed by its user", { "Sec-Fetch-Site": "none" }],
  ] as [string, Record<string, string>][]
) {
  Deno.test(`ownOriginOnly takes changes from ${who}`, async () => {
    assert.deepEqual(await answer("/own/x", "POST", { ...host, ...headers }), [200, ""]);
  });
}

for (
  const [who, headers] of [
    ["another site", { Origin: "https://evil.example", "Sec-Fetch-Site": "cross-site" }],
    ["another site in an old browser", { Origin: "https://evil.example" }],
    ["another port of this machine", { Origin: "http://127.0.0.1:9090", "Sec-Fetch-Site": "same-site" }],
    ["another port in an old browser", { Origin: "http://127.0.0.1:9090" }],
    ["a sandboxed frame", { Origin: "null" }],
    ["a site whose name begins like this one", { Origin: "http://127.0.0.1:8080.evil.example" }],
    ["another site with a form", { Origin: "https://evil.example", "Content-Type": "text/plain" }],
  ] as [string, Record<string, string>][]
) {
  Deno.test(`ownOriginOnly refuses changes from ${who}, whatever the method`, async () => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      assert.deepEqual(
        await answer("/own/x", method, { ...host, ...headers }),
        [403, "/problems/foreign-origin"],
        method,
      );
    }
    assert.deepEqual(await answer("/own/x", "GET", { ...host, ...headers }), [200, ""]);
  });
}

for (
  const name of [
    "localhost",
    "localhost:8080",
    "LOCALHOST:1",
    "127.0.0.1:80",
    "127.0.0.53",
    "[::1]:8080",
    "app.localhost:3",
  ]
) {
  Deno.test(`loopbackHostOnly takes the host ${name}`, async () => {
    assert.deepEqual(await answer("/local/x", "GET", { Host: name }), [200, ""]);
  });
}

for (
  const name of [
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "192.168.1.7:8080",
    "evil@",
    "[::2]",
    "notlocalhost",
  ]
) {
  Deno.test(`loopbackHostOnly refuses the host ${name}, for reading as well`, async () => {
    assert.deepEqual(await answer("/local/x", "GET", { Host: name }), [403, "/problems/foreign-host"]);
  });
}

for (
  const [who, headers] of [
    ["a program", {}],
    ["a page of the public address", { Origin: "https://tandem.example", "Sec-Fetch-Site": "same-origin" }],
    ["a page of it in an old browser", { Origin: "https://tandem.example" }],
    ["a page of it where the proxy passes its own host on", { Origin: "https://tandem.example", Host: "tandem:8000" }],
  ] as [string, Record<string, string>][]
) {
  Deno.test(`ownOriginOnly behind a public address takes changes from ${who}`, async () => {
    assert.deepEqual(await answer("/proxied/own/x", "POST", { ...host, ...headers }), [200, ""]);
  });
}

for (
  const [who, headers] of [
    ["the address that is listened on", { Origin: "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-origin" }],
    ["the public name without TLS", { Origin: "http://tandem.example", Host: "tandem.example" }],
    ["another port of the public name", { Origin: "https://tandem.example:8443", "Sec-Fetch-Site": "same-site" }],
    ["a subdomain", { Origin: "https://evil.tandem.example", "Sec-Fetch-Site": "same-site" }],
    ["a foreign name that was pointed here", {
      Origin: "http://evil.example",
      Host: "evil.example",
      "Sec-Fetch-Site": "same-origin",
    }],
    ["a sandboxed frame", { Origin: "null" }],
  ] as [string, Record<string, string>][]
) {
  Deno.test(`ownOriginOnly behind a public address refuses changes from ${who}`, async () => {
    const got = await answer("/proxied/own/x", "POST", { ...host, ...headers });
    assert.deepEqual(got, [403, "/problems/foreign-origin"]);
  });
}

Deno.test("loopbackHostOnly takes the public address as well, and no other", async () => {
  for (const name of ["tandem.example", "TANDEM.example", "127.0.0.1:8000"]) {
    assert.deepEqual(await answer("/proxied/local/x", "GET", { Host: name }), [200, ""], name);
  }
  for (const name of ["tandem.example.evil.example", "evil.example", "user@tandem.example", "tandem.example:81"]) {
    assert.deepEqual(await answer("/proxied/local/x", "GET", { Host: name }), [403, "/problems/foreign-host"], name);
  }
});

Deno.test("loopbackHostOnly heeds the host of the request line too", async () => {
  const response = await app.request("http://evil.example/local/x", { headers: host });
  assert.deepEqual([response.status, (await response.json()).type], [403, "/problems/foreign-host"]);
});
