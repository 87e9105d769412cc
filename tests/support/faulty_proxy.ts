import { once } from "node:events";
import { type AddressInfo, createServer, type Server, Socket } from "node:net";

/**
 * Handling of bytes: passed on; held until they are passed on again; or silently dropped, as by a firewall that has dropped the
 * connection's state.
 */
export type ProxyMode = "pass" | "hold" | "swallow";

/** The two sockets of a connection through the proxy. */
interface Pair {
  client: Socket;
  server: Socket;
}

/** A TCP proxy on 127.0.0.1 that simulates network faults. */
export class FaultyProxy implements AsyncDisposable {
  readonly #pairs = new Set<Pair>();
  #mode: { toServer: ProxyMode; toClient: ProxyMode } = { toServer: "pass", toClient: "pass" };

  private constructor(private readonly listener: Server, private readonly target: { hostname: string; port: number }) {
    listener.on("connection", (client) => this.#connect(client));
  }

  static async before(target: { hostname: string; port: number }): Promise<FaultyProxy> {
    const listener = createServer({ allowHalfOpen: true });
    const proxy = new FaultyProxy(listener, target);
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    return proxy;
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  /** Number of open connections. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** For existing and future connections. */
  set(mode: ProxyMode, direction: "both" | "toServer" | "toClient" = "both"): void {
    if (direction !== "toClient") this.#mode.toServer = mode;
    if (direction !== "toServer") this.#mode.toClient = mode;
    for (const pair of this.#pairs) this.#apply(pair);
  }

  /** Existing connections never pass data again, new ones do: like a router that lost its state. */
  forget(): void {
    for (const pair of this.#pairs) {
      pair.client.removeAllListeners("data").resume();
      pair.server.removeAllListeners("data").resume();
    }
  }

  /** Ends all connections with a reset, on both sides. */
  reset(): void {
    for (const { client, server } of this.#pairs) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  /** Sends the client the end of the stream, and holds its data. */
  halfClose(): void {
    for (const { client } of this.#pairs) client.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.listener.close();
    const closing = [...this.#pairs].flatMap(({ client, server }) =>
      [client, server].map(async (socket) => {
        const closed = socket.closed ? Promise.resolve() : once(socket, "close");
        socket.destroy();
        await closed;
      })
    );
    await Promise.all(closing);
  }

  #connect(client: Socket): void {
    const server = new Socket({ allowHalfOpen: true });
    const pair: Pair = { client, server };
    this.#pairs.add(pair);
    // An end on one side ends the other, unless it is to be held back.
    for (const [from, to] of [[client, server], [server, client]] as const) {
      from.on("error", () => {});
      from.on("end", () => to.end());
      from.on("close", () => {
        to.destroy();
        this.#pairs.delete(pair);
      });
    }
    client.on("data", (bytes) => this.#mode.toServer === "pass" && server.write(bytes));
    server.on("data", (bytes) => this.#mode.toClient === "pass" && client.write(bytes));
    server.connect(this.target.port, this.target.hostname);
    this.#apply(pair);
  }

  #apply({ client, server }: Pair): void {
    if (this.#mode.toServer === "hold") client.pause();
    else client.resume();
    if (this.#mode.toClient === "hold") server.pause();
    else server.resume();
  }
}
