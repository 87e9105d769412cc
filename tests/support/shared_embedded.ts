import { connect, type Socket } from "node:net";
import { type EmbeddedDatabase, openEmbedded } from "../../resources/database/mod.ts";
import { sharedProcess } from "./shared_process.ts";

const host = new URL("./embedded_host.ts", import.meta.url);

/**
 * Opens an embedded database in memory, migrated and without rows.
 *
 * It runs in the process of `embedded_host.ts`, shared by all test files of a run, so that it opens at once.
 */
export async function openSharedEmbedded(): Promise<EmbeddedDatabase> {
  return await openEmbedded({
    dataDir: "memory://",
    async start({ onCrash }) {
      const lease = connect(Number(await sharedProcess("embedded", host)), "127.0.0.1");
      const ended = new Promise<void>((resolve) => lease.once("close", () => resolve()));
      const port = await new Promise<number>((resolve, reject) => {
        lease.once("data", (line) => resolve(Number(line))).once("error", reject).once("end", () => reject(gone()));
      });
      const sockets = new Set<Socket>();
      let closing = false;
      lease.on("error", () => {}).on("close", () => closing || onCrash(gone()));
      return {
        connect() {
          const socket = connect(port, "127.0.0.1").setNoDelay();
          sockets.add(socket);
          return socket.on("close", () => sockets.delete(socket));
        },
        async close() {
          closing = true;
          for (const socket of sockets) socket.destroy();
          lease.end();
          await ended;
        },
      };
    },
  });
}

function gone(): Error {
  return new Error("The embedded database stopped.");
}
