import { MarketDataError } from "./market_data.ts";

/** Bytes. */
const readAtOnce = 4 * 2 ** 20;

/** A file of market data, with its description for errors. */
export interface FileSource {
  path: string;
  /** The name of the format, e.g. `CSV`. */
  format: string;
  /** The setting that names the path, e.g. `MARKET_DATA=csv:PATH`. */
  setting: string;
  /** A sentence about the required contents. */
  contents: string;
}

/** Fingerprint of a file's state without reading it. */
export interface FileStamp {
  bytes: number;
  modifiedMs: number;
}

export function equalStamps(a: FileStamp, b: FileStamp): boolean {
  return a.bytes === b.bytes && a.modifiedMs === b.modifiedMs;
}

/** @throws {MarketDataError} If the file does not exist or is a folder. */
export async function stampOf(source: FileSource): Promise<FileStamp> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.stat(source.path);
  } catch (error) {
    throw explained(source, error);
  }
  if (info.isDirectory) {
    throw new MarketDataError(`${source.path} is a folder. Name one ${source.format} file in ${source.setting}.`);
  }
  return { bytes: info.size, modifiedMs: info.mtime?.getTime() ?? 0 };
}

/**
 * The content of the file, and its stamp.
 *
 * @throws {MarketDataError} If it cannot be read, is empty, or changed while it was read (retryable).
 */
export async function readStored(
  source: FileSource,
): Promise<{ stored: Uint8Array<ArrayBuffer>; stamp: FileStamp }> {
  const { path } = source;
  const stamp = await stampOf(source);
  if (stamp.bytes === 0) throw emptyFile(source);
  let stored: Uint8Array<ArrayBuffer>;
  try {
    stored = await bytesOf(path, stamp.bytes);
  } catch (error) {
    throw explained(source, error);
  }
  if (stored.length !== stamp.bytes || !equalStamps(stamp, await stampOf(source))) {
    throw new MarketDataError(`${path} changed while it was read. It will be read again once it stops changing.`, {
      retryable: true,
    });
  }
  return { stored, stamp };
}

/** The first bytes of a file, so many if it has them. `Deno.readFile` takes twice their memory. */
async function bytesOf(path: string, length: number): Promise<Uint8Array<ArrayBuffer>> {
  using file = await Deno.open(path);
  const bytes = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    const read = await file.read(bytes.subarray(at, at + readAtOnce));
    if (read === null) break;
    at += read;
  }
  return bytes.subarray(0, at);
}

/**
 * Frees the memory of bytes or numbers that have been read. An idle thread collects no garbage, and would keep hundreds of
 * megabytes while another reads the same file.
 */
export function release({ buffer }: Uint8Array<ArrayBuffer> | Float64Array): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}

export function emptyFile({ path, contents }: FileSource): MarketDataError {
  return new MarketDataError(`${path} is empty. ${contents}`);
}

function explained({ path, setting }: FileSource, cause: unknown): MarketDataError {
  if (cause instanceof Deno.errors.NotFound) {
    return new MarketDataError(`There is no file at ${path}. Correct the path in ${setting}, or put the file there.`, {
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
