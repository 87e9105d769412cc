import assert from "node:assert/strict";
import { type UnusableRow, VendorError } from "../../../../resources/market_data/mod.ts";
import type { RateLimit } from "../../../../resources/rate_limit/mod.ts";
import { type Counterparts, withVendor } from "../../../support/vendor_client.ts";
import type { FaultName } from "../../../support/vendor/mod.ts";

const SESSION = "2024-03-08";

async function refused(call: Promise<unknown>): Promise<VendorError> {
  const error = await call.then(() => null, (thrown) => thrown);
  assert.ok(error instanceof VendorError, `expected a VendorError, not ${error}`);
  return error;
}

const RETRIED: readonly FaultName[] = [
  "too_many_requests",
  "too_many_requests_without_header",
  "too_many_requests_empty",
  "error_500",
  "error_502",
  "error_503",
  "connection_reset",
  "truncated_json",
];

for (const fault of RETRIED) {
  Deno.test(`polygonVendor() tries again after ${fault}, as often as it may, and then says so`, () =>
    withVendor(async ({ vendor, client, pauses, lines }) => {
      const expected = await client.sessionBars(SESSION);
      vendor.calls.length = 0;
      vendor.faults.set(fault, { times: 5 });
      assert.deepEqual(await client.sessionBars(SESSION), expected);
      assert.deepEqual([vendor.calls.length, pauses.length, lines.length], [6, 5, 5]);

      vendor.calls.length = 0;
      vendor.faults.set(fault);
      const error = await refused(client.sessionBars(SESSION));
      assert.deepEqual([error.retryable, error.scope, vendor.calls.length], [true, "call", 6]);
      assert.match(error.message, new RegExp(`${SESSION}: .*the last of 6 tries\\. Try again later\\.$`));
      assert.equal(error.endpoint, `/v2/aggs/grouped/locale/us/market/stocks/${SESSION}`);
    }));
}

Deno.test("polygonVendor() retries if the connection is refused", () =>
  withVendor(async ({ client, pauses }) => {
    const error = await refused(client.sessionBars(SESSION));
    assert.deepEqual([error.status, error.retryable, pauses.length], [null, true, 5]);
  }, { client: { baseUrl: "http://127.0.0.1:1" } }));

Deno.test("polygonVendor() pauses twice as long each time, up to a limit, and by chance below it", () =>
  withVendor(async ({ vendor, client, pauses }) => {
    vendor.faults.set("error_500");
    await refused(client.sessionBars(SESSION));
    assert.deepEqual(pauses, [50, 100, 200, 200]);
  }, { client: { retry: { maxAttempts: 5, initialDelayMs: 100, maxDelayMs: 400 } } }));

for (
  const [what, header, expectedMs] of [
    ["in seconds", "7", 7_000],
    ["as a date", "Fri, 28 Jun 2024 22:00:09 GMT", 9_000],
    ["as a date that has passed", "Fri, 28 Jun 2024 21:00:00 GMT", 0],
    ["far too long", "86400", 120_000],
    ["that is none", "soon", 12_000 + 500],
  ] as const
) {
  Deno.test(`polygonVendor() heeds a Retry-After ${what}, and applies it to all callers`, () => {
    const penalties: number[] = [];
    const rateLimit: RateLimit = {
      perMinute: 5,
      take: () => Promise.resolve(),
      delayNowMs: () => Promise.resolve(0),
      penalize: (ms) => Promise.resolve(void penalties.push(ms)),
    };
    return withVendor(async ({ vendor, client, pauses }) => {
      vendor.faults.retryAfter = header;
      vendor.faults.set("too_many_requests", { times: 1 });
      await client.sessionBars(SESSION);
      assert.deepEqual([pauses, penalties], [[expectedMs], [expectedMs]]);
    }, { client: { rateLimit } });
  });
}

