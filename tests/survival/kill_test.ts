import assert from "node:assert/strict";
import { join } from "node:path";
import { openDatabase } from "../../resources/database/mod.ts";
import { createTestDatabase, postgresAvailable } from "../support/database.ts";
import { pseudoRandom } from "../support/pseudo_random.ts";
import {
  finish,
  killOnce,
  killWithWorkers,
  lookForWrongs,
  noWrongs,
  type Place,
  writeBars,
} from "../support/service_kills.ts";

async function surviveKills(
  kills: number,
  { seed, killed, undisturbed, bars, kill: killNow = killService }: {
    seed: number;
    killed: Place;
    undisturbed: Place;
    bars: string;
    /** Kills the place's processes at a random moment. */
    kill?: (killed: Place, n: number, random: () => number) => Promise<void>;
  },
): Promise<void> {
  const random = pseudoRandom(seed);
  let inTheMiddle = 0;
  for (let kill = 1; kill <= kills; kill++) {
    await writeBars(bars, kill);
    await killNow(killed, kill, random);
    const database = await killed.look();
    try {
      const { wrongs } = await lookForWrongs(database);
      assert.deepEqual(wrongs, noWrongs, `kill ${kill} of ${kills}, seed ${seed}`);
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
  assert.deepEqual([last.wrongs, clean.wrongs], [noWrongs, noWrongs]);
  assert.deepEqual(last.versions, clean.versions);
}

/** From before it serves to after everything is done, however slow the machine is. */
function killService(killed: Place, n: number, random: () => number): Promise<void> {
  return killOnce(killed, { afterMs: random() * 3_000, from: n % 2 === 0 ? "work" : "start" });
}

const common = { LOG_FORMAT: "text" };

/** Kills a service on PostgreSQL, and compares its content with an undisturbed one's. */
function onPostgres(
  name: string,
  kills: number,
  options: { seed: number } & Pick<Parameters<typeof surviveKills>[1], "kill">,
) {
  Deno.test({
    name: `${name}${postgresAvailable ? "" : " (PostgreSQL not installed, TEST_DATABASE_URL not set)"}`,
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
        await surviveKills(kills, { ...options, killed: killed!, undisturbed: undisturbed!, bars });
      } finally {
        await Promise.all(databases.map(({ drop }) => drop()));
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

onPostgres("a service on PostgreSQL that is killed 20 times at random moments loses and mixes nothing", 20, {
  seed: 20261123,
});

const orders = [[0, 1, 2], [1, 0, 2], [1, 2, 0], [2, 1, 0]];

onPostgres("a server and two workers that are killed 12 times one after the other lose and mix nothing", 4, {
  seed: 20261130,
  kill: (killed, n, random) =>
    killWithWorkers(killed, { order: orders[n % 4]!, afterMs: [random() * 4_000, random() * 2_000, random() * 2_000] }),
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
