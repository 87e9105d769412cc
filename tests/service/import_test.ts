import assert from "node:assert/strict";
import { join } from "node:path";
import postgres from "postgres";
import { createTestDatabase, postgresAvailable } from "../support/database.ts";
import { dumpOriginal, fillOriginal } from "../support/original/database.ts";
import { originalRows } from "../support/original/rows.ts";

const root = new URL("../../", import.meta.url);
const rows = originalRows({ tickers: ["AAA", "BBB", "CCC", "DDD"], to: "2024-12-31" });
const bars = rows["raw.etf_daily_ohlc"]!.length;

/** Runs the program to its end. */
async function tandem(environment: Record<string, string>, ...args: string[]) {
  const { code, stdout, stderr } = await command(environment, args).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

function command(environment: Record<string, string>, args: readonly string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-P", "--no-check", "main.ts", ...args],
    cwd: root,
    env: { DATABASE_URL: "", MARKET_DATA: "", PORT: "0", NO_COLOR: "1", ...environment },
    stdout: "piped",
    stderr: "piped",
  });
}

/** Starts the service, waits until it serves, and ends it. */
async function served(environment: Record<string, string>, ...args: string[]): Promise<string> {
  const child = command(environment, ["start", ...args]).spawn();
  const out = child.stdout.cancel();
  let said = "";
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (/ serves http/.test(said)) break;
  }
  child.kill("SIGKILL");
  await Promise.all([child.status, out]);
  return said;
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tandem-import-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What tables hold, by their name, and the names of all tables of their schemas. */
async function contentOf(url: string, tables: readonly string[]): Promise<unknown> {
  const sql = postgres(url, { max: 1 });
  try {
    const digests = await Promise.all(tables.map(async (table) => {
      const [row] = await sql`SELECT count(*)::int AS rows, md5(string_agg(t::text, ',' ORDER BY t::text)) AS digest
        FROM ${sql(table)} t`;
      return [table, row];
    }));
    const names = await sql`
      SELECT schemaname || '.' || tablename AS name FROM pg_tables
      WHERE schemaname IN ('raw', 'silver', 'gold', 'public') ORDER BY 1`;
    return { digests, names: names.map(({ name }) => name) };
  } finally {
    await sql.end();
  }
}

const rowsIn = (out: string, key: string) =>
  JSON.parse(out).assets.find((asset: { key: string }) => asset.key === key)?.lastMaterialization?.rowCount;

const targets = [
  {
    name: "PGlite",
    ignore: !postgresAvailable,
    open: (folder: string) => Promise.resolve({ DATA_DIR: folder, drop: null }),
  },
  {
    name: "PostgreSQL",
    ignore: !postgresAvailable,
    async open(folder: string) {
      const { url, drop } = await createTestDatabase({ migrated: false });
      return { DATA_DIR: folder, DATABASE_URL: url, drop };
    },
  },
];

for (const { name, ignore, open } of targets) {
  Deno.test({
    name: `deno task import takes the original's database into ${name}, twice the same, and its dumps are the same`,
    ignore,
    fn: () =>
      inFolder(async (folder) => {
        const original = await createTestDatabase({ migrated: false });
        const { drop, ...environment } = await open(join(folder, "data"));
        try {
          await fillOriginal(original.url, rows);
          const first = await tandem(environment, "import", original.url, "--json");
          assert.equal(first.code, 0, first.err);
          const counts = ({ out }: { out: string }) =>
            Object.fromEntries(
              JSON.parse(out).assets.map((asset: Record<string, unknown>) => [asset.key, [asset.rows, asset.added]]),
            );
          assert.deepEqual(counts(first), {
            imported_tickers: [4, 4],
            imported_daily_bars: [bars, bars],
            imported_ticker_details: [3, 3],
            imported_news: [rows["raw.ticker_news"]!.length, rows["raw.ticker_news"]!.length],
            imported_pairs: [2, 2],
          });
          const dumps = join(folder, "dumps");
          await dumpOriginal(dumps, rows);
          const again = await tandem(environment, "import", dumps, "--json");
          assert.equal(again.code, 0, again.err);
          for (const [key, [count, added]] of Object.entries(counts(again) as Record<string, number[]>)) {
            assert.deepEqual([count, added], [counts(first)[key][0], 0], key);
          }
          const simulated = await tandem(environment, "assets");
          assert.equal(simulated.code, 2);
          assert.match(simulated.err, /^tandem: MARKET_DATA: simulated bars would be mixed with the imported bars/);
          const chosen = await tandem(
            { ...environment, MARKET_DATA: "imported" },
            "materialize",
            "+chosen_pairs",
            "daily_bars",
            "--json",
          );
          assert.equal(chosen.code, 0, chosen.err);
          const assets = await tandem({ ...environment, MARKET_DATA: "imported" }, "assets", "--json");
          assert.deepEqual([rowsIn(assets.out, "daily_bars"), rowsIn(assets.out, "chosen_pairs")], [bars, 2]);
        } finally {
          await original.drop();
          await drop?.();
        }
      }),
  });
}

