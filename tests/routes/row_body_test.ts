import assert from "node:assert/strict";
import type { RowStream } from "../../engine/mod.ts";
import { rowBody } from "../../routes/row_body.ts";

/** A stream of numbered rows that tells how far it has been read and whether it was let go. */
function numbered(count: number, { failAfter = Infinity } = {}) {
  let given = 0;
  const state = { given: 0, closed: false };
  const stream: RowStream = {
    columns: [{ name: "id", type: "integer" }, { name: "note", type: "text" }],
    version: null,
    rowCount: count,
    next: () => {
      if (given >= failAfter) return Promise.reject(new Error("The database is gone."));
      if (given >= count) return stream.close().then(() => undefined);
      const rows = Array.from({ length: Math.min(10, count - given) }, () => ({ id: given++, note: "a,b" }));
      state.given = given;
      return Promise.resolve(rows);
    },
    close: () => {
      state.closed = true;
      return Promise.resolve();
    },
    [Symbol.asyncDispose]: () => stream.close(),
  };
  return { stream, state };
}

const errors: string[] = [];
const onError = (error: unknown) => errors.push((error as Error).message);
const options = { stallMs: 60_000, onError };

Deno.test("rowBody() writes NDJSON and CSV, and lets go after the last row", async () => {
  const { stream, state } = numbered(25);
  const text = await new Response(rowBody(stream, { ...options, format: "ndjson" })).text();
  assert.deepEqual(
    text.trimEnd().split("\n").map((line) => JSON.parse(line)),
    Array.from({ length: 25 }, (_, id) => ({ id, note: "a,b" })),
  );
  assert.ok(text.endsWith("}\n"));
  assert.ok(state.closed);
  const csv = await new Response(rowBody(numbered(11).stream, { ...options, format: "csv" })).text();
  assert.equal(csv, ["id,note", ...Array.from({ length: 11 }, (_, id) => `${id},"a,b"`), ""].join("\r\n"));
});

Deno.test("rowBody() of no rows is the header as CSV, and nothing as NDJSON", async () => {
  assert.equal(await new Response(rowBody(numbered(0).stream, { ...options, format: "csv" })).text(), "id,note\r\n");
  assert.equal(await new Response(rowBody(numbered(0).stream, { ...options, format: "ndjson" })).text(), "");
});

Deno.test("rowBody() reads no further than its reader", async () => {
  const { stream, state } = numbered(1_000);
  const reader = rowBody(stream, { ...options, format: "ndjson" }).getReader();
  assert.equal(state.given, 0);
  await reader.read();
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(state.given, 10);
  await reader.read();
  assert.equal(state.given, 20);
  await reader.cancel();
  assert.ok(state.closed);
});

Deno.test("rowBody() breaks off, and does not end, when a row cannot be read", async () => {
  errors.length = 0;
  const { stream, state } = numbered(100, { failAfter: 20 });
  const reader = rowBody(stream, { ...options, format: "ndjson" }).getReader();
  await reader.read();
  await reader.read();
  await assert.rejects(reader.read(), (reason) => reason === "The rows could not be read to the end.");
  assert.ok(state.closed);
  assert.deepEqual(errors, ["The database is gone."]);
});

Deno.test("rowBody() aborts and releases its cursor when the client stops reading, at the start or in the middle", async () => {
  for (const reads of [0, 2]) {
    errors.length = 0;
    const { stream, state } = numbered(100);
    const reader = rowBody(stream, { format: "ndjson", stallMs: 15, onError }).getReader();
    for (let i = 0; i < reads; i++) await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.ok(state.closed);
    await assert.rejects(reader.read(), (reason) => reason === "The client took no rows for 0.015 s.");
    assert.equal(errors.length, 1);
  }
});
