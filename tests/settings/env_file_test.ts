import assert from "node:assert/strict";

/** What a command says with such an `.env` file. */
async function started(file: string, environment: Record<string, string> = {}) {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/.env`, file);
    const { PATH, HOME, DENO_DIR } = Deno.env.toObject();
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-check", "-P", `--env-file=${folder}/.env`, "main.ts", "assets"],
      cwd: new URL("../../", import.meta.url),
      clearEnv: true,
      env: { PATH: PATH!, ...(HOME && { HOME }), ...(DENO_DIR && { DENO_DIR }), DATA_DIR: folder, ...environment },
    }).output();
    return { code, said: new TextDecoder().decode(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Where the first line has the setting that cannot be used, and where it has something else. */
const files = [
  "MAX_CONCURRENT_STEPS=x\n",
  "MAX_CONCURRENT_STEPS=x\r\nPORT=8000\r\n",
  'export MAX_CONCURRENT_STEPS="x"\n',
  "# settings\nMAX_CONCURRENT_STEPS=x\n",
  "\nMAX_CONCURRENT_STEPS=x\n",
];

for (const file of files) {
  Deno.test(`an .env file with a byte order mark is read from its first line: ${JSON.stringify(file)}`, async () => {
    const { code, said } = await started(`\uFEFF${file}`);
    assert.equal(code, 2, said);
    assert.match(said, /MAX_CONCURRENT_STEPS: "x" cannot be used\./);
  });
}

Deno.test("an .env file with a byte order mark does not change what is set already", async () => {
  const { code, said } = await started("\uFEFFMAX_CONCURRENT_STEPS=x\nPORT=y\n", { MAX_CONCURRENT_STEPS: "2" });
  assert.equal(code, 2, said);
  assert.match(said, /PORT: "y" cannot be used\./);
  assert.doesNotMatch(said, /MAX_CONCURRENT_STEPS/);
});
