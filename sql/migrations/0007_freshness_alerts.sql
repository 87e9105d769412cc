-- What keeps downstream waiting, whether data came in time, and who was told of what went wrong.

-- The latest attempt of a producer that a blocking check kept from being published, with what it had read. It holds for as
-- long as `materialization` is the producer's latest one: publishing needs to know nothing of it.
CREATE TABLE engine.rejected_attempt (
  step_key        text PRIMARY KEY,
  run_id          bigint NOT NULL,
  materialization bigint,
  code_version    text NOT NULL,
  config_hash     text NOT NULL,
  source_version  text,
  -- {"upstream_key": "content version"}
  upstream        jsonb NOT NULL,
  -- [{"key": "asset", "name": "check", "message": "…"}]
  checks          jsonb NOT NULL,
  rejected_at     timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX check_result_by_name ON engine.check_result (asset_key, name, id DESC);

-- Each period in which an asset was in time, late or neither: a row begins with a transition and ends with the next.
CREATE TABLE engine.freshness (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  asset_key text NOT NULL,
  state     text NOT NULL CHECK (state IN ('met', 'late', 'unknown')),
  since     timestamptz NOT NULL,
  -- Empty while it lasts.
  until     timestamptz,
  -- The deadline to come; of what is late, the one that was missed first.
  deadline  timestamptz,
  message   text NOT NULL
);
CREATE UNIQUE INDEX freshness_current ON engine.freshness (asset_key) WHERE until IS NULL;
CREATE INDEX freshness_history ON engine.freshness (asset_key, id DESC);

-- Something that went wrong with an asset, from its first occurrence to its recovery.
CREATE TABLE engine.alert (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind         text NOT NULL CHECK (kind IN ('run_failed', 'check_failed', 'freshness_late')),
  asset_key    text NOT NULL,
  -- The check's name; empty where the asset has only one such condition.
  subject      text NOT NULL,
  run_id       bigint,
  message      text NOT NULL,
  first_at     timestamptz NOT NULL,
  last_at      timestamptz NOT NULL,
  occurrences  integer NOT NULL,
  -- What the last message said, and when it was put into the outbox.
  told_count   integer NOT NULL,
  told_at      timestamptz NOT NULL,
  recovered_at timestamptz
);
CREATE UNIQUE INDEX alert_open ON engine.alert (kind, asset_key, subject) WHERE recovered_at IS NULL;

-- Messages to be delivered at least once, in order for each alert. A try is leased, not locked: no transaction stays open
-- while a receiver thinks, and the lease of a process that was killed runs out.
CREATE TABLE engine.alert_outbox (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  alert_id     bigint NOT NULL REFERENCES engine.alert ON DELETE CASCADE,
  payload      jsonb NOT NULL,
  created_at   timestamptz NOT NULL,
  next_try_at  timestamptz NOT NULL,
  tries        integer NOT NULL DEFAULT 0,
  last_error   text,
  delivered_at timestamptz,
  given_up_at  timestamptz
);
CREATE INDEX alert_outbox_open ON engine.alert_outbox (next_try_at)
  WHERE delivered_at IS NULL AND given_up_at IS NULL;
CREATE INDEX alert_outbox_by_alert ON engine.alert_outbox (alert_id);
