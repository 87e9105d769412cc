import { type Engine, maxPageRows } from "../engine/mod.ts";

/** What a pair's strategy said at the newest close. */
export interface NewestSignal {
  tickers: readonly [string, string];
  /** In words. */
  says: string;
  /** Whether something is to be filled in the next session. */
  acts: boolean;
  /** Spreads held after the close: 1 is long ticker 2, −1 short. */
  position: number;
  /** Spreads to be held after the next fill. */
  target: number;
  /** Spread on the scale of the strategy, whose thresholds judge it. */
  score: number | null;
  /** Shares of ticker 1 against one of ticker 2. */
  hedgeRatio: number | null;
}

/** Signals of the newest session of the walk-forward. */
export interface NewestSignals {
  strategy: string;
  session: string;
  /** Those to act on first. */
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
 * Reads what the close of `session` says of each pair that is traded by `strategy`; `null` where there is no walk-forward, or nothing
 * of that session.
 */
export async function readNewestSignals(
  engine: Pick<Engine, "graph" | "rows">,
  { strategy, session }: { strategy: string; session: string },
): Promise<NewestSignals | null> {
  if (!engine.graph.keys.includes("walk_forward_daily")) return null;
  const { rows } = await engine.rows("walk_forward_daily", {
    filters: [
      { column: "strategy", operator: "eq", value: strategy },
      { column: "session", operator: "eq", value: session },
    ],
    fields: ["ticker_1", "ticker_2", "signal", "position", "target", "score", "hedge_ratio"],
    limit: maxPageRows,
  });
  if (rows.length === 0) return null;
  const signals = rows.map((row): NewestSignal => ({
    tickers: [String(row.ticker_1), String(row.ticker_2)],
    says: row.signal === "window_end" && row.target !== row.position
      ? "exit: window ends"
      : words[String(row.signal)] ?? String(row.signal),
    acts: row.target !== row.position,
    position: row.position as number,
    target: row.target as number,
    score: row.score as number | null,
    hedgeRatio: row.hedge_ratio as number | null,
  }));
  const urgency = ({ acts, position }: NewestSignal) => acts ? 0 : position !== 0 ? 1 : 2;
  return { strategy, session, signals: signals.sort((a, b) => urgency(a) - urgency(b)) };
}
