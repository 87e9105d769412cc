import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { eventually, ServiceProcess } from "./support/service_process.ts";

const root = new URL("../", import.meta.url);
const folder = new URL("examples/temperatures/", root);

/** Runs Deno in a folder, to its success. */
async function deno(cwd: URL | string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd, env: { NO_COLOR: "1" } })
    .output();
  const said = new TextDecoder();
  const text = said.decode(stdout) + said.decode(stderr);
  assert.equal(code, 0, text);
  return text;
}

// Its format and types are held to with those of the project.
Deno.test("the example's own test passes, and it is short", async () => {
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).filter((name) =>
    name.endsWith(".ts") || name === "deno.json"
  );
  await deno(folder, "test", "--quiet", "-A", "--no-check");
  const texts = await Promise.all(names.map((name) => Deno.readTextFile(new URL(name, folder))));
  assert.ok(texts.join("").split("\n").length < 120);
});

Deno.test("the example makes its assets and serves them, without pages of pairs and tickers", async () => {
  const data = await Deno.makeTempDir({ prefix: "tandem-example-" });
  try {
    await using service = new ServiceProcess({ DATA_DIR: data }, [], folder);
    const url = await service.url;
    const json = async (path: string) => (await fetch(`${url}${path}`)).json();
    const states = await eventually(
      async () => (await json("/v1/assets")).assets as { key: string; state: string }[],
      (assets) => assets.every(({ state }) => state === "fresh"),
    );
    assert.deepEqual(states.map(({ key }) => key).sort(), ["readings", "today", "warmest"]);
    const { rows } = await json("/v1/assets/warmest/rows?day.eq=2026-01-01");
    assert.deepEqual(rows.map(({ station }: { station: string }) => station), ["Bergen"]);
    const html = await (await fetch(url)).text();
    assert.match(html, /href="\/runs"/);
    assert.doesNotMatch(html, /href="\/(pairs|tickers)"|Chosen pairs/);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});

Deno.test("the tutorial, followed to the letter, makes its assets", async () => {
  const text = await Deno.readTextFile(new URL("docs/tutorial.md", root));
  const blocks = (language: string) =>
    Array.from(text.matchAll(new RegExp(`^\`\`\`${language}[^\\n]*\\n(.*?)^\`\`\``, "gms")), ([, code]) => code!);
  const [readings, warmest, main, test] = blocks("ts");
  const place = await Deno.makeTempDir({ prefix: "tandem-tutorial-" });
  const write = (name: string, content: string) => Deno.writeTextFile(join(place, name), content);
  try {
    await write("deno.json", blocks("json")[0]!.replace("../tandem", fileURLToPath(root)));
    await write("assets.ts", `${readings}\n${warmest}`);
    await write("main.ts", main!);
    await write("assets_test.ts", test!);
    // The task checks the types of the test: with this file those of main.ts in one go, which would take as long again.
    await write("main_types_test.ts", 'import type {} from "./main.ts";');
    await deno(place, "task", "--quiet", "test");
    const commands = blocks("sh")[1]!.split("\n").map((line) => line.replace(/\s+#.*/, ""));
    const [materialize, why] = commands.filter((line) => line.startsWith("deno run")).map((line) => line.split(" "));
    assert.match(await deno(place, ...materialize!.slice(1)), /Run 1 succeeded/);
    assert.match(await deno(place, ...why!.slice(1)), /warmest is fresh|fresh/);
  } finally {
    await Deno.remove(place, { recursive: true });
  }
});
