-- A step may run in another process than the one that drives its run.
DROP FUNCTION engine.claim_step(bigint, text, integer, text, integer);

CREATE FUNCTION engine.claim_step(
  of_run bigint, of_key text, by_process integer, driven_by integer, in_pool text, in_slot integer,
  OUT outcome text, OUT new_attempt integer
) LANGUAGE plpgsql AS $$
BEGIN
  -- Shared until the commit: recording the process as ended waits for it, and then finds this claim.
  PERFORM FROM engine.process p WHERE p.id = by_process AND p.ended_at IS NULL FOR SHARE;
  IF NOT FOUND THEN
    outcome := 'lost';
    RETURN;
  END IF;
  PERFORM FROM engine.step s JOIN engine.run r ON r.id = s.run_id
  WHERE s.run_id = of_run AND s.key = of_key AND s.status IN ('pending', 'interrupted')
    AND r.status = 'running' AND r.process_id = driven_by AND r.cancel_requested_at IS NULL;
  IF NOT FOUND THEN
    outcome := 'lost';
    RETURN;
  END IF;
  PERFORM FROM engine.step s
  WHERE s.status = 'running' AND (s.key = of_key OR (s.pool = in_pool AND s.pool_slot = in_slot));
  IF FOUND THEN
    outcome := 'busy';
    RETURN;
  END IF;
  -- Until the commit: a run that is handed back waits for it, and then interrupts this step.
  PERFORM FROM engine.run r WHERE r.id = of_run FOR UPDATE;
  BEGIN
    UPDATE engine.step s
    SET status = 'running', attempt = s.attempt + 1, process_id = by_process, error = NULL,
        started_at = clock_timestamp(), pool = in_pool, pool_slot = in_slot
    FROM engine.run r
    WHERE r.id = s.run_id AND s.run_id = of_run AND s.key = of_key AND s.status IN ('pending', 'interrupted')
      AND r.status = 'running' AND r.process_id = driven_by AND r.cancel_requested_at IS NULL
    RETURNING s.attempt INTO new_attempt;
  EXCEPTION WHEN unique_violation THEN
    -- Another process claimed it since.
    outcome := 'busy';
    RETURN;
  END;
  IF new_attempt IS NULL THEN
    outcome := 'lost';
    RETURN;
  END IF;
  PERFORM engine.append_event(of_run, 'step_started', of_key, jsonb_build_object('attempt', new_attempt));
  outcome := 'claimed';
END
$$;

-- Parts of a running step that other workers may make. Not worth the log of changes: a part that is gone is made again.
CREATE UNLOGGED TABLE engine.step_part (
  run_id     bigint NOT NULL,
  key        text NOT NULL,
  attempt    integer NOT NULL,
  part       integer NOT NULL,
  partitions jsonb NOT NULL,
  -- Partitions that are fresh, whose rows the function may carry on from.
  settled    jsonb NOT NULL,
  -- 'kept' is left to the process that holds the step.
  state      text NOT NULL CHECK (state IN ('open', 'taken', 'made', 'kept')),
  -- The process that makes it.
  taken_by   integer,
  PRIMARY KEY (run_id, key, attempt, part),
  FOREIGN KEY (run_id, key) REFERENCES engine.step (run_id, key) ON DELETE CASCADE
);

-- What was made of a part, in pieces, until the process that holds the step publishes it.
CREATE UNLOGGED TABLE engine.step_part_rows (
  run_id  bigint NOT NULL,
  key     text NOT NULL,
  attempt integer NOT NULL,
  part    integer NOT NULL,
  piece   integer NOT NULL,
  data    bytea NOT NULL,
  PRIMARY KEY (run_id, key, attempt, part, piece),
  FOREIGN KEY (run_id, key, attempt, part) REFERENCES engine.step_part ON DELETE CASCADE
);
