/**
 * Messages of the PostgreSQL wire protocol: a letter, four bytes of length, a body.
 *
 * Source: https://www.postgresql.org/docs/current/protocol-message-formats.html
 *
 * @module
 */

/** Letters of messages. */
export const CODE = {
  sync: 0x53,
  query: 0x51,
  parse: 0x50,
  describe: 0x44,
  flush: 0x48,
  close: 0x43,
  terminate: 0x58,
  ready: 0x5a,
  error: 0x45,
  copyData: 0x64,
  copyDone: 0x63,
  copyFail: 0x66,
  copyInResponse: 0x47,
} as const;
export const SYNC = Uint8Array.of(CODE.sync, 0, 0, 0, 4);
/** What a Describe or Close is about: a statement, not a portal. */
const STATEMENT = 0x53;
const COPY_FROM_STDIN = /^\s*copy\s[^;]*\sfrom\s+stdin\b/i;

/** Whether messages only prepare statements with a name and describe them, and end with a request for the answers. */
export function onlyPrepares(batch: Uint8Array): boolean {
  let last = 0;
  for (const { code, start } of messages(batch)) {
    const isNamed = code === CODE.parse
      ? batch[start + 5] !== 0
      : code === CODE.describe && batch[start + 5] === STATEMENT && batch[start + 6] !== 0;
    if (!isNamed && code !== CODE.flush) return false;
    last = code;
  }
  return last === CODE.flush;
}

/** Whether a message belongs to the data of a COPY. */
export function isOfCopy(code: number): boolean {
  return code === CODE.copyData || code === CODE.copyDone || code === CODE.copyFail;
}

export function isCopyIn(query: Uint8Array): boolean {
  // The start is sufficient; the rest may be long.
  return (query[5]! | 0x20) <= 0x63 && COPY_FROM_STDIN.test(new TextDecoder().decode(query.subarray(5, 16_384)));
}

/** The number of bytes at the front of `input` that form whole messages; a start-up packet counts alone. */
export function completeLength(input: Uint8Array, started: boolean): number {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  if (!started) {
    if (input.length < 8) return 0;
    const length = view.getInt32(0);
    return input.length >= length ? length : 0;
  }
  let end = 0;
  while (end + 5 <= input.length) {
    const next = end + 1 + view.getInt32(end + 1);
    if (next > input.length) break;
    end = next;
  }
  return end;
}

export function* messages(batch: Uint8Array): Generator<{ code: number; start: number; next: number }> {
  const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
  for (let start = 0; start < batch.length;) {
    const next = start + 1 + view.getInt32(start + 1);
    yield { code: batch[start]!, start, next };
    start = next;
  }
}

export function message(code: number, body: string): Uint8Array {
  const text = new TextEncoder().encode(body);
  const bytes = new Uint8Array(5 + text.length);
  bytes[0] = code;
  new DataView(bytes.buffer).setInt32(1, 4 + text.length);
  bytes.set(text, 5);
  return bytes;
}

export function concat(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
