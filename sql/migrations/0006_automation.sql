-- Conditions under which assets are made without anybody asking.

-- How a condition was judged, as a tree of true and false. Stored only where it differs from the asset's judgement before.
CREATE TABLE engine.automation_evaluation (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  asset_key    text NOT NULL,
  evaluated_at timestamptz NOT NULL,
  paused       boolean NOT NULL,
  tree         jsonb NOT NULL,
  -- The cells that were asked for; empty where none were.
  requested    jsonb,
  run_id       bigint REFERENCES engine.run ON DELETE SET NULL,
  -- Of tree, cells and pause: what tells whether the next judgement is another.
  fingerprint  text NOT NULL
);
CREATE INDEX automation_evaluation_latest ON engine.automation_evaluation (asset_key, id DESC);

-- Assets whose condition is judged and not followed, because somebody said so.
CREATE TABLE engine.automation_pause (
  asset_key text PRIMARY KEY,
  paused_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Counts the evaluations that led to something. Whoever read a number that has moved on meanwhile has judged a state that is past.
CREATE TABLE engine.automation_turn (
  one  boolean PRIMARY KEY DEFAULT true CHECK (one),
  turn bigint NOT NULL
);
INSERT INTO engine.automation_turn (turn) VALUES (0);

-- What a step that failed or was cancelled had read: {"own": "hash of code, settings and source", "upstream": {"key": "version"}}.
ALTER TABLE engine.step ADD COLUMN reading jsonb;

-- Whether a run has ended since somebody last looked, and which are open.
CREATE INDEX run_ended ON engine.run (finished_at DESC) WHERE finished_at IS NOT NULL;
