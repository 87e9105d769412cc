import { z } from "zod";
import { pause, retryDelayMs, type RetryPolicy } from "../../backoff.ts";
import type { Clock } from "../../clock.ts";
import type { Logger } from "../../database/mod.ts";
import type { RateLimit } from "../../rate_limit/mod.ts";
import type { VendorOptions } from "../market_vendor.ts";
import { VendorError } from "../vendor_error.ts";
import { problems } from "./envelope.ts";
import { exchange } from "./exchange.ts";
import { judge, type Verdict } from "./verdict.ts";

export interface TransportOptions {
  /** Holds a secret: kept inside, and sent in one header to one host. */
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

/** A call: what is asked, and of what form the answer must be. */
export interface Request<Schema extends z.ZodType> {
  /** Path from the vendor's root, its parts encoded. */
  path: string;
  /** As `URLSearchParams` takes it; what is undefined is left out. */
  query?: Readonly<Record<string, string | number | boolean | undefined>>;
  schema: Schema;
  /** It is for certain dates, of which the plan may not include these. */
  dated?: boolean;
  /** That there is no such thing is an answer too. */
  mayBeUnknown?: boolean;
}

/** Sends calls: paced, timed, tried again, judged and checked. */
export interface Transport {
  /** @returns `null` where the vendor knows no such thing and the request allows for that. @throws {VendorError} */
  send<Schema extends z.ZodType>(request: Request<Schema>, options: VendorOptions): Promise<z.output<Schema> | null>;
}

export const defaultVendorRetry: RetryPolicy = { maxAttempts: 6, initialDelayMs: 1_000, maxDelayMs: 30_000 };
const DEFAULT_TIMEOUT_MS = 30_000;
/** A vendor that asks for more is asked again all the same: what it says may be wrong, and the tries are counted. */
const LONGEST_RETRY_AFTER_MS = 120_000;

export function transport(options: TransportOptions): Transport {
  const { apiKey, rateLimit, clock, logger, retry = defaultVendorRetry, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const { random = Math.random, fetch = globalThis.fetch } = options;
  const wait = options.pause ?? pause;
  const baseUrl = options.baseUrl.replace(/\/+$/, "");
  const headers = { Accept: "application/json", Authorization: `Bearer ${apiKey}` };
  /** Whatever comes from outside may repeat the key. */
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
    // After a 429 of the vendor at least one turn has to pass.
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
        // Told to all processes, whose calls would be refused as well.
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
