/** Turns that are given out at a rate, shared by all callers of a name. */
export interface RateLimit {
  readonly perMinute: number;
  /** Resolves when it is the caller's turn; rejects with the signal's reason as soon as that aborts. */
  take(options?: { signal?: AbortSignal }): Promise<void>;
  /** How long {@link take} would wait now; takes no turn. */
  delayNowMs(): Promise<number>;
  /** Gives out no turn before `ms` from now, in any process: for a server that answered 429 or 503 with Retry-After. */
  penalize(ms: number): Promise<void>;
}
