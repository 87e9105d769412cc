import assert from "node:assert/strict";
import { eventually, ServiceProcess } from "./support/service_process.ts";

const folder = new URL("../examples/temperatures/", import.meta.url);

Deno.test("the example's types are right, its own test passes, and it is short", async () => {
  const deno = async (...args: string[]) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: folder }).output();
    const said = new TextDecoder();
    assert.equal(code, 0, said.decode(stdout) + said.decode(stderr));
  };
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).filter((name) =>
    name.endsWith(".ts") || name === "deno.json"
  );
  await deno("check", "--quiet", ...names.filter((name) => name.endsWith(".ts")));
  await deno("test", "--quiet", "-A", "--no-check");
  await deno("fmt", "--check", "--quiet");
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
