import assert from "node:assert/strict";
import { ConfigurationError, type Environment, readEnvironment } from "../../settings/environment.ts";

function refused(variables: Record<string, string>): string {
  try {
    readEnvironment(variables);
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return error.message;
  }
  assert.fail(`${JSON.stringify(variables)} was taken`);
}

Deno.test("readEnvironment() needs no variable", () => {
  const environment = readEnvironment({});
  assert.deepEqual([environment.host, environment.port, environment.marketData], ["127.0.0.1", 8000, "simulated"]);
  assert.equal(environment.databaseUrl, undefined);
  assert.equal(environment.executor, "thread");
  for (const EXECUTOR of ["in_process", "queue"]) assert.equal(readEnvironment({ EXECUTOR }).executor, EXECUTOR);
});

Deno.test("readEnvironment() reads labels of steps", () => {
  assert.equal(readEnvironment({}).stepLabels, undefined);
  assert.deepEqual(readEnvironment({ STEP_LABELS: " source, gpu_2 " }).stepLabels, ["source", "gpu_2"]);
});

Deno.test("readEnvironment() reads the limits of runs, pools and events, and includes the vendor's pool by default", () => {
  const limits = ({ maxConcurrentRuns, pools, eventRetentionDays }: Environment) => ({
    maxConcurrentRuns,
    pools,
    eventRetentionDays,
  });
  assert.deepEqual(limits(readEnvironment({})), {
    maxConcurrentRuns: 10,
    pools: { vendor: 1 },
    eventRetentionDays: 30,
  });
  const variables = { MAX_CONCURRENT_RUNS: "2", POOLS: " vendor=5, disk=12 ", EVENT_RETENTION_DAYS: "365" };
  assert.deepEqual(limits(readEnvironment(variables)), {
    maxConcurrentRuns: 2,
    pools: { vendor: 5, disk: 12 },
    eventRetentionDays: 365,
  });
});

Deno.test("readEnvironment() reads rate limits and trusted proxies", () => {
  const read = (variables: Record<string, string>) => {
    const { rateLimitPerMinute, trustedProxies } = readEnvironment(variables);
    return [rateLimitPerMinute, trustedProxies];
  };
  assert.deepEqual(read({}), [600, 0]);
  assert.deepEqual(read({ RATE_LIMIT_PER_MINUTE: "1200", TRUSTED_PROXIES: "2" }), [1200, 2]);
  assert.deepEqual(read({ RATE_LIMIT_PER_MINUTE: "off" }), [undefined, 0]);
});

Deno.test("readEnvironment() knows the forms of market data, and refuses any other", () => {
  for (const MARKET_DATA of ["simulated", "simulated:7", "csv:a b.csv", "parquet:x", "imported"]) {
    assert.equal(readEnvironment({ MARKET_DATA }).marketData, MARKET_DATA);
  }
  for (
    const MARKET_DATA of [
      "nope",
      "CSV:prices.csv",
      " simulated",
      "csv:",
      "parquet:",
      "simulated:",
      "simulated:-1",
      "simulated:4294967296",
    ]
  ) {
    assert.match(
      refused({ MARKET_DATA }),
      /^MARKET_DATA: ".*" cannot be used\. Allowed: simulated, .* polygon for the vendor\.$/,
    );
  }
});

Deno.test("readEnvironment() reads the calendar of a file, and refuses one for a source that has its own", () => {
  const file = { MARKET_DATA: "csv:prices.csv" };
  assert.equal(readEnvironment(file).calendar, "XNYS");
  for (const CALENDAR of ["XNYS", "weekdays", "24/7", "none", "sessions:tokyo.txt"]) {
    assert.equal(readEnvironment({ ...file, CALENDAR }).calendar, CALENDAR);
    assert.equal(readEnvironment({ MARKET_DATA: "imported", CALENDAR }).calendar, CALENDAR);
  }
  for (const CALENDAR of ["XTKS", "xnys", "sessions:", "24/5"]) {
    assert.match(
      refused({ ...file, CALENDAR }),
      new RegExp(`^CALENDAR: "${CALENDAR}" cannot be used\\. Allowed: XNYS, weekdays`),
    );
  }
  assert.equal(readEnvironment({ CALENDAR: "XNYS" }).calendar, "XNYS");
  assert.match(
    refused({ CALENDAR: "24/7" }),
    /^CALENDAR: "24\/7" applies only to bars of a file, and MARKET_DATA=simulated uses the sessions of XNYS\. Leave CALENDAR unset/,
  );
});

