-- What an attempt had read is on record once, at its step: {"materialization": 12, "codeVersion": "…", "configHash": "…",
-- "sourceVersion": "…", "sourceError": "…", "upstream": {"key": "data version"}}. A hash of some of it cannot be told apart any
-- more: such an attempt counts as one of which nothing is known, and is tried once more.
UPDATE engine.step SET reading = NULL WHERE reading ? 'own';

UPDATE engine.step s
SET reading = jsonb_build_object(
  'materialization', a.materialization, 'codeVersion', a.code_version, 'configHash', a.config_hash,
  'sourceVersion', a.source_version, 'upstream', a.upstream)
FROM engine.rejected_attempt a WHERE s.run_id = a.run_id AND s.key = a.step_key;

ALTER TABLE engine.rejected_attempt
  DROP COLUMN materialization,
  DROP COLUMN code_version,
  DROP COLUMN config_hash,
  DROP COLUMN source_version,
  DROP COLUMN upstream;
