import assert from "node:assert/strict";
import { dirname, join } from "node:path/posix";
import { sourceFiles } from "./support/source_files.ts";

/**
 * The folders of the project, each with the folders, or single files of them, that it may import from, types included. CONTRIBUTING.md
 * draws them.
 */
const folders: Readonly<Record<string, readonly string[]>> = {
  quant: [],
  resources: [],
  access: ["resources"],
  settings: ["resources", "access", "assets"],
  engine: ["resources"],
  assets: ["engine", "quant", "resources"],
  schedules: ["engine", "assets/views.ts"],
  routes: ["engine", "access", "quant", "resources"],
  "routes/compat": ["assets/views.ts", "engine", "quant"],
  client: ["engine", "routes"],
  cli: ["engine", "access", "client", "resources"],
  web: ["assets/views.ts", "engine", "access", "quant", "resources", "routes"],
  service: ["access", "cli", "engine", "resources", "routes", "settings", "web"],
  testing: ["engine", "resources"],
};

/** The rooms of the engine from the bottom up: a room imports only from rooms before it. */
const rooms = [
  "errors.ts",
  "name_list.ts",
  "record_schema.ts",
  "partitions",
  "declare",
  "store",
  "read",
  "checks",
  "judge",
  "feed",
  "automation",
  "run",
  "backfill",
  "engine.ts",
  "watch",
  "metrics",
  "mod.ts",
];

interface Import {
  from: string;
  to: string;
  /** Whether something is imported that exists at run time. */
  value: boolean;
}

async function imports(): Promise<Import[]> {
  const found: Import[] = [];
  for (const { path, text } of await sourceFiles()) {
    const statements = text.matchAll(/^(?:import|export)\s+(type\s)?([^;"]*?)\s*(?:from\s+)?"(\.[^"]+)"/gm);
    for (const [, type, names, to] of statements) {
      const inBraces = /^\{([^}]*)\}$/.exec(names!.trim());
      const allTypes = inBraces !== null &&
        inBraces[1]!.split(",").every((name) => name.trim() === "" || name.trim().startsWith("type "));
      found.push({ from: path, to: join(dirname(path), to!), value: !type && !allTypes });
    }
  }
  return found;
}

const first = (path: string) => path.split("/")[0]!;

/** The folder with directions of its own that a file is in. */
const folderOf = (path: string) =>
  Object.keys(folders).filter((folder) => path.startsWith(`${folder}/`)).sort((a, b) => b.length - a.length)[0];

Deno.test("folders import, types included, only from the folders that the documented direction names", async () => {
  const all = await imports();
  assert.ok(all.length > 1_000, `${all.length} imports found`);
  const wrong = all.filter(({ from, to }) =>
    from.includes("/") && first(from) !== first(to) && to !== "deno.json" &&
    !folders[folderOf(from) ?? ""]?.some((allowed) => to === allowed || first(to) === allowed)
  );
  assert.deepEqual(wrong.map(({ from, to }) => `${from} imports ${to}`), []);
  assert.deepEqual(
    [...new Set(all.map(({ from }) => from).filter((path) => path.includes("/")).map(folderOf))].sort(),
    Object.keys(folders).sort(),
  );
});

Deno.test("assets/views.ts loads no asset", async () => {
  const loaded = (await imports()).filter(({ from, value }) => from === "assets/views.ts" && value);
  assert.deepEqual(loaded, []);
});

Deno.test("rooms of the engine import, types included, only from rooms below them", async () => {
  const roomOf = (path: string) => path.split("/")[1]!;
  const inside = (await imports()).filter(({ from, to }) => first(from) === "engine" && first(to) === "engine");
  const unknown = inside.flatMap(({ from, to }) => [from, to]).filter((path) => !rooms.includes(roomOf(path)));
  assert.deepEqual([...new Set(unknown)], []);
  const upward = inside.filter(({ from, to }) => rooms.indexOf(roomOf(to)) > rooms.indexOf(roomOf(from)));
  assert.deepEqual(upward.map(({ from, to }) => `${from} imports ${to}`), []);
});

Deno.test("no file imports itself by way of others, types included", async () => {
  const targets = Map.groupBy(await imports(), ({ from }) => from);
  const done = new Set<string>();
  const circles: string[] = [];
  function visit(file: string, path: readonly string[]): void {
    if (path.includes(file)) {
      circles.push([...path.slice(path.indexOf(file)), file].join(" → "));
      return;
    }
    if (done.has(file)) return;
    for (const { to } of targets.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  }
  for (const file of targets.keys()) visit(file, []);
  assert.deepEqual(circles, []);
});
