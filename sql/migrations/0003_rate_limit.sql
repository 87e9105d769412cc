-- How far ahead the turns of a rate are given out (resources/rate_limit/token_bucket.ts). A turn is a moment and not a row: a
-- process that ends holds nothing.
CREATE TABLE engine.rate_limit (
  name         text PRIMARY KEY,
  -- When nothing of the rate would be in use any more, if nobody took another turn.
  full_at      timestamptz NOT NULL,
  -- The server has asked to be left alone until then.
  closed_until timestamptz
);
