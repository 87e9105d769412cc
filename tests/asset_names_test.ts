import assert from "node:assert/strict";
import * as imported from "../assets/imported/mod.ts";
import * as assets from "../assets/mod.ts";
import { sourceFiles, visit } from "./support/source_files.ts";

/** What reads the project's assets, and must name them by their views, whose keys and columns the compiler checks. */
const readers = ["web/", "routes/compat/", "cli/"];
/** What reads whatever asset an address names, and knows no column of it. */
const readsAnyAsset = ["web/asset_rows.ts"];
/** Where addresses of rows are put together from checked columns, or from those that an address names. */
const buildsAddresses = ["web/rows_path.ts", ...readsAnyAsset];

const keys = [...Object.values(assets), ...Object.values(imported)].map(({ key }) => key);
const words = new Set<string>(keys.filter((key) => !key.includes("_")));
const named = new RegExp(`\\b(?:${keys.filter((key) => key.includes("_")).join("|")})\\b`);

/** What is said in a file as text: literals, parts of templates, and text between tags, but no module's name. */
function texts(file: { path: string; text: string }, isWrong: (text: string, node: Deno.lint.Node) => boolean) {
  return visit(file, (context) => {
    const judge = (text: unknown, node: Deno.lint.Node) => {
      if (typeof text === "string" && isWrong(text, node)) context.report({ node, message: text.trim().slice(0, 80) });
    };
    return {
      Literal: (node) => /^(?:Import|Export)/.test(node.parent?.type ?? "") ? undefined : judge(node.value, node),
      TemplateElement: (node) => judge(node.cooked, node),
      JSXText: (node) => judge(node.value, node),
    };
  }).map(({ line, message }) => `${file.path}:${line}: ${message}`);
}

const filesOf = async (folders: readonly string[]) =>
  (await sourceFiles()).filter(({ path }) => folders.some((folder) => path.startsWith(folder)));

Deno.test("no key of an asset is a string literal where assets are read", async () => {
  const files = await filesOf(readers);
  assert.ok(files.length > 200, `${files.length} files found`);
  const found = files.flatMap((file) => texts(file, (text) => named.test(text)));
  assert.deepEqual(found, []);
});

Deno.test("no key that is an everyday word is passed to asset look-ups", async () => {
  const lookups = ["CallExpression", "ArrayExpression", "BinaryExpression", "MemberExpression"];
  const found = (await filesOf(readers)).flatMap((file) =>
    texts(
      file,
      (text, node) => words.has(text) && lookups.includes((node as { parent?: Deno.lint.Node }).parent?.type ?? ""),
    )
  );
  assert.deepEqual(found, []);
});

Deno.test("rows are read by way of views, but for those of whatever asset an address names", async () => {
  const found = (await filesOf(readers)).filter(({ path }) => !readsAnyAsset.includes(path)).flatMap((file) =>
    visit(file, (context) => ({
      MemberExpression(node) {
        const { object, property } = node;
        const name = object.type === "MemberExpression" ? object.property : object;
        if (
          property.type === "Identifier" && ["rows", "table", "rowStream"].includes(property.name) &&
          name.type === "Identifier" && name.name === "engine"
        ) context.report({ node, message: `engine.${property.name}` });
      },
    })).map(({ line, message }) => `${file.path}:${line}: ${message}`)
  );
  assert.deepEqual(found, []);
});

Deno.test("no column is a string literal in an address of rows", async () => {
  const found = (await filesOf(readers)).filter(({ path }) => !buildsAddresses.includes(path)).flatMap((file) =>
    texts(file, (text) => /\/rows\?(?!format=)/.test(text))
  );
  assert.deepEqual(found, []);
});
