import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { postWebhook, signatureOf, WebhookError } from "../../../engine/watch/webhook.ts";
import { withWebhookReceiver } from "../../support/webhook_receiver.ts";

const at = Temporal.Instant.from("2024-03-11T22:30:00.9Z");
const body = JSON.stringify({ text: "Größe & Zahl" });

function post(url: string, more: Partial<Parameters<typeof postWebhook>[1]> & { secret?: string } = {}): Promise<void> {
  const { secret, ...how } = more;
  return postWebhook({ url, secret }, {
    body,
    delivery: "7",
    at,
    timeoutMs: 5_000,
    signal: new AbortController().signal,
    ...how,
  });
}

/** The failure of a delivery, which never says where to. */
async function failure(url: string, more: Parameters<typeof post>[1] = {}): Promise<WebhookError> {
  const error = await post(url, more).then(() => assert.fail("it was taken"), (error) => error);
  assert.ok(error instanceof WebhookError, `${error}`);
  const said = `${error.message} ${error.stack} ${error.cause}`;
  assert.ok(!said.includes("t0psecret") && !said.includes(new URL(url).host), said);
  return error;
}

Deno.test("postWebhook() sends the body as it is, named and signed", async () => {
  await withWebhookReceiver(async ({ url, taken }) => {
    await post(url, { secret: "sixteen letters!" });
    await post(url);
    const [{ headers, ...signed }, unsigned] = taken as [typeof taken[0], typeof taken[0]];
    assert.deepEqual([signed.body, headers.get("Content-Type")], [body, "application/json"]);
    assert.deepEqual([headers.get("Tandem-Delivery"), headers.get("User-Agent")], ["7", "Tandem"]);
    const [, seconds, hex] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers.get("Tandem-Signature")!)!;
    assert.equal(seconds, "1710196200");
    assert.equal(hex, createHmac("sha256", "sixteen letters!").update(`${seconds}.${body}`).digest("hex"));
    assert.equal(unsigned.headers.get("Tandem-Signature"), null);
  });
});

Deno.test("signatureOf() agrees with OpenSSL", () => {
  // printf '1710196200.{}' | openssl dgst -sha256 -hmac 'sixteen letters!'
  assert.equal(
    signatureOf("{}", { secret: "sixteen letters!", at }),
    "t=1710196200,v1=69f4a785f4846cbbe2e5399d0f38f6d366c409761f8b4a33ce4a58bfb76e8e10",
  );
});

Deno.test("postWebhook() fails with the receiver's status, and the time of the next try", async () => {
  await withWebhookReceiver(async (receiver) => {
    for (const status of [500, 404, 302]) {
      receiver.behaviour = status;
      const { message, retryAfterMs } = await failure(receiver.url);
      assert.deepEqual([message, retryAfterMs], [`It answered ${status}.`, null]);
    }
    receiver.behaviour = 429;
    receiver.answerHeaders = { "Retry-After": "90" };
    assert.equal((await failure(receiver.url)).retryAfterMs, 90_000);
    receiver.answerHeaders = { "Retry-After": "Mon, 11 Mar 2024 22:31:00 GMT" };
    assert.equal((await failure(receiver.url)).retryAfterMs, 59_100);
    receiver.answerHeaders = { "Retry-After": "soon" };
    assert.equal((await failure(receiver.url)).retryAfterMs, null);
  });
});

Deno.test("postWebhook() fails where nothing answers, and says how", async () => {
  let gone = "";
  await withWebhookReceiver(async (receiver) => {
    gone = receiver.url;
    receiver.behaviour = "hang";
    assert.equal((await failure(receiver.url, { timeoutMs: 100 })).message, "It did not answer within 0.1 seconds.");
    receiver.behaviour = "reset";
    assert.equal((await failure(receiver.url)).message, "It closed the connection before it answered.");
  });
  assert.equal((await failure(gone)).message, "It refused the connection.");
});

Deno.test("postWebhook() breaks off with the signal's own reason", async () => {
  await withWebhookReceiver(async (receiver) => {
    receiver.behaviour = "hang";
    const stop = new AbortController();
    const posting = post(receiver.url, { signal: stop.signal });
    await receiver.requested(1);
    stop.abort(new Error("stopping"));
    await assert.rejects(posting, /^Error: stopping$/);
  });
});
