-- What was called a cell is called a partition, and a content version a data version, in the names of tables and columns and in
-- the documents that are kept.
ALTER TABLE engine.materialization RENAME COLUMN cells TO partitions;
ALTER TABLE engine.step RENAME COLUMN cells TO partitions;
ALTER TABLE engine.backfill RENAME COLUMN cells TO partitions;
ALTER TABLE engine.asset_table RENAME COLUMN cells TO partitioned_by;
ALTER TABLE engine.cells RENAME TO partitions;
ALTER INDEX engine.cells_by_producer RENAME TO partitions_by_producer;
ALTER TABLE engine.cell_failure RENAME TO partition_failure;
ALTER INDEX engine.cell_failure_by_producer RENAME TO partition_failure_by_producer;

-- Keys "cells", reasons "cells_missing", "cells_gone" and "cells_due". Quotes within a value are escaped, so that none is touched.
CREATE FUNCTION engine.renamed(document jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT regexp_replace(
    regexp_replace(document::text, '(?<!\\)"cells": ', '"partitions": ', 'g'),
    '(?<!\\)"kind": "cells_(missing|gone|due)"', '"kind": "partitions_\1"', 'g')::jsonb
$$;
UPDATE engine.run SET range = engine.renamed(range) WHERE range::text LIKE '%"cells": %';
UPDATE engine.step SET reasons = engine.renamed(reasons) WHERE reasons::text LIKE '%cells%';
UPDATE engine.step SET partitions = engine.renamed(partitions), done = engine.renamed(done), failed = engine.renamed(failed)
  WHERE partitions::text LIKE '%"cells": %' OR done::text LIKE '%"cells": %' OR failed::text LIKE '%"cells": %';
UPDATE engine.event SET data = engine.renamed(data) WHERE data::text LIKE '%"cells": %';
UPDATE engine.event SET kind = 'partitions_failed' WHERE kind = 'cells_failed';
UPDATE engine.backfill SET range = engine.renamed(range), plan = engine.renamed(plan), progress = engine.renamed(progress),
  outcome = engine.renamed(outcome);
UPDATE engine.automation_evaluation SET tree = engine.renamed(tree), requested = engine.renamed(requested)
  WHERE tree::text LIKE '%"cells": %' OR requested::text LIKE '%"cells": %';
DROP FUNCTION engine.renamed(jsonb);

-- The version of an asset's data, by its content.
ALTER TABLE engine.materialization RENAME COLUMN content_version TO data_version;
