import type { RetryPolicy } from "../resources/backoff.ts";

export { pause, retryDelayMs, type RetryPolicy } from "../resources/backoff.ts";

/** When and how often a step that failed is tried again. Only errors that say `retryable: true` are. */
export const defaultRetry: RetryPolicy = { maxAttempts: 3, initialDelayMs: 1_000, maxDelayMs: 60_000 };
