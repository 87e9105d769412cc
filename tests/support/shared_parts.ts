import { tmpdir } from "node:os";
import { join } from "node:path";

/** The process for whose lifetime test files share processes: this one, or the gate, which runs several files. Set by TANDEM_TEST_OWNER. */
export const owner = Number(Deno.env.get("TANDEM_TEST_OWNER") ?? Deno.pid);

/**
 * Starts a process shared by all test files, once, and returns its address.
 *
 * Test files are isolated from each other and coordinate through the file system: the first to take the lock starts the process,
 * the others read its address.
 *
 * @param name Part of the folder's name.
 * @param start Gets the path of a folder to create. The started process removes it and `<folder>.lock` once {@link owner} has ended.
 */
export async function startedOnce(name: string, start: (folder: string) => Promise<string>): Promise<string> {
  const folder = join(tmpdir(), `tandem-test-${owner}-${name}`);
  using lock = await Deno.open(`${folder}.lock`, { read: true, write: true, create: true });
  await lock.lock(true);
  const note = join(folder, "address");
  const known = await Deno.readTextFile(note).catch(() => null);
  if (known !== null) return known;
  const address = await start(folder);
  await Deno.writeTextFile(note, address);
  return address;
}