Deno.test({
  name: "SCHEMA_PREFIX keeps everything beside the original's tables in one database, and changes none of them",
  ignore: !postgresAvailable,
  fn: () =>
    inFolder(async (folder) => {
      const { url, drop } = await createTestDatabase({ migrated: false });
      try {
        await fillOriginal(url, rows);
        const before = await contentOf(url, Object.keys(rows));
        const plain = { DATABASE_URL: url, DATA_DIR: folder };
        const refused = await tandem(plain, "assets");
        assert.equal(refused.code, 1, refused.err);
        assert.match(
          refused.err,
          /^tandem: The database has ".*", not made by Tandem, .*SCHEMA_PREFIX=tandem_\.\n$/,
        );
        const prefixed = { ...plain, SCHEMA_PREFIX: "tandem_" };
        const taken = await tandem(prefixed, "import", url, "--json");
        assert.equal(taken.code, 0, taken.err);
        const imported = { ...prefixed, MARKET_DATA: "imported" };
        // Twice: what is made anew in a database that has it goes other ways than what is made first.
        for (const force of [[], ["--force"]]) {
          const made = await tandem(imported, "materialize", "*", ...force, "--json");
          assert.equal(made.code, 0, made.err);
        }
        const assets = (await tandem(imported, "assets", "--json")).out;
        assert.deepEqual([rowsIn(assets, "daily_bars"), rowsIn(assets, "chosen_pairs")], [bars, 2]);
        const states = JSON.parse(assets).assets.map((
          asset: { key: string; state: string },
        ) => [asset.key, asset.state]);
        assert.deepEqual(states.filter(([, state]: [string, string]) => state !== "fresh"), []);
        assert.equal((await tandem(imported, "prune", "--json")).code, 0);
        assert.match(
          (await tandem(plain, "assets")).err,
          /^tandem: Tandem keeps its data .* Set SCHEMA_PREFIX=tandem_ /,
        );
        assert.deepEqual(await contentOf(url, Object.keys(rows)), before);
      } finally {
        await drop();
      }
    }),
});

Deno.test("deno task import names the fault of its input, creates no database, and shows no password", () =>
  inFolder(async (folder) => {
    const data = join(folder, "data");
    const url = "postgres://ann:not-to-be-shown@127.0.0.1:1/prices";
    for (
      const [from, message] of [
        [url, /^tandem: The database to import postgres:\/\/127\.0\.0\.1:1\/prices cannot be opened: nothing listens/],
        [join(folder, "none"), /^tandem: The folder to import, .*none, does not exist\./],
        [folder, /^tandem: .* has no importable table of the services that Tandem replaces/],
      ] as const
    ) {
      const { code, out, err } = await tandem({ DATA_DIR: data, LOG_LEVEL: "debug" }, "import", from);
      assert.deepEqual([code, out], [2, ""]);
      assert.match(err, message);
      assert.ok(!err.includes("not-to-be-shown"), err);
    }
    await assert.rejects(Deno.stat(data), Deno.errors.NotFound);
    const { code, err } = await tandem({ DATA_DIR: data, MARKET_DATA: "imported" }, "assets");
    assert.deepEqual([code, err.split("\n")[0]], [
      2,
      "tandem: MARKET_DATA: imported is set, but nothing has been imported yet: run `deno task import`.",
    ]);
  }));

Deno.test("another MARKET_DATA asks before it drops bars: --replace drops them, import --held keeps them", () =>
  inFolder(async (folder) => {
    const header = "ticker,date,open,high,low,close,volume\n";
    const file = async (name: string, tickers: readonly string[]) => {
      const lines = tickers.flatMap((ticker) =>
        ["2024-01-02", "2024-01-03", "2024-01-04"].map((date) => `${ticker},${date},10,10,10,10,100\n`)
      );
      await Deno.writeTextFile(join(folder, name), header + lines.join(""));
      return `csv:${join(folder, name)}`;
    };
    const [one, two, three] = [
      await file("one.csv", ["A", "B"]),
      await file("two.csv", ["B"]),
      await file("three.csv", ["C"]),
    ];
    const at = (MARKET_DATA: string) => ({ DATA_DIR: join(folder, "data"), MARKET_DATA, AUTOMATION: "off" });
    assert.equal((await tandem(at(one), "materialize", "+daily_bars", "raw_tickers")).code, 0);
    for (const args of [["start"], ["materialize", "*"]]) {
      const refused = await tandem(at(two), ...args);
      assert.deepEqual([refused.code, refused.out], [2, ""]);
      assert.match(
        refused.err,
        /^tandem: MARKET_DATA: the bars of this database are from csv, and csv: two\.csv would replace them: 3 bars of 1 ticker in 3 sessions, 2024-01-02 to 2024-01-04, would be gone\./,
      );
    }
    assert.match(await served(at(two), "--replace"), /Replacing, because of --replace\./);

    assert.equal((await tandem(at(two), "materialize", "+daily_bars", "--json")).code, 2);
    const held = await tandem(at(two), "import", "--held");
    assert.equal(held.code, 0, held.err);
    const joined = await tandem(at(three), "materialize", "+daily_bars", "--json");
    assert.equal(joined.code, 0, joined.err);
    const assets = (await tandem(at(three), "assets", "--json")).out;
    assert.deepEqual([rowsIn(assets, "raw_daily_bars"), rowsIn(assets, "daily_bars")], [3, 9]);
  }));
