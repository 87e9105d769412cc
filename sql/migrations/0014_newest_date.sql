-- The newest date of an asset's cells as of a materialization: the newest that had been made by then and was not removed again,
-- -infinity where there was none. Empty where the whole was made, and for what was made before this column.
ALTER TABLE engine.materialization ADD COLUMN newest_date date;