for (const fault of ["hang", "slow_body"] as const) {
  Deno.test(`polygonVendor() gives up a call with ${fault} in time and tries again`, () =>
    withVendor(async ({ vendor, client }) => {
      vendor.faults.set(fault, { times: 1 });
      const started = performance.now();
      assert.ok((await client.sessionBars(SESSION)).length > 0);
      const tookMs = performance.now() - started;
      assert.ok(tookMs >= 295 && tookMs < 5_000, `it took ${tookMs} ms`);
      assert.equal(vendor.calls.length, 2);
      vendor.faults.set(fault);
      assert.match((await refused(client.sessionBars(SESSION))).message, /no whole answer within 0\.3 s/);
    }, { client: { timeoutMs: 300, retry: { maxAttempts: 2, initialDelayMs: 1, maxDelayMs: 1 } } }));
}

interface Refusal {
  title: string;
  answer: () => Response;
  call?: (client: Counterparts["client"]) => Promise<unknown>;
  expected: { status: number; scope: VendorError["scope"]; message: RegExp };
}

const refusals: Refusal[] = [
  {
    title: "401 as fatal for all calls, with the remedy",
    answer: () => Response.json({ status: "ERROR", error: "Unknown API Key" }, { status: 401 }),
    expected: { status: 401, scope: "all", message: /Unknown API Key.*Set POLYGON_API_KEY/ },
  },
  {
    title: "403 for a date as this cell's",
    answer: () => Response.json({ status: "NOT_AUTHORIZED", message: "No timeframe." }, { status: 403 }),
    expected: { status: 403, scope: "call", message: /does not include this date.*HISTORY_FROM/ },
  },
  {
    title: "403 for what the plan lacks as the endpoint's",
    answer: () => Response.json({ status: "NOT_AUTHORIZED", message: "You are not entitled to it" }, { status: 403 }),
    expected: { status: 403, scope: "endpoint", message: /does not include this data.*larger plan/ },
  },
  {
    title: "403 of an endpoint without dates as the endpoint's",
    answer: () => Response.json({ status: "NOT_AUTHORIZED", message: "No." }, { status: 403 }),
    call: (client) => client.tickers(),
    expected: { status: 403, scope: "endpoint", message: /does not include this data/ },
  },
  {
    title: "400 as this cell's",
    answer: () => Response.json({ status: "ERROR", error: "Bad\n  date." }, { status: 400 }),
    expected: { status: 400, scope: "call", message: /refuses the request \(400: Bad date\)\.$/ },
  },
  {
    title: "404 of a listing as an error, not as an empty one",
    answer: () => Response.json({ status: "NOT_FOUND", message: "Ticker not found." }, { status: 404 }),
    expected: { status: 404, scope: "call", message: /the ticker is unknown \(404\)/ },
  },
  {
    title: "a redirect as fatal",
    answer: () => new Response(null, { status: 307, headers: { Location: "https://example.org/" } }),
    expected: { status: 307, scope: "all", message: /redirects.*Set POLYGON_URL/ },
  },
];

for (const { title, answer, call, expected } of refusals) {
  Deno.test(`polygonVendor() takes ${title}, and does not try again`, () => {
    let calls = 0;
    const fetch = () => (calls++, Promise.resolve(answer()));
    return withVendor(async ({ client }) => {
      const error = await refused(call ? call(client) : client.sessionBars(SESSION));
      assert.deepEqual([error.status, error.scope, error.retryable, calls], [
        expected.status,
        expected.scope,
        false,
        1,
      ]);
      assert.equal(error.stopsFurtherCalls, expected.scope !== "call");
      assert.match(error.message, expected.message);
      assert.equal(error.name, "VendorError");
    }, { client: { fetch } });
  });
}

