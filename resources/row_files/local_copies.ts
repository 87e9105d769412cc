import { dirname, join } from "node:path";
import { FileStoreError } from "./file_store.ts";
import { folderStore } from "./folder_store.ts";

/** Copies used within this time stay: a reader may be about to open them. */
const inUseMs = 600_000;

/**
 * Copies of files of a store in a folder of this machine, which its processes share. Those that have not been used for longest are
 * deleted when there are too many.
 */
export class LocalCopies {
  readonly #coming = new Map<string, Promise<string>>();
  #addedBytes: number;

  /** @param folder Created when it is first used, readable by this user alone. */
  constructor(private readonly folder: string, private readonly options: { maxBytes: number }) {
    // The first copy finds those of earlier processes.
    this.#addedBytes = options.maxBytes;
  }

  /** The path of a copy of this size; the file is fetched if there is none. */
  async of(path: string, bytes: number, fetched: () => Promise<Uint8Array<ArrayBuffer>>): Promise<string> {
    const at = this.#at(path);
    const size = await Deno.stat(at).then(({ size }) => size, () => undefined);
    if (size === bytes) {
      const now = new Date();
      // Deleted a moment ago if it fails.
      if (await Deno.utime(at, now, now).then(() => true, () => false)) return at;
    }
    const coming = this.#coming.get(path) ?? fetched().then(async (file) => {
      await this.#write(path, file).catch((error) => {
        throw new FileStoreError(`${at}, a copy of a file with rows, cannot be written: ${(error as Error).message}.`);
      });
      return at;
    }).finally(() => this.#coming.delete(path));
    this.#coming.set(path, coming);
    return await coming;
  }

  /** Keeps a copy of a file that this process has written. */
  async keep(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    // A full disk does not matter here: the file is in the store.
    await this.#write(path, bytes).catch(() => {});
  }

  async drop(path: string): Promise<void> {
    await Deno.remove(this.#at(path)).catch(() => {});
  }

  #at(path: string): string {
    return join(this.folder, ...path.split("/"));
  }

  async #write(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const at = this.#at(path);
    await Deno.mkdir(dirname(at), { recursive: true, mode: 0o700 });
    const unfinished = `${at}.${crypto.randomUUID()}`;
    await Deno.writeFile(unfinished, bytes, { mode: 0o600 });
    await Deno.rename(unfinished, at);
    this.#addedBytes += bytes.length;
    if (this.#addedBytes >= this.options.maxBytes / 10) {
      this.#addedBytes = 0;
      await this.#shrink().catch(() => {});
    }
  }

  async #shrink(): Promise<void> {
    const files = await folderStore(this.folder).list();
    const free = files.filter(({ modifiedAt }) => modifiedAt < Date.now() - inUseMs)
      .sort((a, b) => a.modifiedAt - b.modifiedAt);
    let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    for (const file of free) {
      if (bytes <= this.options.maxBytes) return;
      await this.drop(file.path);
      bytes -= file.bytes;
    }
  }
}
