-- A part of a step may be a block of one computation of its function, instead of partitions.
ALTER TABLE engine.step_part
  ALTER COLUMN partitions DROP NOT NULL,
  ALTER COLUMN settled DROP NOT NULL,
  -- The number of the computation in its step, and the range of its items.
  ADD COLUMN block jsonb,
  ADD CHECK ((block IS NULL) = (partitions IS NOT NULL)),
  ADD CHECK ((block IS NULL) = (settled IS NOT NULL));

-- What all blocks of a computation need, in pieces.
CREATE UNLOGGED TABLE engine.step_block_input (
  run_id      bigint NOT NULL,
  key         text NOT NULL,
  attempt     integer NOT NULL,
  computation integer NOT NULL,
  piece       integer NOT NULL,
  data        bytea NOT NULL,
  PRIMARY KEY (run_id, key, attempt, computation, piece),
  FOREIGN KEY (run_id, key) REFERENCES engine.step (run_id, key) ON DELETE CASCADE
);

-- Numbers hardly compress.
ALTER TABLE engine.step_block_input ALTER COLUMN data SET STORAGE EXTERNAL;