for (
  const [fault, reason] of [
    ["missing_field", "t: expected number, received undefined"],
    ["wrong_type", "t: expected number, received string"],
  ] as const
) {
  Deno.test(`polygonVendor() reports a row that has ${fault}, leaves it out, and hands on the others`, () =>
    withVendor(async ({ vendor, client }) => {
      const whole = await client.sessionBars(SESSION);
      vendor.faults.set(fault);
      const told: UnusableRow[] = [];
      const onUnusable = (row: UnusableRow) => told.push(row);
      assert.deepEqual(await client.sessionBars(SESSION, { onUnusable }), whole.slice(0, -1));
      const last = { ticker: whole.at(-1)!.ticker, session: null, place: `results[${whole.length - 1}]`, reason };
      assert.deepEqual(told.splice(0), [last]);
      for (
        const call of [
          () => client.tickers({ active: true, onUnusable }),
          () => client.news({ publishedFrom: "2024-01-01", onUnusable }),
          () => client.tickerBars("EAAA", { from: SESSION, to: SESSION, onUnusable }),
          () => client.splits({ from: "2024-01-01", onUnusable }),
          () => client.dividends({ from: "2024-01-01", onUnusable }),
        ]
      ) {
        await call();
        assert.match(told.splice(0).map((row) => row.reason).join(), /^(t|id|ticker): expected/);
      }
      for (const call of [() => client.tickerDetails("EAAA"), () => client.upcomingHolidays()]) {
        const { message, endpoint } = await refused(call());
        assert.ok(message.includes(endpoint));
        assert.match(message, /(ticker|\[\d+\]\.date): expected/);
      }
    }));
}

Deno.test("polygonVendor() refuses an answer most of whose rows it does not understand, with one as an example", () =>
  withVendor(async ({ client }) => {
    const error = await refused(client.splits({ from: "2024-01-01" }));
    assert.deepEqual([error.retryable, error.scope, error.status], [false, "call", 200]);
    assert.match(
      error.message,
      /its response has an unexpected form: 6 of 7 rows cannot be used, such as results\[1\]\.split_to: .*expected/,
    );
  }, {
    client: {
      fetch: () => {
        const whole = { id: "1", ticker: "A", execution_date: "2024-02-01", split_from: 1, split_to: 2 };
        const renamed = { id: "2", ticker: "A", execution_date: "2024-02-01", split_from: 1, to: 2 };
        return Promise.resolve(Response.json({ status: "OK", results: [whole, ...Array(6).fill(renamed)] }));
      },
    },
  }));

Deno.test("polygonVendor() ignores unknown fields and accepts delayed responses and odd counts", () =>
  withVendor(async ({ vendor, client }) => {
    const expected = await client.sessionBars(SESSION);
    vendor.faults.set("delayed_status");
    vendor.faults.set("count_mismatch");
    assert.deepEqual(await client.sessionBars(SESSION), expected);
  }));

Deno.test("polygonVendor() waits for its turn before each request and counts each, further tries and pages included", () => {
  let turns = 0;
  const rateLimit: RateLimit = {
    perMinute: 60,
    take: () => Promise.resolve(void turns++),
    delayNowMs: () => Promise.resolve(1234),
    penalize: () => Promise.resolve(),
  };
  return withVendor(async ({ vendor, client }) => {
    let requests = 0;
    vendor.faults.set("error_503", { times: 2 });
    await client.news({ publishedFrom: "2024-01-01", onRequest: () => requests++ });
    assert.ok(vendor.calls.length > 4);
    assert.deepEqual([turns, requests], [vendor.calls.length, vendor.calls.length]);
    assert.deepEqual([client.callsPerMinute, await client.nextCallInMs()], [60, 1234]);
  }, { rowsPerPage: 40, client: { rateLimit } });
});

Deno.test("polygonVendor() passes a real limit by waiting for the requested time", () => {
  let now = 1_700_000_000_000;
  return withVendor(async ({ vendor, client, pauses }) => {
    for (const session of vendor.market.sessions().slice(0, 12)) {
      assert.ok((await client.sessionBars(session)).length > 0);
    }
    assert.equal(vendor.calls.filter(({ status }) => status === 200).length, 12);
    assert.equal(pauses.length, 0, "the pauses are the clock's here");
    assert.equal(now - 1_700_000_000_000, 120_000);
  }, {
    callsPerMinute: 5,
    nowMs: () => now,
    client: { pause: (ms) => Promise.resolve(void (now += ms)) },
  });
});

Deno.test("polygonVendor() ends where pages lead back to one that was had", () => {
  const fetch = () => Promise.resolve(Response.json({ status: "OK", results: [], next_url: "https://x/y?cursor=1" }));
  return withVendor(async ({ client }) => {
    assert.match((await refused(client.news({ publishedFrom: "2024-01-01" }))).message, /lead back to an earlier page/);
  }, { client: { fetch } });
});
