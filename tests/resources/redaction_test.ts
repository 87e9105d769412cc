import assert from "node:assert/strict";
import { consoleLogger } from "../../resources/console_logger.ts";
import { secretsOf } from "../../settings/environment.ts";
import { redactor } from "../../resources/redaction.ts";

const token = `tandem_${"aB3_-".repeat(9)}`;

Deno.test("consoleLogger() writes no secret of the environment, in whatever field and form it is said", () => {
  const secrets = secretsOf({
    DATABASE_URL: "postgres://tandem:p%40ss-word@db.example.com:5432/tandem",
    POLYGON_API_KEY: 'key"with\\quotes',
    POLYGON_URL: "https://api.massive.com",
    ALERT_WEBHOOK_URL: "https://hooks.example.com/services/T000/B000?x=abc",
    ALERT_WEBHOOK_SECRET: "sixteen letters and more",
    DATA_DIR: "/data/tandem",
  });
  for (const format of ["text", "json"] as const) {
    const lines: string[] = [];
    const logger = consoleLogger({ format, level: "debug", secrets, writeLine: (line) => lines.push(line) });
    logger.error('It said p@ss-word, p%40ss-word and key"with\\quotes.', {
      url: "https://hooks.example.com/services/T000/B000?x=abc",
      inner: { list: ["sixteen letters and more"] },
      kept: "https://api.massive.com and /data/tandem",
      stack: 'Error: key"with\\quotes\n    at sixteen letters and more',
    });
    const text = lines.join("\n");
    assert.match(text, /\[redacted\]/);
    for (const part of ["p@ss-word", "p%40ss-word", "with", "sixteen letters", "T000", "B000"]) {
      assert.ok(!text.includes(part), `${format}: ${part} in ${text}`);
    }
    assert.match(text, /https:\/\/api\.massive\.com and \/data\/tandem/);
    if (format === "json") { for (const line of lines) JSON.parse(line); }
  }
});

Deno.test("secretsOf() finds the password among several hosts and among parameters", () => {
  const secrets = secretsOf({
    DATABASE_URL: "postgres://tandem:p%40ss-word@one:5432,two:5433/tandem?sslmode=verify-full&sslpassword=of-the-key",
  });
  assert.equal(redactor(secrets)("It said p@ss-word and of-the-key."), "It said [redacted] and [redacted].");
});

Deno.test("redactor() removes text in the form of a secret, even if it is not registered", () => {
  const redact = redactor([]);
  assert.equal(redact("Authorization: Bearer abc.def-123=="), "Authorization: Bearer [redacted]");
  assert.equal(redact("authorization: basic dXNlcjpwYXNz"), "authorization: basic [redacted]");
  assert.equal(redact(`the token ${token} was sent`), "the token tandem_[redacted] was sent");
  assert.equal(redact("at postgres://user:word@host/db"), "at postgres://user:[redacted]@host/db");
});

Deno.test("redactor() leaves sentences, names of metrics and addresses alone", () => {
  const redact = redactor(["", "short"]);
  for (
    const text of [
      "The bearer of this message is short.",
      "tandem_asset_late is 1",
      "http://127.0.0.1:8000/v1/runs/12 answers",
      "2026-11-26T00:58:20.429Z",
    ]
  ) assert.equal(redact(text), text);
});

Deno.test("redactor() takes out a secret that holds another one as a whole", () => {
  assert.equal(redactor(["secret", "secret-of-mine"])("my secret-of-mine and secret"), "my [redacted] and [redacted]");
});
