import assert from "node:assert/strict";
import { InvalidRequestError } from "../../engine/mod.ts";
import { databases } from "../support/database.ts";
import { withTinyEngine } from "../support/tiny_engine.ts";

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `Engine.rowVersion() on ${name}`,
    ignore,
    async fn(t) {
      await using database = await open().then((d) => ({ ...d, [Symbol.asyncDispose]: () => d.close() }));
      await withTinyEngine(async ({ engine, world }) => {
        const publish = async (value: number, committedAt: string) => {
          world.numbers = [{ name: "one", value }];
          const { id } = await engine.submit({ selection: "numbers", trigger: "test" });
          await engine.finished(id);
          const version = (await engine.rowVersion("numbers"))!;
          // The database writes the time by its own clock.
          await database.sql`UPDATE engine.materialization SET committed_at = ${committedAt} WHERE id = ${version.id}`;
          return version.id;
        };
        const at = async (asOf: number | string) => (await engine.rowVersion("numbers", { asOf }))?.id;

        await t.step("there is none before the first, and asking for one by time says so", async () => {
          assert.equal(await engine.rowVersion("numbers"), undefined);
          await assert.rejects(at("2026-01-31"), (error) => {
            assert.ok(error instanceof InvalidRequestError);
            assert.deepEqual(error.issues, [{
              path: "as_of",
              message: '"numbers" had not been materialized by "2026-01-31".',
            }]);
            return true;
          });
        });

        const january = await publish(1, "2026-01-31T23:59:59.999999Z");
        const february = await publish(2, "2026-02-01T00:00:00Z");
        const march = await publish(3, "2026-03-10T12:00:00.5Z");

        await t.step("a date is its end, in UTC", async () => {
          assert.deepEqual(
            [await at("2026-01-31"), await at("2026-02-01"), await at("2026-03-09"), await at("2026-03-10")],
            [january, february, february, march],
          );
        });

        await t.step("a time is itself, to the microsecond, whatever its offset", async () => {
          assert.equal(await at("2026-03-10T12:00:00.5Z"), march);
          assert.equal(await at("2026-03-10T12:00:00.499999Z"), february);
          assert.equal(await at("2026-03-10T14:00:00.5+02:00"), march);
          assert.equal(await at("2100-01-01T00:00:00Z"), march);
        });

        await t.step("an id is itself, with what it is of and whether it is the latest", async () => {
          const [old, latest] = [
            await engine.rowVersion("numbers", { asOf: january }),
            await engine.rowVersion("numbers", { asOf: march }),
          ];
          assert.deepEqual([old!.id, old!.latest, old!.committedAt], [january, false, "2026-01-31T23:59:59.999999Z"]);
          assert.deepEqual([latest!.id, latest!.latest], [march, true]);
          assert.deepEqual((await engine.rows("numbers", { asOf: "2026-01-31", limit: 1 })).rows, [
            { name: "one", value: 1 },
          ]);
        });

        for (
          const [asOf, message] of [
            ["2026-01-30", /had not been materialized by "2026-01-30"/],
            ["2026-02-30", /is no version/],
            ["2026-03-10T12:00:00", /with its offset/],
            ["yesterday", /is no version/],
            [999_999, /no materialization 999999/],
            [1.5, /not the id/],
            [-1, /not the id/],
          ] as const
        ) {
          await t.step(`${asOf} is refused`, async () => {
            await assert.rejects(at(asOf), (error) => {
              assert.ok(error instanceof InvalidRequestError);
              assert.equal(error.issues[0]!.path, "as_of");
              assert.match(error.message, message);
              return true;
            });
          });
        }

        await t.step("readers who ask at once are told what was latest when they asked", async () => {
          const before = await Promise.all(Array.from({ length: 20 }, () => engine.rowVersion("numbers")));
          assert.deepEqual(new Set(before.map((version) => version!.id)), new Set([march]));
          const asked = engine.rowVersion("numbers");
          const next = await publish(4, "2026-04-01T00:00:00Z");
          assert.equal((await engine.rowVersion("numbers"))!.id, next);
          assert.equal((await asked)!.id, march);
          const [numbers, total] = await Promise.all([engine.rowVersion("numbers"), engine.rowVersion("total")]);
          assert.deepEqual([numbers!.id, total], [next, undefined]);
        });
      }, { database });
    },
  });
}
