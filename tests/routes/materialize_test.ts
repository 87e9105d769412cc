import assert from "node:assert/strict";
import fc from "fast-check";
import { gate } from "../support/tiny_engine.ts";
import { read, withTinyApi } from "../support/tiny_api.ts";

Deno.test("POST /v1/assets/:key/materialize and POST /v1/materialize", async (t) => {
  await withTinyApi(async ({ app, get, post, engine, world }) => {
    await t.step("POST …/materialize answers 409 when something upstream has never been made", async () => {
      const { status, json } = await post("/v1/assets/total/materialize");
      assert.equal(status, 409);
      assert.equal(json.type, "/problems/unmet-upstream");
      assert.match(json.detail, /\+total/);
    });

    await t.step("POST …/materialize with dryRun answers with the plan and runs nothing", async () => {
      const { status, json } = await post("/v1/assets/total/materialize", { upstream: true, dryRun: true });
      assert.equal(status, 200);
      assert.equal(json.selection, "+total");
      assert.deepEqual(json.steps.map((s: { key: string }) => s.key), ["numbers", "multiples", "total"]);
      assert.deepEqual((await get("/v1/runs")).json.runs, []);
      assert.deepEqual(world.started, []);
    });

    await t.step(
      "POST …/materialize answers 202 with the run and where to follow it, before it has ended",
      async () => {
        const held = gate();
        world.before = () => held.opened;
        const { status, json, headers } = await post("/v1/assets/total/materialize", { upstream: true });
        assert.equal(status, 202);
        assert.equal(headers.get("Location"), `/v1/runs/${json.id}`);
        assert.deepEqual([json.trigger, json.selection, json.force], ["http", "+total", false]);
        assert.deepEqual(json.steps.map((s: { key: string }) => s.key), ["numbers", "multiples", "total"]);
        assert.ok(["queued", "running"].includes((await get(headers.get("Location")!)).json.status));
        held.open();
        world.before = () => {};
        assert.equal((await engine.finished(json.id)).status, "succeeded");
      },
    );

    await t.step(
      "POST …/materialize with wait answers 200 with the ended run, and with no steps when all is fresh",
      async () => {
        const forced = await post("/v1/assets/numbers/materialize", { force: true, wait: true });
        assert.equal(forced.status, 200);
        assert.deepEqual([forced.json.status, forced.json.steps.length], ["succeeded", 1]);
        const idle = await post("/v1/assets/numbers/materialize", { wait: true });
        assert.deepEqual([idle.status, idle.json.status, idle.json.steps], [200, "succeeded", []]);
      },
    );

    await t.step("POST …/materialize with wait answers 200 when the run failed, and the run says so", async () => {
      world.before = () => {
        throw new Error("out of numbers");
      };
      const { status, json } = await post("/v1/assets/numbers/materialize", { force: true, wait: true });
      world.before = () => {};
      assert.equal(status, 200);
      assert.equal(json.status, "failed");
      assert.match(json.steps[0].error.message, /out of numbers/);
    });

    await t.step("POST …/materialize takes settings of the asset itself", async () => {
      const { json } = await post("/v1/assets/multiples/materialize", { config: { factor: 5 }, wait: true });
      assert.equal(json.status, "succeeded");
      const { rows } = (await get("/v1/assets/multiples/rows")).json;
      assert.deepEqual(rows, [{ name: "one", multiple: 5 }, { name: "two", multiple: 10 }]);
    });

    const bad: [string, string, unknown, string, string][] = [
      ["an unknown property", "multiples", { froce: true }, "froce", "Unknown name."],
      ["a wrong type", "multiples", { force: "yes" }, "force", "It must be true or false."],
      ["a list", "multiples", [], "", "It must be an object."],
      [
        "settings of a wrong type",
        "multiples",
        { config: { factor: "2" } },
        "config.factor",
        "It must be a number.",
      ],
      [
        "settings that are a list",
        "multiples",
        { config: [1] },
        "config",
        "It must be an object.",
      ],
      [
        "text that no database holds",
        "multiples",
        { config: { factor: "\0" } },
        "config.factor",
        "The text contains NUL or half a character.",
      ],
      [
        "half a character",
        "multiples",
        { config: { "\ud800": 1 } },
        "config",
        "The name of a property contains NUL or half a character.",
      ],
    ];
    for (const [what, key, body, path, message] of bad) {
      await t.step(`POST …/materialize answers 400 to ${what} and says where`, async () => {
        const { status, json } = await post(`/v1/assets/${key}/materialize`, body);
        assert.equal(status, 400);
        assert.equal(json.type, "/problems/invalid-request");
        assert.deepEqual(json.errors, [{ path, message }]);
      });
    }

    await t.step("POST …/materialize answers 400 to settings of a further output and names its maker", async () => {
      const { status, json } = await post("/v1/assets/rejects/materialize", { config: { factor: 1 } });
      assert.equal(status, 400);
      assert.equal(json.errors[0].path, "config");
      assert.match(json.detail, /made by "multiples"/);
    });

    await t.step("POST …/materialize answers 400 to malformed JSON with the reason", async () => {
      const send = async (body: string, type = "application/json") =>
        await read(
          await app.request("/v1/assets/numbers/materialize", {
            method: "POST",
            body,
            headers: { "Content-Type": type },
          }),
        );
      const broken = await send('{"force": tru}');
      assert.equal(broken.status, 400);
      assert.equal(broken.json.errors[0].path, "");
      assert.match(broken.json.detail, /not JSON/);
      const deep = await send("[".repeat(100_000) + "]".repeat(100_000));
      assert.equal(deep.status, 400);
      assert.match(deep.json.detail, /deeper than 32/);
      assert.equal((await send("force=true", "application/x-www-form-urlencoded")).status, 415);
      assert.equal((await send("{}", "text/plain")).status, 415);
      assert.equal((await send('{"dryRun":true}', "application/json; charset=utf-8")).status, 200);
      assert.equal((await send("")).status, 202, "no body is an empty request");
    });

    await t.step("POST …/materialize takes no selection for a key", async () => {
      for (const key of ["*", "group:sums", "numbers,total", "+total", "total%2B"]) {
        assert.equal((await post(`/v1/assets/${key}/materialize`)).status, 404, key);
      }
    });

    await t.step(
      "POST …/materialize gives the same run for the same idempotency key, and 422 for another request",
      async () => {
        const key = { "Idempotency-Key": "once-only" };
        const first = await post("/v1/assets/numbers/materialize", { force: true, wait: true }, key);
        const again = await post("/v1/assets/numbers/materialize", { force: true }, key);
        assert.equal(again.status, 202);
        assert.equal(again.json.id, first.json.id);
        const other = await post("/v1/assets/total/materialize", { force: true }, key);
        assert.equal(other.status, 422);
        assert.equal(other.json.type, "/problems/idempotency-conflict");
        assert.equal(
          (await post("/v1/assets/total/materialize", {}, { "Idempotency-Key": "x".repeat(256) })).status,
          400,
        );
      },
    );

    await t.step("POST /v1/materialize takes any selection and settings by asset", async () => {
      const { status, json } = await post("/v1/materialize", {
        selection: "group:sums",
        config: { multiples: { factor: 3 } },
        wait: true,
      });
      assert.equal(status, 200);
      assert.deepEqual(json.steps.map((s: { key: string }) => s.key), ["multiples", "total"]);
      assert.deepEqual((await get("/v1/assets/total/rows")).json.rows, [{ of: "multiples", sum: 9 }]);
    });

    await t.step("POST /v1/materialize answers 400 to a selection or settings of unknown assets", async () => {
      const faults: [unknown, string][] = [
        [{ selection: "nobody" }, "selection"],
        [{ selection: "" }, "selection"],
        [{ selection: "group:nobody" }, "selection"],
        [{ selection: "*", config: { nobody: {} } }, "config.nobody"],
        [{ selection: "*", config: { multiples: { factor: null } } }, "config.multiples.factor"],
        [{}, "selection"],
      ];
      for (const [body, path] of faults) {
        const { status, json } = await post("/v1/materialize", body);
        assert.deepEqual([status, json.errors[0].path], [400, path], JSON.stringify(body));
      }
    });

    await t.step("POST …/materialize never answers 5xx, whatever JSON comes", async () => {
      const property = fc.constantFrom(
        "force",
        "dryRun",
        "wait",
        "upstream",
        "config",
        "selection",
        "factor",
        "multiples",
        "__proto__",
      );
      const value = fc.oneof({ weight: 3, arbitrary: fc.jsonValue() }, { weight: 1, arbitrary: fc.boolean() }, {
        weight: 1,
        arbitrary: fc.dictionary(property, fc.jsonValue(), { maxKeys: 3 }),
      }, { weight: 1, arbitrary: fc.string({ unit: "binary" }) });
      const anyBody = fc.oneof(fc.jsonValue(), fc.dictionary(property, value, { maxKeys: 4 }));
      const path = fc.constantFrom(
        "/v1/materialize",
        "/v1/assets/multiples/materialize",
        "/v1/assets/rejects/materialize",
      );
      await fc.assert(
        fc.asyncProperty(path, anyBody, async (path, body) => {
          const { status } = await post(path, body);
          assert.ok(status < 500, `${status}`);
        }),
        { numRuns: 300 },
      );
      for (const run of await engine.runs({ limit: 1_000 })) await engine.finished(run.id);
    });
  });
});

Deno.test("POST /v1/materialize and /v1/backfills refuse a selection that no list of runs should repeat", () =>
  withTinyApi(async ({ post, engine }) => {
    const selection = "numbers ".repeat(100_000);
    for (const path of ["/v1/materialize", "/v1/backfills"]) {
      const { status, json } = await post(path, { selection });
      assert.equal(status, 400, path);
      assert.deepEqual(json.errors, [{
        path: "selection",
        message: "A selection has at most 16384 characters. Select by group:NAME, key+ or *.",
      }]);
    }
    assert.deepEqual(await engine.runs({ limit: 1 }), []);
  }));
