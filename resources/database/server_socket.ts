import { createConnection, isIP, type Socket } from "node:net";
import { connect as secure } from "node:tls";
import type { ServerHost, TlsSettings } from "./server_address.ts";

/** Silence after which the operating system probes the other side, so that network devices keep the connection open. */
const KEEPALIVE_MS = 10_000;
const SSL_REQUEST = Uint8Array.of(0, 0, 0, 8, 4, 210, 22, 47);
const YES = 0x53;
const NO = 0x4e;

/** The server has no TLS, and `sslmode` requires it. */
export class NoTlsError extends Error {
  override name = "NoTlsError";
  readonly code = "NO_TLS";
}

/** The answer is not PostgreSQL's. */
export class NoPostgresError extends Error {
  override name = "NoPostgresError";
  readonly code = "NO_POSTGRES";
}

/**
 * Connects to a server and secures the connection according to `tls`; the result speaks PostgreSQL.
 *
 * @param signal Aborts the attempt.
 * @throws The error of the system, of TLS, or {@link NoTlsError}.
 */
export async function openSocket(host: ServerHost, tls: TlsSettings, signal: AbortSignal): Promise<Socket> {
  const socket = "path" in host ? createConnection(host.path) : createConnection(host.port, host.name);
  socket.setNoDelay(true).setKeepAlive(true, KEEPALIVE_MS);
  try {
    await happened(socket, "connect", signal);
    if (tls.mode === "disable" || "path" in host) return socket;
    socket.write(SSL_REQUEST);
    const answer = await happened(socket, "data", signal) as Uint8Array;
    // Bytes after the answer would be taken for bytes received through TLS.
    if (answer.length !== 1 || (answer[0] !== YES && answer[0] !== NO)) {
      throw new NoPostgresError("The response is not that of a PostgreSQL server.");
    }
    if (answer[0] === NO) {
      if (tls.mode === "prefer") return socket;
      throw new NoTlsError("The server does not speak TLS.");
    }
    const { mode, ca, cert, key, passphrase } = tls;
    const secured = secure({
      socket,
      host: host.name,
      ...(!isIP(host.name) && { servername: host.name }),
      rejectUnauthorized: mode === "verify-ca" || mode === "verify-full",
      ...(mode !== "verify-full" && { checkServerIdentity: () => undefined }),
      ...(ca !== undefined && { ca }),
      ...{ cert, key, passphrase },
    });
    try {
      await happened(secured, "secureConnect", signal);
    } catch (error) {
      secured.destroy();
      throw error;
    }
    return secured;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** The value of a socket's event; its errors, its end and the signal are thrown. */
function happened(socket: Socket, event: string, signal: AbortSignal): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const onEnd = () => reject(Object.assign(new Error("The server closed the connection."), { code: "ECONNRESET" }));
  const onAbort = () => reject(signal.reason);
  const heard = { [event]: resolve, error: reject, end: onEnd, close: onEnd };
  for (const [name, listener] of Object.entries(heard)) socket.on(name, listener);
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  return promise.finally(() => {
    for (const [name, listener] of Object.entries(heard)) socket.removeListener(name, listener);
    signal.removeEventListener("abort", onAbort);
    // A later error, for example of a socket being destroyed, is ignored.
    socket.on("error", () => {});
  });
}
