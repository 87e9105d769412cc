import { statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The process for whose lifetime test files share processes: this one, or the gate, which runs several files. Set by TANDEM_TEST_OWNER. */
export const owner = Number(Deno.env.get("TANDEM_TEST_OWNER") ?? Deno.pid);

/**
 * The folder of a PostgreSQL server of all test files: in memory where there is some, of which it takes 150 MB.
 *
 * Each test creates and deletes a database of 300 files. For each new file ext4 looks for an inode that was not deleted in the last
 * seconds, which took a quarter of the processor time of all tests.
 */
export function serverFolder(): string {
  const folder = "/dev/shm";
  const neededBytes = 2 * 2 ** 30;
  try {
    // Not what is available: all test files must come to the same result.
    const { blocks, bsize } = statfsSync(folder);
    return blocks * bsize >= neededBytes ? folder : tmpdir();
  } catch {
    return tmpdir();
  }
}

/**
 * Starts a process shared by all test files, once, and returns its address.
 *
 * Test files are isolated from each other and coordinate through the file system: the first to take the lock starts the process,
 * the others read its address.
 *
 * @param name Part of the folder's name.
 * @param start Gets the path of a folder to create. The started process removes it and `<folder>.lock` once {@link owner} has ended.
 * @param place Where that folder is.
 */
export async function startedOnce(
  name: string,
  start: (folder: string) => Promise<string>,
  place: string = tmpdir(),
): Promise<string> {
  const folder = join(place, `tandem-test-${owner}-${name}`);
  using lock = await Deno.open(`${folder}.lock`, { read: true, write: true, create: true });
  await lock.lock(true);
  const note = join(folder, "address");
  const known = await Deno.readTextFile(note).catch(() => null);
  if (known !== null) return known;
  const address = await start(folder);
  await Deno.writeTextFile(note, address);
  return address;
}