Deno.test("readEnvironment() reads origins exactly as browsers send them, none by default, and the compatibility of old routes", () => {
  const { allowedOrigins, compat } = readEnvironment({});
  assert.deepEqual([allowedOrigins, compat], [[], "none"]);
  const list = " http://localhost:3000, https://pairs.example.com ,http://[::1]:3000,,http://localhost:3000";
  assert.deepEqual(readEnvironment({ ALLOWED_ORIGINS: list }).allowedOrigins, [
    "http://localhost:3000",
    "https://pairs.example.com",
    "http://[::1]:3000",
  ]);
  assert.equal(readEnvironment({ COMPAT: "strict" }).compat, "strict");
  for (
    const wrong of [
      "*",
      "null",
      ",",
      "pairs.example.com",
      "http://localhost:3000/",
      "https://pairs.example.com/login",
      "https://*.example.com",
      "https://PAIRS.example.com",
      "https://pairs.example.com:443",
      "http://pairs.example.com",
      "https://user@pairs.example.com",
      "ftp://pairs.example.com",
      "https://pairs.example.com, *",
    ]
  ) {
    const said = refused({ ALLOWED_ORIGINS: wrong });
    assert.ok(
      said.startsWith(`ALLOWED_ORIGINS: "${wrong}" cannot be used. Allowed: origins separated by commas`),
      said,
    );
  }
});

Deno.test("readEnvironment() puts tokens into addresses only for listed pages whose visitors sign in", () => {
  const signIn = { GOOGLE_CLIENT_ID: "id", GOOGLE_CLIENT_SECRET: "secret", SIGN_IN_ALLOW: "@example.com" };
  const pages = { ALLOWED_ORIGINS: "http://localhost:3000" };
  assert.equal(readEnvironment({ ...signIn, ...pages }).signIn!.tokenInUrl, false);
  const chosen = readEnvironment({ ...signIn, ...pages, TOKEN_IN_URL: "on" }).signIn!;
  assert.deepEqual([chosen.tokenInUrl, chosen.allowedOrigins], [true, ["http://localhost:3000"]]);
  for (const part of [signIn, pages, {}]) {
    assert.match(refused({ ...part, TOKEN_IN_URL: "on" }), /^TOKEN_IN_URL: on requires ALLOWED_ORIGINS/);
  }
  assert.match(refused({ TOKEN_IN_URL: "yes" }), /^TOKEN_IN_URL: "yes" cannot be used\. Allowed: off or on\.$/);
});

Deno.test("readEnvironment() takes an empty variable for an unset one", () => {
  assert.equal(readEnvironment({ PORT: "", DATABASE_URL: "" }).port, 8000);
});

for (
  const [name, value] of [
    ["PORT", "80 80"],
    ["PORT", "65536"],
    ["PORT", "-1"],
    ["PRESET", "mine"],
    ["COMPAT", "loose"],
    ["DAILY_SCHEDULE", "99 * * * *"],
    ["DAILY_SCHEDULE", "daily"],
    // No February has a thirtieth.
    ["DAILY_SCHEDULE", "0 0 30 2 *"],
    ["DAILY_SCHEDULE", "0 18 31 4,6,9,11 *"],
    ["SCHEDULE_TIME_ZONE", "New York"],
    ["EXECUTOR", "celery"],
    ["STEP_LABELS", "GPU"],
    ["STEP_LABELS", "gpu,"],
    ["MAX_CONCURRENT_STEPS", "0"],
    ["MAX_CONCURRENT_RUNS", "0"],
    ["MAX_CONCURRENT_RUNS", "1001"],
    ["POOLS", "vendor"],
    ["POOLS", "vendor=0"],
    ["POOLS", "vendor=1,vendor=2"],
    ["POOLS", "Vendor=1"],
    ["EVENT_RETENTION_DAYS", "0"],
    ["ROW_HISTORY_DAYS", "0"],
    ["ROW_HISTORY_DAYS", "all"],
    ["EVENT_RETENTION_DAYS", "thirty"],
    ["RATE_LIMIT_PER_MINUTE", "0"],
    ["RATE_LIMIT_PER_MINUTE", "many"],
    ["TRUSTED_PROXIES", "-1"],
    ["TRUSTED_PROXIES", "11"],
    ["LOG_LEVEL", "loud"],
    ["POLYGON_CALLS_PER_MINUTE", "0"],
    ["POLYGON_CALLS_PER_MINUTE", "2.5"],
    ["UNIVERSE", "ETF"],
    ["UNIVERSE", "tickers=A,,B"],
    ["HISTORY_FROM", "2024-02-30"],
    ["HISTORY_FROM", "two years"],
    ["NEWS_FROM", "last month"],
    ["BARS_AFTER_CLOSE_MINUTES", "-1"],
    ["BARS_AFTER_CLOSE_MINUTES", "901"],
    ["ALERT_REPEAT_HOURS", "0"],
    ["ALERT_REPEAT_HOURS", "daily"],
    ["ALERT_CHECKS", "all"],
  ] as const
) {
  Deno.test(`readEnvironment() names ${name} and "${value}" and what is allowed`, () => {
    const message = refused({ [name]: value });
    assert.match(message, new RegExp(`^${name}: "`));
    assert.ok(message.includes(value) && message.includes("Allowed: "), message);
  });
}

