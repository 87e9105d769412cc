import { z } from "zod";
import type { Sql } from "../../resources/database/database.ts";
import { severities } from "../declare/check.ts";
import type { AssetGraph } from "../declare/graph.ts";
import { PartitionSet, type PartitionSpace, type Rectangle } from "../partitions/mod.ts";
import { instant, named } from "../record_schema.ts";
import { FailingRow } from "../store/records.ts";

/** A check whose latest result on the current rows is a failure. */
export const FailedCheck = named(
  "FailedCheck",
  z.strictObject({
    name: z.string(),
    severity: z.enum(severities),
    /** Its message, without the full stop. */
    message: z.string(),
    // Empty if the check keeps none.
    failingRows: z.array(FailingRow).describe("The first few of the failing rows"),
    runId: z.int().nullable().describe("null where the check was run alone"),
    checkedAt: instant,
    published: z.boolean().describe("Whether the rows were published nevertheless"),
  }),
);
export type FailedCheck = z.infer<typeof FailedCheck>;

/** A failing row on one line, key columns first: `ticker KO, session 2024-03-01, close 61.2`. */
export function failingRowText(row: object): string {
  const entries = Object.entries(row);
  const names = entries.filter(([, value]) => typeof value === "string");
  const figures = entries.filter(([, value]) => typeof value !== "string");
  return [...names, ...figures]
    .map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`).join(", ");
}

/** Failing rows shown with a failed check; all stored ones are in {@link checkResults}. */
const shownRows = 3;
/** Number of results searched for failed parts: some months of daily parts. */
const judgementsSearched = 500;

type Judgement = FailedCheck & {
  key: string;
  /** Whether it is the latest result. */
  last: boolean;
  materialization: number | null;
  /** The checked partitions; `null` for all rows. */
  partitions: Rectangle[] | null;
};

/**
 * Failed checks by asset key, in order of declaration. Assets without any are omitted.
 *
 * For an unpartitioned asset the last result of a check counts. For a partitioned one a failure stands until its partitions are
 * made again or removed, or until the check is run alone on all of them: a later part that passes does not clear it.
 *
 * @param of.spaces The partitions of these assets, by their keys.
 *
 * Cost: one query; a second one if a part failed before the last result.
 */
export async function failedChecks(
  sql: Sql,
  graph: AssetGraph,
  { keys, spaces }: { keys: readonly string[]; spaces: ReadonlyMap<string, PartitionSpace> },
): Promise<Map<string, FailedCheck[]>> {
  const declared = keys.map((key) => graph.asset(key)).flatMap(({ key, checks }) => {
    const inParts = graph.producerOf(key).recipe.partitionsDef !== undefined;
    return checks.map(({ name }) => ({ key, name, searched: inParts ? judgementsSearched : 1 }));
  });
  if (declared.length === 0) return new Map();
  const judgements = await sql<Judgement[]>`
    SELECT d.key, c.name, c.severity, c.message, c.run_id AS "runId", c.checked_at AS "checkedAt",
           coalesce(jsonb_path_query_array(c.failing_rows, ${`$[0 to ${
    shownRows - 1
  }]`}::jsonpath), '[]') AS "failingRows",
           c.materialization_id IS NOT NULL AS published, c.materialization_id AS materialization,
           -- A check run alone covers all partitions.
           CASE WHEN c.run_id IS NULL THEN '[{"names": null, "dates": null}]' ELSE m.partitions END AS partitions,
           c.number = 1 AS last
    FROM unnest(${declared.map(({ key }) => key)}::text[], ${declared.map(({ name }) => name)}::text[],
                ${declared.map(({ searched }) => searched)}::int[]) WITH ORDINALITY AS d(key, name, searched, place)
    CROSS JOIN LATERAL (
      SELECT *, row_number() OVER (ORDER BY id DESC) AS number, max(id) FILTER (WHERE run_id IS NULL) OVER () AS alone FROM (
        SELECT * FROM engine.check_result WHERE asset_key = d.key AND name = d.name ORDER BY id DESC LIMIT d.searched
      ) r
    ) c
    LEFT JOIN engine.materialization m ON m.id = c.materialization_id
    WHERE NOT c.passed AND (c.number = 1 OR m.partitions IS NOT NULL) AND c.id >= coalesce(c.alone, 0)
    ORDER BY d.place, c.number`;
  const since = await madeSince(sql, judgements.filter(({ last }) => !last));
  const failed = new Map<string, FailedCheck[]>();
  for (const judgement of judgements) {
    const { key, last, materialization, partitions, ...check } = judgement;
    const ofAsset = failed.get(key) ?? [];
    if (ofAsset.some(({ name }) => name === check.name)) continue;
    if (
      !last && !stands({ partitions: partitions!, space: spaces.get(key), since: since.get(key)!, materialization })
    ) continue;
    failed.set(key, [...ofAsset, check]);
  }
  return failed;
}

interface Made {
  id: number;
  /** `null` for all rows. */
  partitions: Rectangle[] | null;
}

/** Partitions made of each asset after the earliest of the results, in order. */
async function madeSince(sql: Sql, judgements: readonly Judgement[]): Promise<Map<string, Made[]>> {
  const first = new Map<string, number>();
  for (const { key, materialization } of judgements) {
    first.set(key, Math.min(first.get(key) ?? Infinity, materialization!));
  }
  if (first.size === 0) return new Map();
  const made = await sql<(Made & { key: string })[]>`
    SELECT f.key, m.id, m.partitions FROM unnest(${[...first.keys()]}::text[], ${[
    ...first.values(),
  ]}::bigint[]) AS f(key, id)
    JOIN engine.materialization m ON m.asset_key = f.key AND m.id > f.id
    ORDER BY m.id`;
  return Map.groupBy(made, ({ key }) => key);
}

/** Whether any of the checked partitions is unchanged since. */
function stands({ partitions, space, since, materialization }: {
  partitions: readonly Rectangle[];
  space: PartitionSpace | undefined;
  since: readonly Made[] | undefined;
  materialization: number | null;
}): boolean {
  const later = (since ?? []).filter(({ id }) => id > materialization!);
  if (space === undefined || later.some((made) => made.partitions === null)) return false;
  const again = PartitionSet.fromRectangles(space, later.flatMap((made) => made.partitions!));
  return !PartitionSet.fromRectangles(space, partitions).difference(again).isEmpty;
}
