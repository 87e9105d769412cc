import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { rejectedAttempts } from "../../../engine/store/asset_records.ts";
import { migrate } from "../../../resources/database/mod.ts";
import { databases } from "../../support/database.ts";

const migrations = new URL("../../../sql/migrations/", import.meta.url);

/** A folder with the migrations before a number. */
async function migrationsBefore(number: string): Promise<{ url: URL; path: string }> {
  const path = await Deno.makeTempDir({ prefix: "tandem-migrations-" });
  for await (const { name } of Deno.readDir(migrations)) {
    if (name < number) await Deno.copyFile(new URL(name, migrations), join(path, name));
  }
  return { url: pathToFileURL(path), path };
}

for (const { name, ignore, openBare } of databases) {
  Deno.test({
    name:
      `rejectedAttempts() on ${name} has what an attempt read that was rejected before readings were on record once`,
    ignore,
    async fn() {
      const database = await openBare();
      const { sql } = database;
      const before = await migrationsBefore("0018");
      try {
        await migrate(database, before.url);
        await sql`
          INSERT INTO engine.run (trigger, selection, force, config, status) VALUES ('test', '*', false, '{}', 'failed')`;
        await sql`
          INSERT INTO engine.step (run_id, key, ordinal, after, reasons, status, reading)
          SELECT 1, key, 0, '{}', '[]', 'failed', '{"own": "a hash", "upstream": {"bars": "v2"}}'
          FROM unnest('{prices,pairs}'::text[]) AS k(key)`;
        await sql`
          INSERT INTO engine.rejected_attempt
            (step_key, run_id, materialization, code_version, config_hash, source_version, upstream, checks, rejected_at)
          VALUES ('prices', 1, 7, '1+f', 'c', 'monday', '{"bars": "v2"}', '[{"key": "prices", "name": "no_gaps", "message": "3"}]',
                  '2026-11-24T00:00:00Z')`;
        await migrate(database, migrations);
        const [attempt, ...others] = (await rejectedAttempts(sql)).values();
        assert.deepEqual(others, []);
        const { rejectedAt, ...read } = attempt!;
        assert.equal(Date.parse(rejectedAt), Date.parse("2026-11-24T00:00:00Z"));
        assert.deepEqual(read, {
          key: "prices",
          runId: 1,
          materialization: 7,
          codeVersion: "1+f",
          configHash: "c",
          sourceVersion: "monday",
          upstream: { bars: "v2" },
          checks: [{ key: "prices", name: "no_gaps", message: "3" }],
        });
        // A hash cannot be compared with what is read now.
        const [other] = await sql<{ reading: unknown }[]>`SELECT reading FROM engine.step WHERE key = 'pairs'`;
        assert.equal(other!.reading, null);
      } finally {
        await Deno.remove(before.path, { recursive: true });
        await database.close();
      }
    },
  });
}
