import assert from "node:assert/strict";

Deno.test("the README names existing tasks and files", async () => {
  const readme = await Deno.readTextFile(new URL("../README.md", import.meta.url));
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url)));
  for (const [, task] of readme.matchAll(/(?:deno|deno@2\.9\.6) task ([\w:-]+)/g)) assert.ok(task! in tasks, task);
  for (const [, task] of readme.matchAll(/`(bench:[\w-]+)`/g)) assert.ok(task! in tasks, task);
  for (const [, path] of readme.matchAll(/\]\(((?!https?:)[^)#]+)\)/g)) {
    await Deno.stat(new URL(`../${path}`, import.meta.url));
  }
});
