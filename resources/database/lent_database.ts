import type { Database } from "./database.ts";
import { openEmbedded } from "./embedded.ts";
import type { Logger } from "./logger.ts";
import { PortSocket } from "./port_socket.ts";

/**
 * The embedded database of this process, in another thread than the one that opened it: the same session, so the rules of {@link
 * openEmbedded} for transactions apply across threads. It ends with its owner's. Steps compute in the thread that borrows it:
 * its other work waits for its transactions.
 *
 * @param options.connect Passes the port of a connection to the owner's thread, for {@link Lending.connect}.
 */
export async function openLent(
  { connect, schemaPrefix, logger }: { connect: (port: MessagePort) => void; schemaPrefix?: string; logger?: Logger },
): Promise<Database> {
  return await openEmbedded({
    // The folder is locked by the owner.
    dataDir: "memory://",
    schemaPrefix,
    logger,
    undisturbed: true,
    start: () =>
      Promise.resolve({
        connect(hear) {
          const { port1, port2 } = new MessageChannel();
          connect(port2);
          return new PortSocket(port1, hear);
        },
        close: () => Promise.resolve(),
      }),
  });
}
