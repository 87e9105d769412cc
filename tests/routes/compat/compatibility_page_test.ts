import assert from "node:assert/strict";

const root = new URL("../../../", import.meta.url);
const page = Deno.readTextFileSync(new URL("docs/compatibility.md", root));

/** Rows of the page's last table: a section and what is named as its test. */
const rows = page.slice(page.indexOf("## Which test holds what")).matchAll(/^\| ([^|]+?) +\| ([^|]+?) +\|$/gm)
  .map(([, section, test]) => [section!, test!] as const).filter(([section]) => !/^(?:section|-+)$/.test(section))
  .toArray();

Deno.test("docs/compatibility.md names a test for each difference, and each section exactly once", () => {
  const headings = page.matchAll(/^(#{2,3}) (.+)$/gm).map(([, level, title]) => ({ level, title: title! })).toArray();
  const parents = new Set(["Routes", "Where the original is wrong", "Differences that stay", "Which test holds what"]);
  assert.deepEqual(
    rows.map(([section]) => section),
    headings.map(({ title }) => title).filter((title) => !parents.has(title)),
  );
});

Deno.test("docs/compatibility.md names existing tests", async () => {
  for (const [section, tests] of rows) {
    if (tests.startsWith("none: ")) continue;
    let folder = "";
    const files = tests.matchAll(/`([^`]+)`/g).map(([, file]) => file!).toArray();
    assert.ok(files.length > 0, section);
    for (const file of files) {
      if (file.includes("/")) folder = file.slice(0, file.lastIndexOf("/") + 1);
      const path = file.includes("/") ? file : folder + file;
      const text = await Deno.readTextFile(new URL(path, root));
      assert.match(text, /Deno\.test\(/, `${section}: ${path}`);
    }
  }
});
