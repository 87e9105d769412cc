-- Signing in on behalf of a page of another origin, which gets a token for itself and no cookie.

-- The origin to go to afterwards; null is this site. `return_path` is a path there.
ALTER TABLE access.sign_in ADD COLUMN return_origin text;

-- The origin of the page that shows the secret as a token; null is a browser that has it in a cookie.
ALTER TABLE access.session ADD COLUMN origin text;

-- What goes into the address of such a page: of use once, for a minute, to get a token by.
CREATE TABLE access.sign_in_code (
  digest     bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
  person_id  bigint NOT NULL REFERENCES access.person,
  origin     text NOT NULL,
  expires_at timestamptz NOT NULL
);
