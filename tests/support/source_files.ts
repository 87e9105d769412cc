import { fileURLToPath } from "node:url";

/** A source file of the project, without tests and benchmarks. */
export interface SourceFile {
  /** Path relative to the project's root. */
  path: string;
  text: string;
}

const root = new URL("../../", import.meta.url);
const skipped = new Set(["tests", "bench", "docs", "examples", ".git", ".data", "node_modules"]);

/** Every TypeScript and JavaScript file of the service. */
export async function sourceFiles(): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  async function walk(folder: URL, path: string): Promise<void> {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) {
        if (!skipped.has(name)) await walk(new URL(`${name}/`, folder), `${path}${name}/`);
      } else if (/\.(?:tsx?|js)$/.test(name)) {
        files.push({ path: `${path}${name}`, text: await Deno.readTextFile(fileURLToPath(new URL(name, folder))) });
      }
    }
  }
  await walk(root, "");
  return files.sort((a, b) => a.path < b.path ? -1 : 1);
}

/** Runs a visitor over the syntax tree of a file; adds lines to its reports. */
export function visit(
  { path, text }: SourceFile,
  create: (context: Deno.lint.RuleContext) => Deno.lint.LintVisitor,
): { line: number; message: string }[] {
  const found = Deno.lint.runPlugin(
    { name: "scan", rules: { all: { create } } },
    `/${path.replaceAll("/", "_")}`,
    text,
  );
  return found.map(({ range, message }) => ({ line: text.slice(0, range[0]).split("\n").length, message }));
}
