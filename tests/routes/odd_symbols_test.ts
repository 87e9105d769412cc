import assert from "node:assert/strict";
import { backfillCommand } from "../../cli/backfill.ts";
import { impactCommand, whyCommand } from "../../cli/explain.ts";
import { engineControl, httpControl } from "../../cli/mod.ts";
import { namesText } from "../../engine/mod.ts";
import { withPartitionApi } from "../support/partition_api.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";

/** Symbols that look like something else: to a shell, a spreadsheet, an address, a list or a programming language. */
const symbols = [
  ...["TRUE", "NA", "null", "BRK.B", "BRK/B", "BRK-B", "000001", "1E5", "__proto__", "^GSPC", "EURUSD=X", "A B", "A,B"],
  ...[
    "ÅBÆ",
    "..",
    "%41",
    "limit",
    "=1+1",
    "Ｘ",
    "-INF",
    "--X",
    "+CASH",
    "AT&T",
    "Q?A#1",
    '"QT"',
    "O'N",
    ',"',
    '"A',
    "B\\,C",
  ],
];

Deno.test("every symbol can be named: in addresses alone and among others, and on the command line", (t) =>
  withPartitionApi(async (partition) => {
    const { world, materialize, get, engine, app } = partition;
    world.names.splice(0, Infinity, ...symbols);
    await materialize();
    const date = world.dates[0]!;
    const q = encodeURIComponent;

    for (const symbol of symbols) {
      await t.step(symbol, async () => {
        const others = symbols.filter((one) => one !== symbol).slice(0, 2);
        for (const wanted of [[symbol], [others[0]!, symbol, others[1]!]]) {
          const names = q(namesText(wanted));
          const rows = await get(`/v1/assets/quotes/rows?name.in=${names}&date=${date}`);
          assert.deepEqual(
            rows.json.rows.map((row: { name: string }) => row.name).sort(),
            wanted.toSorted(),
            "name.in",
          );
          const { json } = await get(`/v1/assets/quotes/partitions?names=${names}&from=${date}&to=${date}`);
          assert.deepEqual(json.axes.names.values.toSorted(), wanted.toSorted(), "names");
          assert.equal((await get(`/v1/assets/quotes/impact?names=${names}`)).status, 200);
        }
        assert.equal((await get(`/v1/assets/quotes/rows?name=${q(symbol)}&date=${date}`)).json.rows.length, 1);
        // What has no comma is written as it is.
        if (!/,/.test(symbol) && !symbol.startsWith('"')) {
          assert.equal((await get(`/v1/assets/quotes/rows?name.in=${q(symbol)}&date=${date}`)).json.rows.length, 1);
        }

        const fetch: typeof globalThis.fetch = async (input, init) => await app.request(input as URL, init);
        for (
          const control of [engineControl(engine), httpControl("http://127.0.0.1:8000", { fetch })]
        ) {
          const terminal = fakeTerminal();
          const named = symbol.startsWith("--") ? [`--names=${namesText([symbol])}`] : ["--names", namesText([symbol])];
          const code = await backfillCommand(["quotes", ...named, "--force", "--dry-run", "--json"], control, terminal);
          assert.equal(code, 0, terminal.err);
          assert.deepEqual([JSON.parse(terminal.out).range.names, JSON.parse(terminal.out).partitions], [
            [symbol],
            world.dates.length,
          ]);
          const impact = fakeTerminal();
          assert.equal(await impactCommand(["quotes", ...named, "--json"], control, impact), 0, impact.err);
          const why = fakeTerminal();
          const name = symbol.startsWith("--") ? ["--", symbol] : [symbol];
          assert.equal(await whyCommand(["--json", "quotes", ...name], control, why), 0, why.err);
          assert.match(why.out, /"state": "fresh"/);
        }
      });
    }
  }));
