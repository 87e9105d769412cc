/** Rate limits across processes. @module */
export { databaseTurns } from "./database_turns.ts";
export { type LeasedRates, leasedRates, type Turn } from "./leased_rates.ts";
export type { RateLimit } from "./rate_limit.ts";
export { tokenBucket, type TokenBucketOptions } from "./token_bucket.ts";
export { paceOf, type RatePolicy, turnsAtOnce } from "./turns.ts";
export { unlimitedRate } from "./unlimited_rate.ts";
