import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import { CODE } from "./wire_messages.ts";

/**
 * Calls `deliver` for each message that arrives, in their order, now or later.
 *
 * @param endsCycle Whether the other side waits for nothing more after it.
 */
export type Hear = (deliver: () => void, endsCycle: boolean) => void;

/**
 * A message port with the interface of the socket that the database driver expects.
 *
 * Safer than a TCP port, which every local user could connect to, and than a Unix socket, which leaves a file behind and does not
 * exist on Windows; faster than both, because bytes are transferred without a copy. `null` on the port means that the other side
 * has ended.
 */
export class PortSocket extends Duplex {
  readonly #port: MessagePort;
  #open = true;

  constructor(port: MessagePort, hear: Hear = (deliver) => deliver()) {
    super({ allowHalfOpen: false });
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<Uint8Array<ArrayBuffer> | null>) => {
      hear(() => {
        if (data === null) this.push(null);
        else this.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
      }, data === null || endsReady(data));
    };
  }

  /** The driver reads it before it terminates. */
  get readyState(): string {
    return this.#open ? "open" : "closed";
  }

  override _read(): void {}

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    // A copy: the driver reuses the buffer behind `chunk`.
    const bytes = new Uint8Array(chunk);
    this.#port.postMessage(bytes, [bytes.buffer]);
    done();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#finish();
    this.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#finish();
    this.#port.close();
    done(error);
  }

  #finish(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#port.postMessage(null);
  }
}

/** Whether bytes end with the message ReadyForQuery, which has six. */
function endsReady(bytes: Uint8Array): boolean {
  return bytes.at(-6) === CODE.ready && bytes.at(-5) === 0 && bytes.at(-4) === 0 && bytes.at(-3) === 0 &&
    bytes.at(-2) === 5;
}
