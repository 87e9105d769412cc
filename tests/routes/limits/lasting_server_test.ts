import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { loggerTo } from "../../../engine/mod.ts";
import { lastingServer } from "../../../routes/limits/lasting_server.ts";

const encoder = new TextEncoder();

function quiet() {
  const lines: string[] = [];
  return { lines, logger: loggerTo((level, message) => lines.push(`${level}: ${message}`)) };
}

async function firstLine(connection: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(1024);
  const count = await connection.read(buffer);
  return new TextDecoder().decode(buffer.subarray(0, count ?? 0)).split("\r\n")[0]!;
}

Deno.test("lastingServer() serves, and ends on request", async () => {
  const server = lastingServer({ hostname: "127.0.0.1", port: 0, logger: quiet().logger }, () => new Response("here"));
  assert.equal(await (await fetch(`http://127.0.0.1:${server.addr.port}/`)).text(), "here");
  await server.shutdown();
  await assert.rejects(fetch(`http://127.0.0.1:${server.addr.port}/`));
});

Deno.test("lastingServer() throws as Deno.serve does where it cannot listen", async () => {
  const { logger } = quiet();
  const server = lastingServer({ hostname: "127.0.0.1", port: 0, logger }, () => new Response());
  const { port } = server.addr;
  assert.throws(
    () => lastingServer({ hostname: "127.0.0.1", port, logger }, () => new Response()),
    Deno.errors.AddrInUse,
  );
  await server.shutdown();
});

Deno.test("lastingServer() is not kept from ending by a client that never sends the end of a body", async () => {
  const server = lastingServer({ hostname: "127.0.0.1", port: 0, logger: quiet().logger }, async (request) => {
    const reader = request.body!.getReader();
    await reader.read();
    await reader.cancel();
    return new Response("enough", { status: 408 });
  });
  const client = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
  await client.write(encoder.encode("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc"));
  assert.equal(await firstLine(client), "HTTP/1.1 408 Request Timeout");
  const startedAtMs = performance.now();
  await server.shutdown({ patienceMs: 100 });
  const tookMs = performance.now() - startedAtMs;
  assert.ok(tookMs >= 90 && tookMs < 5_000, `${tookMs}`);
  client.close();
  await assert.rejects(fetch(`http://127.0.0.1:${server.addr.port}/`));
});

Deno.test({
  name: "lastingServer() outlives a flood of connections that uses up the open files, and serves those that were there",
  ignore: Deno.build.os === "windows",
  async fn() {
    const program = fileURLToPath(new URL("../../support/lasting_server_process.ts", import.meta.url));
    // The runtime raises the soft limit to the hard one: the hard one it has to be.
    const child = new Deno.Command("sh", {
      args: ["-c", `ulimit -n 150; exec "$0" run --quiet --no-check -A "$1"`, Deno.execPath(), program],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let said = "";
    const until = async (pattern: RegExp): Promise<RegExpMatchArray> => {
      for (;;) {
        const found = said.match(pattern);
        if (found) return found;
        const { done, value } = await output.read();
        assert.ok(!done, `The server has ended: ${said}`);
        said += value;
      }
    };
    const flood: Deno.Conn[] = [];
    try {
      const port = Number((await until(/port (\d+)/))[1]);
      const connect = () => Deno.connect({ hostname: "127.0.0.1", port });
      using early = await connect();
      const ask = async () => {
        await early.write(encoder.encode("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        return await firstLine(early);
      };
      assert.equal(await ask(), "HTTP/1.1 200 OK");
      // It may have stopped to listen before all have come.
      for (let i = 0; i < 200; i++) await connect().then((connection) => flood.push(connection), () => {});
      await until(/No more connections are accepted .*open files/);
      assert.equal(await ask(), "HTTP/1.1 200 OK");
      for (const connection of flood.splice(0)) connection.close();
      await until(/accepted again/);
      assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), "here");
    } finally {
      for (const connection of flood) connection.close();
      child.kill();
      await child.status;
      await output.cancel();
    }
  },
});
