import { MarketDataError } from "../market_data.ts";

const SETTING = "MARKET_DATA=csv:PATH";

/** What tells one state of a file from another without reading it. */
export interface FileStamp {
  bytes: number;
  modifiedMs: number;
}

export function equalStamps(a: FileStamp, b: FileStamp): boolean {
  return a.bytes === b.bytes && a.modifiedMs === b.modifiedMs;
}

/** @throws {MarketDataError} If there is no such file or it is a folder. */
export async function stampOf(path: string): Promise<FileStamp> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.stat(path);
  } catch (error) {
    throw explained(path, error);
  }
  if (info.isDirectory) {
    throw new MarketDataError(`${path} is a folder. Name one CSV file in ${SETTING}.`);
  }
  return { bytes: info.size, modifiedMs: info.mtime?.getTime() ?? 0 };
}

/**
 * The file as it lies on disk, and its stamp.
 *
 * @throws {MarketDataError} If it cannot be read, is empty, or changed while it was read (worth another try).
 */
export async function readStored(path: string): Promise<{ stored: Uint8Array<ArrayBuffer>; stamp: FileStamp }> {
  const stamp = await stampOf(path);
  if (stamp.bytes === 0) throw emptyFile(path);
  let stored: Uint8Array<ArrayBuffer>;
  try {
    stored = await Deno.readFile(path);
  } catch (error) {
    throw explained(path, error);
  }
  if (stored.length !== stamp.bytes || !equalStamps(stamp, await stampOf(path))) {
    throw new MarketDataError(`${path} changed while it was read. It will be read again once it is at rest.`, {
      retryable: true,
    });
  }
  return { stored, stamp };
}

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

export function emptyFile(path: string): MarketDataError {
  return new MarketDataError(`${path} is empty. It must have a header line and at least one row.`);
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

function explained(path: string, cause: unknown): MarketDataError {
  if (cause instanceof Deno.errors.NotFound) {
    return new MarketDataError(`There is no file at ${path}. Correct the path in ${SETTING}, or put the file there.`, {
      cause,
    });
  }
  if (cause instanceof Deno.errors.PermissionDenied || cause instanceof Deno.errors.NotCapable) {
    return new MarketDataError(`${path} may not be read by this process. Give it permission to read the file.`, {
      cause,
    });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new MarketDataError(`${path} could not be read: ${reason}.`, { cause, retryable: true });
}
