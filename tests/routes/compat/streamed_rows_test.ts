import assert from "node:assert/strict";
import fc from "fast-check";
import { OldError } from "../../../routes/compat/old_errors.ts";
import { readRows, type RowSink } from "../../../routes/compat/streamed_rows.ts";

/** Keeps rows as they are; finds fault with the text "bad". */
class Keeper implements RowSink {
  rows: unknown[] = [];
  begin() {
    this.rows = [];
  }
  take(row: unknown) {
    if (row === "bad") return { path: "inside", message: "It is bad." };
    this.rows.push(row);
  }
}

/** A request whose body comes in pieces of the given length. */
function request(body: string | Uint8Array, { piece = 1e9, headers = {} } = {}): Request {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const pieces: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; start += piece) pieces.push(bytes.slice(start, start + piece));
  return new Request("http://localhost/", {
    method: "POST",
    body: ReadableStream.from(pieces),
    headers: { "Content-Type": "application/json", ...headers },
  });
}

async function outcome(
  body: string | Uint8Array,
  options: Parameters<typeof request>[1] & { maxBodyBytes?: number } = {},
) {
  const keeper = new Keeper();
  try {
    const document = await readRows(request(body, options), keeper, { maxBodyBytes: options.maxBodyBytes ?? 1e8 });
    return { document, rows: keeper.rows };
  } catch (error) {
    if (!(error instanceof OldError)) throw error;
    return { status: error.status, message: error.message };
  }
}

/** The document with its rows put back. */
function whole({ document, rows }: { document?: unknown; rows?: unknown[] }): unknown {
  const isDocument = typeof document === "object" && document !== null && !Array.isArray(document);
  return isDocument && Array.isArray((document as { data?: unknown }).data) ? { ...document, data: rows } : document;
}

const bodies = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.record({ data: fc.array(fc.jsonValue({ maxDepth: 2 })), more: fc.jsonValue({ maxDepth: 2 }) }).map((body) =>
    JSON.stringify(body, null, 1)
  ),
  fc.record({ data: fc.jsonValue({ maxDepth: 3 }) }).map((body) => JSON.stringify(body)),
);

Deno.test("readRows() reads the same as JSON.parse, in any pieces", async () => {
  await fc.assert(
    fc.asyncProperty(bodies, fc.integer({ min: 1, max: 50 }), async (body, piece) => {
      assert.deepEqual(whole(await outcome(body, { piece })), JSON.parse(body));
    }),
    { numRuns: 300 },
  );
});

