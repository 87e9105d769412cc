/** A process of its own for the tests: holds the embedded database in the folder that it is given, and commits. */
import { openEmbedded } from "../../../resources/database/mod.ts";

const database = await openEmbedded({ dataDir: Deno.args[0]! });
await database.announce("http://127.0.0.1:8123");
await database.sql`create table if not exists life (batch integer, n integer)`;
console.log("open");
let [{ batch }] = await database.sql<[{ batch: number }]>`select coalesce(max(batch), 0) as batch from life`;
for (;;) {
  batch++;
  await database.sql.begin(async (tx) => {
    await tx`insert into life select ${batch}::integer, g from generate_series(1, 60) g`;
    await tx`insert into life select ${batch}::integer, g from generate_series(1, 40) g`;
  });
  console.log(batch);
}
