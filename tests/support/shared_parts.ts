import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * The process for whose life things are shared between test files: this one, or the gate, which runs several.
 * TANDEM_TEST_OWNER names it.
 */
export const owner = Number(Deno.env.get("TANDEM_TEST_OWNER") ?? Deno.pid);

/**
 * Starts something that all test files share, once, and gives its address.
 *
 * Each test file is a world of its own, so that they meet in the file system: who takes the lock first starts it, and the
 * others read its address.
 *
 * @param name Part of the folder's name.
 * @param start Gets a folder, not yet there, that is removed with `<folder>.lock` by what it starts, once {@link owner} is gone.
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
