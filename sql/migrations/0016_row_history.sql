-- Versions of rows that are no longer kept. The record of a materialization stays.
ALTER TABLE engine.materialization ADD COLUMN rows_pruned boolean NOT NULL DEFAULT false;

-- Whether rows of versions that are no longer kept may still be in the table.
ALTER TABLE engine.asset_table ADD COLUMN prune_pending boolean NOT NULL DEFAULT false;
