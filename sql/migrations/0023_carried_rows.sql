-- The date from which the rows of a table that is carried on were made and checked; empty where all of them were.
ALTER TABLE engine.materialization ADD COLUMN rows_from date;
