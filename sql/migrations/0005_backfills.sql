-- Backfills: a selection and a range that is made piece by piece, by one run after the other, until all of it is there.

CREATE TABLE engine.backfill (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trigger         text NOT NULL,
  selection       text NOT NULL,
  -- As engine.run.range: {"from": "2024-01-01", "to": "2024-12-31", "names": ["AAPL"]}.
  range           jsonb NOT NULL,
  force           boolean NOT NULL,
  status          text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'paused', 'succeeded', 'failed', 'cancelled')),
  -- Why it paused by itself, or what kept it from succeeding.
  reason          text,
  -- What it was going to do when it was asked for.
  plan            jsonb NOT NULL,
  -- The cells that it is about, as rectangles by asset. They grow when more of the range comes to light.
  cells           jsonb NOT NULL DEFAULT '{}',
  -- Cells by state, over all assets, as they were after the last run.
  progress        jsonb NOT NULL DEFAULT '{}',
  -- How the cells of each asset stood when it ended: the assets themselves go on changing.
  outcome         jsonb,
  -- Runs up to this one have been answered for by somebody who resumed or retried: they pause it no more.
  acknowledged_run bigint NOT NULL DEFAULT 0,
  -- What failed in runs up to this one is to be tried again.
  retried_run     bigint NOT NULL DEFAULT 0,
  -- Who takes it through its runs.
  process_id      integer REFERENCES engine.process,
  idempotency_key text UNIQUE,
  request_hash    text,
  created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at     timestamptz
);
CREATE INDEX backfill_running ON engine.backfill (id) WHERE status = 'running';

ALTER TABLE engine.run ADD COLUMN backfill_id bigint REFERENCES engine.backfill;
CREATE INDEX run_by_backfill ON engine.run (backfill_id, id) WHERE backfill_id IS NOT NULL;
