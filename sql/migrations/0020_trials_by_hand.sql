-- Research that leaves its trace outside of assets.
CREATE SCHEMA research;

-- Backtests of a pair under settings that somebody moved on its page: each counts as a trial from when it was first shown.
CREATE TABLE research.trial_by_hand (
  -- Hash of universe, strategy and settings, as backtest_trials names its trials, then the pair.
  trial          text PRIMARY KEY,
  ticker_1       text NOT NULL,
  ticker_2       text NOT NULL,
  strategy       text NOT NULL,
  universe       text NOT NULL,
  -- As JSON.
  settings       text NOT NULL,
  -- What was shown then.
  costs          text NOT NULL,
  cost_bps       double precision NOT NULL,
  fills_at       text NOT NULL,
  first_session  text NOT NULL,
  last_session   text NOT NULL,
  sessions       integer NOT NULL,
  total_return   double precision NOT NULL,
  session_sharpe double precision NOT NULL,
  shown_at       timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX trial_by_hand_by_time ON research.trial_by_hand (shown_at);
