import assert from "node:assert/strict";
import { join } from "node:path";

const main = new URL("../../main.ts", import.meta.url).pathname;

/** The program with settings of its own; what it said once it has ended, or once it serves. */
async function tandem(args: string[], environment: Record<string, string>, { serves = false } = {}) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-P", main, ...args],
    env: { PORT: "0", AUTOMATION: "off", ...environment },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let err = "";
  const url = Promise.withResolvers<string | null>();
  const reading = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      err += text;
      const found = /serves (http:\/\/\S+);/.exec(err)?.[1];
      if (found) url.resolve(found);
    }
    url.resolve(null);
  })();
  const out = new Response(child.stdout).text();
  const ended = (async () => {
    const { code } = await child.status;
    await reading;
    return { code, out: await out, err };
  })();
  return {
    url: serves ? await url.promise : null,
    said: () => err,
    ended,
    async stop() {
      child.kill("SIGINT");
      return await ended;
    },
  };
}

async function inFolder(test: (dataDir: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tandem-access-" });
  try {
    await test(join(folder, "data"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the service does not start on a public address while no credentials exist", () =>
  inFolder(async (DATA_DIR) => {
    const refused = await (await tandem(["start"], { DATA_DIR, HOST: "0.0.0.0" })).ended;
    assert.equal(refused.code, 2);
    assert.match(
      refused.err,
      /AUTHENTICATION: credentials are required with HOST=0\.0\.0\.0, and none exist\..*deno task token create NAME/s,
    );
    const off = await (await tandem(["start"], { DATA_DIR, HOST: "0.0.0.0", AUTHENTICATION: "off" })).ended;
    assert.equal(off.code, 2);
    assert.match(off.err, /AUTHENTICATION: off is allowed only on this machine/);
    const half = await (await tandem(["start"], { DATA_DIR, GOOGLE_CLIENT_ID: "x" })).ended;
    assert.equal(half.code, 2);
    assert.match(half.err, /GOOGLE_CLIENT_SECRET and SIGN_IN_ALLOW: not set, although GOOGLE_CLIENT_ID is/);
  }));

Deno.test("with a token it starts, requires it, and admits the command line with access to the folder", () =>
  inFolder(async (DATA_DIR) => {
    const made = await (await tandem(["token", "create", "desk", "--scope", "operate"], { DATA_DIR })).ended;
    assert.equal(made.code, 0, made.err);
    const secret = made.out.trim();
    const service = await tandem(["start"], { DATA_DIR, HOST: "0.0.0.0", MARKET_DATA: "simulated" }, { serves: true });
    try {
      const url = service.url!.replace("0.0.0.0", "127.0.0.1");
      const status = async (headers: Record<string, string> = {}) => {
        const response = await fetch(`${url}/v1/assets`, { headers });
        await response.body?.cancel();
        return response.status;
      };
      assert.deepEqual([await status(), await status({ Authorization: `Bearer ${secret}` })], [401, 200]);
      const note = join(DATA_DIR, "tandem.json");
      assert.equal((await Deno.stat(note)).mode! & 0o777, 0o600);
      // It asks the server, which knows it by what only who may read the folder can read.
      const listed = await (await tandem(["token", "list", "--json"], { DATA_DIR })).ended;
      assert.deepEqual(JSON.parse(listed.out).tokens.map(({ name }: { name: string }) => name), ["desk"], listed.err);
      const refused = await (await tandem(["token", "list"], { DATA_DIR, TANDEM_TOKEN: secret })).ended;
      assert.match(refused.err, /needs the scope "admin"; desk has "operate"/);
      assert.ok(!service.said().includes(JSON.parse(await Deno.readTextFile(note)).secret));
      assert.match(service.said(), /Requests need an access token\./);
    } finally {
      const { code, err } = await service.stop();
      assert.equal(code, 0, err);
    }
    await assert.rejects(Deno.stat(join(DATA_DIR, "tandem.json")), Deno.errors.NotFound);
  }));
