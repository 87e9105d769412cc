/** Kinds of arrays in stored models. */
type NumberArray = Int8Array | Int32Array | Float32Array | Float64Array;

/** The bytes of an array in base64, little-endian as on every platform that Deno runs on: the same bits in less text than decimals. */
export function toBase64(values: NumberArray): string {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength).toBase64();
}

/**
 * Decodes the bytes written by {@link toBase64}.
 *
 * @throws {RangeError} If `text` is not base64; the message has `name`.
 */
export function fromBase64(text: unknown, name: string): ArrayBuffer {
  try {
    if (typeof text === "string") return Uint8Array.fromBase64(text).buffer;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new RangeError(`${name} cannot be read: base64 text is expected. Fit the model again.`);
}
