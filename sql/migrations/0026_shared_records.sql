-- What most materializations repeat is on record once.

-- Long lists of names in the records of partitions: those of a session's partitions are mostly the same in all sessions.
CREATE TABLE engine.name_list (
  -- The asset whose function makes the partitions: only one process at a time records any of it.
  producer text NOT NULL,
  digest   text NOT NULL,
  names    jsonb NOT NULL,
  PRIMARY KEY (producer, digest)
);

-- Rectangles, or an object with them as "partitions", with each long list of names as {"names": null, "list": digest}. A process from
-- before this migration takes that for all names.
CREATE FUNCTION engine.without_names(of_producer text, rectangles jsonb) RETURNS jsonb STRICT LANGUAGE plpgsql AS $$
BEGIN
  IF jsonb_typeof(rectangles) = 'object' THEN
    RETURN jsonb_set(rectangles, '{partitions}', engine.without_names(of_producer, rectangles -> 'partitions'));
  END IF;
  INSERT INTO engine.name_list (producer, digest, names)
  SELECT of_producer, md5((r -> 'names')::text), r -> 'names' FROM jsonb_array_elements(rectangles) AS r
  WHERE jsonb_path_exists(r, '$.names.size() ? (@ >= 50)')
  ON CONFLICT DO NOTHING;
  RETURN (
    SELECT coalesce(jsonb_agg(
      CASE WHEN jsonb_path_exists(r, '$.names.size() ? (@ >= 50)')
        THEN r || jsonb_build_object('names', NULL, 'list', md5((r -> 'names')::text)) ELSE r END ORDER BY n), rectangles)
    FROM jsonb_array_elements(rectangles) WITH ORDINALITY AS e(r, n));
END
$$;

-- The same with their names.
CREATE FUNCTION engine.with_names(of_producer text, rectangles jsonb) RETURNS jsonb STABLE STRICT LANGUAGE plpgsql AS $$
BEGIN
  IF jsonb_typeof(rectangles) = 'object' THEN
    RETURN jsonb_set(rectangles, '{partitions}', engine.with_names(of_producer, rectangles -> 'partitions'));
  END IF;
  IF NOT jsonb_path_exists(rectangles, '$[*].list') THEN
    RETURN rectangles;
  END IF;
  RETURN (
    SELECT jsonb_agg(
      CASE WHEN l.names IS NULL THEN r ELSE r - 'list' || jsonb_build_object('names', l.names) END ORDER BY n)
    FROM jsonb_array_elements(rectangles) WITH ORDINALITY AS e(r, n)
    LEFT JOIN engine.name_list l ON l.producer = of_producer AND l.digest = r ->> 'list');
END
$$;

-- Long settings of materializations.
CREATE TABLE engine.asset_config (
  asset_key   text NOT NULL,
  config_hash text NOT NULL,
  config      jsonb NOT NULL,
  PRIMARY KEY (asset_key, config_hash)
);

-- NULL where they are in engine.asset_config.
ALTER TABLE engine.materialization ALTER COLUMN config DROP NOT NULL;

-- Settings to record in engine.materialization: NULL for long ones, which are in engine.asset_config then.
CREATE FUNCTION engine.without_config(of_asset text, hash text, config jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  IF length(config::text) < 100 THEN
    RETURN config;
  END IF;
  INSERT INTO engine.asset_config (asset_key, config_hash, config) VALUES (of_asset, hash, config) ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;

-- The settings of a materialization, by what it has on record of them.
CREATE FUNCTION engine.with_config(of_asset text, hash text, config jsonb) RETURNS jsonb STABLE LANGUAGE sql AS $$
  SELECT coalesce(config, (SELECT c.config FROM engine.asset_config c WHERE c.asset_key = of_asset AND c.config_hash = hash))
$$;
