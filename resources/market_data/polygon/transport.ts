import { z } from "zod";
import { pause, retryDelayMs, type RetryPolicy } from "../../backoff.ts";
import { baseUrlOf } from "../../base_url.ts";
import type { Clock } from "../../clock.ts";
import type { Logger } from "../../database/mod.ts";
import type { RateLimit } from "../../rate_limit/mod.ts";
import type { VendorOptions } from "../market_vendor.ts";
import { VendorError } from "../vendor_error.ts";
import { problems } from "./envelope.ts";
import { exchange } from "./exchange.ts";
import { judge, type Verdict } from "./verdict.ts";

export interface TransportOptions {
  /** A secret: kept private, and sent in one header to one host. */
  apiKey: string;
  baseUrl: string;
  rateLimit: RateLimit;
  clock: Clock;
  logger?: Logger;
  fetch?: typeof globalThis.fetch;
  retry?: RetryPolicy;
  timeoutMs?: number;
  /** Uniform in [0, 1), for the jitter of pauses. */
  random?: () => number;
  pause?: typeof pause;
}

/** A call: its path and query, and the schema of the response. */
export interface Request<Schema extends z.ZodType> {
  /** Path from the vendor's root, with encoded parts. */
  path: string;
  /** Parameters for `URLSearchParams`; undefined ones are left out. */
  query?: Readonly<Record<string, string | number | boolean | undefined>>;
  schema: Schema;
  /** Whether it is for certain dates, which the plan may not include. */
  dated?: boolean;
  /** Whether 404 is a valid response. */
  mayBeUnknown?: boolean;
}

/** Sends calls: with rate limit, timeout, retries and validation. */
export interface Transport {
  /** @returns `null` if the vendor does not have it and the request allows that. @throws {VendorError} */
  send<Schema extends z.ZodType>(request: Request<Schema>, options: VendorOptions): Promise<z.output<Schema> | null>;
}

export const defaultVendorRetry: RetryPolicy = { maxAttempts: 6, initialDelayMs: 1_000, maxDelayMs: 30_000 };
const DEFAULT_TIMEOUT_MS = 30_000;
/** Upper bound on the vendor's `Retry-After`, which may be wrong; the number of tries is limited anyway. */
const LONGEST_RETRY_AFTER_MS = 120_000;

export function transport(options: TransportOptions): Transport {
  const { apiKey, rateLimit, clock, logger, retry = defaultVendorRetry, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const { random = Math.random, fetch = globalThis.fetch } = options;
  const wait = options.pause ?? pause;
  const baseUrl = baseUrlOf(options.baseUrl);
  const headers = { Accept: "application/json", Authorization: `Bearer ${apiKey}` };
  /** Any text from outside may contain the key. */
  const withoutKey = (text: string) => text.replaceAll(apiKey, "[key]");

  async function attempt(
    url: string,
    { dated, signal }: { dated: boolean; signal: AbortSignal | undefined },
  ): Promise<Verdict & { status: number | null }> {
    try {
      const reply = await exchange(url, { fetch, headers, timeoutMs, signal });
      return { ...judge(reply, { clock, dated }), status: reply.status };
    } catch (error) {
      signal?.throwIfAborted();
      return { kind: "again", why: withoutKey(wordsOf(error)), afterMs: null, status: null };
    }
  }

  function delayMs(verdict: { afterMs: number | null; status: number | null }, attemptNumber: number): number {
    if (verdict.afterMs !== null) return Math.min(verdict.afterMs, LONGEST_RETRY_AFTER_MS);
    const backoff = retryDelayMs(retry, attemptNumber, random);
    // After a 429 of the vendor at least one turn must pass.
    return verdict.status === 429 ? Math.ceil(60_000 / rateLimit.perMinute) + backoff : backoff;
  }

  return {
    async send({ path, query = {}, schema, dated = false, mayBeUnknown = false }, { signal, onRequest }) {
      const url = baseUrl + path + queryText(query);
      for (let tries = 1;; tries++) {
        await rateLimit.take({ signal });
        signal?.throwIfAborted();
        onRequest?.();
        const verdict = await attempt(url, { dated, signal });
        const failed = (why: string, more: { retryable: boolean; scope: VendorError["scope"] }) =>
          new VendorError(`The vendor does not answer ${path}: ${withoutKey(why)}.`, {
            status: verdict.status,
            endpoint: path,
            ...more,
          });
        if (verdict.kind === "unknown") {
          if (mayBeUnknown) return null;
          throw failed("the ticker is unknown (404)", { retryable: false, scope: "call" });
        }
        if (verdict.kind === "failed") throw failed(verdict.why, { retryable: false, scope: verdict.scope });
        if (verdict.kind === "good") {
          const checked = schema.safeParse(verdict.body);
          if (checked.success) return checked.data;
          const why = `its response has an unexpected form: ${problems(checked.error)}`;
          throw failed(why, { retryable: false, scope: "call" });
        }
        if (tries >= retry.maxAttempts) {
          const why = `${verdict.why}, the last of ${tries} tries. Try again later`;
          throw failed(why, { retryable: true, scope: "call" });
        }
        const delay = delayMs(verdict, tries);
        logger?.warn?.(
          `The vendor did not answer ${path}: ${withoutKey(verdict.why)}. ` +
            `Try ${tries + 1} of ${retry.maxAttempts} follows in ${(delay / 1000).toFixed(1)} s.`,
        );
        // Applies to all processes, whose calls would be rejected as well.
        if (verdict.status === 429) await rateLimit.penalize(delay);
        await wait(delay, signal);
      }
    },
  };
}

function queryText(query: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  return parameters.size === 0 ? "" : `?${parameters}`;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
