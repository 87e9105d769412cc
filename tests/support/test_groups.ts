import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** So many files at most share an isolate. */
const filesPerGroup = 20;

/** Ends the name of a file with tests. */
const testFile = /_test\.tsx?$/;

/**
 * Writes modules into `folder` that import the test files below `root`, those of one folder together, and gives their paths.
 *
 * An isolate reads and compiles what its tests import once, and code that one test has warmed up is warm for the next. Tests of
 * `quant`, `web` and `routes` take 0.7, 0.6 and 0.5 of the CPU time that they take in an isolate for each file. Reports name the test file and not the group.
 *
 * @param options.ignored Folders, written as `root` is, whose tests are left out.
 * @param options.jobs Number of groups at least that a folder with as many files is divided into; 1 by default.
 */
export async function writeTestGroups(
  folder: string,
  root: string,
  { ignored = [], jobs = 1 }: { ignored?: readonly string[]; jobs?: number } = {},
): Promise<string[]> {
  const groups: string[] = [];
  for (const [name, files] of await filesByFolder(root, ignored)) {
    const count = Math.max(Math.ceil(files.length / filesPerGroup), Math.min(files.length, jobs));
    for (let group = 0; group < count; group++) {
      const members = files.filter((_, at) => at % count === group);
      const path = join(folder, `${[...name.split("/"), ...(count > 1 ? [group + 1] : [])].join("_")}_test.ts`);
      await Deno.writeTextFile(path, members.map((file) => `import "${pathToFileURL(file)}";\n`).join(""));
      groups.push(path);
    }
  }
  return groups;
}

/** Test files by the folder that they are in, both in order of their names. */
async function filesByFolder(root: string, ignored: readonly string[]): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  const read = async (folder: string) => {
    if (ignored.includes(folder)) return;
    const entries = (await Array.fromAsync(Deno.readDir(folder))).toSorted((a, b) => a.name < b.name ? -1 : 1);
    const files = entries.filter(({ isFile, name }) => isFile && testFile.test(name));
    if (files.length > 0) found.set(relative(dirname(root), folder), files.map(({ name }) => resolve(folder, name)));
    for (const { isDirectory, name } of entries) if (isDirectory) await read(join(folder, name));
  };
  await read(root);
  return found;
}
