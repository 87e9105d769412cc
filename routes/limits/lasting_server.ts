import { type Logger, messageOf } from "../../engine/mod.ts";
import { within } from "../within.ts";

/** An HTTP server that keeps listening. */
export interface LastingServer {
  /** Where it listens. */
  readonly addr: Deno.NetAddr;
  /**
   * Takes no more requests, lets those that run come to their end and resolves, after `patienceMs` at the latest: the runtime would
   * wait for ever for a client that never sends the end of a body.
   */
  shutdown(options?: { patienceMs?: number }): Promise<void>;
}

export interface LastingServerOptions {
  hostname: string;
  /** 0 takes any free port. */
  port: number;
  logger: Logger;
  /** How long it waits before it listens again. */
  pauseMs?: number;
}

/**
 * Serves HTTP, and listens again when the runtime stops doing so.
 *
 * `Deno.serve` ends, and the process with it unless its end is handled, when a connection cannot be accepted: when the process has as
 * many open files as it may. It sets no bound to connections and closes none for being idle, so that one client could end the service
 * by opening enough of them. Here those that are open are served meanwhile, and new ones are taken as soon as there is room.
 *
 * @throws As `Deno.serve` does, when it cannot listen to begin with.
 */
export function lastingServer(
  { hostname, port, logger, pauseMs = 500 }: LastingServerOptions,
  handler: Deno.ServeHandler<Deno.NetAddr>,
): LastingServer {
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let server = listen(port);
  const { addr } = server;

  function listen(at: number): Deno.HttpServer<Deno.NetAddr> {
    const started = Deno.serve({ hostname, port: at, onListen() {} }, handler);
    started.finished.catch((error) => {
      if (stopped) return;
      logger.error(
        `No more connections are accepted on ${hostname} port ${addr.port}: ${
          messageOf(error)
        }. Those that are open are served; ` +
          "listening resumes as soon as possible. Raise the limit of open files, or put a proxy in front that limits connections.",
      );
      listenAgain();
    });
    return started;
  }

  function listenAgain(): void {
    timer = setTimeout(() => {
      try {
        server = listen(addr.port);
        logger.info(`Connections are accepted again on ${hostname} port ${addr.port}.`);
      } catch {
        listenAgain();
      }
    }, pauseMs);
  }

  return {
    addr,
    async shutdown({ patienceMs = 10_000 } = {}) {
      stopped = true;
      clearTimeout(timer);
      // It rejects where it has stopped by itself before.
      await within(patienceMs, server.shutdown().catch(() => {}));
    },
  };
}
