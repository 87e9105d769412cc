-- Up to which materialization rows of the table were closed when it was last vacuumed by pruning.
ALTER TABLE engine.asset_table ADD COLUMN vacuumed_until bigint NOT NULL DEFAULT 0;
