import assert from "node:assert/strict";
import { requireReadableEnvFile } from "../../settings/env_file.ts";
import { ConfigurationError } from "../../settings/environment.ts";

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

Deno.test("an .env file with a byte order mark does not override set variables", async () => {
  const { code, said } = await started("\uFEFFMAX_CONCURRENT_STEPS=x\nPORT=y\n", { MAX_CONCURRENT_STEPS: "2" });
  assert.equal(code, 2, said);
  assert.match(said, /PORT: "y" cannot be used\./);
  assert.doesNotMatch(said, /MAX_CONCURRENT_STEPS/);
});

const utf8 = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string, bigEndian: boolean) => {
  const bytes = new DataView(new ArrayBuffer(2 * text.length));
  for (let i = 0; i < text.length; i++) bytes.setUint16(2 * i, text.charCodeAt(i), !bigEndian);
  return new Uint8Array(bytes.buffer);
};
const SETTING = "MARKET_DATA=csv:prices.csv\n";

/** What the runtime would pass over without a word. */
const unreadable: [title: string, bytes: Uint8Array, said: RegExp][] = [
  [
    "UTF-16",
    utf16(`\uFEFF${SETTING}`, false),
    / is stored as UTF-16: none of its settings would apply\. Store it as/,
  ],
  ["UTF-16, big end first", utf16(`\uFEFF${SETTING}`, true), / is stored as UTF-16/],
  ["UTF-16 without a mark", utf16(SETTING, false), / is stored as UTF-16/],
  [
    "Latin-1 in a remark",
    Uint8Array.from(`# caf\xe9\n${SETTING}`, (c) => c.charCodeAt(0)),
    / is not UTF-8: none/,
  ],
  ["old line ends", utf8(`${SETTING.trim()}\rPORT=8000\r`), / has lines that end in a bare carriage return/],
  [
    "a line without =",
    utf8(`PORT=8000\nMARKET_DATA csv:secret.csv\n`),
    /, line 2: it sets nothing\. Write it as NAME=VALUE/,
  ],
  ["a line of another language", utf8(`PORT=8000\n\nMARKET_DATA: csv:secret.csv\n`), /, line 3: it sets nothing/],
];

for (const [title, bytes, said] of unreadable) {
  Deno.test(`requireReadableEnvFile() refuses a file with ${title}, and shows no value`, async () => {
    const path = await Deno.makeTempFile();
    try {
      await Deno.writeFile(path, bytes);
      assert.throws(() => requireReadableEnvFile(path), (error) => {
        assert.ok(error instanceof ConfigurationError);
        assert.match(error.message.slice(path.length), said);
        return !error.message.includes("secret");
      });
    } finally {
      await Deno.remove(path);
    }
  });
}

Deno.test("requireReadableEnvFile() accepts what the runtime reads, a missing file, and the example", async () => {
  const path = await Deno.makeTempFile();
  try {
    const lines = [
      "\uFEFF# Größe",
      "  # indented",
      "",
      "export PORT=8000",
      "HOST = 127.0.0.1",
      "EMPTY=",
      "of-another-program=1",
      `QUOTED="a b # c"`,
      "SEVERAL='one",
      "two without a sign",
      "three'",
      "LOG_LEVEL=info # remark",
    ];
    for (const end of ["\n", "\r\n"]) {
      await Deno.writeTextFile(path, lines.join(end));
      requireReadableEnvFile(path);
    }
    await Deno.writeTextFile(path, (await Deno.readTextFile(".env.example")).replaceAll(/^#(?=[A-Z_]+=)/gm, ""));
    requireReadableEnvFile(path);
  } finally {
    await Deno.remove(path);
  }
  requireReadableEnvFile(path);
});

Deno.test("an .env file that is a folder, as containers make of a missing one, is refused", async () => {
  const folder = await Deno.makeTempDir();
  try {
    assert.throws(() => requireReadableEnvFile(folder), / cannot be read: .*None of its settings would apply\./);
  } finally {
    await Deno.remove(folder);
  }
});

Deno.test("a command stops at an .env file that would not count, instead of simulating prices", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/.env`, utf16(`\uFEFF${SETTING}`, false));
    const { PATH, HOME, DENO_DIR } = Deno.env.toObject();
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-check",
        "-A",
        "--env-file=.env",
        new URL("../../main.ts", import.meta.url).href,
        "assets",
      ],
      cwd: folder,
      clearEnv: true,
      env: { PATH: PATH!, ...(HOME && { HOME }), ...(DENO_DIR && { DENO_DIR }), DATA_DIR: `${folder}/data` },
    }).output();
    const said = new TextDecoder().decode(stderr);
    assert.deepEqual([code, await exists(`${folder}/data`)], [2, false], said);
    assert.match(said, /tandem: \.env is stored as UTF-16/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