Deno.test("readRows() refuses the same as JSON.parse: any JSON with a character changed, dropped or doubled", async () => {
  const damaged = fc.tuple(bodies, fc.nat(), fc.constantFrom(...`,:"[]{}\\ 1x`, ""), fc.boolean()).map(
    ([body, at, by, keep]) => {
      const i = at % body.length;
      return body.slice(0, i) + by + body.slice(keep ? i : i + 1);
    },
  );
  await fc.assert(
    fc.asyncProperty(damaged, fc.integer({ min: 1, max: 50 }), async (body, piece) => {
      let expected: { value: unknown } | undefined;
      try {
        expected = { value: JSON.parse(body) };
      } catch {
        // Then it is to be refused.
      }
      const found = await outcome(body, { piece });
      if (expected) assert.deepEqual(whole(found), expected.value);
      else if (body !== "") assert.equal(found.status, 400, body);
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("readRows() parses long lists in pieces without losing, doubling or inventing a row", async () => {
  const data = Array.from({ length: 20_000 }, (_, i) => ({ i, text: 'a "quoted", [bracketed] {text}\\' }));
  const body = JSON.stringify({ before: [1], data, after: { data: [2] } });
  assert.deepEqual(whole(await outcome(body)), JSON.parse(body));
  assert.deepEqual(whole(await outcome(body, { piece: 1_000 })), JSON.parse(body));
});

Deno.test("readRows() refuses a missing row at the seam between two pieces of a long list", async () => {
  const rows = Array.from({ length: 10_000 }, (_, i) => `{"i":${i}}`);
  for (const at of [1, 5_000, 9_999]) {
    const holed = [...rows.slice(0, at), "", ...rows.slice(at)].join(",");
    assert.equal((await outcome(`{"data":[${holed}]}`)).status, 400, `${at}`);
  }
  // Blanks of a piece's length on both sides of the hole, so that the hole is a piece of its own.
  const blank = " ".repeat(40_000);
  for (const list of [`1,${blank},2`, `1${blank},${blank}`, `${blank},1`, `,${blank}1`, `${blank},`]) {
    assert.equal((await outcome(`{"data":[${list}]}`)).status, 400);
  }
  assert.deepEqual(await outcome(`{"data":[${blank}]}`), { document: { data: [] }, rows: [] });
});

Deno.test("readRows() reads the numbers that Python's json.dumps writes, in any pieces and places", async () => {
  const many = Array.from(
    { length: 5_000 },
    (_, i) => `{"i":${i % 3 === 0 ? "NaN" : i % 3 === 1 ? "-Infinity" : i},"t":"NaN, \\"NaN"}`,
  );
  const numbers = many.map((_, i) => ({ i: [NaN, -Infinity, i][i % 3], t: 'NaN, "NaN' }));
  for (const piece of [7, 1_000, 1e9]) {
    const { rows } = await outcome(`{"before": NaN, "data": [${many.join(", ")}], "after": [Infinity]}`, { piece });
    assert.deepEqual(rows, numbers);
  }
  assert.deepEqual((await outcome('{"data":[{"a":1}],"other":NaN}')).rows, [{ a: 1 }]);
  for (
    const body of [
      '{"data":[{NaN:1}]}',
      '{"data":[{"a":NaN1}]}',
      '{"data":[NaN NaN]}',
      "{NaN:[]}",
      "NaN NaN",
      '{"data":[{"a":N}]}',
    ]
  ) {
    const { status, message } = await outcome(body);
    assert.equal(status, 400, body);
    assert.match(message!, /^The body is not JSON( after row 0 of data)?\.$/);
  }
});

Deno.test("readRows() takes the last of several lists, as JSON does, under whatever spelling", async () => {
  assert.deepEqual((await outcome('{"data":[1,"bad"],"data":[2,3]}')).rows, [2, 3]);
  assert.deepEqual((await outcome('{"\\u0064ata":[4]}')).rows, [4]);
  assert.deepEqual(await outcome('{"data":[1],"data":7}'), { document: { data: 7 }, rows: [1] });
});

Deno.test("readRows() names each row that is wrong by its place, ten at most", async () => {
  assert.deepEqual(await outcome('{"data":[1,"bad",2,"bad"]}'), {
    status: 400,
    message: "data.1.inside: It is bad. data.3.inside: It is bad.",
  });
  const { message } = await outcome(JSON.stringify({ data: new Array(30_000).fill("bad") }));
  assert.equal(message!.match(/It is bad/g)!.length, 10);
});

Deno.test("readRows() answers 413 beyond the limit, with and without a declared length", async () => {
  const body = JSON.stringify({ data: new Array(1_000).fill(1) });
  const told = await outcome(body, { headers: { "Content-Length": `${body.length}` }, maxBodyBytes: 1_000 });
  const untold = await outcome(body, { piece: 100, maxBodyBytes: 1_000 });
  for (const { status, message } of [told, untold]) {
    assert.deepEqual([status, message], [413, "A body has at most 1,000 bytes."]);
  }
  assert.equal((await outcome(body, { maxBodyBytes: body.length })).rows!.length, 1_000);
});

Deno.test("readRows() answers 415 for other content types, and 400 for bodies that are not UTF-8", async () => {
  for (const type of ["text/plain", "application/x-www-form-urlencoded", ""]) {
    assert.equal((await outcome('{"data":[]}', { headers: { "Content-Type": type } })).status, 415, type);
  }
  for (const type of ["application/json; charset=utf-8", "application/vnd.api+json"]) {
    assert.equal((await outcome('{"data":[]}', { headers: { "Content-Type": type } })).status, undefined, type);
  }
  assert.equal((await outcome(Uint8Array.of(0x22, 0xff, 0x22))).message, "The body is not UTF-8.");
  assert.equal((await outcome(Uint8Array.of(0x22, 0xc3))).message, "The body is not UTF-8.");
});

Deno.test("readRows() limits depth, rows and the rest of the body", async () => {
  const deep = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  assert.equal((await outcome(deep(32))).status, undefined);
  assert.match((await outcome(deep(33))).message!, /deeper than 32/);
  assert.match((await outcome(deep(1_000_000), { piece: 1_000 })).message!, /deeper than 32/);
  assert.match((await outcome(`{"data":["${"x".repeat(2e6)}"]}`, { piece: 10_000 })).message!, /A row has at most/);
  assert.match((await outcome(`{"other":["${"x".repeat(2e6)}"]}`, { piece: 10_000 })).message!, /Beside data/);
});

Deno.test("readRows() distinguishes no body from an empty one", async () => {
  assert.equal((await outcome("")).document, undefined);
  assert.equal((await outcome("  ")).status, 400);
});

Deno.test("readRows() reads a refused body to its end, so that who still writes gets to know why", async () => {
  let pulled = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(new TextEncoder().encode(pulled === 0 ? '{"data":[}' : " ".repeat(1_000)));
      if (++pulled === 50) controller.close();
    },
  });
  const headers = { "Content-Type": "application/json" };
  const sent = new Request("http://localhost/", { method: "POST", body, headers });
  await assert.rejects(readRows(sent, new Keeper(), { maxBodyBytes: 1e6 }), { status: 400 });
  assert.equal(pulled, 50);
});

Deno.test("readRows() lets others have their turn while a long body is read", async () => {
  const body = JSON.stringify({ data: new Array(400_000).fill(12345) });
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  await outcome(body);
  clearInterval(timer);
  assert.ok(turns >= 3, `${turns} turns`);
});
