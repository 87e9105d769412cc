import assert from "node:assert/strict";
import { Hono } from "hono";
import { addressGroup, clientAddress, isSecure } from "../../../routes/limits/client_address.ts";

async function ask(trustedProxies: number, headers: Record<string, string>, hostname: string | null = "10.0.0.1") {
  const app = new Hono().get(
    "/",
    (c) => c.json([clientAddress(c, { trustedProxies }), isSecure(c, { trustedProxies })]),
  );
  const env = hostname === null ? {} : { remoteAddr: { hostname, port: 1, transport: "tcp" } };
  return await (await app.request("/", { headers }, env)).json() as [string, boolean];
}

Deno.test("clientAddress() trusts no header without a proxy in front", async () => {
  const forged = { "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "Forwarded": "for=203.0.113.9" };
  assert.deepEqual(await ask(0, forged), ["10.0.0.1", false]);
});

Deno.test("clientAddress() counts proxies from the right, so that entries forged by a client are ignored", async () => {
  const headers = { "X-Forwarded-For": "1.1.1.1, 198.51.100.7, 10.0.0.2" };
  assert.deepEqual((await ask(1, headers))[0], "10.0.0.2");
  assert.deepEqual((await ask(2, headers))[0], "198.51.100.7");
  assert.deepEqual((await ask(2, { "X-Forwarded-For": "198.51.100.7" }))[0], "198.51.100.7");
  assert.deepEqual((await ask(2, {}))[0], "10.0.0.1");
});

Deno.test("clientAddress() goes back to the socket where a proxy wrote no address", async () => {
  for (const hop of ["unknown", "_hidden", "999.1.1.1", "1.2.3", "::g", "'; DROP TABLE x", "a".repeat(100), ","]) {
    assert.equal((await ask(1, { "X-Forwarded-For": hop }))[0], "10.0.0.1", hop);
  }
  assert.equal((await ask(1, {}, null))[0], "unknown");
});

Deno.test("addressGroup() writes an address in one way and counts IPv6 by its first half", () => {
  for (
    const [text, group] of [
      ["192.0.2.1", "192.0.2.1"],
      ["192.0.2.1:4711", "192.0.2.1"],
      ["::ffff:192.0.2.1", "192.0.2.1"],
      ["[::ffff:c000:201]:99", "192.0.2.1"],
      ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
      ["2001:0DB8:0001:0002::9", "2001:db8:1:2::/64"],
      ["2001:db8::1", "2001:db8:0:0::/64"],
      ["[2001:db8::1]:443", "2001:db8:0:0::/64"],
      ["fe80::1%eth0", "fe80:0:0:0::/64"],
      ["::1", "0:0:0:0::/64"],
      ["localhost", undefined],
      ["", undefined],
      [undefined, undefined],
    ] as const
  ) {
    assert.equal(addressGroup(text), group, text);
  }
});

Deno.test("isSecure() believes the proxies that are trusted, from the right", async () => {
  assert.equal((await ask(1, { "X-Forwarded-Proto": "https" }))[1], true);
  assert.equal((await ask(1, { "X-Forwarded-Proto": "https, http" }))[1], false);
  assert.equal((await ask(2, { "X-Forwarded-Proto": "https, http" }))[1], true);
  assert.equal((await ask(2, { "X-Forwarded-Proto": "https" }))[1], true);
  assert.equal((await ask(1, {}))[1], false);
});
