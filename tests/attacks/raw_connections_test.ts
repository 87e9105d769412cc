import assert from "node:assert/strict";
import { type AttackedServer, withAttackedServer } from "../support/attacked_service.ts";

const host = "Host: 127.0.0.1\r\n";
const json = "Content-Type: application/json\r\n";
const post = `POST /v1/assets/numbers/materialize HTTP/1.1\r\n${host}${json}`;
/** The smuggled request: its response must never be seen. */
const smuggled = `POST /v1/materialize HTTP/1.1\r\n${host}${json}Content-Length: 17\r\n\r\n{"selection":"*"}`;

async function runs({ ask }: AttackedServer): Promise<number> {
  return (await ask("/v1/runs")).json.runs.length;
}

/** Requests whose end is here for one reader and there for another. */
const ambiguous: [what: string, request: string][] = [
  ["a length and chunks", `${post}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`],
  ["chunks and a length", `${post}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${smuggled}`],
  ["two lengths", `${post}Content-Length: 2\r\nContent-Length: 200\r\n\r\n{}${smuggled}`],
  ["a list of lengths", `${post}Content-Length: 2, 2\r\n\r\n{}${smuggled}`],
  ["a length with a sign", `${post}Content-Length: +2\r\n\r\n{}${smuggled}`],
  ["a negative length", `${post}Content-Length: -2\r\n\r\n{}${smuggled}`],
  ["a length beyond all bounds", `${post}Content-Length: 99999999999999999999\r\n\r\n{}${smuggled}`],
  ["a coding that sounds like chunks", `${post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`],
  ["chunks inside of another coding", `${post}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${smuggled}`],
  ["two codings", `${post}Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`],
  ["a blank before the colon", `${post}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${smuggled}`],
  ["a coding behind a vertical tab", `${post}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n${smuggled}`],
  ["a folded header", `${post}X: a\r\n Content-Length: 2\r\n\r\n{}${smuggled}`],
  ["a bare carriage return", `${post}X: a\rContent-Length: 2\r\n\r\n{}${smuggled}`],
  ["NUL in a header", `${post}X: a\0b\r\nContent-Length: 2\r\n\r\n{}${smuggled}`],
  ["two hosts", `${post}Host: evil.example\r\nContent-Length: 2\r\n\r\n{}${smuggled}`],
];

Deno.test("smuggled requests are refused, and the data after them is not read", async (t) => {
  await withAttackedServer(async (service) => {
    const before = await service.stored();
    for (const [what, request] of ambiguous) {
      await t.step(what, async () => {
        const { statuses, closed } = await service.send(request);
        assert.deepEqual([statuses, closed], [[400], true]);
      });
    }
    for (
      const [what, chunks] of [
        ["a size that overflows", "fffffffffffffffff\r\n{}\r\n0\r\n\r\n"],
        ["a size with a prefix", "0x2\r\n{}\r\n0\r\n\r\n"],
        ["a size that ends without a carriage return", "2\n{}\r\n0\r\n\r\n"],
        ["an extension of 100 kB", `2;a=${"x".repeat(100_000)}\r\n{}\r\n0\r\n\r\n`],
      ] as const
    ) {
      await t.step(`a chunk with ${what}`, async () => {
        const { statuses, closed } = await service.send(
          `${post}Transfer-Encoding: chunked\r\n\r\n${chunks}${smuggled}`,
        );
        assert.ok(statuses.length <= 1 && statuses.every((status) => status >= 400), `${statuses}`);
        assert.equal(closed, true);
      });
    }
    assert.equal(await service.stored(), before);
    await service.livesOn();
  });
});

Deno.test("requests in a row on one connection are answered each for itself", async () => {
  await withAttackedServer(async ({ send }) => {
    const get = (path: string, headers = "") => `GET ${path} HTTP/1.1\r\n${host}${headers}\r\n`;
    const last = get("/healthz", "Connection: close\r\n");
    const { statuses } = await send(get("/healthz") + get("/nowhere") + last);
    assert.deepEqual(statuses, [200, 404, 200]);
  });
});

Deno.test("a body that stops or drips is answered 408 in time, and does not keep others waiting", async (t) => {
  const pace = { maxSilenceMs: 300, graceMs: 300, minBytesPerSecond: 100_000 };
  await withAttackedServer(async (service) => {
    const before = await runs(service);
    for (
      const path of ["/v1/assets/numbers/materialize", "/v1/materialize", "/ml/pairs", "/trading/trade_with_model"]
    ) {
      for (const framing of ["Content-Length: 500\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"]) {
        await t.step(`${path}, ${framing.slice(0, 17)}`, async () => {
          const startedAtMs = performance.now();
          const drip = framing.startsWith("T") ? "1\r\n \r\n" : " ";
          const head = `POST ${path} HTTP/1.1\r\n${host}${json}${framing}`;
          const [{ statuses, text }, meanwhile] = await Promise.all([
            service.send([head, ...Array(10).fill([100, drip]).flat()], { waitMs: 500 }),
            service.ask("/healthz"),
          ]);
          assert.deepEqual(statuses, [408]);
          assert.match(text, /connection: close/i);
          assert.match(text, /did not come in time/);
          assert.equal(meanwhile.status, 200);
          assert.ok(performance.now() - startedAtMs < 10_000);
        });
      }
    }
    assert.equal(await runs(service), before);
    await service.livesOn();
  }, { api: { limits: { bodyPace: pace } } });
});

