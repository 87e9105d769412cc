import { MarketDataError } from "../market_data.ts";

/** The text of a stored file: inflated if it is gzip, which its first bytes tell and not its name. */
export async function textOf(path: string, stored: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
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

async function inflated(stored: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of new Blob([stored]).stream().pipeThrough(new DecompressionStream("gzip"))) {
    chunks.push(chunk);
    length += chunk.length;
  }
  const text = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    text.set(chunk, at);
    at += chunk.length;
  }
  return text;
}
