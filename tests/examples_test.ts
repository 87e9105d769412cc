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

/** Text of the tutorial's blocks in a language. */
async function tutorialBlocks(language: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL("docs/tutorial.md", root));
  return Array.from(text.matchAll(new RegExp(`^\`\`\`${language}[^\\n]*\\n(.*?)^\`\`\``, "gms")), ([, code]) => code!);
}

/** Files of the tutorial's project by name. */
async function tutorialFiles(): Promise<Record<string, string>> {
  const [readings, warmest, main, test] = await tutorialBlocks("ts");
  return { "assets.ts": `${readings}\n${warmest}`, "main.ts": main!, "assets_test.ts": test! };
}

Deno.test("the tutorial, followed to the letter, makes its assets", async () => {
  const place = await Deno.makeTempDir({ prefix: "tandem-tutorial-" });
  const write = (name: string, content: string) => Deno.writeTextFile(join(place, name), content);
  try {
    await write("deno.json", (await tutorialBlocks("json"))[0]!.replace("../tandem", fileURLToPath(root)));
    for (const [name, content] of Object.entries(await tutorialFiles())) await write(name, content);
    // Types take 20 CPU seconds: the gate checks those of the example, and the next test that the tutorial has its code.
    await deno(place, "task", "--quiet", "test", "--no-check");
    const commands = (await tutorialBlocks("sh"))[1]!.split("\n").map((line) => line.replace(/\s+#.*/, ""));
    const [materialize, why] = commands.filter((line) => line.startsWith("deno run")).map((line) => line.split(" "));
    assert.match(await deno(place, ...materialize!.slice(1)), /Run 1 succeeded/);
    assert.match(await deno(place, ...why!.slice(1)), /warmest is fresh|fresh/);
  } finally {
    await Deno.remove(place, { recursive: true });
  }
});

Deno.test("the tutorial has the example's code, without its last asset and its docstrings", async () => {
  const tutorial = await tutorialFiles();
  const example = async (name: string) =>
    (await Deno.readTextFile(new URL(name, folder))).replaceAll(/^ *\/\*\*.*\*\/\n/gm, "").replaceAll(
      /, (today|newest)\b/g,
      "",
    );
  const { "assets.ts": assets, ...others } = tutorial;
  assert.equal((await example("assets.ts")).slice(0, assets!.length), assets);
  for (const [name, code] of Object.entries(others)) assert.equal(await example(name), code, name);
});