Deno.test("readEnvironment() never repeats a DATABASE_URL, which may hold a password", () => {
  const message = refused({ DATABASE_URL: "mysql://user:hunter2@host/db" });
  assert.match(message, /^DATABASE_URL: /);
  assert.ok(!message.includes("hunter2"));
});

Deno.test("readEnvironment() never repeats where alerts go or how they are signed", () => {
  const message = refused({ ALERT_WEBHOOK_URL: "ftp://hooks.example.com/hunter2", ALERT_WEBHOOK_SECRET: "hunter2" });
  assert.match(message, /^ALERT_WEBHOOK_URL: .*\nALERT_WEBHOOK_SECRET: /);
  assert.ok(!message.includes("hunter2"));
});

Deno.test("readEnvironment() sends alerts nowhere by default, and reports errors once a day", () => {
  const { alertWebhookUrl, alertWebhookSecret, alertRepeatHours, alertChecks } = readEnvironment({});
  assert.deepEqual([alertWebhookUrl, alertWebhookSecret, alertRepeatHours, alertChecks], [
    undefined,
    undefined,
    24,
    "error",
  ]);
  assert.equal(readEnvironment({ ALERT_REPEAT_HOURS: "0.5" }).alertRepeatHours, 0.5);
});

Deno.test("readEnvironment() names every variable at fault", () => {
  assert.deepEqual(refused({ PORT: "x", PRESET: "y" }).split("\n").map((line) => line.split(":")[0]), [
    "PORT",
    "PRESET",
  ]);
});

Deno.test("readEnvironment() has the free plan, all ETFs of Nasdaq and the vendor's address where nothing is said", () => {
  const environment = readEnvironment({});
  assert.deepEqual(
    [environment.polygonApiKey, environment.polygonUrl, environment.polygonCallsPerMinute, environment.historyFrom],
    [undefined, "https://api.massive.com", 5, undefined],
  );
  assert.deepEqual([environment.newsFrom, environment.barsAfterCloseMinutes], [undefined, 120]);
  assert.deepEqual(environment.universe, { type: "ETF", exchange: "XNAS" });
});

Deno.test("readEnvironment() reads the settings of a vendor", () => {
  const environment = readEnvironment({
    MARKET_DATA: "polygon",
    POLYGON_API_KEY: "k3y",
    POLYGON_URL: "http://127.0.0.1:8080",
    POLYGON_CALLS_PER_MINUTE: "100",
    UNIVERSE: "tickers=AAPL,BRK.B",
    HISTORY_FROM: "2024-01-02",
    NEWS_FROM: "2026-01-01",
    BARS_AFTER_CLOSE_MINUTES: "20",
  });
  assert.deepEqual([environment.newsFrom, environment.barsAfterCloseMinutes], ["2026-01-01", 20]);
  assert.deepEqual(
    [environment.polygonApiKey, environment.polygonUrl, environment.polygonCallsPerMinute, environment.historyFrom],
    ["k3y", "http://127.0.0.1:8080", 100, "2024-01-02"],
  );
  assert.deepEqual(environment.universe, { tickers: ["AAPL", "BRK.B"] });
});

Deno.test("readEnvironment() requires POLYGON_API_KEY in the mode that needs it, with the remedy, beside other faults", () => {
  assert.match(refused({ MARKET_DATA: "polygon" }), /^POLYGON_API_KEY: .*required by MARKET_DATA=polygon\. Set it to/);
  assert.deepEqual(refused({ MARKET_DATA: "polygon", PORT: "x" }).split("\n").map((line) => line.split(":")[0]), [
    "PORT",
    "POLYGON_API_KEY",
  ]);
});

Deno.test("readEnvironment() never repeats a POLYGON_API_KEY, nor a POLYGON_URL, which may hold it", () => {
  for (
    const [name, value] of [
      ["POLYGON_API_KEY", "hunter2 with blanks"],
      ["POLYGON_URL", "https://api.massive.com/?apiKey=hunter2"],
      ["POLYGON_URL", "https://user:hunter2@api.massive.com"],
      ["POLYGON_URL", "http://api.massive.com/hunter2"],
    ] as const
  ) {
    const message = refused({ [name]: value });
    assert.match(message, new RegExp(`^${name}: the value \\(not shown`));
    assert.ok(!message.includes("hunter2"), message);
  }
});

Deno.test("readEnvironment() reads a prefix of schemas that PostgreSQL takes without quotes", () => {
  assert.equal(readEnvironment({}).schemaPrefix, "");
  for (const SCHEMA_PREFIX of ["tandem_", "t", "_x9"]) {
    assert.equal(readEnvironment({ SCHEMA_PREFIX }).schemaPrefix, SCHEMA_PREFIX);
  }
  for (const SCHEMA_PREFIX of ["Tandem_", "pg_", "9x", "a-b", 'a"; drop', "x".repeat(32)]) {
    assert.match(
      refused({ SCHEMA_PREFIX }),
      /^SCHEMA_PREFIX: .* cannot be used\. Allowed: up to 31 lower-case letters/,
    );
  }
});
