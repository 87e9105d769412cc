import type { Duplex } from "node:stream";

/** How long a dead socket must not have been written to before the driver learns of its end. */
const quietMs = 250;

/**
 * Makes a socket safe for the driver to write to after it died.
 *
 * postgres 3.4 forgets a socket on its `close` event, but what holds the connection (a transaction that wants to roll back, a
 * query that was just sent) may write to it afterwards: that throws from a timer, where nobody can catch it, and ends the
 * process (porsager/postgres issues 1154 and 1208). So a socket that died by itself first tells an error, which fails what is
 * under way, answers every further write with that error, and tells its end only when nobody has written for a while; inside a
 * transaction not before its owner has written once more, and so has heard of it. A socket that the driver ends itself closes
 * at once.
 */
export function lateClosing(socket: Duplex): Duplex {
  const emit = socket.emit.bind(socket) as (event: string, ...args: unknown[]) => boolean;
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  const end = socket.end.bind(socket) as (...args: unknown[]) => Duplex;
  let ended = false;
  let dead: Error | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closing: unknown[] = [];
  let inTransaction = false;
  let writes = 0;

  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      // A process that was held up comes to its timers first: what the driver put off until "immediately" goes before the end.
      const before = writes;
      setImmediate(() => setImmediate(() => writes === before && !ended && emit("close", ...closing)));
    }, quietMs);
  };
  const fail = (error: Error) => {
    if (socket.listenerCount("error") > 0) emit("error", error);
  };

  socket.emit = ((event: string, ...args: unknown[]) => {
    if (event === "data") inTransaction = transactionStatus(args[0] as Uint8Array) ?? inTransaction;
    if (event !== "close" || ended || dead) return emit(event, ...args);
    closing = args;
    dead = Object.assign(new Error("The connection to the database was lost"), {
      code: "CONNECTION_CLOSED",
      retryable: true,
    });
    if (!inTransaction) wait();
    fail(dead);
    return true;
  }) as Duplex["emit"];
  const guardedWrite = (...args: unknown[]) => {
    if (!dead) return write(...args);
    const error = dead;
    writes++;
    wait();
    queueMicrotask(() => fail(error));
    return true;
  };
  // A setter, because a socket of node:net puts another function in its place when the other side ends.
  Object.defineProperty(socket, "write", { get: () => guardedWrite, set() {} });
  socket.end = ((...args: unknown[]) => {
    // The driver says goodbye in so many words; without any it is the stream that answers the other side's end.
    ended ||= args.length > 0;
    if (!dead) return end(...args);
    if (!ended) return socket;
    clearTimeout(timer);
    emit("close", ...closing);
    return socket;
  }) as Duplex["end"];
  return socket;
}

/** Whether a transaction is open, if the bytes end with the message that tells (ReadyForQuery: Z, length 5, status). */
function transactionStatus(bytes: Uint8Array): boolean | undefined {
  const [kind, a, b, c, length, status] = bytes.subarray(-6);
  if (kind !== 0x5a || a !== 0 || b !== 0 || c !== 0 || length !== 5) return undefined;
  return status !== 0x49;
}
