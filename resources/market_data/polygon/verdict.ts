import type { Clock } from "../../clock.ts";
import type { FailureScope } from "../vendor_error.ts";
import type { Reply } from "./exchange.ts";
import { retryAfterMs } from "./retry_after.ts";

/** Classification of a response. */
export type Verdict =
  | { kind: "good"; body: unknown }
  /** The vendor does not have it. */
  | { kind: "unknown" }
  /** It may succeed later; `afterMs` if the vendor says when. */
  | { kind: "again"; why: string; afterMs: number | null }
  | { kind: "failed"; why: string; scope: FailureScope };

/** The vendor's wording if a plan lacks a kind of data, rather than a single date. */
const LACKS_KIND = /\bentitled\b/i;
/** Transient statuses below 500. */
const PASSING = new Set([408, 425, 429]);

export interface JudgeOptions {
  clock: Clock;
  /** Whether the call was for certain dates, while the plan may include others. */
  dated: boolean;
}

/**
 * Classifies a response by its status and, if it must be JSON, by its validity.
 *
 * 403 can mean a kind of data that the plan lacks, or a single date. If the wording does not distinguish them, a call for dates
 * counts as the latter: stopping at the first unavailable date would block all others, while continuing costs a few calls.
 */
export function judge({ status, headers, text }: Reply, { clock, dated }: JudgeOptions): Verdict {
  const body = parsed(text);
  const said = saidBy(body);
  const quoted = `${status}${said === "" ? "" : `: ${said}`}`;

  if (status === 200) {
    if (body === undefined) return { kind: "again", why: "its response is incomplete JSON", afterMs: null };
    return { kind: "good", body };
  }
  if (PASSING.has(status) || status >= 500) {
    return {
      kind: "again",
      why: `it answered ${quoted}`,
      afterMs: retryAfterMs(headers.get("Retry-After"), clock.now()),
    };
  }
  switch (status) {
    case 401:
      return {
        kind: "failed",
        scope: "all",
        why: `it refuses the key (${quoted}). Set POLYGON_API_KEY to a key that is valid`,
      };
    case 403:
      return dated && !LACKS_KIND.test(said)
        ? {
          kind: "failed",
          scope: "call",
          why: `the plan of the key does not include this date, or not yet (${quoted}). ` +
            "Ask for closed sessions only, raise HISTORY_FROM, or use the key of a larger plan",
        }
        : {
          kind: "failed",
          scope: "endpoint",
          why: `the plan of the key does not include this data (${quoted}). Use the key of a larger plan`,
        };
    case 404:
      if (statusOf(body) === "NOT_FOUND" && /ticker/i.test(said)) return { kind: "unknown" };
      return {
        kind: "failed",
        scope: "endpoint",
        why: `there is no such path (${quoted}). Set POLYGON_URL to the vendor's address, without a path`,
      };
  }
  if (status >= 300 && status < 400) {
    return {
      kind: "failed",
      scope: "all",
      why: `it redirects (${status}), which is not followed, because the key would be sent along. ` +
        "Set POLYGON_URL to the final address",
    };
  }
  return { kind: "failed", scope: "call", why: `it refuses the request (${quoted})` };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const LONGEST_QUOTE = 200;

/** The vendor's message on one line, shortened. */
function saidBy(body: unknown): string {
  const { error, message } = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const words = typeof message === "string" ? message : typeof error === "string" ? error : "";
  const line = words.replaceAll(/\s+/g, " ").trim().replace(/\.$/, "");
  return line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)} …` : line;
}

function statusOf(body: unknown): unknown {
  return typeof body === "object" && body !== null ? (body as Record<string, unknown>).status : undefined;
}
