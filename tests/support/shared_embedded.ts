import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type EmbeddedDatabase, openEmbedded } from "../../resources/database/mod.ts";
import { owner, startedOnce } from "./shared_parts.ts";

const host = new URL("./embedded_host.ts", import.meta.url);

/**
 * Gives an embedded database in memory, migrated and without rows, for as long as it is open.
 *
 * It runs in the process of `embedded_host.ts`, which all test files of this run share, so that it is open at once.
 */
export async function openSharedEmbedded(): Promise<EmbeddedDatabase> {
  return await openEmbedded({
    dataDir: "memory://",
    async start({ onCrash }) {
      const lease = connect(await hostPort(), "127.0.0.1");
      const ended = once(lease, "close");
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
          const closed = Array.from(sockets, (socket) => once(socket.destroy(), "close"));
          lease.end();
          await Promise.all([...closed, ended]);
        },
      };
    },
  });
}

function gone(): Error {
  return new Error("The embedded database stopped.");
}

async function hostPort(): Promise<number> {
  const start = async (folder: string) => {
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--no-check", host.pathname, "launch", folder, String(owner)],
      stdin: "null",
      stderr: "inherit",
    }).output();
    if (code !== 0) throw new Error("The process of the embedded databases did not start.");
    return new TextDecoder().decode(stdout).trim();
  };
  return Number(await startedOnce("embedded", start));
}
