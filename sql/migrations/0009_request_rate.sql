-- How much of its rate each of those who ask has used (resources/rate_limit/database_turns.ts). A name that is not here has used
-- nothing: rows whose `full_at` has passed are deleted. Unlogged, because what a crash of the database loses is some seconds of
-- patience, and because a write of it should cost no more than it must.
CREATE UNLOGGED TABLE access.request_rate (
  -- Such as `token:12` or `address:192.0.2.7`.
  name    text PRIMARY KEY,
  -- When nothing of the rate would be in use any more, if nobody took another turn.
  full_at timestamptz NOT NULL,
  -- What the last statement that asked for turns was given.
  granted integer NOT NULL
);
