import assert from "node:assert/strict";
import { commandLine, type ImportControl } from "../../cli/mod.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";
import { noTokens, noWorker, scriptedControl } from "../support/scripted_control.ts";

const table = { table: "gold.etf_daily_ohlc", read: 5, taken: 2, repeated: 1, refused: 2 };
const reasons = [
  { reason: "has no close", rows: 1, example: "row 3: A 2024-01-03" },
  { reason: "date is missing", rows: 1, example: "row 4: A" },
];
const report = {
  from: "postgres://127.0.0.1:5432/prices",
  tables: [
    { ...table, reasons },
    { ...table, table: "gold.model_trades", taken: 0, repeated: 0, refused: 0, reasons: [], note: "is not taken" },
  ],
  absent: ["raw.tickers"],
  unknown: ["bronze.tickers"],
  addresses: ["ann@example.com", "bob@example.com"],
};

async function run(...args: string[]) {
  const asked: [from: string | null, dryRun: boolean][] = [];
  const imports: ImportControl = {
    run(from, { dryRun }) {
      asked.push([from, dryRun]);
      const assets = [{ key: "imported_daily_bars", rows: 2, added: 2, removed: 0 }];
      return Promise.resolve(dryRun ? { report, assets: null, next: null } : { report, assets, next: "Start it." });
    },
  };
  const terminal = fakeTerminal();
  const start = () => Promise.resolve(0 as const);
  const parts = { version: "1", start, worker: noWorker, control: scriptedControl({}), tokens: noTokens, imports };
  const code = await commandLine(["import", ...args], parts, terminal);
  return { code, asked, out: terminal.out, err: terminal.err };
}

Deno.test("import reports imported and refused rows of each table with reasons, and the next step", async () => {
  const { code, asked, out } = await run("postgres://127.0.0.1/prices");
  assert.deepEqual([code, asked], [0, [["postgres://127.0.0.1/prices", false]]]);
  for (
    const line of [
      /^Read postgres:\/\/127\.0\.0\.1:5432\/prices:$/m,
      /^gold\.etf_daily_ohlc +5 +2 +1 +2 +has no close, and 1 more$/m,
      /^gold\.model_trades +5 +0 +0 +0 +is not taken$/m,
      /^Missing: raw\.tickers\.$/m,
      /^Ignored, unknown tables: bronze\.tickers\.$/m,
      /^Refused rows of gold\.etf_daily_ohlc:\n {2}1 × has no close \(row 3: A 2024-01-03\)\n {2}1 × date is missing \(row 4: A\)$/m,
      /^imported_daily_bars +2 +2 +0$/m,
      /^SIGN_IN_ALLOW=ann@example\.com=read,bob@example\.com=read$/m,
      /^Start it\.$/m,
    ]
  ) assert.match(out, line);
});

Deno.test("import --dry-run writes nothing and says so, --json prints one document, --held names no source", async () => {
  const dry = await run("dumps", "--dry-run");
  assert.deepEqual(dry.asked, [["dumps", true]]);
  assert.match(dry.out, /^Nothing was written \(--dry-run\)\.$/m);
  const json = await run("dumps", "--json");
  assert.deepEqual(JSON.parse(json.out).report, report);
  assert.deepEqual((await run("--held")).asked, [[null, false]]);
});

Deno.test("import names invalid arguments", async () => {
  for (
    const [args, said] of [
      [[], /Name the source to import/],
      [["a", "b"], /One database or folder is imported at a time/],
      [["a", "--held"], /--held imports this database's own data/],
      [["a", "--force"], /There is no option --force/],
    ] as const
  ) {
    const { code, asked, err } = await run(...args);
    assert.deepEqual([code, asked], [2, []]);
    assert.match(err, said);
    assert.match(err, /Usage: deno task import FROM/);
  }
});
