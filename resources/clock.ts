/** The current time. All code reads a clock, so that tests and replays control it. */
export interface Clock {
  now(): Temporal.Instant;
}

/** A clock shared by all processes, independent of their machines' clocks. */
export interface SharedClock extends Clock {
  /** Sets it. @throws Where what it is set by does not answer. */
  sync(): Promise<void>;
  /** By how much the machine's own clock was ahead when it was last set; `null` where it never was. */
  readonly skewMs: number | null;
}

/** A clock that differs by more is wrong. */
export const tolerableSkewMs = 30_000;

/** The machine's own clock. */
export const systemClock: Clock = { now: () => Temporal.Now.instant() };

/** A clock that stands at `instant` until it is set. */
export function fixedClock(
  instant: Temporal.Instant | string,
): Clock & { set(instant: Temporal.Instant | string): void } {
  let now = Temporal.Instant.from(instant);
  return {
    now: () => now,
    set(next) {
      now = Temporal.Instant.from(next);
    },
  };
}
