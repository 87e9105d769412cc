-- Schedules that do not fire, because somebody said so. What they would have fired meanwhile is not made up.
CREATE TABLE engine.schedule_pause (
  schedule  text PRIMARY KEY,
  paused_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Who asked for a tick that no clock asked for; empty for the others.
ALTER TABLE engine.schedule_tick ADD COLUMN asked boolean NOT NULL DEFAULT false;

-- The last runs of a trigger or of an asset, without looking at every run.
CREATE INDEX run_by_creation ON engine.run (created_at DESC);
