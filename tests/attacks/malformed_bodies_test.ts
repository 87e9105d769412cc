import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { withAttacked } from "../support/attacked_service.ts";

const path = "/v1/assets/multiples/materialize";
const json = { "Content-Type": "application/json" };
const nested = (depth: number, open = "[", close = "]") => open.repeat(depth) + close.repeat(depth);

/** Bodies that are no request, with what they are told. */
const refused: [what: string, body: BodyInit, status: number, said: RegExp][] = [
  ["nests 100,000 lists", nested(100_000), 400, /nests deeper than 32|not JSON/],
  ["nests 33 lists in a setting", `{"config": {"factor": ${nested(33)}}}`, 400, /nests deeper/],
  [
    "nests objects under the names of prototypes",
    `${'{"__proto__":'.repeat(500)}1${"}".repeat(500)}`,
    400,
    /nests deeper|not/,
  ],
  ["sets __proto__", '{"__proto__": {"force": true}}', 400, /__proto__/],
  ["sets constructor", '{"constructor": {"prototype": {"force": true}}}', 400, /constructor/],
  ["sets __proto__ in settings", '{"config": {"__proto__": {"factor": 9}}}', 400, /__proto__|unknown name/i],
  ["has a number beyond all bounds", '{"config": {"factor": 1e999}}', 400, /config\.factor|factor/],
  ["has a priority beyond all bounds", '{"priority": 9007199254740993}', 400, /priority/],
  ["has a number of 100,000 digits", `{"priority": ${"9".repeat(100_000)}}`, 400, /priority/],
  ["has NaN", '{"priority": NaN}', 400, /not JSON/],
  ["has NUL", '{"config": {"factor": "\\u0000"}}', 400, /NUL/],
  ["has NUL in a name", '{"config": {"a\\u0000": 1}}', 400, /NUL/],
  ["has half a character", '{"config": {"factor": "\\ud800"}}', 400, /half a character/],
  [
    "is not UTF-8",
    new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
    400,
    /unknown name|not JSON/i,
  ],
  ["is cut off", '{"upstream": tr', 400, /not JSON/],
  ["is two documents", "{}{}", 400, /not JSON/],
  ["is a list", "[]", 400, /expected object|Invalid/i],
  ["is a word", '"upstream"', 400, /expected object|Invalid/i],
];

Deno.test("bodies that are no request are refused with the reason, and change nothing", async (t) => {
  await withAttacked(async ({ ask, stored, livesOn, logged }) => {
    const before = await stored();
    for (const [what, body, status, said] of refused) {
      await t.step(`a body that ${what}`, async () => {
        const answer = await ask(path, { method: "POST", headers: json, body });
        assert.equal(answer.status, status);
        assert.match(answer.text, said);
        // What is sent back is not a copy of a body of any size.
        assert.ok(answer.text.length < 5_000, `${answer.text.length}`);
      });
    }
    assert.equal(await stored(), before);
    assert.equal(({} as Record<string, unknown>).force, undefined);
    assert.deepEqual(logged.filter(({ level }) => level === "error"), []);
    await livesOn();
  });
});

Deno.test("of properties that come twice the last one counts, as in every reader of JSON, and is checked like one", async () => {
  await withAttacked(async ({ ask }) => {
    const twice = (body: string) => ask(path, { method: "POST", headers: json, body });
    assert.equal((await twice('{"dryRun": true, "priority": 1, "priority": "x"}')).status, 400);
    const planned = await twice('{"dryRun": false, "dryRun": true}');
    assert.equal(planned.status, 200);
    assert.equal((await ask("/v1/runs")).json.runs.length, 1);
  });
});

Deno.test("bodies beyond the limit answer 413, whatever they say of their length, and to whom they are sent", async () => {
  const large = "x".repeat(1_100);
  const stream = () => new Blob([large]).stream();
  await withAttacked(async ({ ask, stored, livesOn }) => {
    const before = await stored();
    for (const to of [path, "/v1/materialize", "/v1/backfills", "/ml/pairs", "/trading/trade_with_model", "/ml/rlrt"]) {
      for (
        const [body, headers] of [
          [large, { "Content-Length": "1100" }],
          [stream(), {}],
          [stream(), { "Content-Length": "10" }],
          [stream(), { "Content-Length": "0x10" }],
        ] as [BodyInit, Record<string, string>][]
      ) {
        const { status, text } = await ask(to, { method: "POST", headers: { ...json, ...headers }, body });
        assert.equal(status, 413, `${to} ${JSON.stringify(headers)}`);
        assert.match(text, /1,000 bytes/);
      }
    }
    assert.equal(await stored(), before);
    await livesOn();
  }, { api: { limits: { maxBodyBytes: 1_000, maxClosesBytes: 1_000 } } });
});

Deno.test("packed bodies are refused and never unpacked", async () => {
  const bomb = new Uint8Array(gzipSync(new Uint8Array(32 * 1024 * 1024)));
  assert.ok(bomb.length < 40_000);
  await withAttacked(async ({ ask, livesOn }) => {
    const rssBefore = Deno.memoryUsage().rss;
    for (const to of [path, "/v1/materialize", "/ml/pairs", "/trading/trade_with_model", "/nowhere"]) {
      for (const coding of ["gzip", "deflate", "br", "gzip, gzip"]) {
        const headers = { ...json, "Content-Encoding": coding };
        const { status, headers: said } = await ask(to, { method: "POST", headers, body: new Uint8Array(bomb) });
        assert.equal(status, 415, `${to} ${coding}`);
        assert.equal(said.get("Accept-Encoding"), "identity");
      }
    }
    assert.ok(Deno.memoryUsage().rss - rssBefore < 64 * 1024 * 1024);
    await livesOn();
  });
});

Deno.test("other types than JSON are refused where JSON is wanted", async () => {
  await withAttacked(async ({ ask, stored }) => {
    const before = await stored();
    for (
      const type of [
        "text/plain",
        "application/x-www-form-urlencoded",
        "text/json",
        "application/jsonp",
        "application/xml",
        "",
      ]
    ) {
      const { status } = await ask(path, {
        method: "POST",
        headers: { "Content-Type": type },
        body: '{"upstream": true}',
      });
      assert.equal(status, 415, type);
    }
    assert.equal(await stored(), before);
  });
});
