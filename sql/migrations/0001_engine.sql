-- What the engine knows: who is alive, what ran, what was made of what. The tables of the assets themselves are created
-- from their row schemas (engine/asset_table.ts), because an asset is one file.

CREATE SCHEMA IF NOT EXISTS engine;
CREATE SCHEMA IF NOT EXISTS raw;
CREATE SCHEMA IF NOT EXISTS silver;
CREATE SCHEMA IF NOT EXISTS gold;

-- A process of Tandem. It lives as long as it holds the session-level advisory lock (classid 7269, objid id): the lock ends
-- with the process, however it ends, and no clock has to be compared.
CREATE TABLE engine.process (
  id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  host       text NOT NULL,
  pid        integer NOT NULL,
  role       text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  ended_at   timestamptz
);
CREATE INDEX process_open ON engine.process (id) WHERE ended_at IS NULL;

CREATE TABLE engine.run (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trigger         text NOT NULL,
  selection       text NOT NULL,
  force           boolean NOT NULL,
  config          jsonb NOT NULL,
  status          text NOT NULL CHECK (status IN ('queued', 'running', 'interrupted', 'succeeded', 'failed', 'cancelled')),
  idempotency_key text UNIQUE,
  request_hash    text,
  process_id      integer REFERENCES engine.process,
  last_event      integer NOT NULL DEFAULT 0,
  created_at      timestamptz NOT NULL DEFAULT now(),
  started_at      timestamptz,
  finished_at     timestamptz,
  cancel_requested_at timestamptz
);
CREATE INDEX run_open ON engine.run (id) WHERE status IN ('queued', 'running', 'interrupted');

CREATE TABLE engine.step (
  run_id          bigint NOT NULL REFERENCES engine.run ON DELETE CASCADE,
  key             text NOT NULL,
  ordinal         integer NOT NULL,
  -- Steps of the same run that must end before this one starts.
  after           text[] NOT NULL,
  reasons         jsonb NOT NULL,
  status          text NOT NULL DEFAULT 'pending' CHECK (status IN
    ('pending', 'running', 'interrupted', 'succeeded', 'up_to_date', 'failed', 'skipped', 'cancelled')),
  attempt         integer NOT NULL DEFAULT 0,
  process_id      integer REFERENCES engine.process,
  started_at      timestamptz,
  finished_at     timestamptz,
  skipped_because text,
  error           jsonb,
  PRIMARY KEY (run_id, key)
);
-- One run of an asset at a time, across all processes: whoever comes second waits.
CREATE UNIQUE INDEX step_one_at_a_time ON engine.step (key) WHERE status = 'running';
CREATE INDEX step_by_key ON engine.step (key, run_id DESC);

CREATE TABLE engine.materialization (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  asset_key       text NOT NULL,
  run_id          bigint NOT NULL,
  step_key        text NOT NULL,
  code_version    text NOT NULL,
  config          jsonb NOT NULL,
  config_hash     text NOT NULL,
  -- {"upstream_key": {"materialization": 12, "version": "…"}} as read at the start of the step.
  upstream        jsonb NOT NULL,
  -- What the outside world said its version was, for assets that read from it.
  source_version  text,
  content_version text NOT NULL,
  row_count       bigint NOT NULL,
  -- Rows that came and went against the materialization before; both 0 when the content is the same.
  rows_added      bigint NOT NULL,
  rows_removed    bigint NOT NULL,
  metadata        jsonb NOT NULL,
  started_at      timestamptz NOT NULL,
  committed_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX materialization_latest ON engine.materialization (asset_key, id DESC);
CREATE INDEX materialization_by_run ON engine.materialization (run_id);

CREATE TABLE engine.check_result (
  id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id             bigint NOT NULL,
  asset_key          text NOT NULL,
  -- Empty where a blocking check kept the new version from being published.
  materialization_id bigint REFERENCES engine.materialization ON DELETE CASCADE,
  name               text NOT NULL,
  severity           text NOT NULL CHECK (severity IN ('warn', 'error')),
  passed             boolean NOT NULL,
  message            text NOT NULL,
  failing_rows       jsonb,
  checked_at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX check_result_by_materialization ON engine.check_result (materialization_id);
CREATE INDEX check_result_by_asset ON engine.check_result (asset_key, id DESC);

-- seq counts from 1 within its run without gaps, in commit order, so that a reader who has seen n asks for what is after n
-- and misses nothing.
CREATE TABLE engine.event (
  run_id  bigint NOT NULL REFERENCES engine.run ON DELETE CASCADE,
  seq     integer NOT NULL,
  at      timestamptz NOT NULL DEFAULT now(),
  kind    text NOT NULL,
  key     text,
  data    jsonb NOT NULL,
  PRIMARY KEY (run_id, seq)
);

-- A tick that fired. The primary key is what keeps two processes from firing the same one; the run is queued in the same
-- transaction, so that a tick is never spent without its run.
CREATE TABLE engine.schedule_tick (
  schedule     text NOT NULL,
  scheduled_at timestamptz NOT NULL,
  -- Empty for the moment from which on a new schedule counts: it has missed nothing before.
  fired_at     timestamptz,
  made_up      boolean NOT NULL DEFAULT false,
  run_id       bigint REFERENCES engine.run ON DELETE SET NULL,
  PRIMARY KEY (schedule, scheduled_at)
);

-- The row lock on the run puts the events of concurrent steps in one order; it is held from here to the commit only, so this
-- is the last statement of a transaction.
CREATE FUNCTION engine.append_event(of_run bigint, of_kind text, of_key text, with_data jsonb) RETURNS integer
LANGUAGE sql AS $$
  WITH counted AS (
    UPDATE engine.run SET last_event = last_event + 1 WHERE id = of_run RETURNING last_event
  )
  INSERT INTO engine.event (run_id, seq, at, kind, key, data)
  SELECT of_run, last_event, clock_timestamp(), of_kind, of_key, with_data FROM counted
  RETURNING seq
$$;
