import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { writeTestGroups } from "./test_groups.ts";

Deno.test("writeTestGroups() puts each test file into one group, those of a folder together", async () => {
  const root = await Deno.makeTempDir({ prefix: "grouped-" });
  const folder = await Deno.makeTempDir();
  try {
    const files = [
      ...Array.from({ length: 21 }, (_, i) => `many/a${i}_test.ts`),
      "one/page_test.tsx",
      "one/help.ts",
      "top_test.ts",
      "slow/clock_test.ts",
    ];
    for (const file of files) {
      await Deno.mkdir(join(root, file, ".."), { recursive: true });
      await Deno.writeTextFile(join(root, file), `Deno.test("${file}", () => {});\n`);
    }
    const groups = await writeTestGroups(folder, root, { ignored: [join(root, "slow")] });
    const prefix = basename(root);
    assert.deepEqual(groups.map((path) => basename(path)), [
      `${prefix}_test.ts`,
      `${prefix}_many_1_test.ts`,
      `${prefix}_many_2_test.ts`,
      `${prefix}_one_test.ts`,
    ]);
    const imports = await Promise.all(groups.map((path) => Deno.readTextFile(path)));
    const imported = imports.flatMap((text) => [...text.matchAll(/import "file:\/\/.*?\/grouped-[^/]*\/(.*)";/g)]);
    const tests = files.filter((file) => /_test\.tsx?$/.test(file) && !file.startsWith("slow/"));
    assert.deepEqual(imported.map(([, file]) => file).sort(), tests.sort());

    const divided = await writeTestGroups(folder, join(root, "many"), { jobs: 3 });
    const counts = await Promise.all(
      divided.map(async (path) => (await Deno.readTextFile(path)).split("import").length - 1),
    );
    assert.deepEqual(counts, [7, 7, 7]);
    assert.equal((await writeTestGroups(folder, join(root, "one"), { jobs: 3 })).length, 1);
  } finally {
    for (const made of [root, folder]) await Deno.remove(made, { recursive: true });
  }
});
