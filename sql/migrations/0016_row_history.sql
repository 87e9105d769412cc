-- Versions of rows that are no longer kept. The record of a materialization stays.
ALTER TABLE engine.materialization ADD COLUMN rows_pruned boolean NOT NULL DEFAULT false;

-- Whether rows of versions that are no longer kept may still be in the table.
ALTER TABLE engine.asset_table ADD COLUMN prune_pending boolean NOT NULL DEFAULT false;

-- What the current rows of each month are, for tables with many rows that are made as a whole: a publication compares only months
-- whose digest is another one.
CREATE TABLE engine.row_digest (
  asset_key text NOT NULL,
  -- Such as 2026-11.
  month     text NOT NULL,
  -- The data version of the month's rows alone.
  digest    text NOT NULL,
  PRIMARY KEY (asset_key, month)
);

-- The data version whose months engine.row_digest describes.
ALTER TABLE engine.asset_table ADD COLUMN digests_of text;
