import assert from "node:assert/strict";
import { join } from "node:path";
import { openDatabase } from "../../resources/database/mod.ts";
import { createTestDatabase, postgresAvailable } from "../support/database.ts";
import { pseudoRandom } from "../support/pseudo_random.ts";
import { finish, killOnce, lookForWrongs, type Place, writeBars, type Wrongs } from "../support/service_kills.ts";

const nothing: Wrongs = { rowsWithoutRecord: [], recordsWithoutRows: [], kept: [], firedTwice: [] };

async function surviveKills(
  kills: number,
  { seed, killed, undisturbed, bars }: { seed: number; killed: Place; undisturbed: Place; bars: string },
): Promise<void> {
  const random = pseudoRandom(seed);
  let inTheMiddle = 0;
  for (let kill = 1; kill <= kills; kill++) {
    await writeBars(bars, kill);
    // From before it serves to after everything is done, however slow the machine is.
    await killOnce(killed, { afterMs: random() * 3_000, from: kill % 2 === 0 ? "work" : "start" });
    const database = await killed.look();
    try {
      const { wrongs } = await lookForWrongs(database);
      assert.deepEqual(wrongs, nothing, `kill ${kill} of ${kills}, seed ${seed}`);
      const [there] = await database.sql`SELECT to_regclass('engine.run') IS NOT NULL AS there`;
      if (there!.there) {
        const [open] = await database.sql`SELECT count(*)::integer AS n FROM engine.run WHERE status = 'running'`;
        if (open!.n > 0) inTheMiddle++;
      }
    } finally {
      await database.close();
    }
  }
  assert.ok(
    inTheMiddle >= Math.ceil(kills / 10),
    `only ${inTheMiddle} of ${kills} kills hit a run: the test shows little`,
  );

  const last = await finish(killed);
  const clean = await finish(undisturbed);
  assert.deepEqual([last.wrongs, clean.wrongs], [nothing, nothing]);
  assert.deepEqual(last.versions, clean.versions);
}

const common = { LOG_FORMAT: "text" };

Deno.test({
  name: `a service on PostgreSQL that is killed 20 times at random moments loses and mixes nothing${
    postgresAvailable ? "" : " (PostgreSQL not installed, TEST_DATABASE_URL not set)"
  }`,
  ignore: !postgresAvailable,
  async fn() {
    const folder = await Deno.makeTempDir();
    const empty = { migrated: false };
    const databases = [await createTestDatabase(empty), await createTestDatabase(empty)];
    try {
      const bars = join(folder, "bars.csv");
      const [killed, undisturbed] = databases.map(({ url }): Place => ({
        environment: { ...common, DATABASE_URL: url, MARKET_DATA: `csv:${bars}`, DATA_DIR: folder },
        look: () => openDatabase({ databaseUrl: url, dataDir: folder }),
      }));
      await surviveKills(20, { seed: 20261123, killed: killed!, undisturbed: undisturbed!, bars });
    } finally {
      await Promise.all(databases.map(({ drop }) => drop()));
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("a service on the embedded database that is killed 6 times at random moments loses and mixes nothing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const bars = join(folder, "bars.csv");
    const on = (name: string): Place => ({
      environment: { ...common, MARKET_DATA: `csv:${bars}`, DATA_DIR: join(folder, name) },
      look: () => openDatabase({ dataDir: join(folder, name) }),
    });
    await surviveKills(6, { seed: 20261124, killed: on("killed"), undisturbed: on("clean"), bars });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
