import { join, resolve } from "node:path";
import { DatabaseOpenError, FolderHeldError, type FolderHolder } from "./errors.ts";

const NOBODY: FolderHolder = { pid: null, startedAt: null, url: null, secret: null };

/** Exclusive lock on a data folder, released by the operating system when the process ends for any reason. */
export interface FolderLock {
  readonly dataDir: string;
  /** Announces the HTTP address of this process and the secret for clients with access to the folder. */
  announce(url: string, secret: string | null): Promise<void>;
  release(): Promise<void>;
}

/**
 * Locks the data folder for this process, creating it if missing.
 *
 * `tandem.lock` carries the lock itself and stays empty; `tandem.json` beside it identifies the holder, for users and the command
 * line. It is valid only while the lock is held: after a crash it is ignored.
 *
 * @throws {FolderHeldError} If another process holds the folder.
 * @throws {DatabaseOpenError} If the folder cannot be created or written.
 */
export async function lockFolder(dataDir: string): Promise<FolderLock> {
  const folder = resolve(dataDir);
  const holderPath = join(folder, "tandem.json");
  let file: Deno.FsFile | undefined;
  try {
    await Deno.mkdir(folder, { recursive: true });
    file = await Deno.open(join(folder, "tandem.lock"), { read: true, write: true, create: true });
    if (!await file.tryLock(true)) {
      throw new FolderHeldError(folder, await readHolder(holderPath));
    }
    const holder: FolderHolder = { pid: Deno.pid, startedAt: new Date().toISOString(), url: null, secret: null };
    await writeHolder(holderPath, holder);
    const held = file;
    let released = false;
    return {
      dataDir: folder,
      async announce(url, secret) {
        holder.url = url;
        holder.secret = secret;
        await writeHolder(holderPath, holder);
      },
      async release() {
        if (released) return;
        released = true;
        // Before the lock is released: afterwards the file could be the next holder's.
        await Deno.remove(holderPath).catch(() => {});
        held.close();
      },
    };
  } catch (error) {
    file?.close();
    throw error instanceof DatabaseOpenError ? error : folderError(folder, error);
  }
}

/** The error of an unusable folder, in terms of DATA_DIR. */
export function folderError(folder: string, cause: unknown): DatabaseOpenError {
  const text = cause instanceof Error ? cause.message : String(cause);
  let remedy = "Set DATA_DIR to a folder that this user may create and write.";
  let what = text;
  if (cause instanceof Deno.errors.AlreadyExists || cause instanceof Deno.errors.NotADirectory) {
    what = "the path, or a part of it, is a file";
  } else if (cause instanceof Deno.errors.PermissionDenied) {
    what = `permission denied (${text})`;
  } else if (cause instanceof Deno.errors.NotCapable) {
    // The text names permissions of the runtime, which change nothing for folders such as those of /proc.
    what = "this process may not write there";
  } else if (/read-only|EROFS|os error 30/i.test(text)) {
    what = "the file system is read-only";
  } else if (/no space|ENOSPC|os error 28|quota/i.test(text)) {
    what = `the disk is full (${text})`;
    remedy = "Free some space (a fresh database takes about 60 MB) or set DATA_DIR to a folder on another disk.";
  }
  return new DatabaseOpenError(`DATA_DIR ${folder} cannot be used: ${what}. ${remedy}`, { cause });
}

async function readHolder(path: string): Promise<FolderHolder> {
  try {
    const value: unknown = JSON.parse(await Deno.readTextFile(path));
    if (typeof value !== "object" || value === null) return NOBODY;
    const { pid, startedAt, url, secret } = value as Record<string, unknown>;
    return {
      pid: typeof pid === "number" ? pid : null,
      startedAt: typeof startedAt === "string" ? startedAt : null,
      url: typeof url === "string" ? url : null,
      secret: typeof secret === "string" ? secret : null,
    };
  } catch {
    // The holder has the lock but has not yet announced itself, or died while another took over.
    return NOBODY;
  }
}

async function writeHolder(path: string, holder: FolderHolder): Promise<void> {
  const draft = `${path}.${Deno.pid}`;
  // Other users with access to the folder must not read the secret.
  await Deno.writeTextFile(draft, JSON.stringify(holder) + "\n", { mode: 0o600 });
  await Deno.rename(draft, path);
}
