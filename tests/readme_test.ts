import assert from "node:assert/strict";

const root = new URL("../", import.meta.url);

Deno.test("README and documents name existing tasks and files", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const documents = ["README.md", "CONTRIBUTING.md"];
  for (const folder of ["docs/", "docs/decisions/"]) {
    for await (const { name } of Deno.readDir(new URL(folder, root))) {
      if (name.endsWith(".md")) documents.push(folder + name);
    }
  }
  for (const document of documents) {
    const text = await Deno.readTextFile(new URL(document, root));
    for (const [, task] of text.matchAll(/(?:deno|deno@2\.9\.6) task ([\w:-]+)/g)) {
      assert.ok(task! in tasks, `${document}: ${task}`);
    }
    for (const [, task] of text.matchAll(/`(bench:[\w-]+)/g)) assert.ok(task! in tasks, `${document}: ${task}`);
    for (const [, path] of text.matchAll(/\]\(((?!https?:)[^)#\s]+)[^)]*\)/g)) {
      await assert.doesNotReject(Deno.stat(new URL(path!, new URL(document, root))), `${document}: ${path}`);
    }
  }
});
