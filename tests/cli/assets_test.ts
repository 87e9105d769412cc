import assert from "node:assert/strict";
import { assetsCommand } from "../../cli/assets.ts";
import { type ListedAsset, UnreachableError } from "../../cli/mod.ts";
import { controls } from "../support/controls.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";
import { scriptedControl } from "../support/scripted_control.ts";

const asset: ListedAsset = {
  key: "daily_bars",
  group: "market",
  layer: "silver",
  description: "One bar for each ticker and session.",
  state: "fresh",
  reasons: [],
  upstream: [],
  downstream: [],
  madeBy: null,
  external: false,
  lastMaterialization: {
    id: 3,
    at: "2026-11-23T09:59:30Z",
    origin: "run",
    runId: 1,
    rowCount: 120_944,
    dataVersion: "c",
  },
  lastStep: null,
  partitions: null,
  automation: null,
  freshness: null,
  failedChecks: [],
};

const assets: readonly ListedAsset[] = [
  asset,
  {
    ...asset,
    key: "clean_prices",
    state: "failed",
    reasons: [{ kind: "config_changed", message: "its configuration changed" }],
    lastStep: {
      runId: 2,
      status: "failed",
      error: { name: "RangeError", message: "no session is left" },
      startedAt: null,
      finishedAt: null,
    },
  },
  {
    ...asset,
    key: "pair_clusters",
    group: "pairs",
    state: "missing",
    reasons: [{ kind: "never_materialized", message: "pair_clusters has never been materialized" }],
    lastMaterialization: null,
  },
];

Deno.test("assetsCommand() lists assets with state, rows, age and the first reason", async () => {
  const terminal = fakeTerminal();
  assert.equal(await assetsCommand([], scriptedControl({ assets }), terminal), 0);
  assert.equal(
    terminal.out,
    `\
asset          group   state       rows  age  why
daily_bars     market  fresh    120,944  2 h
clean_prices   market  failed   120,944  2 h  no session is left
pair_clusters  pairs   missing                pair_clusters has never been materialized

Something failed. 3 assets: 1 failed, 1 missing, 1 fresh.
`,
  );
});

Deno.test("assetsCommand() reports failed checks with their rows and late assets, and then never that all is fresh", async () => {
  const terminal = fakeTerminal();
  const jump = {
    name: "price_jump",
    severity: "warn",
    message: "1 jump in 2,080 rows",
    failingRows: [{ close: 0.39, filled: false, ticker: "CCC.L", session: "2026-10-05" }],
    runId: 1,
    checkedAt: "2026-11-23T09:59:30Z",
    published: true,
  } as const;
  const late = {
    policy: "By 19:30.",
    state: "late",
    since: "2026-11-21T00:30:00Z",
    deadline: "2026-11-21T00:30:00Z",
    message:
      "daily_bars should have had session 2026-11-20 by 19:30 America/New_York of its day; the newest is 2026-11-19.",
  } as const;
  const judged = [
    { ...asset, freshness: late },
    { ...asset, key: "clean_prices", failedChecks: [{ ...jump, failingRows: [...jump.failingRows] }] },
  ];
  assert.equal(await assetsCommand([], scriptedControl({ assets: judged }), terminal), 0);
  assert.equal(
    terminal.out,
    `\
asset         group   state     rows  age  why
daily_bars    market  fresh  120,944  2 h  late
clean_prices  market  fresh  120,944  2 h  check price_jump failed

Check price_jump of clean_prices failed (warning): 1 jump in 2,080 rows
  ticker CCC.L, session 2026-10-05, close 0.39, filled false
daily_bars is late: ${late.message}

Data is late. 2 assets, all fresh, daily_bars is late, 1 failed check.
`,
  );
});

Deno.test("assetsCommand() cuts the reason where the terminal is narrow", async () => {
  const terminal = fakeTerminal({ isTerminal: true, columns: 60 });
  await assetsCommand([], scriptedControl({ assets }), terminal);
  assert.equal(terminal.out.split("\n")[3], "pair_clusters  pairs   missing                pair_clusters…");
});

Deno.test("assetsCommand() answers bad usage with 2 and a server that is away with 1", async () => {
  for (const args of [["--jsno"], ["daily_bars"]]) {
    const terminal = fakeTerminal();
    assert.equal(await assetsCommand(args, () => assert.fail(), terminal), 2);
    assert.match(terminal.err, /Usage: deno task assets/);
  }
  const terminal = fakeTerminal();
  const away = () => Promise.reject(new UnreachableError("The server at http://127.0.0.1:1 does not answer."));
  assert.equal(await assetsCommand([], away, terminal), 1);
  assert.equal(terminal.err, "The server at http://127.0.0.1:1 does not answer.\n");
});

for (const { name, open } of controls) {
  Deno.test(`assetsCommand() --json prints one document, ${name}`, () =>
    open(async ({ control }) => {
      const terminal = fakeTerminal();
      assert.equal(await assetsCommand(["--json"], control, terminal), 0);
      const { assets }: { assets: ListedAsset[] } = JSON.parse(terminal.out);
      assert.deepEqual(assets.map((a) => [a.key, a.state, a.lastMaterialization]), [
        ["numbers", "missing", null],
        ["multiples", "missing", null],
        ["rejects", "missing", null],
        ["total", "missing", null],
      ]);
    }));
}
