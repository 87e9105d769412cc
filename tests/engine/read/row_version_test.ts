import assert from "node:assert/strict";
import { InvalidRequestError } from "../../../engine/mod.ts";
import { LatestVersions, whilePublishing } from "../../../engine/store/latest_versions.ts";
import { databases, withEmbedded } from "../../support/database.ts";
import { withTinyEngine } from "../../support/tiny_engine.ts";

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

        await t.step("an id resolves to itself, with its asset and whether it is the latest", async () => {
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

        await t.step("concurrent readers get the version that was latest at their request", async () => {
          const before = await Promise.all(Array.from({ length: 20 }, () => engine.rowVersion("numbers")));
          assert.deepEqual(new Set(before.map((version) => version!.id)), new Set([march]));
          const asked = engine.rowVersion("numbers");
          const next = await publish(4, "2026-04-01T00:00:00Z");
          assert.equal((await engine.rowVersion("numbers"))!.id, next);
          // A server may run the statement after that of a later publication on another connection.
          const answers = database.kind === "postgres" ? [march, next] : [march];
          assert.ok(answers.includes((await asked)!.id));
          const [numbers, total] = await Promise.all([engine.rowVersion("numbers"), engine.rowVersion("total")]);
          assert.deepEqual([numbers!.id, total], [next, undefined]);
        });
      }, {
        database,
        // The first sweep, which begins when the engine opens, would delete versions of a date in the past.
        rowHistoryDays: 36_500,
      });
    },
  });
}

Deno.test("LatestVersions asks the embedded database once a version, and never while one is being published", async () => {
  await withEmbedded(async (database) => {
    await withTinyEngine(async ({ engine, world }) => {
      let asked = 0;
      const counting = {
        ...database,
        sql: new Proxy(database.sql, {
          get(target, name) {
            if (name === "unsafe") asked++;
            return Reflect.get(target, name);
          },
        }),
      };
      const versions = new LatestVersions(counting);
      assert.equal(await versions.of("numbers"), undefined);
      assert.equal(await versions.of("numbers"), undefined);
      assert.equal(asked, 1);

      const publish = async (value: number) => {
        world.numbers = [{ name: "one", value }];
        const { id } = await engine.submit({ selection: "numbers", trigger: "test" });
        await engine.finished(id);
        const [row] = await database.sql<[{ id: number }]>`SELECT max(id) AS id FROM engine.materialization`;
        return row.id;
      };
      const first = await whilePublishing(counting, ["numbers"], async () => {
        assert.equal(await versions.of("numbers"), undefined);
        const id = await publish(1);
        // Committed, and its publication not yet known to have ended.
        assert.equal((await versions.of("numbers"))!.id, id);
        return id;
      });
      asked = 0;
      for (let i = 0; i < 3; i++) assert.equal((await versions.of("numbers"))!.id, first);
      assert.equal(asked, 1);

      // The engine's own publications are of the same database, under its own name.
      const looked = engine.rowVersion("numbers");
      assert.equal((await looked)!.id, first);
      const second = await publish(2);
      assert.equal((await engine.rowVersion("numbers"))!.id, second);

      // A publication that fails brings nothing, and what was before is still so.
      await assert.rejects(whilePublishing(counting, ["numbers"], () => Promise.reject(new Error("no"))), /no/);
      assert.equal((await versions.of("numbers"))!.id, second);

      // What is looked up while a publication begins and ends may be of before it: it is told, and not remembered.
      await whilePublishing(counting, ["numbers"], () => Promise.resolve());
      const crossed = versions.of("numbers");
      await whilePublishing(counting, ["numbers"], () => Promise.resolve());
      await crossed;
      asked = 0;
      await versions.of("numbers");
      assert.equal(asked, 1);
    }, { database });
  });
});
