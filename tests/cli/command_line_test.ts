import assert from "node:assert/strict";
import { commandLine, type CommandLineParts } from "../../cli/mod.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";
import { noImports, noTokens, scriptedControl } from "../support/scripted_control.ts";

async function run(...args: string[]) {
  const terminal = fakeTerminal();
  let started = 0;
  let replaces = 0;
  let works = 0;
  const parts: CommandLineParts = {
    version: "1.2.3",
    start({ replace }) {
      started++;
      if (replace) replaces++;
      return Promise.resolve(0);
    },
    worker() {
      works++;
      return Promise.resolve(0);
    },
    control: scriptedControl({}),
    tokens: noTokens,
    imports: noImports,
  };
  const code = await commandLine(args, parts, terminal);
  return { code, started, replaces, works, out: terminal.out, err: terminal.err };
}

Deno.test("commandLine() starts the service with start, and without a command", async () => {
  assert.equal((await run("start")).started, 1);
  assert.equal((await run()).started, 1);
});

Deno.test("commandLine() start --replace says that history may be dropped, and nothing else does", async () => {
  assert.deepEqual([(await run("start", "--replace")).replaces, (await run("start")).replaces], [1, 0]);
  const { code, started, err } = await run("start", "--replace", "all");
  assert.deepEqual([code, started], [2, 0]);
  assert.match(err, /^"start" takes no "all"/);
});

Deno.test("commandLine() worker runs steps, and takes no argument", async () => {
  assert.deepEqual([(await run("worker")).works, (await run("start")).works], [1, 0]);
  const { code, works, err } = await run("worker", "--concurrency", "4");
  assert.deepEqual([code, works], [2, 0]);
  assert.match(err, /^"worker" takes no "--concurrency"/);
});

Deno.test("commandLine() --help lists all commands, and each has its own", async () => {
  const { code, out, started } = await run("--help");
  assert.deepEqual([code, started], [0, 0]);
  for (const command of ["start", "worker", "materialize", "retry", "backfill", "assets", "import", "token"]) {
    assert.ok(out.includes(`deno task ${command}`));
    for (const flag of ["--help", "-h"]) {
      const own = await run(command, flag);
      assert.deepEqual([own.code, own.started, own.err], [0, 0, ""]);
      assert.ok(own.out.startsWith(`Usage: deno task ${command}`));
    }
  }
});

Deno.test("commandLine() --version prints the version", async () => {
  assert.equal((await run("--version")).out, "tandem 1.2.3\n");
  assert.equal((await run("start", "--version")).out, "tandem 1.2.3\n");
});

Deno.test("commandLine() answers invalid arguments with exit code 2", async () => {
  const unknown = await run("materialise");
  assert.equal(unknown.code, 2);
  assert.match(unknown.err, /^There is no command "materialise"\.\n/);
  const start = await run("start", "--port", "80");
  assert.deepEqual([start.code, start.started], [2, 0]);
  assert.match(start.err, /configured by environment variables/);
});

Deno.test("commandLine() hands the rest to the command", async () => {
  const { code, out } = await run("assets", "--json");
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(out), { assets: [] });
});
