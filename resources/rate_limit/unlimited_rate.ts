import type { RateLimit } from "./rate_limit.ts";

/** Turns for whoever asks, at once: for a server that sets no limit. */
export const unlimitedRate: RateLimit = {
  perMinute: Infinity,
  async take({ signal } = {}) {
    await Promise.resolve();
    signal?.throwIfAborted();
  },
  delayNowMs: () => Promise.resolve(0),
  penalize: () => Promise.resolve(),
};
