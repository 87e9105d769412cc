import assert from "node:assert/strict";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { lateClosing } from "../../../resources/database/late_closing.ts";
import { openPostgres } from "../../../resources/database/mod.ts";
import { postgresBinaries, startServer } from "../../support/postgres_server.ts";

function pair(): { socket: Duplex; events: string[] } {
  const socket = lateClosing(new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() }));
  const events: string[] = [];
  socket.on("error", (error: Error) => events.push(`error: ${error.message}`));
  socket.on("close", () => events.push("close"));
  return { socket, events };
}

Deno.test("lateClosing() tells an error first, answers writes with it, and closes when nobody writes any more", async () => {
  const { socket, events } = pair();
  socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual(events, ["error: The connection to the database was lost"]);
  assert.equal(socket.write("rollback"), true);
  await new Promise((resolve) => setTimeout(resolve, 200));
  // More than the quiet time since its death, less since the last write.
  assert.deepEqual(events.slice(1), ["error: The connection to the database was lost"]);
  await once(socket, "close");
  assert.equal(events.filter((event) => event === "close").length, 1);
});

Deno.test("lateClosing() closes at once what the driver ends itself", async () => {
  const { socket, events } = pair();
  socket.end("terminate");
  socket.push(null);
  socket.resume();
  await once(socket, "close");
  assert.deepEqual(events, ["close"]);
});

Deno.test("lateClosing() takes the other side's end for a death, not for a goodbye", async () => {
  const { socket, events } = pair();
  // What a socket does by itself when the other side ends.
  socket.push(null);
  socket.resume();
  socket.end();
  await new Promise((resolve) => socket.on("close", resolve));
  assert.deepEqual(events, ["error: The connection to the database was lost", "close"]);
});

Deno.test("lateClosing() leaves a living socket alone", async () => {
  const { socket, events } = pair();
  assert.equal(socket.write("select 1"), true);
  assert.deepEqual(events, []);
  socket.end("terminate");
  socket.push(null);
  socket.resume();
  await once(socket, "close");
});

Deno.test({
  name: "openPostgres() fails a transaction whose server crashes, and goes on when it is back",
  ignore: postgresBinaries === null,
  async fn() {
    const server = await startServer({ folder: join(tmpdir(), `tandem-${crypto.randomUUID()}`), fsync: true });
    const database = await openPostgres({ databaseUrl: server.url });
    try {
      await assert.rejects(database.sql.begin(async (tx) => {
        await tx`SELECT 1`;
        await server.restart("immediate");
        await tx`SELECT 2`;
      }));
      let answer: number | undefined;
      for (let tries = 0; tries < 50 && answer === undefined; tries++) {
        answer = await database.sql<{ n: number }[]>`SELECT 3 AS n`.then(([row]) => row!.n, () => undefined);
        if (answer === undefined) await new Promise((resolve) => setTimeout(resolve, 100));
      }
      assert.equal(answer, 3);
    } finally {
      await database.close();
      await server.stop();
    }
  },
});
