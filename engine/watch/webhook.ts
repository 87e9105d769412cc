import { createHmac } from "node:crypto";
import { messageOf } from "../errors.ts";

/** Receiver of alerts. Both fields may be secrets: neither is ever logged or stored. */
export interface Webhook {
  url: string;
  /** Key of the signature. */
  secret?: string;
}

/** A failed delivery. The message has the reason, and never the URL: it may contain a token. */
export class WebhookError extends Error {
  override readonly name = "WebhookError";
  constructor(message: string, readonly retryAfterMs: number | null = null) {
    super(message);
  }
}

/** Classifies failures: the runtime's own messages may contain the URL. */
const causes: readonly [pattern: RegExp, message: string][] = [
  [/refused/i, "It refused the connection."],
  [/dns|resolve|lookup/i, "Its name could not be resolved."],
  [/certificate|tls|ssl/i, "No secure connection to it could be made."],
  [/reset|closed|broken pipe|incomplete|unexpected e/i, "It closed the connection before it answered."],
];

/**
 * Posts a JSON document. Resolves when the receiver answered with a status from 200 to 299; redirects are not followed.
 *
 * With a secret the header `Tandem-Signature` is `t=SECONDS,v1=HEX`: HMAC-SHA256 of the seconds since 1970, a full stop and the
 * body. `Tandem-Delivery` is the same for each attempt of one message, so that a receiver can detect duplicates.
 *
 * @throws {WebhookError} If it was not accepted.
 * @throws The signal's reason when it aborts.
 */
export async function postWebhook(
  { url, secret }: Webhook,
  { body, delivery, at, timeoutMs, signal }: {
    body: string;
    delivery: string;
    at: Temporal.Instant;
    timeoutMs: number;
    signal: AbortSignal;
  },
): Promise<void> {
  const timeout = AbortSignal.timeout(timeoutMs);
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "User-Agent": "Tandem",
        "Tandem-Delivery": delivery,
        ...(secret !== undefined && { "Tandem-Signature": signatureOf(body, { secret, at }) }),
      },
      body,
      redirect: "manual",
      signal: AbortSignal.any([signal, timeout]),
    });
    await response.body?.cancel();
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (timeout.aborted) throw new WebhookError(`It did not answer within ${timeoutMs / 1000} seconds.`);
    const said = messageOf(error);
    throw new WebhookError(causes.find(([pattern]) => pattern.test(said))?.[1] ?? "It could not be reached.");
  }
  if (response.ok) return;
  throw new WebhookError(`It answered ${response.status}.`, retryAfterMs(response.headers, at));
}

/** Value of the header `Tandem-Signature`. */
export function signatureOf(body: string, { secret, at }: { secret: string; at: Temporal.Instant }): string {
  const seconds = Math.floor(at.epochMilliseconds / 1000);
  return `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`;
}

/** `Retry-After` in seconds or as a date. */
function retryAfterMs(headers: Headers, at: Temporal.Instant): number | null {
  const value = headers.get("Retry-After");
  if (value === null) return null;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - at.epochMilliseconds;
  return Number.isFinite(ms) && ms > 0 ? ms : null;
}
