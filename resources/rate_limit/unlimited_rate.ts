import type { RateLimit } from "./rate_limit.ts";

/** Turns without limit, for a server that sets none. */
export const unlimitedRate: RateLimit = {
  perMinute: Infinity,
  async take({ signal } = {}) {
    await Promise.resolve();
    signal?.throwIfAborted();
  },
  delayNowMs: () => Promise.resolve(0),
  penalize: () => Promise.resolve(),
};
