import { type Lease, type Pace, paceOf, type RatePolicy, reserve, turnsAtOnce, type TurnSource } from "./turns.ts";

/** Whether a turn may be taken. */
export interface Turn {
  allowed: boolean;
  /** Turns that may be had at once after this one. */
  remaining: number;
  /** How long until there is a turn; 0 where there is one. */
  retryAfterMs: number;
  /** How long until the bucket is full again if no further turn is taken. */
  resetMs: number;
}

/** Rates by name, shared by all processes that use the same source. */
export interface LeasedRates {
  /** Takes a turn of `name` or says when there will be one; never waits for it. Never rejects. */
  take(name: string, policy: RatePolicy): Promise<Turn>;
}

export interface LeasedRatesOptions {
  source: TurnSource;
  logger: { warn(message: string): void };
  /** Maximum number of distinct names; further ones count as one. */
  maxNames?: number;
  /** What counts for the names beyond {@link maxNames}. */
  others?: string;
  /** Milliseconds that never go back. */
  now?: () => number;
  /** Time limit of the source before this process continues locally. */
  patienceMs?: number;
}

/** Time of local operation before the source is tried again. */
const ABSENCE_MS = 5_000;
const SWEEP_MS = 10_000;
/** Where there is no room for a name, it may be made sooner. */
const SWEEP_FULL_MS = 1_000;

/** What this process knows of a name. */
interface Account {
  /** Turns of the last lease that are not spent. */
  turns: number;
  /** Turns that the last lease had. */
  leased: number;
  /** They are spent before this. */
  spendBeforeMs: number;
  /** For giving them back: when the bucket is full, in the source's time. */
  leaseFullAtMs: number;
  /** When the bucket is full in this process's time, as far as it knows. */
  fullAtMs: number;
  /** There is no turn before this. */
  closedUntilMs: number;
  refilling?: Promise<void>;
}

/**
 * Rates that cost no round trip a turn: a process leases some turns of a bucket, spends them locally and returns unspent ones with the next
 * lease.
 *
 * In any stretch of `m` minutes, all processes together give no more than `perMinute · m + burst` turns of a name. A lease is at
 * most a tenth of the burst, begins with one turn and grows while it is spent; a process that is killed loses what it holds.
 *
 * If the source does not answer, each process applies the rate locally and retries later. A limit that failed open would expose a database
 * in trouble to more load, and one that failed closed would turn a pause of the database into an outage.
 *
 * No more than `maxNames` names are kept at a time, here and, for each process, in the source, however many names requests bring.
 *
 * Verified: tests/resources/rate_limit/leased_rates_test.ts.
 */
export function leasedRates(
  { source, logger, maxNames = 10_000, others = "others", now = () => performance.now(), patienceMs = 500 }:
    LeasedRatesOptions,
): LeasedRates {
  const accounts = new Map<string, Account>();
  let askAgainAtMs = -Infinity;
  let sweptAtMs = now();
  let sweeping = false;

  function accountOf(name: string): { name: string; account: Account } {
    const known = accounts.get(name);
    if (known) return { name, account: known };
    const full = accounts.size >= maxNames;
    if (now() - sweptAtMs > (full ? SWEEP_FULL_MS : SWEEP_MS)) void sweep();
    if (full && name !== others) return accountOf(others);
    const account = { turns: 0, leased: 0, spendBeforeMs: 0, leaseFullAtMs: 0, fullAtMs: 0, closedUntilMs: 0 };
    accounts.set(name, account);
    return { name, account };
  }

  /** Forgets the buckets that are full, first there and then here: what is known here is all that may be there. */
  async function sweep(): Promise<void> {
    if (sweeping) return;
    sweeping = true;
    const startedAtMs = now();
    sweptAtMs = startedAtMs;
    try {
      if (startedAtMs >= askAgainAtMs) await source.sweep();
      for (const [name, account] of accounts) {
        const held = account.turns > 0 && account.spendBeforeMs > startedAtMs;
        if (account.fullAtMs < startedAtMs && !held && !account.refilling) accounts.delete(name);
      }
    } catch (error) {
      logger.warn(`Unused rates could not be removed: ${(error as Error).message}`);
    } finally {
      sweeping = false;
    }
  }

  async function refill(name: string, account: Account, pace: Pace): Promise<void> {
    const askedAtMs = now();
    const inTime = askedAtMs < account.spendBeforeMs;
    // Twice as many where the last were spent in time, as many as were spent where some were left.
    const fit = inTime ? 2 * account.leased : account.leased - account.turns;
    const wanted = Math.max(1, Math.min(pace.maxLease, fit));
    const request = { wanted, returned: account.turns, returnedUntilMs: account.leaseFullAtMs };
    account.turns = 0;
    let lease = await askSource(name, pace, request, askedAtMs);
    if (lease) {
      account.leaseFullAtMs = lease.fullAtMs;
    } else {
      lease = reserve({ fullAtMs: account.fullAtMs, nowMs: askedAtMs }, pace, { ...request, returned: 0 });
      account.leaseFullAtMs = 0;
    }
    account.turns = account.leased = lease.granted;
    account.fullAtMs = askedAtMs + lease.fullInMs;
    // Counted from before the request: it cannot have been reserved earlier. A single turn is spent by its waiting caller.
    account.spendBeforeMs = pace.leaseMs === 0 ? Infinity : askedAtMs + pace.leaseMs;
    if (lease.granted === 0) {
      account.closedUntilMs = askedAtMs + Math.max(1, lease.fullInMs + pace.intervalMs - pace.roomMs);
    }
  }

  async function askSource(
    name: string,
    pace: Pace,
    request: Parameters<TurnSource["lease"]>[2],
    askedAtMs: number,
  ): Promise<Lease | undefined> {
    if (askedAtMs < askAgainAtMs) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`it did not answer within ${patienceMs} ms`)), patienceMs);
      });
      return await Promise.race([source.lease(name, pace, request), late]);
    } catch (error) {
      if (now() >= askAgainAtMs) {
        logger.warn(
          `The database does not give out turns (${
            (error as Error).message
          }); until it does, this process keeps to the rates by itself.`,
        );
      }
      askAgainAtMs = now() + ABSENCE_MS;
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async take(asked, policy) {
      const pace = paceOf(policy);
      const { name, account } = accountOf(asked);
      for (;;) {
        const nowMs = now();
        const resetMs = Math.max(0, account.fullAtMs - nowMs);
        if (account.turns > 0 && nowMs < account.spendBeforeMs) {
          account.turns--;
          const free = Math.max(0, Math.floor((pace.roomMs - resetMs) / pace.intervalMs + 1e-9));
          return {
            allowed: true,
            remaining: Math.min(turnsAtOnce(pace), account.turns + free),
            retryAfterMs: 0,
            resetMs,
          };
        }
        if (nowMs < account.closedUntilMs) {
          return { allowed: false, remaining: 0, retryAfterMs: account.closedUntilMs - nowMs, resetMs };
        }
        account.refilling ??= refill(name, account, pace).finally(() => account.refilling = undefined);
        await account.refilling;
      }
    },
  };
}
