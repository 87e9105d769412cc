-- Which run goes first, who holds a slot of a pool, which processes take runs, and what was made outside.

-- Higher goes first; then the older run.
ALTER TABLE engine.run ADD COLUMN priority integer NOT NULL DEFAULT 0;
-- The run of which this one does again what failed.
ALTER TABLE engine.run ADD COLUMN retry_of bigint REFERENCES engine.run ON DELETE SET NULL;
-- Whether old events were deleted already, so that nobody looks for them again.
ALTER TABLE engine.run ADD COLUMN events_pruned boolean NOT NULL DEFAULT false;
DROP INDEX engine.run_open;
CREATE INDEX run_open ON engine.run (priority DESC, id) WHERE status IN ('queued', 'running', 'interrupted');
CREATE INDEX run_with_events ON engine.run (finished_at) WHERE NOT events_pruned AND finished_at IS NOT NULL;
CREATE INDEX run_retry_of ON engine.run (retry_of) WHERE retry_of IS NOT NULL;

-- A slot of a pool is not a thing of its own: a step that runs is the claim on it. So it ends with the step, and with the
-- process that runs it, however that ends.
ALTER TABLE engine.step ADD COLUMN pool text;
ALTER TABLE engine.step ADD COLUMN pool_slot integer;
-- When the step last asked for a slot in vain; who asks again and again keeps its place before those of lower priority.
ALTER TABLE engine.step ADD COLUMN pool_asked_at timestamptz;
CREATE UNIQUE INDEX step_pool_slot ON engine.step (pool, pool_slot) WHERE status = 'running' AND pool_slot IS NOT NULL;
CREATE INDEX step_pool_waiting ON engine.step (pool)
  WHERE pool_asked_at IS NOT NULL AND status IN ('pending', 'interrupted');

-- Whether the process goes on with runs that others queued. A command that runs one thing does not.
ALTER TABLE engine.process ADD COLUMN takes_runs boolean NOT NULL DEFAULT false;

-- A materialization that something outside reported or observed has no run.
ALTER TABLE engine.materialization ALTER COLUMN run_id DROP NOT NULL;
ALTER TABLE engine.materialization ADD COLUMN origin text NOT NULL DEFAULT 'run'
  CHECK (origin IN ('run', 'reported', 'observed'));
ALTER TABLE engine.materialization ADD CONSTRAINT materialization_of_a_run
  CHECK ((origin = 'run') = (run_id IS NOT NULL));
