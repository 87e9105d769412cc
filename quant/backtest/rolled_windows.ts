import { requireInteger } from "../validate.ts";

/** A formation window and the trading window that follows it, as half-open ranges of session numbers. */
export interface RolledWindow {
  /** First session of the formation, [formationStart, tradingStart). */
  formationStart: number;
  /** First session of the trading window, [tradingStart, tradingEnd). */
  tradingStart: number;
  /** One past the last session of the trading window that has data. */
  tradingEnd: number;
  /** Whether the trading window has all its sessions: `false` if the data end inside it. */
  complete: boolean;
}

/** Lengths and distance of windows, in sessions. */
export interface RollOptions {
  /** Length of each formation. */
  formationSessions: number;
  /** Length of each trading window. */
  tradingSessions: number;
  /** Sessions from one window's start to the next; by default the length of the trading window, so that trading windows adjoin. */
  step?: number;
}

/**
 * Rolls formation and trading windows over a number of sessions, from the first session on.
 *
 * Windows are anchored at the first session, so that later sessions add windows and change none but the last, which becomes
 * complete. Trading windows adjoin by default; a smaller step makes them overlap, a larger one leaves sessions untraded. Fewer
 * sessions than a formation and one session of trading give none.
 *
 * @throws {RangeError} If a length is not an integer of at least 1, or `sessionCount` not one of at least 0.
 *
 * @example
 * ```ts
 * import { rolledWindows } from "./rolled_windows.ts";
 *
 * const windows = rolledWindows(12, { formationSessions: 5, tradingSessions: 3 });
 * console.assert(windows.map((w) => `${w.formationStart} ${w.tradingStart} ${w.tradingEnd}`).join() === "0 5 8,3 8 11,6 11 12");
 * console.assert(windows.at(-1)?.complete === false);
 * ```
 */
export function rolledWindows(sessionCount: number, options: RollOptions): RolledWindow[] {
  const { formationSessions, tradingSessions, step = tradingSessions } = options;
  requireInteger(sessionCount, "sessionCount", 0);
  requireInteger(formationSessions, "formationSessions", 1);
  requireInteger(tradingSessions, "tradingSessions", 1);
  requireInteger(step, "step", 1);
  const windows: RolledWindow[] = [];
  for (let start = 0; start + formationSessions < sessionCount; start += step) {
    const tradingStart = start + formationSessions;
    const scheduledEnd = tradingStart + tradingSessions;
    windows.push({
      formationStart: start,
      tradingStart,
      tradingEnd: Math.min(scheduledEnd, sessionCount),
      complete: scheduledEnd <= sessionCount,
    });
  }
  return windows;
}

/** The choice for one window. */
export interface WindowSelection<Choice> {
  /** The window in which it applies. */
  window: RolledWindow;
  /** Result of the callback. */
  choice: Choice;
}

/**
 * Chooses what to trade in each window from its formation alone.
 *
 * The callback receives only copies of the formation's prices, so it cannot use a later price. It may be asynchronous (a scan
 * over workers); windows are processed one after the other.
 *
 * @param prices One array per ticker, oldest first, all of the same length.
 * @param windows See {@linkcode rolledWindows}.
 * @param select Gives the choice for a formation: pairs, usually.
 * @throws {RangeError} If a ticker's prices end before a window's formation does.
 *
 * Verified: tests/quant/backtest/rolled_windows_test.ts. Cost: that of `select`, plus one copy of each formation.
 */
export async function selectByWindow<Choice>(
  prices: ReadonlyMap<string, Float64Array>,
  windows: readonly RolledWindow[],
  select: (formation: Map<string, Float64Array>, window: RolledWindow) => Choice | Promise<Choice>,
): Promise<WindowSelection<Choice>[]> {
  const selections: WindowSelection<Choice>[] = [];
  for (const window of windows) {
    const formation = new Map<string, Float64Array>();
    for (const [ticker, closes] of prices) {
      if (closes.length < window.tradingStart) {
        throw new RangeError(`${ticker} has ${closes.length} prices, but a formation ends at ${window.tradingStart}.`);
      }
      formation.set(ticker, closes.slice(window.formationStart, window.tradingStart));
    }
    selections.push({ window, choice: await select(formation, { ...window }) });
  }
  return selections;
}

/** @throws {RangeError} If a window does not fit so many sessions, or trades before the one before has ended. */
export function requireWindows(windows: readonly RolledWindow[], sessions: number): void {
  let traded = 0;
  for (const { formationStart, tradingStart, tradingEnd } of windows) {
    if (
      !(0 <= formationStart && formationStart < tradingStart && tradingStart < tradingEnd && tradingEnd <= sessions)
    ) {
      throw new RangeError(
        `The window [${formationStart}, ${tradingStart}, ${tradingEnd}) does not fit ${sessions} sessions.`,
      );
    }
    if (tradingStart < traded) {
      throw new RangeError(
        `The trading window from ${tradingStart} begins before the last one ends at ${traded}: one account cannot trade both.`,
      );
    }
    traded = tradingEnd;
  }
}
