/**
 * The process in which the test files of a run share embedded databases: opening one takes three CPU seconds, emptying one a few
 * hundredths.
 *
 * A client that connects receives a line with the port of a migrated database without rows, which is exclusively its own until it
 * ends that connection. Databases are emptied before each use, so that their previous content does not matter; one that cannot be
 * emptied is discarded.
 *
 * Run by `shared_process.ts`.
 */
import { createServer, type Server, type Socket } from "node:net";
import { type EmbeddedDatabase, migrate, openEmbedded } from "../../resources/database/mod.ts";
import { EmbeddedThread } from "../../resources/database/embedded_thread.ts";
import { contentsOf, emptyDatabase, structureOf } from "./empty_database.ts";
import { tellAddress } from "./shared_process.ts";

/**
 * Failed statements leave something on the stack of PGlite, which 1,800 of them use up. Catalogs grow with tables created and
 * dropped, but opening engines and emptying the database take the same after 5,000 of them.
 */
const testsPerDatabase = 600;

/** A database used by one test after the other. */
class SharedDatabase {
  #database!: EmbeddedDatabase;
  #thread: EmbeddedThread | null = null;
  #structure = "";
  #contents = "";
  #tests = 0;
  #crashed = false;
  /** Called if it stops by itself. */
  onCrash: (reason: Error) => void = () => {};

  static async open(): Promise<SharedDatabase> {
    const shared = new SharedDatabase();
    shared.#database = await openEmbedded({
      dataDir: "memory://",
      async start(options) {
        // A new one would have no tables.
        if (shared.#thread !== null) throw new Error("The database has crashed.");
        const onCrash = (reason: Error) => {
          shared.#crashed = true;
          options.onCrash(reason);
          shared.onCrash(reason);
        };
        return shared.#thread = await EmbeddedThread.start({ ...options, onCrash });
      },
    });
    await migrate(shared.#database, new URL("../../sql/migrations/", import.meta.url));
    shared.#structure = await structureOf(shared.#database.sql);
    shared.#contents = await contentsOf(shared.#database.sql);
    return shared;
  }

  /** Restores the state after migration; false if that is impossible. */
  async empty(): Promise<boolean> {
    if (this.#crashed || this.#tests++ === testsPerDatabase) return false;
    try {
      await emptyDatabase(this.#database.sql, this.#contents);
      return await structureOf(this.#database.sql) === this.#structure;
    } catch {
      return false;
    }
  }

  connect(): ReturnType<EmbeddedThread["connect"]> {
    return this.#thread!.connect();
  }

  async close(): Promise<void> {
    await this.#database.close();
  }
}

const idle = [await SharedDatabase.open()];
const clients = createServer((client) => {
  lend(client).catch((error) => client.destroy(error));
});
await tellAddress(String(await portOf(clients)));

async function lend(client: Socket): Promise<void> {
  let database = idle.pop();
  while (database !== undefined && !await database.empty()) {
    database.close().catch(() => {});
    database = idle.pop();
  }
  database ??= await SharedDatabase.open();
  const lent = database;
  const sockets = new Set<Socket>();
  const connections = createServer((socket) => {
    sockets.add(socket.setNoDelay());
    const session = lent.connect();
    socket.pipe(session).pipe(socket);
    for (const [one, other] of [[socket, session], [session, socket]] as const) {
      one.on("error", () => other.destroy()).on("close", () => other.destroy());
    }
    socket.on("close", () => sockets.delete(socket));
  });
  let over = false;
  const end = () => {
    if (over) return;
    over = true;
    connections.close();
    for (const socket of sockets) socket.destroy();
    idle.push(lent);
    client.end();
  };
  lent.onCrash = end;
  client.on("error", end).on("end", end).on("close", end).resume();
  client.write(`${await portOf(connections)}\n`);
}

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  return (server.address() as { port: number }).port;
}
