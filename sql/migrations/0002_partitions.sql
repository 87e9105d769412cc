-- Cells: the parts of an asset, ticker × session or whatever its rows are told apart by, that are made and judged one by one.
-- Cells are stored as rectangles, [{"names": ["AAPL"], "dates": [["2020-01-02", "2020-12-31"]]}], never one by one: 25 years of
-- 500 tickers are one of them.

ALTER TABLE engine.materialization
  -- The cells that were made; empty where the whole was.
  ADD COLUMN cells jsonb,
  -- The cells whose rows came, went or changed; empty where that is not known or was everything.
  ADD COLUMN changed jsonb;

-- Which cells of a producer are made. A row says of its cells that they are what they would be if they had been made by this
-- materialization: whatever is found to be still right moves on to the newest one, so that ranges stay whole.
CREATE TABLE engine.cells (
  producer           text NOT NULL,
  materialization_id bigint NOT NULL REFERENCES engine.materialization,
  names              text[],
  dates              jsonb
);
CREATE INDEX cells_by_producer ON engine.cells (producer);

-- Cells that could not be made when they were last tried.
CREATE TABLE engine.cell_failure (
  producer  text NOT NULL,
  run_id    bigint NOT NULL,
  names     text[],
  dates     jsonb,
  error     jsonb NOT NULL,
  failed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX cell_failure_by_producer ON engine.cell_failure (producer);

-- Names and dates that an asset has: of one that is made as a whole, so that nobody needs to count its rows to find them; of one that
-- is made by cells the dates that were made, so that one which comes to lie between two of them is not taken for made. The version
-- changes with each change, so that whoever has read it needs not read it again.
CREATE SEQUENCE engine.extent_version;
CREATE TABLE engine.extent (
  asset_key text PRIMARY KEY,
  names     text[],
  dates     text[],
  version   bigint NOT NULL DEFAULT nextval('engine.extent_version')
);

ALTER TABLE engine.step
  -- The cells that the step is to make, those that it has made and those that it could not; empty for a step that makes a whole.
  ADD COLUMN cells jsonb,
  ADD COLUMN done jsonb,
  ADD COLUMN failed jsonb;

-- The cells that a run was asked for, {"from": "2024-01-01", "to": "2024-12-31", "names": ["AAPL"]}; empty for whatever is due.
ALTER TABLE engine.run ADD COLUMN range jsonb;
