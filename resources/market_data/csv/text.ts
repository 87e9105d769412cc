import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { nextTurn } from "../../turns.ts";
import { MarketDataError } from "../market_data.ts";

/** Compressed bytes inflated at once: some milliseconds. */
const BYTES_AT_ONCE = 128 * 1024;

/** No compressed byte becomes more than this many. */
const MOST_INFLATED = 1_032;

/** Also inflates files of several members, such as those made by `cat one.gz two.gz`. */
async function inflated(stored: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  // The last member ends with its size, usually that of the whole text: pieces are not collected and then copied.
  const said = new DataView(stored.buffer, stored.byteOffset + Math.max(0, stored.length - 4));
  let text = new Uint8Array(Math.min(said.byteLength < 4 ? 0 : said.getUint32(0, true), MOST_INFLATED * stored.length));
  let length = 0;
  await pipeline(
    async function* () {
      for (let at = 0; at < stored.length; at += BYTES_AT_ONCE) {
        yield stored.subarray(at, at + BYTES_AT_ONCE);
        await nextTurn();
      }
    },
    createGunzip({ chunkSize: BYTES_AT_ONCE }),
    async (inflating: AsyncIterable<Uint8Array>) => {
      for await (const piece of inflating) {
        if (length + piece.length > text.length) {
          text = new Uint8Array(text.buffer.transfer(Math.max(2 * text.length, length + piece.length)));
        }
        text.set(piece, length);
        length += piece.length;
      }
    },
  );
  return text.subarray(0, length);
}

/**
 * The text of a stored file in UTF-8: inflated if its first bytes are those of gzip, whatever its name, and converted from
 * UTF-16.
 *
 * @throws {MarketDataError} If it is a damaged gzip file, or in a recognized but unsupported encoding.
 */
export async function textOf(path: string, stored: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return inUtf8(path, await unpacked(path, stored));
}

/** Number of bytes from which the encoding is detected. */
const SAMPLE_BYTES = 4096;

function inUtf8(path: string, text: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const encoding = encodingOf(text);
  if (encoding === "utf-8") return text;
  const refused = (why: string) => new MarketDataError(`${path} ${why}. Store it as UTF-8.`);
  if (encoding === "utf-32") throw refused("is stored as UTF-32, which is not supported");
  try {
    return new TextEncoder().encode(new TextDecoder(encoding, { fatal: true }).decode(text));
  } catch {
    throw refused(`begins as ${encoding.toUpperCase()} but does not continue so`);
  }
}

/** Detected by a byte order mark, or by the zero bytes of ASCII letters. */
function encodingOf(text: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" | "utf-32" {
  const [a, b, c, d] = text;
  if ((a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && c === 0xfe && d === 0xff)) {
    return "utf-32";
  }
  if (a === 0xff && b === 0xfe) return "utf-16le";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  const sample = text.subarray(0, SAMPLE_BYTES);
  const zeros = [0, 0];
  sample.forEach((byte, i) => byte === 0 && zeros[i % 2]!++);
  const many = sample.length / 4;
  if (zeros[1]! > many && zeros[0]! < many / 10) return "utf-16le";
  if (zeros[0]! > many && zeros[1]! < many / 10) return "utf-16be";
  return "utf-8";
}

async function unpacked(path: string, stored: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const isGzip = stored[0] === 0x1f && stored[1] === 0x8b;
  if (!isGzip) return stored;
  try {
    return await inflated(stored);
  } catch (cause) {
    throw new MarketDataError(`${path} starts like a gzip file but cannot be unpacked. Copy or compress it again.`, {
      cause,
    });
  }
}
