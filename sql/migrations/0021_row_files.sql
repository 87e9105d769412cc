-- Assets whose rows are in Parquet files instead of a table.

-- Where the rows of an asset are: 'table' or 'parquet'.
ALTER TABLE engine.asset_table ADD COLUMN storage text NOT NULL DEFAULT 'table';

-- The rows of version V of an asset are those of its files with from_materialization <= V < until_materialization. Files never
-- change: a publication writes new ones in place of those whose rows change.
CREATE TABLE engine.row_file (
  id                    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  asset_key             text NOT NULL,
  -- Within the store.
  path                  text NOT NULL UNIQUE,
  -- The month of its rows, such as 2026-11; empty if the asset has no date.
  segment               text NOT NULL,
  rows                  bigint NOT NULL,
  bytes                 bigint NOT NULL,
  -- Its columns: the asset may have got others since.
  columns               text[] NOT NULL,
  -- The data version of its rows alone.
  digest                text NOT NULL,
  -- NULL if it belongs to no version: it is being written, was left behind by a process that ended, or is to be deleted.
  from_materialization  bigint,
  -- NULL in the current version.
  until_materialization bigint,
  -- Whether it belongs to versions that can no longer be read, because the asset has changed. It is never deleted.
  retired               boolean NOT NULL DEFAULT false,
  -- When it was registered, before it was written; long ago if it is to be deleted.
  registered_at         timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX row_file_by_asset ON engine.row_file (asset_key, from_materialization);
CREATE UNIQUE INDEX row_file_current ON engine.row_file (asset_key, segment)
  WHERE from_materialization IS NOT NULL AND until_materialization IS NULL;
CREATE INDEX row_file_unused ON engine.row_file (registered_at) WHERE from_materialization IS NULL;
