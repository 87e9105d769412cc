import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

/** Runs the command as the task does, to its end. */
async function run(...args: string[]) {
  const script = fileURLToPath(new URL("./serve.ts", import.meta.url));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "-P", script, ...args],
    signal: AbortSignal.timeout(60_000),
  }).output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

Deno.test("deno task identity-provider --help prints its usage and serves nothing; unknown options are refused", async () => {
  const help = await run("--help");
  assert.deepEqual([help.code, help.out.split("\n")[0]], [0, "deno task identity-provider"]);
  assert.ok(!help.out.includes("OIDC_ISSUER"));
  const unknown = await run("--prot");
  assert.deepEqual([unknown.code, unknown.out], [2, ""]);
  assert.match(unknown.err, /'--prot'[^]*deno task identity-provider/);
});
