import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";

/** A response as received. */
export interface WireAnswer {
  status: number;
  /** By name in lower case. */
  headers: ReadonlyMap<string, string>;
  body: Buffer;
}

/** One keep-alive HTTP/1.1 connection, one request at a time: with little work per request, to measure the server. */
export class Connection {
  readonly #socket: Socket;
  readonly #host: string;
  #received: Buffer[] = [];
  #length = 0;
  #answered: PromiseWithResolvers<WireAnswer> | undefined;
  #head: { status: number; headers: Map<string, string>; start: number; end: number } | undefined;

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
    socket.setNoDelay(true);
    socket.on("data", (bytes: Buffer) => this.#take(bytes));
    const fail = (error?: Error) => {
      this.#answered?.reject(error ?? new Error("The server closed the connection."));
      this.#answered = undefined;
    };
    socket.on("error", fail);
    socket.on("close", () => fail());
  }

  static open(url: string): Promise<Connection> {
    const { hostname, port, host } = new URL(url);
    const socket = connect(Number(port), hostname);
    return new Promise((resolve, reject) => {
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new Connection(socket, host));
      });
    });
  }

  /** @throws {Error} If the connection breaks, or the response does not state its length. */
  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<WireAnswer> {
    this.#answered = Promise.withResolvers<WireAnswer>();
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
    this.#socket.write(`GET ${path} HTTP/1.1\r\nHost: ${this.#host}\r\n${lines}\r\n`);
    return this.#answered.promise;
  }

  close(): void {
    this.#answered = undefined;
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    this.#received.push(bytes);
    this.#length += bytes.length;
    if (!this.#head) {
      const all = this.#join();
      const end = all.indexOf("\r\n\r\n");
      if (end < 0) return;
      this.#head = headOf(all.toString("latin1", 0, end), end + 4);
      if (Number.isNaN(this.#head.end)) {
        this.#answered?.reject(new Error("The answer does not say how long it is."));
        this.#answered = undefined;
        return;
      }
    }
    if (this.#length < this.#head.end) return;
    const { status, headers, start, end } = this.#head;
    const all = this.#join();
    this.#head = undefined;
    this.#received = [];
    this.#length = 0;
    this.#answered?.resolve({ status, headers, body: all.subarray(start, end) });
  }

  #join(): Buffer {
    if (this.#received.length > 1) this.#received = [Buffer.concat(this.#received)];
    return this.#received[0]!;
  }
}

function headOf(text: string, start: number) {
  const [first, ...lines] = text.split("\r\n");
  const headers = new Map(lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  }));
  const status = Number(first!.split(" ")[1]);
  const length = status === 304 ? 0 : Number(headers.get("content-length") ?? NaN);
  return { status, headers, start, end: start + length };
}
