-- Who may do what, and what they did (access/). A secret is never stored: only its SHA-256 digest is, by which it is found.
CREATE SCHEMA access;

-- Access of a program.
CREATE TABLE access.token (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name         text NOT NULL,
  scope        text NOT NULL CHECK (scope IN ('read', 'operate', 'admin')),
  -- Its first letters, by which people tell tokens apart.
  hint         text NOT NULL,
  digest       bytea NOT NULL UNIQUE CHECK (octet_length(digest) = 32),
  created_by   text NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz,
  last_used_at timestamptz,
  revoked_at   timestamptz,
  revoked_by   text
);

-- Somebody who has signed in at an identity provider, known there as `subject` whatever becomes of the address.
CREATE TABLE access.person (
  id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  issuer            text NOT NULL,
  subject           text NOT NULL,
  email             text NOT NULL,
  name              text,
  created_at        timestamptz NOT NULL DEFAULT now(),
  last_signed_in_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (issuer, subject)
);

-- A browser that somebody has signed in with: a person, or whoever holds a token.
CREATE TABLE access.session (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  digest       bytea NOT NULL UNIQUE CHECK (octet_length(digest) = 32),
  person_id    bigint REFERENCES access.person,
  token_id     bigint REFERENCES access.token,
  user_agent   text,
  created_at   timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz NOT NULL,
  ended_at     timestamptz,
  CHECK (num_nonnulls(person_id, token_id) = 1)
);
CREATE INDEX session_open ON access.session (expires_at) WHERE ended_at IS NULL;

-- A way to the identity provider that has begun and not ended. It is taken once, by the browser that began it.
CREATE TABLE access.sign_in (
  state_digest   bytea PRIMARY KEY CHECK (octet_length(state_digest) = 32),
  browser_digest bytea NOT NULL CHECK (octet_length(browser_digest) = 32),
  nonce          text NOT NULL,
  code_verifier  text NOT NULL,
  return_path    text NOT NULL,
  expires_at     timestamptz NOT NULL
);

-- Whatever anybody changed or tried to change. Written before it is done, so that nothing is done unseen; `outcome` is written
-- after it, and stays null where the process ended between the two.
CREATE TABLE access.audit_event (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at         timestamptz NOT NULL DEFAULT now(),
  actor_kind text NOT NULL,
  actor_id   bigint,
  actor      text NOT NULL,
  -- What was done, such as `token.create` or `POST /v1/runs/:id/cancel`.
  action     text NOT NULL,
  -- What it was done to, such as `run 12`.
  target     text,
  address    text,
  request_id text,
  outcome    text,
  detail     jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_event_by_time ON access.audit_event (at DESC);
