import assert from "node:assert/strict";
import { ConfigurationError, readEnvironment } from "../../resources/environment.ts";

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
    ["DAILY_SCHEDULE", "99 * * * *"],
    ["DAILY_SCHEDULE", "daily"],
    ["SCHEDULE_TIME_ZONE", "New York"],
    ["MAX_CONCURRENT_STEPS", "0"],
    ["LOG_LEVEL", "loud"],
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

Deno.test("readEnvironment() sends alerts nowhere by default, and tells errors once a day", () => {
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
