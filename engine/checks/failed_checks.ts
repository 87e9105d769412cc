import { z } from "zod";
import type { Sql } from "../../resources/database/database.ts";
import { severities } from "../declare/check.ts";
import type { AssetGraph } from "../declare/graph.ts";
import { PartitionSet, PartitionSpace, type Rectangle } from "../partitions/mod.ts";
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
/** Number of results searched for failed parts: two years of daily parts. */
export const judgementsSearched = 500;
const lastDate = "9999-12-31";

type Judgement = FailedCheck & {
  key: string;
  /** Whether it is the latest result. */
  last: boolean;
  materialization: number | null;
  /** The checked partitions, or the dates of the checked rows; `null` for all rows. */
  partitions: Rectangle[] | null;
};

/**
 * Failed checks by asset key, in order of declaration. Assets without any are omitted.
 *
 * For an asset that is made as a whole the last result of a check counts. For a partitioned one, or one that is carried on, a failure
 * stands until all of the checked rows are made again or removed, or until the check is run alone on all rows: a later part that
 * passes does not clear it. Of a check of all rows (`ofAll`) the last result counts.
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
  const declared = keys.map((key) => graph.asset(key)).flatMap(({ key, checks }) =>
    checks.map(({ name, ofAll }) => ({
      key,
      name,
      searched: isCheckedInParts(graph, key) && !ofAll ? judgementsSearched : 1,
    }))
  );
  if (declared.length === 0) return new Map();
  const judgements = await sql<Judgement[]>`
    SELECT d.key, c.name, c.severity, c.message, c.run_id AS "runId", c.checked_at AS "checkedAt",
           coalesce(jsonb_path_query_array(c.failing_rows, ${`$[0 to ${
    shownRows - 1
  }]`}::jsonpath), '[]') AS "failingRows",
           c.materialization_id IS NOT NULL AS published, c.materialization_id AS materialization,
           -- A check run alone covers all rows.
           CASE WHEN c.run_id IS NOT NULL THEN ${madePartitions(sql)} END AS partitions,
           c.number = 1 AS last
    FROM unnest(${declared.map(({ key }) => key)}::text[], ${declared.map(({ name }) => name)}::text[],
                ${declared.map(({ searched }) => searched)}::int[]) WITH ORDINALITY AS d(key, name, searched, place)
    CROSS JOIN LATERAL (
      SELECT *, row_number() OVER (ORDER BY id DESC) AS number, max(id) FILTER (WHERE run_id IS NULL) OVER () AS alone FROM (
        SELECT * FROM engine.check_result WHERE asset_key = d.key AND name = d.name ORDER BY id DESC LIMIT d.searched
      ) r
    ) c
    LEFT JOIN engine.materialization m ON m.id = c.materialization_id
    WHERE NOT c.passed AND (c.number = 1 OR m.id IS NOT NULL) AND c.id >= coalesce(c.alone, 0)
    ORDER BY d.place, c.number`;
  const since = await madeSince(sql, judgements.filter(({ last }) => !last));
  const failed = new Map<string, FailedCheck[]>();
  for (const judgement of judgements) {
    const { key, last, materialization, partitions, ...check } = judgement;
    const ofAsset = failed.get(key) ?? [];
    if (ofAsset.some(({ name }) => name === check.name)) continue;
    if (!last && !stands({ partitions, space: spaces.get(key), since: since.get(key), materialization })) continue;
    failed.set(key, [...ofAsset, check]);
  }
  return failed;
}

/** Whether a result of the asset's checks may be one of some of its rows. */
export function isCheckedInParts(graph: AssetGraph, key: string): boolean {
  return graph.asset(key).carriedOn || graph.producerOf(key).recipe.partitionsDef !== undefined;
}

interface Made {
  id: number;
  /** Partitions, or dates of the rows of a table that was carried on; `null` for all rows. */
  partitions: Rectangle[] | null;
}

/** What a materialization `m` made, as rectangles; `NULL` for all rows. */
function madePartitions(sql: Sql) {
  return sql`
    CASE WHEN m.rows_from IS NULL THEN engine.with_names(m.step_key, m.partitions)
    ELSE jsonb_build_array(jsonb_build_object(
      'names', NULL, 'dates', jsonb_build_array(jsonb_build_array(m.rows_from::text, ${lastDate}::text))))
    END`;
}

/** What was made of each asset after the earliest of the results, in order. */
async function madeSince(sql: Sql, judgements: readonly Judgement[]): Promise<Map<string, Made[]>> {
  const first = new Map<string, number>();
  for (const { key, materialization } of judgements) {
    first.set(key, Math.min(first.get(key) ?? Infinity, materialization!));
  }
  if (first.size === 0) return new Map();
  const made = await sql<(Made & { key: string })[]>`
    SELECT f.key, m.id, ${madePartitions(sql)} AS partitions FROM unnest(${[...first.keys()]}::text[], ${[
    ...first.values(),
  ]}::bigint[]) AS f(key, id)
    JOIN engine.materialization m ON m.asset_key = f.key AND m.id > f.id
    ORDER BY m.id`;
  return Map.groupBy(made, ({ key }) => key);
}

/** Whether any of the checked rows are as they were then. */
function stands({ partitions, space, since, materialization }: {
  partitions: readonly Rectangle[] | null;
  space: PartitionSpace | undefined;
  since: readonly Made[] | undefined;
  materialization: number | null;
}): boolean {
  const later = (since ?? []).filter(({ id }) => id > materialization!);
  if (space === undefined || later.some((made) => made.partitions === null)) return false;
  const rectangles = later.flatMap((made) => made.partitions!);
  const own = partitions ?? [{ names: null, dates: null }];
  const within = space.isSingle ? spaceOfDates([...own, ...rectangles]) : space;
  return !PartitionSet.fromRectangles(within, own).difference(PartitionSet.fromRectangles(within, rectangles)).isEmpty;
}

/** The dates on which rectangles of a table begin, each for itself and the days up to the next, and all days before them. */
function spaceOfDates(rectangles: readonly Rectangle[]): PartitionSpace {
  const starts = rectangles.flatMap(({ dates }) => dates?.map(([first]) => first) ?? []);
  return new PartitionSpace([""], ["", ...new Set(starts.toSorted())]);
}
