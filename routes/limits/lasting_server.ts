import { type Logger, messageOf } from "../../engine/mod.ts";
import { within } from "../within.ts";

/** An HTTP server that keeps listening. */
export interface LastingServer {
  /** The address on which it listens. */
  readonly addr: Deno.NetAddr;
  /**
   * Accepts no more requests, waits for running ones and resolves, after `patienceMs` at the latest: the runtime would wait
   * forever for a client that never ends its body.
   */
  shutdown(options?: { patienceMs?: number }): Promise<void>;
}

export interface LastingServerOptions {
  hostname: string;
  /** 0 takes any free port. */
  port: number;
  logger: Logger;
  /** Delay before it listens again. */
  pauseMs?: number;
}

/**
 * Serves HTTP, and listens again when the runtime stops doing so.
 *
 * `Deno.serve` ends, and with it the process unless handled, if a connection cannot be accepted because the process has reached
 * its limit of open files. It does not limit connections and closes no idle ones, so that one client could end the service by
 * opening enough of them. This server continues with open connections, and accepts new ones as soon as it can.
 *
 * @throws As `Deno.serve`, if it cannot listen at the start.
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
      // It rejects if it has stopped by itself before.
      await within(patienceMs, server.shutdown().catch(() => {}));
    },
  };
}
