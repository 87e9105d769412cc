/** Keeping to a rate, across processes. @module */
export type { RateLimit } from "./rate_limit.ts";
export { tokenBucket, type TokenBucketOptions } from "./token_bucket.ts";
export { unlimitedRate } from "./unlimited_rate.ts";
