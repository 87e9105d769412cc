import assert from "node:assert/strict";
import { impactCommand, whyCommand } from "../../cli/explain.ts";
import { engineControl, httpControl, RefusedError, UnreachableError } from "../../cli/mod.ts";
import { type Explanation, type Impact, silentLogger } from "../../engine/mod.ts";
import { api } from "../../routes/mod.ts";
import { withPartitionEngine } from "../support/partition_engine.ts";
import { withEmbedded } from "../support/database.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";
import { scriptedControl } from "../support/scripted_control.ts";
import { fixedSchedules } from "../support/fixed_schedules.ts";

const why: Explanation = {
  key: "clean_prices",
  partition: { name: "AAPL", date: "2020-08-28" },
  state: "stale",
  because: "upstream splits changed in materialization 12",
  others: [{ state: "fresh", because: "nothing has changed", partitions: { count: 3, partitions: [] } }],
  causes: [{
    key: "splits",
    partition: null,
    state: "changed",
    because: "materialization 12 in run 4 changed it: the data of its source changed",
    rows: ["AAPL 2020-08-31: ratio 1 → 4"],
    others: [],
    causes: [],
  }],
};

Deno.test("whyCommand() shows the tree, causes below their effects", async () => {
  const control = scriptedControl({ why });
  const terminal = fakeTerminal();
  assert.equal(await whyCommand(["clean_prices", "2020-08-28", "AAPL"], control, terminal), 0);
  assert.deepEqual(control.calls, ['why clean_prices {"name":"AAPL","date":"2020-08-28"}']);
  assert.equal(
    terminal.out,
    `\
clean_prices AAPL 2020-08-28 stale
  upstream splits changed in materialization 12
  also 3 partitions fresh: nothing has changed
  splits changed
    materialization 12 in run 4 changed it: the data of its source changed
    · AAPL 2020-08-31: ratio 1 → 4
`,
  );
});

Deno.test("impactCommand() shows partitions, time and calls in order", async () => {
  const impact: Impact = {
    key: "daily_bars",
    range: { names: ["AAPL"] },
    changed: { count: 1_200, partitions: [] },
    steps: [
      { key: "clean_prices", produces: [], partitions: { count: 1_200, partitions: [] }, minutes: 0.5, vendorCalls: 3 },
      { key: "pairs", produces: [], partitions: null, minutes: 2, vendorCalls: null },
    ],
    partitions: 1_201,
    minutes: 2.5,
    vendorCalls: 3,
  };
  const control = scriptedControl({ impact });
  const terminal = fakeTerminal();
  assert.equal(await impactCommand(["daily_bars", "--names", "AAPL, MSFT", "--to=2020-08-28"], control, terminal), 0);
  assert.deepEqual(control.calls, ['impact daily_bars {"to":"2020-08-28","names":["AAPL","MSFT"]}']);
  assert.equal(
    terminal.out,
    `\
A change of 1,200 partitions of daily_bars affects 1,201 partitions of 2 assets:

asset         partitions        time  vendor calls
clean_prices       1,200      30.0 s             3
pairs              whole  2 min 00 s

In total 2 min 30 s, one after the other, and 3 vendor calls.
`,
  );
});

Deno.test("whyCommand() and impactCommand() refuse invalid arguments, and pass on errors", async () => {
  const run = async (command: typeof whyCommand, args: string[], error?: Error) => {
    const terminal = fakeTerminal();
    const control = scriptedControl({ why });
    const failing = { ...control, why: () => Promise.reject(error), impact: () => Promise.reject(error) };
    return [await command(args, error ? failing : control, terminal), terminal.err.split("\n")[0]];
  };
  assert.deepEqual(await run(whyCommand, []), [2, "Name an asset."]);
  assert.deepEqual(await run(whyCommand, ["a", "B", "C"]), [2, "A partition has at most one name and one date."]);
  assert.deepEqual(await run(impactCommand, ["a", "b"]), [2, '"b" is unexpected: one asset at a time.']);
  assert.deepEqual(await run(impactCommand, ["a", "--from", "May"]), [2, '"May" is not a date.']);
  assert.deepEqual(await run(whyCommand, ["a"], new RefusedError("There is no a.")), [2, "There is no a."]);
  assert.deepEqual(await run(impactCommand, ["a"], new UnreachableError("Gone.")), [1, "Gone."]);
});

Deno.test("GET /v1/assets/:key/why and /impact answer over HTTP as in this process", () =>
  withEmbedded((database) =>
    withPartitionEngine(database, async ({ engine, world, materialize }) => {
      await materialize();
      world.events.push({ name: "B", date: "2024-01-04", ratio: 4 });
      await materialize("events");
      const app = api({
        engine,
        scheduler: fixedSchedules(),
        logger: silentLogger,
        ready: () => Promise.resolve([]),
      });
      const over = httpControl("http://127.0.0.1:8000", {
        fetch: async (input, init) => await app.request(input, init),
      });
      const here = engineControl(engine);
      const partition = { name: "B", date: "2024-01-02" };
      const explained = await over.why("adjusted", partition);
      assert.deepEqual(explained.causes[0]!.rows, ["added B 2024-01-04: ratio 4"]);
      assert.deepEqual(explained, JSON.parse(JSON.stringify(await here.why("adjusted", partition))));
      const range = { from: "2024-01-03", names: ["A", "B"] };
      const impact = await over.impact("quotes", range);
      assert.deepEqual(impact, JSON.parse(JSON.stringify(await here.impact("quotes", range))));
      assert.deepEqual([impact.changed!.count, impact.steps.length], [6, 3]);
      for (const control of [over, here]) {
        await assert.rejects(control.why("nothing", {}), RefusedError);
        await assert.rejects(control.why("quotes", { name: "Z" }), /no partition with the name "Z"/);
        await assert.rejects(control.impact("headline", range), RefusedError);
      }
      const status = async (path: string) => (await app.request(path)).status;
      assert.equal(await status("/v1/assets/quotes/why?date=soon"), 400);
      assert.equal(await status("/v1/assets/quotes/why?ticker=A"), 400);
      assert.equal(await status("/v1/assets/quotes/impact?from=2024-01-02"), 200);
      assert.equal(await status("/v1/assets/nothing/impact"), 404);
    })
  ));
