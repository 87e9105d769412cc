-- How the tables of assets were declared when an engine last opened them, so that the next one finds what has changed and no
-- table without its rows counts as fresh.

-- Tables that were replaced because their rows do not fit what the asset has become. Nothing reads them: they are dropped by
-- people.
CREATE SCHEMA retired;

CREATE TABLE engine.asset_table (
  asset_key      text PRIMARY KEY,
  layer          text NOT NULL,
  -- {"column": "type"}, without those that the table has and the row schema has not.
  columns        jsonb NOT NULL,
  primary_key    text[] NOT NULL,
  -- {"name": "ticker", "date": "session"}: the columns that hold the coordinates of its partitions.
  cells          jsonb,
  -- The asset whose function makes it, and whether it makes it by partitions.
  producer       text NOT NULL,
  partitioned    boolean NOT NULL,
  -- Number of the last alteration of an existing table, over all assets; 0 where it is as it was created.
  altered        bigint NOT NULL DEFAULT 0,
  -- The table lacks the rows of materializations up to this id.
  lost_until     bigint NOT NULL DEFAULT 0,
  lost_because   text,
  -- Materializations up to this id count as stale, whatever they were made of.
  remake_until   bigint NOT NULL DEFAULT 0,
  remake_because text,
  -- Names of the checks that have judged all its rows.
  judged_by      text[] NOT NULL DEFAULT '{}'
);
CREATE INDEX asset_table_altered ON engine.asset_table (altered);

CREATE TABLE engine.retired_table (
  -- Its name in the schema "retired".
  name            text PRIMARY KEY,
  asset_key       text NOT NULL,
  -- It has the rows of materializations of the asset up to this id.
  materialization bigint NOT NULL,
  because         text NOT NULL,
  retired_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX retired_table_by_asset ON engine.retired_table (asset_key, materialization);

CREATE FUNCTION engine.last_alteration() RETURNS bigint LANGUAGE sql AS $$
  SELECT coalesce(max(altered), 0) FROM engine.asset_table
$$;

-- The alterations that a process knows of: it must not publish what it made of tables that were altered since.
ALTER TABLE engine.process ADD COLUMN tables_of bigint NOT NULL DEFAULT engine.last_alteration();

-- As a trigger, so that it holds for processes too that are older than this migration. The lock keeps tables from being altered
-- between this look and the commit (engine/table_reconciliation.ts).
CREATE FUNCTION engine.refuse_altered_tables() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  altered text;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7271, 0);
  SELECT t.asset_key INTO altered
  FROM engine.step s JOIN engine.process p ON p.id = s.process_id JOIN engine.asset_table t ON t.altered > p.tables_of
  WHERE s.run_id = NEW.run_id AND s.key = NEW.step_key AND (t.asset_key = NEW.asset_key OR NEW.upstream ? t.asset_key)
  LIMIT 1;
  IF altered IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'TD001', MESSAGE = format(
      '"%s" cannot be published by this process: another one has altered the table of "%s" since this one started. Restart this one with the assets that the other has.',
      NEW.asset_key, altered);
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER materialization_of_altered_tables BEFORE INSERT ON engine.materialization
  FOR EACH ROW WHEN (NEW.run_id IS NOT NULL) EXECUTE FUNCTION engine.refuse_altered_tables();

-- Checks that were run alone, on rows that had been published, belong to no run.
ALTER TABLE engine.check_result ALTER COLUMN run_id DROP NOT NULL;
