import assert from "node:assert/strict";
import type { RawBar } from "../../support/bars.ts";
import { postgresAvailable, withEmbedded, withPostgres } from "../../support/database.ts";
import { type MarketApi, withMarketApi } from "./market_api.ts";

/** Another past: every close another one, and so every statistic and signal. */
function otherHistory(bars: readonly RawBar[], seed: number): RawBar[] {
  return bars.map((bar, i) => {
    const close = bar.close! * (1 + 0.002 * Math.sin(seed * 31 + i * 1.3));
    return { ...bar, close, high: Math.max(bar.high!, close), low: Math.min(bar.low!, close) };
  });
}

/** Makes all that has been published so far a thing of that moment. */
async function dateBack({ database }: MarketApi, since: number, committedAt: string): Promise<number> {
  await database.sql`UPDATE engine.materialization SET committed_at = ${committedAt} WHERE id > ${since}`;
  const [row] = await database.sql<[{ id: number }]>`SELECT max(id) AS id FROM engine.materialization`;
  return row.id;
}

const signals = "/v1/assets/pair_signals/rows";

const places = [
  { name: "PGlite", ignore: false, on: withEmbedded },
  { name: "PostgreSQL", ignore: !postgresAvailable, on: withPostgres },
];
for (const { name, ignore, on } of places) {
  Deno.test({
    name: `Last month's signals are read exactly as they were, whatever was made of another history since, on ${name}`,
    ignore,
    fn: (t) => withMarketApi((api) => readsThePast(t, api), { on }),
  });
}

async function readsThePast(t: Deno.TestContext, api: MarketApi): Promise<void> {
  const { get, bars } = api;
  const reads = async (asOf = "") => {
    const { ticker_1, ticker_2 } = (await get(`/api/model-chosen-pairs?x=1${asOf}`)).json[0];
    const pair = `ticker_1=${ticker_1}&ticker_2=${ticker_2}`;
    const paths = [
      `${signals}?format=csv${asOf}`,
      `${signals}?format=ndjson&order=-session,ticker_1&fields=session,ticker_1,ticker_2,signal${asOf}`,
      "/api/ticker/A0/details?x=1" + asOf,
      "/api/ticker/A0/daily-ohlc?x=1" + asOf,
      "/api/pairs?x=1" + asOf,
      "/api/model-chosen-pairs?x=1" + asOf,
      `/api/model-chosen-pairs/trades?${pair}${asOf}`,
      `/api/model-chosen-pairs/metrics?${pair}${asOf}`,
    ];
    return await Promise.all(paths.map(async (path) => {
      const { status, text } = await get(path);
      assert.equal(status, 200, `${path}: ${text}`);
      return text;
    }));
  };

  await api.materialize();
  let last = await dateBack(api, 0, "2026-10-31T22:00:00Z");
  const october = await reads();
  const { materialization } = (await get(`${signals}?limit=1`)).json;

  for (const [seed, committedAt] of [[1, "2026-11-05T22:00:00Z"], [2, "2026-11-12T22:00:00Z"]] as const) {
    api.change(otherHistory(bars, seed));
    await api.materialize();
    last = await dateBack(api, last, committedAt);
  }
  const now = await reads();

  await t.step("by the end of the month, by a moment after it, and by the materialization", async () => {
    for (const [i, text] of now.entries()) assert.notEqual(text, october[i], "another history has another answer");
    for (const asOf of ["2026-10-31", "2026-11-05T21:59:59.999999Z", "2026-11-04T01:00:00%2B05:00"]) {
      assert.deepEqual(await reads(`&as_of=${asOf}`), october, asOf);
    }
    assert.equal((await get(`${signals}?format=csv&as_of=${materialization}`)).text, october[0]);
    assert.deepEqual(await reads("&as_of=2026-11-12"), now);
  });

  await t.step("pages of it are it", async () => {
    let path: string | undefined = `${signals}?as_of=2026-10-31&limit=100`;
    const rows: object[] = [];
    while (path) {
      const { json, headers }: Awaited<ReturnType<typeof get>> = await get(path);
      assert.equal(json.materialization, materialization);
      rows.push(...json.rows);
      path = /^<(.*)>; rel="next"$/.exec(headers.get("Link") ?? "")?.[1];
    }
    const whole = (await get(`${signals}?format=ndjson&as_of=2026-10-31`)).text;
    assert.deepEqual(rows, whole.trimEnd().split("\n").map((line) => JSON.parse(line)));
  });

  await t.step(
    "while the next is being made: each answer is of one version, and all are published by the end",
    async () => {
      api.change(otherHistory(bars, 3));
      let running = true;
      const making = api.materialize().finally(() => running = false);
      const seen = new Map<string, string>();
      let reading = 0;
      while (running || reading < 3) {
        const { text, headers } = await get(`${signals}?format=csv`);
        const version = headers.get("Tandem-Materialization")!;
        assert.equal(text.trimEnd().split("\r\n").length - 1, Number(headers.get("Tandem-Row-Count")));
        assert.equal(seen.get(version) ?? text, text, `materialization ${version} reads as it did`);
        seen.set(version, text);
        assert.equal((await get(`${signals}?format=csv&as_of=2026-10-31`)).text, october[0]);
        reading++;
      }
      await making;
      const latest = await get(`${signals}?format=csv`);
      assert.notEqual(latest.text, now[0]);
      // One version before it and one after it, and none between.
      assert.ok(seen.size <= 2, [...seen.keys()].join(", "));
      assert.deepEqual(await reads("&as_of=2026-10-31"), october);
    },
  );

  await t.step("times before the first version are refused, and invalid times too", async () => {
    for (
      const [path, said] of [
        ["/api/pairs?as_of=2026-10-30", /^as_of: "cointegrated_pairs" had not been materialized by "2026-10-30"\.$/],
        ["/api/ticker/A0/details?as_of=2026-10-30", /^as_of: /],
        ["/api/ticker/A0/daily-ohlc?as_of=then", /^as_of: "then" is no version/],
        ["/api/pairs?as_of=1", /^as_of: A date such as/],
        ["/api/model-chosen-pairs/metrics?ticker_1=A&ticker_2=B&as_of=2026-02-30", /^as_of: /],
      ] as const
    ) {
      const { status, json } = await get(path);
      assert.equal(status, 400);
      assert.match(json.error, said);
    }
  });
}
