import { CODE, concat } from "./wire_messages.ts";

/** Output is buffered up to this size, so that a large result is not sent in pieces of 8 kB. */
const SEND_BYTES = 256 * 1024;
/** Every later statement has this error as well. */
const STACK_USED_UP = "Mstack depth limit exceeded";

/** Events of the session besides its output. */
export interface SessionEvents {
  /** It has reported a fatal error. */
  onFatal(message: string): void;
  /** It has reported an error, fatal or not. */
  onError?(): void;
}

/** Joins small pieces of the backend's output into large ones that can be transferred. */
export class Gatherer {
  readonly #send: (bytes: Uint8Array<ArrayBuffer>) => void;
  #bytes = new Uint8Array(8 * 1024);
  #used = 0;

  constructor(send: (bytes: Uint8Array<ArrayBuffer>) => void) {
    this.#send = send;
  }

  add(bytes: Uint8Array): void {
    if (this.#used + bytes.length > this.#bytes.length) {
      this.flush();
      const size = Math.max(SEND_BYTES, bytes.length);
      if (this.#bytes.length < size) this.#bytes = new Uint8Array(size);
    }
    this.#bytes.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  flush(): void {
    if (this.#used > 0) this.#send(this.#bytes.slice(0, this.#used));
    this.#used = 0;
  }
}

/**
 * Removes every ReadyForQuery from the output and keeps its status, and CopyInResponse, which was sent before.
 *
 * PGlite reports ready immediately after each error, and again after the Sync that a client sends to recover: a client that accepts
 * the first would take the second for the end of its next query.
 */
export class ReadinessFilter {
  /** `I` idle, `T` in a transaction, `E` in a failed one. */
  status = 0x49;
  readonly #pass: (bytes: Uint8Array) => void;
  /** Of the message at the end of the last piece: its incomplete header, or the number of remaining bytes of its body. */
  #header: Uint8Array = new Uint8Array(0);
  #bodyLeft = 0;

  readonly #events: SessionEvents;

  constructor(pass: (bytes: Uint8Array) => void, events: SessionEvents) {
    this.#pass = pass;
    this.#events = events;
  }

  add(piece: Uint8Array): void {
    const bytes = this.#header.length === 0 ? piece : concat(this.#header, piece);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#header = new Uint8Array(0);
    let passFrom = 0;
    let at = Math.min(this.#bodyLeft, bytes.length);
    this.#bodyLeft -= at;
    while (at < bytes.length) {
      const code = bytes[at];
      const taken = code === CODE.ready || code === CODE.copyInResponse;
      const next = at + 5 > bytes.length ? Infinity : at + 1 + view.getInt32(at + 1);
      if (next === Infinity || (taken && next > bytes.length)) {
        if (at > passFrom) this.#pass(bytes.subarray(passFrom, at));
        this.#header = bytes.slice(at);
        return;
      }
      if (taken) {
        if (at > passFrom) this.#pass(bytes.subarray(passFrom, at));
        if (code === CODE.ready) this.status = bytes[at + 5]!;
        passFrom = next;
      }
      if (code === CODE.error) this.#report(bytes.subarray(at + 5, next));
      this.#bodyLeft = Math.max(0, next - bytes.length);
      at = next;
    }
    if (passFrom < bytes.length) this.#pass(bytes.subarray(passFrom));
  }

  #report(error: Uint8Array): void {
    this.#events.onError?.();
    const fields = new TextDecoder().decode(error).split("\0");
    if (!fields.includes("VPANIC") && !fields.includes("VFATAL") && !fields.includes(STACK_USED_UP)) return;
    this.#events.onFatal(fields.find((field) => field.startsWith("M"))?.slice(1) ?? "no reason given");
  }
}
