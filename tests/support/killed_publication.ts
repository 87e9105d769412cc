/**
 * Publishes rows in files, and kills its own process between writing them and the transaction that records them.
 *
 *     deno run -A killed_publication.ts DATA_DIR FOLDER
 */
import { migrate, openEmbedded } from "../../resources/database/mod.ts";
import { silentLogger } from "../../engine/mod.ts";
import { folderStore } from "../../resources/row_files/mod.ts";
import { make, openEngine, rowOf, sessions, tickers } from "./row_files.ts";
import { pseudoRandom } from "./pseudo_random.ts";

const [dataDir, folder] = Deno.args as [string, string];
const store = folderStore(folder);
const random = pseudoRandom(1);
const rows = sessions.slice(0, 2).flatMap((session) => tickers.map((ticker) => rowOf(ticker, session, random)));
const database = await openEmbedded({ dataDir, logger: silentLogger });
await migrate(database, new URL("../../sql/migrations/", import.meta.url));
const engine = await openEngine(database, { rows, before() {} }, {
  ...store,
  async write(path, ...rest) {
    await store.write(path, ...rest);
    if (path.startsWith("parts/")) Deno.kill(Deno.pid, "SIGKILL");
  },
});
await make(engine);
