import { walkForwardDaily } from "../assets/views.ts";
import { equalTo } from "../engine/mod.ts";
import { nameOf, readUndecidedLevels } from "./undecided_levels.ts";
import type { VersionEngine } from "./version_rows.ts";

/** Signal of a pair's strategy at the newest close. */
export interface NewestSignal {
  tickers: readonly [string, string];
  /** The signal in words. */
  says: string;
  /** Whether an order fills in the next session. */
  acts: boolean;
  /** Spreads held after the close: 1 is long ticker 2, −1 short. */
  position: number;
  /** Spreads to hold after the next fill. */
  target: number;
  /** Deviations of the spread from its mean, by the strategy or, without a decision, by the formation; `null` if unknown. */
  z: number | null;
  /** Deviations beyond which a position is entered, of the newest decision; `null` if no level decides. */
  entryZ: number | null;
  /** Shares of ticker 1 against one of ticker 2. */
  hedgeRatio: number | null;
}

/** Signals of the newest session of the walk-forward. */
export interface NewestSignals {
  strategy: string;
  session: string;
  /** Signals with an order first. */
  signals: NewestSignal[];
}

const words: Readonly<Record<string, string>> = {
  enter_long: "enter long",
  enter_short: "enter short",
  exit: "exit",
  stop: "stop",
  hold: "hold",
  no_bar: "no signal: a leg has no bar",
  not_traded: "no longer traded",
  window_end: "window ended",
  stopped_trading: "exit: a leg stopped trading",
};

/**
 * Reads the signals of `strategy` at the close of `session` for each pair that it trades; `null` without a walk-forward, or
 * without rows of that session.
 */
export async function readNewestSignals(
  engine: VersionEngine,
  { strategy, session }: { strategy: string; session: string },
): Promise<NewestSignals | null> {
  if (!engine.graph.keys.includes(walkForwardDaily.key)) return null;
  const { rows } = await engine.read(walkForwardDaily, {
    filters: equalTo({ strategy, session }),
    fields: ["ticker_1", "ticker_2", "signal", "position", "target", "z_score", "entry_z", "hedge_ratio"],
  });
  if (rows.length === 0) return null;
  const levels = await readUndecidedLevels(engine, rows.filter(({ z_score }) => z_score === null), { strategy });
  const signals = rows.map((row): NewestSignal => ({
    tickers: [row.ticker_1, row.ticker_2],
    says: row.signal === "window_end" && row.target !== row.position
      ? "exit: window ends"
      : row.signal === "hold" && row.position === 0 && row.target === 0
      ? "flat"
      : words[row.signal] ?? row.signal,
    acts: row.target !== row.position,
    position: row.position,
    target: row.target,
    z: row.z_score ?? levels.get(nameOf(row))?.z ?? null,
    entryZ: row.entry_z ?? levels.get(nameOf(row))?.entryZ ?? null,
    hedgeRatio: row.hedge_ratio,
  }));
  const urgency = ({ acts, position }: NewestSignal) => acts ? 0 : position !== 0 ? 1 : 2;
  return { strategy, session, signals: signals.sort((a, b) => urgency(a) - urgency(b)) };
}
