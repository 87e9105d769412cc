/** How often something may happen. */
export interface RatePolicy {
  perMinute: number;
  /** How many times at once, after a pause. */
  burst: number;
}

/** A policy in the terms of the generic cell rate algorithm. */
export interface Pace {
  /** From one turn to the next, once the burst is used. */
  intervalMs: number;
  /** How far ahead of now the last turn may be reserved. */
  roomMs: number;
  /** The most turns of one lease. */
  maxLease: number;
  /** How long turns of a lease may be spent. */
  leaseMs: number;
}

/** A request to a bucket. */
export interface LeaseRequest {
  wanted: number;
  /** Turns of the lease before that were not spent and never will be, the last ones of it. */
  returned: number;
  /** When that lease's bucket would have been full again, in the source's own time; 0 for no lease. */
  returnedUntilMs: number;
}

/** Turns that were reserved. */
export interface Lease {
  granted: number;
  /** How long until the bucket is full again if no further turn is taken. */
  fullInMs: number;
  /** The same as a moment, in the source's own time. */
  fullAtMs: number;
}

/** Where turns are reserved. */
export interface TurnSource {
  /** Reserves up to `wanted` turns of the bucket `name`, none where it has none; what is returned counts as never taken. */
  lease(name: string, pace: Pace, request: LeaseRequest): Promise<Lease>;
  /** Forgets buckets that are full: they are as good as new ones. */
  sweep(): Promise<void>;
}

/**
 * The pace of a policy.
 *
 * A turn is spent up to `leaseMs` after it was reserved, so that as much time is taken off the room: whatever stretch of time is
 * looked at, what is spent in it was reserved in one that is longer by no more than that.
 *
 * @throws {RangeError} If `perMinute` is not positive or `burst` is not a whole number of at least 1.
 */
export function paceOf({ perMinute, burst }: RatePolicy): Pace {
  if (!(perMinute > 0 && perMinute < Infinity)) {
    throw new RangeError(`The rate is ${perMinute} a minute: it must be a positive number.`);
  }
  if (!Number.isInteger(burst) || burst < 1) {
    throw new RangeError(`The burst is ${burst}: it must be a whole number of at least 1.`);
  }
  const intervalMs = 60_000 / perMinute;
  const leaseMs = Math.min(2_000, burst * intervalMs / 10);
  const maxLease = Math.floor(burst / 10);
  // A lease of one turn is spent at once by the request that asked for it. So are those of bursts that are over sooner than a source answers.
  if (maxLease < 2 || leaseMs < 1_000) return { intervalMs, roomMs: burst * intervalMs, maxLease: 1, leaseMs: 0 };
  return { intervalMs, roomMs: burst * intervalMs - leaseMs, maxLease, leaseMs };
}

/** How many turns a bucket that was not used for long gives at once. */
export function turnsAtOnce({ roomMs, intervalMs }: Pace): number {
  // Guards against a quotient such as 9.999999999.
  return Math.floor(roomMs / intervalMs + 1e-9);
}

/** What is reserved of a bucket that would be full at `fullAtMs`: the arithmetic of every source. */
export function reserve(
  { fullAtMs, nowMs }: { fullAtMs: number; nowMs: number },
  { intervalMs, roomMs }: Pace,
  { wanted, returned, returnedUntilMs }: LeaseRequest,
): Lease {
  // Turns whose time has come are past: only what is ahead can be given back.
  const back = Math.max(0, Math.min(returned, Math.floor((returnedUntilMs - nowMs) / intervalMs)));
  const base = Math.max(nowMs, fullAtMs - back * intervalMs);
  const free = Math.floor((roomMs - (base - nowMs)) / intervalMs + 1e-9);
  const granted = Math.max(0, Math.min(wanted, free));
  const full = base + granted * intervalMs;
  return { granted, fullAtMs: full, fullInMs: full - nowMs };
}
