import { join } from "node:path";

const BLOCK = 512;

/**
 * Unpacks a gzipped tar archive of plain files and folders, readable by this user alone, with only the last inflated bytes in
 * memory.
 *
 * @throws {Error} If the archive contains anything else, or a path outside `folder`.
 */
export async function unpackArchive(archive: Blob, folder: string): Promise<void> {
  const source = new Source(archive.stream().pipeThrough(new DecompressionStream("gzip")).getReader());
  Deno.mkdirSync(folder, { mode: 0o700 });
  for (;;) {
    const header = await source.take(BLOCK);
    // Empty blocks mark the end; some writers omit them.
    if (header === null || header[0] === 0) return await source.drain();
    const name = textAt(header, 345, 155) + textAt(header, 0, 100);
    const size = parseInt(textAt(header, 124, 12), 8);
    const path = join(folder, name);
    if (name.split("/").includes("..")) throw new Error(`The archive has an entry outside its folder: ${name}.`);
    const type = String.fromCharCode(header[156]!);
    if (type === "5") {
      Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
    } else if (type === "0" || type === "\0") {
      using file = Deno.openSync(path, { write: true, createNew: true, mode: 0o600 });
      await source.copy(size, file);
      await source.take((BLOCK - size % BLOCK) % BLOCK);
    } else {
      throw new Error(`The archive has an entry of type ${type}: ${name}.`);
    }
  }
}

/** A stream read by exact numbers of bytes. */
class Source {
  #bytes = new Uint8Array(0);

  constructor(private readonly reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>) {}

  /** The next `count` bytes, or null at the end of the stream. */
  async take(count: number): Promise<Uint8Array | null> {
    while (this.#bytes.length < count) {
      const { value } = await this.reader.read();
      if (value === undefined) return null;
      const joined = new Uint8Array(this.#bytes.length + value.length);
      joined.set(this.#bytes);
      joined.set(value, this.#bytes.length);
      this.#bytes = joined;
    }
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }

  async copy(count: number, file: Deno.FsFile): Promise<void> {
    for (let left = count; left > 0;) {
      if (this.#bytes.length === 0) {
        const { value } = await this.reader.read();
        if (value === undefined) throw new Error("The archive ends in the middle of a file.");
        this.#bytes = value;
      }
      const length = Math.min(left, this.#bytes.length);
      for (let written = 0; written < length;) written += file.writeSync(this.#bytes.subarray(written, length));
      this.#bytes = this.#bytes.subarray(length);
      left -= length;
    }
  }

  async drain(): Promise<void> {
    while (!(await this.reader.read()).done);
  }
}

/** A field of the header, which ends at its first zero. */
function textAt(header: Uint8Array, start: number, length: number): string {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end === -1 ? field : field.subarray(0, end));
}
