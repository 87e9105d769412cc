import assert from "node:assert/strict";
import { RefusedError } from "../../cli/mod.ts";
import { controls } from "../support/controls.ts";
import { gate } from "../support/tiny_engine.ts";

for (const { name, open } of controls) {
  Deno.test(`Control ${name} plans, runs and follows a run to its end`, () =>
    open(async ({ control, world }) => {
      const plan = await control.plan({ selection: "*" });
      assert.deepEqual(plan.steps.map((step) => step.key), ["numbers", "multiples", "total"]);
      assert.deepEqual(world.started, []);

      const submitted = await control.submit({ selection: "*" });
      const kinds = [];
      for await (const event of control.events(submitted.id)) kinds.push(event.kind);
      assert.equal(kinds[0], "run_queued");
      assert.equal(kinds.at(-1), "run_finished");
      assert.equal((await control.run(submitted.id)).status, "succeeded");
      assert.deepEqual(world.started, ["numbers", "multiples", "total"]);

      const later = [];
      for await (const event of control.events(submitted.id, { after: kinds.length - 1 })) later.push(event.kind);
      assert.deepEqual(later, ["run_finished"]);

      const assets = await control.assets();
      assert.deepEqual(assets.map((a) => [a.key, a.state, a.lastMaterialization?.rowCount]), [
        ["numbers", "fresh", 3],
        ["multiples", "fresh", 2],
        ["rejects", "fresh", 1],
        ["total", "fresh", 1],
      ]);
      assert.ok(Date.parse(assets[0]!.lastMaterialization!.at) > 0);
    }));

  Deno.test(`Control ${name} takes config for a run, and force`, () =>
    open(async ({ control, engine }) => {
      const first = await control.submit({ selection: "*" });
      await engine.finished(first.id);
      const plan = await control.plan({ selection: "multiples", config: { multiples: { factor: 5 } } });
      assert.deepEqual(plan.steps.map((s) => s.reasons.map((r) => r.kind)), [["config_changed"]]);
      const forced = await control.plan({ selection: "numbers", force: true });
      assert.deepEqual(forced.steps.map((s) => s.key), ["numbers"]);
    }));

  Deno.test(`Control ${name} refuses invalid requests, with the engine's own messages`, () =>
    open(async ({ control }) => {
      const refused = (work: () => Promise<unknown>, pattern: RegExp) =>
        assert.rejects(work, (error) => error instanceof RefusedError && pattern.test(error.message));
      await refused(
        () => control.plan({ selection: "nombers" }),
        /There is no asset "nombers". Did you mean "numbers"\?/,
      );
      await refused(() => control.submit({ selection: "group:none" }), /There is no group "none"/);
      await refused(() => control.submit({ selection: "total" }), /its upstream "multiples" has never been/);
      await refused(() => control.plan({ selection: "*", config: { multiples: { factor: "x" } } }), /factor/);
      await refused(() => control.run(99), /There is no run 99/);
      await refused(async () => {
        for await (const _ of control.events(99)) assert.fail("no event can come");
      }, /There is no run 99/);
    }));

  Deno.test(`Control ${name} cancels a run in the middle`, () =>
    open(async ({ control, world }) => {
      const reached = gate();
      world.before = (key, signal) => {
        if (key !== "multiples") return;
        reached.open();
        return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      };
      const { id } = await control.submit({ selection: "*" });
      await reached.opened;
      await control.cancel(id);
      let last;
      for await (const event of control.events(id)) last = event;
      assert.deepEqual(last?.data, { status: "cancelled" });
      assert.deepEqual((await control.run(id)).steps.map((s) => s.status), ["succeeded", "cancelled", "cancelled"]);
    }));
}
