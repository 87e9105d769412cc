import type { Database } from "./database/mod.ts";

/** The backtest of a pair under settings that were moved on its page, as it was first shown. */
export interface TrialByHand {
  /** Names universe, strategy, settings and pair. */
  trial: string;
  ticker_1: string;
  ticker_2: string;
  strategy: string;
  universe: string;
  /** As JSON. */
  settings: string;
  costs: string;
  cost_bps: number;
  fills_at: string;
  first_session: string;
  last_session: string;
  sessions: number;
  /** 0.1 is 10 %, after costs. */
  total_return: number;
  /** Per session, of returns in excess of cash. */
  session_sharpe: number;
}

/** The record of trials by hand. */
export interface TrialsByHand {
  /** Records a trial. One that is there already stays as it was first shown. */
  record(trial: TrialByHand): Promise<void>;
  /** Trials first shown before a time, by name. */
  before(time: Temporal.Instant): Promise<TrialByHand[]>;
  /** How many there are. */
  countBefore(time: Temporal.Instant): Promise<number>;
}

/** The record in the database, shared by all processes. */
export function trialsByHand({ sql }: Pick<Database, "sql">): TrialsByHand {
  const at = (time: Temporal.Instant) => new Date(time.epochMilliseconds);
  return {
    async record(trial) {
      await sql`INSERT INTO research.trial_by_hand ${sql({ ...trial })} ON CONFLICT (trial) DO NOTHING`;
    },
    async before(time) {
      return [
        ...await sql<TrialByHand[]>`
          SELECT trial, ticker_1, ticker_2, strategy, universe, settings, costs, cost_bps, fills_at, first_session,
            last_session, sessions, total_return, session_sharpe
          FROM research.trial_by_hand WHERE shown_at < ${at(time)} ORDER BY trial COLLATE "C"`,
      ];
    },
    async countBefore(time) {
      const [row] = await sql<{ count: number }[]>`
        SELECT count(*)::integer AS count FROM research.trial_by_hand WHERE shown_at < ${at(time)}`;
      return row!.count;
    },
  };
}