Deno.test("hundreds of connections that send nothing, half a head or half a body do not keep others from being served", async () => {
  await withAttackedServer(async (service) => {
    const halves = ["", "GET / HT", `GET / HTTP/1.1\r\n${host}X: `, `${post}Content-Length: 100\r\n\r\n{`];
    const held: Deno.Conn[] = [];
    try {
      for (let i = 0; i < 400; i++) {
        const connection = await Deno.connect({ hostname: "127.0.0.1", port: service.port });
        held.push(connection);
        const half = halves[i % halves.length]!;
        if (half !== "") await connection.write(new TextEncoder().encode(half));
      }
      const startedAtMs = performance.now();
      for (let i = 0; i < 20; i++) {
        const response = await fetch(`http://127.0.0.1:${service.port}/v1/assets`);
        assert.equal(response.status, 200);
        await response.body!.cancel();
      }
      assert.ok(performance.now() - startedAtMs < 10_000);
    } finally {
      for (const connection of held) connection.close();
    }
    await service.livesOn();
  });
});

Deno.test("heads that are too large are refused, by the service or by the runtime before it", async () => {
  await withAttackedServer(async (service) => {
    const get = (path: string, headers = "") =>
      service.send(`GET ${path} HTTP/1.1\r\n${host}${headers}\r\n`, { waitMs: 500 });
    const statusOf = async (...of: Parameters<typeof get>) => (await get(...of)).statuses;
    assert.deepEqual(await statusOf(`/v1/assets?x=${"a".repeat(17_000)}`), [414]);
    assert.deepEqual(await statusOf(`/api/ticker?x=${"a".repeat(17_000)}`), [414]);
    assert.deepEqual(await statusOf("/v1/assets", `X: ${"a".repeat(17_000)}\r\n`), [431]);
    const fields = (count: number) => Array.from({ length: count }, (_, i) => `X-${i}: a\r\n`).join("");
    assert.deepEqual(await statusOf("/v1/assets", fields(110)), [431]);
    assert.deepEqual(await statusOf("/v1/assets", fields(5_000)), [400]);
    assert.deepEqual(await statusOf(`/v1/assets?x=${"a".repeat(1_000_000)}`), [400]);
    assert.deepEqual(await statusOf("/v1/assets", `X: ${"a".repeat(1_000_000)}\r\n`), [400]);
    await service.livesOn();
  });
});

Deno.test("a host in the request line is heeded, and one that hides a name is refused", async () => {
  await withAttackedServer(async ({ send, livesOn }) => {
    const statusOf = async (head: string) => (await send(`${head}\r\n\r\n`, { waitMs: 300 })).statuses[0];
    assert.equal(await statusOf(`GET http://evil.example/v1/assets HTTP/1.1\r\nHost: 127.0.0.1`), 403);
    assert.equal(await statusOf(`GET http://127.0.0.1/v1/assets HTTP/1.1\r\nHost: evil.example`), 403);
    assert.equal(await statusOf("GET /v1/assets HTTP/1.1\r\nHost: 127.0.0.1@evil.example"), 403);
    assert.equal(await statusOf("GET /v1/assets HTTP/1.1\r\nHost: 127.0.0.1, evil.example"), 400);
    assert.equal(await statusOf("CONNECT evil.example:80 HTTP/1.1\r\nHost: evil.example:80"), 405);
    await livesOn();
  });
});

Deno.test("unsupported methods are refused, and none is echoed", async () => {
  await withAttackedServer(async (service) => {
    for (const method of ["TRACE", "TRACK", "CONNECT", "PROPFIND", "DELETE", "PUT", "PATCH", "FOO"]) {
      for (const path of ["/v1/assets", "/v1/nothing", "/api/ticker", "/", "/static/style.css"]) {
        const { statuses, text } = await service.send(
          `${method} ${path} HTTP/1.1\r\n${host}X-Secret: t0psecret\r\nContent-Length: 0\r\n\r\n`,
          { waitMs: 150 },
        );
        assert.ok([400, 403, 404, 405].includes(statuses[0]!), `${method} ${path} ${statuses}`);
        assert.doesNotMatch(text, /t0psecret/);
      }
    }
    await service.livesOn();
  });
});

Deno.test("an unexpected body is ignored or ends the connection", async () => {
  await withAttackedServer(async (service) => {
    const tail = `GET /healthz HTTP/1.1\r\n${host}Connection: close\r\n\r\n`;
    for (
      const [method, path] of [
        ["GET", "/v1/assets"],
        ["HEAD", "/v1/assets"],
        ["DELETE", "/v1/assets"],
        ["OPTIONS", "/"],
        ["TRACE", "/"],
        ["FOO", "/"],
      ]
    ) {
      for (const body of ["Content-Length: 2\r\n\r\n{}", "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"]) {
        const { statuses } = await service.send(`${method} ${path} HTTP/1.1\r\n${host}${body}${tail}`, { waitMs: 500 });
        assert.ok(statuses.length >= 1 && statuses.every((status) => status < 500), `${method} ${path}: ${statuses}`);
        if (statuses.length > 1) assert.equal(statuses[1], 200);
      }
    }
    assert.deepEqual(service.logged.filter(({ level }) => level === "error"), []);
    await service.livesOn();
  });
});

Deno.test("bytes that are no HTTP are refused, and the service lives on", async () => {
  await withAttackedServer(async (service) => {
    for (
      const noise of [
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        "SSH-2.0-x\r\n",
        "\0".repeat(1_000),
        "GET /\r\n\r\n",
        "x\r\n\r\n",
      ]
    ) {
      const { statuses } = await service.send(noise, { waitMs: 50 });
      assert.ok(statuses.every((status) => status === 400), JSON.stringify(noise));
    }
    await service.livesOn();
  });
});
