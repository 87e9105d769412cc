import assert from "node:assert/strict";
import { withPartitionApi } from "../support/partition_api.ts";

Deno.test("GET /v1/assets/:key/partitions", (t) =>
  withPartitionApi(async ({ get, engine, world, materialize }) => {
    const counts = (states: Record<string, { count: number }>) =>
      Object.fromEntries(Object.entries(states).filter(([, { count }]) => count > 0).map(([k, v]) => [k, v.count]));

    await t.step("says that nothing is there yet", async () => {
      const { status, json } = await get("/v1/assets/sums/partitions");
      assert.deepEqual([status, counts(json.states)], [200, { missing: 1, waiting: 1 }]);
    });

    await t.step("answers with axes, and with each partition in exactly one state", async () => {
      world.before = (key, partitions) => {
        if (key === "quotes" && partitions.includes("A 2024-01-02")) throw new Error("not to be had");
      };
      await materialize();
      world.before = () => {};
      world.dates.push("2024-01-08");
      const { json } = await get("/v1/assets/quotes/partitions");
      assert.deepEqual([json.asset, json.madeBy, json.count], ["quotes", "quotes", 10]);
      assert.deepEqual(json.axes, {
        names: { column: "name", values: ["A", "B"] },
        dates: { column: "date", values: ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05", "2024-01-08"] },
      });
      assert.deepEqual(json.states.failed, {
        count: 4,
        partitions: [{ names: ["A", "B"], dates: [["2024-01-02", "2024-01-03"]] }],
      });
      assert.deepEqual(counts(json.states), { fresh: 4, expected: 2, failed: 4 });
      assert.deepEqual(counts((await get("/v1/assets/adjusted/partitions")).json.states), { fresh: 4, waiting: 6 });
    });

    await t.step("keeps to dates and names", async () => {
      const { json } = await get("/v1/assets/quotes/partitions?from=2024-01-05&to=2024-01-08&names=B");
      assert.deepEqual([json.count, json.axes.names.values, counts(json.states)], [2, ["B"], {
        fresh: 1,
        expected: 1,
      }]);
    });

    await t.step("reports unexpected missing partitions, and stale ones", async () => {
      await materialize();
      world.version = "2024-01-06";
      assert.deepEqual(counts((await get("/v1/assets/sums/partitions")).json.states), { fresh: 1, missing: 2 });
      assert.deepEqual((await get("/v1/assets/sums/partitions")).json.axes.names, null);
      assert.equal((await get("/v1/assets/quotes/partitions")).json.states.stale.count > 0, true);
      const [state] = await engine.states(["quotes"]);
      assert.equal((await get("/v1/assets/quotes/partitions")).json.states.stale.count, state!.partitions!.stale);
    });

    await t.step("refuses assets without partitions, unknown ones and invalid ranges", async () => {
      const whole = await get("/v1/assets/headline/partitions");
      assert.deepEqual([whole.status, whole.json.type], [409, "/problems/not-partitioned"]);
      assert.match(whole.json.detail, /made as a whole/);
      assert.equal((await get("/v1/assets/nothing/partitions")).status, 404);
      assert.equal((await get("/v1/assets/quotes/partitions?from=x")).status, 400);
      assert.equal((await get("/v1/assets/quotes/partitions?form=2024-01-01")).status, 400);
      for (
        const [asked, path, said] of [
          ["quotes/partitions?from=2024-01-05&to=2024-01-04", "from", /ends on 2024-01-04, which is earlier/],
          ["quotes/partitions?names=A,Z", "names", /"quotes" has no Z/],
          ["sums/partitions?names=A", "names", /The partitions of "sums" have no names/],
          ["sums/impact?names=A", "names", /The partitions of "sums" have no names/],
          ["sums/impact?from=2024-01-05&to=2024-01-04", "from", /which is earlier/],
        ] as const
      ) {
        const { status, json } = await get(`/v1/assets/${asked}`);
        assert.deepEqual([status, json.errors?.[0].path], [400, path], asked);
        assert.match(json.detail, said);
      }
    });
  }));

Deno.test("POST …/materialize with a range makes only these partitions, and refuses invalid ranges", () =>
  withPartitionApi(async ({ post, calls }) => {
    const range = { from: "2024-01-03", to: "2024-01-04", names: ["B"] };
    const planned = await post("/v1/assets/quotes/materialize", { range, dryRun: true });
    assert.deepEqual([planned.status, planned.json.range, planned.json.steps[0].partitions.count], [200, range, 2]);
    assert.deepEqual(calls(), []);
    const made = await post("/v1/materialize", { selection: "quotes", range, wait: true });
    assert.deepEqual([made.json.status, made.json.range], ["succeeded", range]);
    assert.deepEqual(calls().join(" ").match(/[AB] 2024-01-\d\d/g), ["B 2024-01-03", "B 2024-01-04"]);
    for (
      const bad of [
        { from: "3 January" },
        { names: [] },
        { since: "2024-01-03" },
        { from: "2024-01-04", to: "2024-01-03" },
        { names: ["B", "Z"] },
      ]
    ) {
      for (const dryRun of [true, false]) {
        const { status, json } = await post("/v1/assets/quotes/materialize", { range: bad, dryRun });
        assert.equal(status, 400, JSON.stringify(bad));
        assert.match(json.errors[0].path, /^range\./);
      }
    }
    const named = { range: { names: ["B"] }, dryRun: true };
    const { status, json } = await post("/v1/materialize", { selection: "sums headline", ...named });
    assert.deepEqual([status, json.errors[0].path], [400, "range.names"]);
    assert.match(json.detail, /The partitions of what is selected have no names/);
    assert.equal((await post("/v1/materialize", { selection: "quotes headline", ...named })).status, 200);
  }));
