import type { NewCheckResult } from "../store/check_ledger.ts";
import type { NewMaterialization, Published } from "../store/step_ledger.ts";
import { typedMetadata } from "../declare/metadata.ts";
import { StepLostError, TablesAlteredError } from "../errors.ts";
import { PartitionSet } from "../partitions/mod.ts";
import type { Versions } from "../store/reasons.ts";
import {
  discard,
  isToBeWritten,
  type OutputToPublish,
  type Preparation,
  prepareOutput,
  type PublicationContext,
  type PublishedPart,
  writePart,
  writeTable,
} from "./written_rows.ts";

/** Outcome of each table, and its new version. */
export type Publication = readonly { published: Published; versions: Versions & { rowCount: number } }[];

/** The code of engine.refuse_altered_tables (sql/migrations/0013_asset_tables.sql). */
const alteredTables = "TD001";

/**
 * Stores the rows of some partitions together with their record. For a single partition that ends the step; otherwise the step
 * continues.
 *
 * @throws {StepLostError} If this process no longer holds the step; nothing is stored then.
 * @throws {TablesAlteredError} If another process has altered one of the tables since this one started; nothing is stored then.
 */
export async function publish(
  outputs: readonly OutputToPublish[],
  checks: readonly NewCheckResult[],
  context: PublicationContext,
  part: PublishedPart,
): Promise<Publication> {
  const keys = outputs.map(({ asset }) => asset.key);
  try {
    return await context.whilePublishing(keys, () => store(outputs, checks, context, part));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === alteredTables) {
      throw new TablesAlteredError(error.message, { cause: error });
    }
    throw error;
  }
}

async function store(
  outputs: readonly OutputToPublish[],
  checks: readonly NewCheckResult[],
  context: PublicationContext,
  part: PublishedPart,
): Promise<Publication> {
  const { ledger, partitionLedger, database, producer, claim, latest } = context;
  const { isSingle } = part.partitions.space;
  const writes = checks.length > 0 || outputs.some((output) => isToBeWritten(output, latest.get(output.asset.key)));
  // The version of a table of partitions, or of one that is carried on, is known once it is written.
  const records = outputs.map((output) =>
    recordOf(output, { ...context, isSummed: writes && (!isSingle || output.asset.carriedOn) })
  );
  if (isSingle && !writes) {
    if (!await ledger.steps.recordSuccess(claim, records)) throw new StepLostError(claim.key, claim.runId);
    return [];
  }
  return await prepared(outputs, context, part, (preparations) =>
    database.sql.begin(async (tx) => {
      const ids = await ledger.steps.recordOutputs(tx, claim, records);
      if (!ids) throw new StepLostError(claim.key, claim.runId);
      const others = part.state.groups.map(({ materialization, partitions }) => ({
        materialization,
        partitions: partitions.difference(part.right).difference(part.partitions),
      })).filter(({ partitions }) => !partitions.isEmpty);
      const made = PartitionSet.together(part.state.space, [...others, { partitions: part.right }]);
      // Partitions to be removed stay on record until then, but are never the newest.
      const newestDate = made.space.hasDates ? made.difference(part.state.gone).dates.at(-1) ?? null : null;
      const publication = [];
      for (const [i, output] of outputs.entries()) {
        const { key, config: _, metadata: __, ...record } = records[i]!;
        const at = { id: ids.get(key)!, context, ...preparations[i]! };
        const { added, removed, ...content } = isSingle
          ? await writeTable(tx, output, at)
          : await writePart(tx, output, { ...at, part, newestDate });
        publication.push({
          published: {
            key,
            materialization: at.id,
            rows: isSingle ? content.rowCount : output.rows.count,
            added,
            removed,
          },
          versions: { ...record, ...content, materialization: at.id, remake: null, failedChecks: [] },
        });
      }
      if (isSingle) {
        // If it was partitioned before (with another source), its partition records are obsolete.
        if (outputs.some(({ asset }) => asset.partitionedBy)) await partitionLedger.recordMade(tx, producer.key, []);
      } else {
        const materialization = ids.get(producer.key)!;
        await partitionLedger.recordMade(tx, producer.key, [{ materialization, partitions: part.right }, ...others]);
        await partitionLedger.recordExtent(tx, producer.key, { names: made.names, dates: made.dates });
        await partitionLedger.recordFailed(tx, producer.key, part.failures);
        await partitionLedger.recordStepPartitions(tx, claim, part.step);
      }
      await ledger.checks.record(tx, claim.runId, checks, ids);
      if (isSingle) await ledger.steps.succeed(tx, claim, publication.map(({ published }) => published));
      return publication;
    }) as Promise<Publication>);
}

/** Publishes outputs after what can be done in advance, which is undone if they are not published. */
async function prepared<T>(
  outputs: readonly OutputToPublish[],
  context: PublicationContext,
  part: PublishedPart,
  publishPrepared: (preparations: readonly Preparation[]) => Promise<T>,
): Promise<T> {
  const preparations: Preparation[] = [];
  try {
    for (const output of outputs) preparations.push(await prepareOutput(output, context, part));
    return await publishPrepared(preparations);
  } catch (error) {
    for (const preparation of preparations) await discard(context, preparation);
    throw error;
  }
}

function recordOf(
  { asset, rows, from, metadata }: OutputToPublish,
  { producer, present, config, latest, isSummed }: PublicationContext & { isSummed: boolean },
): NewMaterialization {
  // An external asset may have no version yet: it counts as changed once it is reported.
  const upstream = Object.fromEntries(
    producer.upstream.filter((key) => latest.has(key)).map((key) => {
      const { materialization, dataVersion } = latest.get(key)!;
      return [key, { materialization, version: dataVersion }];
    }),
  );
  return {
    key: asset.key,
    codeVersion: present.codeVersion,
    config,
    configHash: present.configHash,
    upstream,
    sourceVersion: present.sourceVersion,
    dataVersion: isSummed ? "" : rows.dataVersion,
    rowCount: rows.count,
    rowsFrom: from ?? null,
    metadata: typedMetadata(metadata),
  };
}
