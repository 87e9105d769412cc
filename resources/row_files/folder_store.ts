import { dirname, join, relative, resolve, sep } from "node:path";
import { type FileStore, FileStoreError, MissingFileError, type StoredFile } from "./file_store.ts";

/** End of the names of files that are not complete. */
const UNFINISHED = ".unfinished";

/**
 * Files in a folder on this machine, or mounted on it.
 *
 * A file is written under another name, flushed to the disk, and renamed.
 *
 * @param folder Must exist: a folder that is created at each start would hide an unmounted disk.
 */
export function folderStore(folder: string): FileStore {
  const root = resolve(folder);
  const place = (path: string) => join(root, ...path.split("/"));
  const away = (error: unknown, what: string) =>
    new FileStoreError(
      `${what}: ${messageOf(error)}. Check that the folder of ROW_FILES is mounted and that Tandem may write to it.`,
      { cause: error },
    );

  return {
    location: root,
    addressOf: place,
    async write(path, bytes, { signal } = {}) {
      const to = place(path);
      try {
        // The root is not created: without it, the disk is not there.
        await Deno.stat(root);
        await Deno.mkdir(dirname(to), { recursive: true });
        const file = await Deno.open(to + UNFINISHED, { write: true, create: true, truncate: true });
        try {
          for (let done = 0; done < bytes.length;) {
            signal?.throwIfAborted();
            done += await file.write(bytes.subarray(done));
          }
          await file.sync();
        } finally {
          file.close();
        }
        await Deno.rename(to + UNFINISHED, to);
        await syncFolder(dirname(to));
      } catch (error) {
        if (signal?.aborted) throw error;
        throw away(error, `${to} cannot be written`);
      }
    },
    async localPath({ path, bytes }) {
      const at = place(path);
      let size: number;
      try {
        ({ size } = await Deno.stat(at));
      } catch (error) {
        if (error instanceof Deno.errors.NotFound && await exists(root)) throw missing(at);
        throw away(error, `${at} cannot be read`);
      }
      if (size !== bytes) throw altered(at, size, bytes);
      return at;
    },
    async list({ signal } = {}) {
      const found: StoredFile[] = [];
      const walk = async (folder: string): Promise<void> => {
        for await (const entry of Deno.readDir(folder)) {
          signal?.throwIfAborted();
          const at = join(folder, entry.name);
          if (entry.isDirectory) await walk(at);
          if (!entry.isFile) continue;
          const info = await Deno.stat(at).catch(unlessGone);
          if (!info) continue;
          const path = relative(root, at).replaceAll(sep, "/");
          found.push({ path, bytes: info.size, modifiedAt: info.mtime?.getTime() ?? Date.now() });
        }
      };
      try {
        await walk(root);
      } catch (error) {
        if (signal?.aborted) throw error;
        throw away(error, `${root} cannot be read`);
      }
      return found;
    },
    async remove(paths) {
      for (const path of paths) {
        try {
          await Deno.remove(place(path)).catch(unlessGone);
        } catch (error) {
          throw away(error, `${place(path)} cannot be deleted`);
        }
      }
    },
  };
}

/** The error for a file that is not there. */
export function missing(address: string): MissingFileError {
  return new MissingFileError(
    `${address} is missing, although it has rows that Tandem keeps. Restore it from a backup; or restart Tandem, which ` +
      "makes the asset again if the file belongs to its current version.",
  );
}

/** The error for a file that is not as it was written. */
export function altered(address: string, bytes: number, written: number): FileStoreError {
  return new FileStoreError(
    `${address} has ${bytes} bytes and was written with ${written}: something else has changed it. Restore it from a ` +
      "backup; or delete it and restart Tandem, which makes the asset again if the file belongs to its current version.",
  );
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

function unlessGone(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

/** Without this, the name of a new file may be lost with the power. Not possible on Windows. */
async function syncFolder(folder: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  const file = await Deno.open(folder, { read: true });
  try {
    await file.sync();
  } finally {
    file.close();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
