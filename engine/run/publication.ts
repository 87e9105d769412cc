import type { Database, Sql } from "../../resources/database/database.ts";
import type { AnyAsset } from "../declare/asset.ts";
import { changedPartitions, contentChange, contentOf, type DateRanges, writeRows } from "../store/asset_table.ts";
import { type ChangedMonths, changedMonths, recordMonths, rowMonths } from "../store/row_months.ts";
import type { PartitionLedger } from "../store/partition_ledger.ts";
import type { PartitionState } from "../judge/partition_state.ts";
import type { Producer } from "../declare/graph.ts";
import { StepLostError, TablesAlteredError } from "../errors.ts";
import { whilePublishing } from "../store/latest_versions.ts";
import type { Ledger, NewCheckResult, NewMaterialization, StepClaim } from "../store/ledger.ts";
import { type Metadata, typedMetadata } from "../declare/metadata.ts";
import { PartitionSet, PartitionSpace, type Rectangle } from "../partitions/mod.ts";
import type { StepError } from "../store/records.ts";
import type { PreparedRows } from "../declare/row_schema.ts";
import type { Present } from "../judge/staleness.ts";
import type { Versions } from "../store/reasons.ts";
import { changedRectangles } from "../judge/touched_partitions.ts";

/** One table that a function made, ready to be stored. */
export interface OutputToPublish {
  asset: AnyAsset;
  rows: PreparedRows;
  metadata: Metadata;
}

/** What a publication is recorded with. */
export interface PublicationContext {
  database: Database;
  ledger: Ledger;
  partitionLedger: PartitionLedger;
  producer: Producer;
  claim: StepClaim;
  present: Present;
  config: unknown;
  /** Versions that were read and that are replaced. */
  latest: ReadonlyMap<string, Versions & { rowCount: number }>;
  signal: AbortSignal;
}

/** What became of one table. */
export interface Published {
  key: string;
  materialization: number;
  rows: number;
  added: number;
  removed: number;
}

/**
 * Stores outputs that were made as a whole, together with their record, and ends the step.
 *
 * @throws {StepLostError} If the step is not this process's any more; nothing is stored then.
 * @throws {TablesAlteredError} If another process has altered one of the tables since this one started; nothing is stored then.
 */
export function publishWhole(
  outputs: readonly OutputToPublish[],
  checks: readonly NewCheckResult[],
  context: PublicationContext,
): Promise<void> {
  return publishing(outputs, context, () => storeWhole(outputs, checks, context));
}

/** The code of engine.refuse_altered_tables (sql/migrations/0013_asset_tables.sql). */
const alteredTables = "TD001";

async function publishing<T>(
  outputs: readonly OutputToPublish[],
  { database }: PublicationContext,
  store: () => Promise<T>,
): Promise<T> {
  try {
    return await whilePublishing(database, keysOf(outputs), store);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === alteredTables) {
      throw new TablesAlteredError(error.message, { cause: error });
    }
    throw error;
  }
}

function keysOf(outputs: readonly OutputToPublish[]): string[] {
  return outputs.map(({ asset }) => asset.key);
}

async function storeWhole(
  outputs: readonly OutputToPublish[],
  checks: readonly NewCheckResult[],
  context: PublicationContext,
): Promise<void> {
  const { ledger, partitionLedger, database, claim, latest, signal } = context;
  const records = outputs.map((output) => recordOf(output, context));
  const writes = outputs.some(({ asset, rows }) => isToBeWritten(rows, latest.get(asset.key)));
  if (!writes && checks.length === 0) {
    const ids = await ledger.recordSuccess(database.sql, claim, records, { alone: true });
    if (!ids) throw new StepLostError(claim.key, claim.runId);
    return;
  }
  await database.sql.begin(async (tx) => {
    const ids = await ledger.recordSuccess(tx, claim, records, { alone: false });
    if (!ids) throw new StepLostError(claim.key, claim.runId);
    // Where it was made by partitions before (from another source), there is nothing left to say of them.
    if (outputs.some(({ asset }) => asset.partitionedBy)) await partitionLedger.recordMade(tx, claim.key, []);
    const published: Published[] = [];
    for (const { asset, rows } of outputs) {
      const id = ids.get(asset.key)!;
      const before = latest.get(asset.key);
      let changes = { added: 0, removed: 0 };
      let changed: ChangedMonths | null = null;
      if (isToBeWritten(rows, before)) {
        const months = rowMonths(asset, rows);
        if (months && before) changed = await changedMonths(tx, asset, { rows, months, stored: before.dataVersion });
        changes = await writeRows(database, tx, asset, changed?.rows ?? rows, {
          id,
          fresh: before === undefined,
          dates: changed,
          signal,
        });
        if (months) {
          await recordMonths(tx, asset, { version: rows.dataVersion, months, changed: changed?.months ?? null });
        }
        await ledger.recordRowChanges(tx, id, changes.added, changes.removed);
      }
      if (asset.partitionedBy) {
        await recordChangeOfWhole(
          tx,
          { asset, rows, id, first: before === undefined, dates: changed },
          partitionLedger,
        );
      }
      published.push({ key: asset.key, materialization: id, rows: rows.count, ...changes });
    }
    await ledger.recordChecks(tx, claim.runId, checks, ids);
    await ledger.stepSucceeded(tx, claim, published);
  });
}

async function recordChangeOfWhole(
  tx: Sql,
  { asset, rows, id, first, dates }: {
    asset: AnyAsset;
    rows: PreparedRows;
    id: number;
    first: boolean;
    /** Where the changes lie; anywhere where it is not known. */
    dates: DateRanges | null;
  },
  partitionLedger: PartitionLedger,
): Promise<void> {
  const { name, date } = asset.partitionedBy!;
  const distinct = (column: string | undefined) =>
    column === undefined ? null : [...new Set(rows.data[column] as readonly string[])].sort();
  const extent = { names: distinct(name), dates: distinct(date) };
  await partitionLedger.recordExtent(tx, asset.key, extent);
  if (first) {
    // Without rows nothing else says that it may have had some before its table was replaced.
    if (rows.count === 0) {
      await partitionLedger.recordChange(tx, id, { partitions: null, changed: [{ names: null, dates: null }] });
    }
    return;
  }
  const partitions = await changedPartitions(tx, asset, { id, within: null, dates });
  const left = new PartitionSpace(extent.names ?? [""], extent.dates ?? [""]);
  const space = left.with(partitions.map(([name]) => name), partitions.map(([, date]) => date));
  await partitionLedger.recordChange(tx, id, {
    partitions: null,
    changed: changedRectangles(PartitionSet.at(space, partitions), left),
  });
}

/** The part of an asset's partitions that is published at once, and what is known of all of them then. */
export interface PublishedPartitions {
  /** The partitions whose rows these are. */
  partitions: PartitionSet;
  state: PartitionState;
  /** All partitions that are right now, these included. */
  right: PartitionSet;
  failures: readonly { partitions: PartitionSet; runId: number; error: StepError; failedAt?: string }[];
  step: { partitions: PartitionSet; done: PartitionSet; failed: PartitionSet | null };
}

/**
 * Stores the rows of some partitions together with their record; the step goes on. Returns the new versions.
 *
 * @throws {StepLostError} If the step is not this process's any more; nothing is stored then.
 * @throws {TablesAlteredError} If another process has altered one of the tables since this one started; nothing is stored then.
 */
export function publishPartitions(
  outputs: readonly OutputToPublish[],
  checks: readonly NewCheckResult[],
  context: PublicationContext,
  part: PublishedPartitions,
): Promise<PublishedPart> {
  return publishing(outputs, context, () => storePartitions(outputs, checks, context, part));
}

/** What became of the tables of a part, and their new versions. */
interface PublishedPart {
  published: Published[];
  versions: Map<string, Versions & { rowCount: number }>;
}

async function storePartitions(
  outputs: readonly OutputToPublish[],
  checks: readonly NewCheckResult[],
  context: PublicationContext,
  part: PublishedPartitions,
): Promise<PublishedPart> {
  const { ledger, partitionLedger, database, producer, claim, latest, signal } = context;
  return await database.sql.begin(async (tx) => {
    const records = outputs.map((output) => recordOf(output, context));
    const ids = await ledger.recordPart(tx, claim, records);
    if (!ids) throw new StepLostError(claim.key, claim.runId);
    const others = part.state.groups.map(({ materialization, partitions }) => ({
      materialization,
      partitions: partitions.difference(part.right).difference(part.partitions),
    })).filter(({ partitions }) => !partitions.isEmpty);
    const made = others.reduce((all, { partitions }) => all.union(partitions), part.right);
    // What is still to be removed is on record until it is, and never the newest.
    const newestDate = made.space.hasDates ? made.difference(part.state.gone).dates.at(-1) ?? null : null;
    const published: Published[] = [];
    const versions = new Map<string, Versions & { rowCount: number }>();
    for (const [i, { asset, rows }] of outputs.entries()) {
      const id = ids.get(asset.key)!;
      const before = latest.get(asset.key);
      const recorded = part.state.made.union(part.state.lost);
      // What another function made, or the same one as a whole, stays in the partitions that this one has made and is about to make
      // again; everywhere else it goes.
      const isTakenOver = before !== undefined &&
        (before.remake !== null || !isPartitionVersion(before.dataVersion));
      const changes = await writeRows(database, tx, asset, rows, {
        id,
        fresh: before === undefined || (!isTakenOver && part.partitions.intersection(recorded).isEmpty),
        ...(isTakenOver ? { except: recorded.difference(part.partitions) } : { within: part.partitions }),
        signal,
      });
      const { dataVersion, rowCount } = await contentAfter(tx, asset, {
        id,
        part,
        changes,
        before: isTakenOver ? undefined : before,
      });
      const changed = isTakenOver ? null : await changedIn(tx, asset, { id, changes, part });
      await ledger.recordRowChanges(tx, id, changes.added, changes.removed);
      await partitionLedger.recordChange(tx, id, {
        partitions: part.partitions,
        changed,
        dataVersion,
        rowCount,
        newestDate,
      });
      published.push({ key: asset.key, materialization: id, rows: rows.count, ...changes });
      const { key: _, config: __, metadata: ___, ...record } = records[i]!;
      versions.set(asset.key, {
        ...record,
        materialization: id,
        dataVersion,
        rowCount,
        remake: null,
        failedChecks: [],
      });
    }
    const id = ids.get(producer.key)!;
    await partitionLedger.recordMade(tx, producer.key, [{ materialization: id, partitions: part.right }, ...others]);
    await partitionLedger.recordExtent(tx, producer.key, { names: made.names, dates: made.dates });
    await partitionLedger.recordFailed(tx, producer.key, part.failures);
    await partitionLedger.recordStepPartitions(tx, claim, part.step);
    await ledger.recordChecks(tx, claim.runId, checks, ids);
    return { published, versions };
  }) as PublishedPart;
}

/** Partitions whose rows came, went or changed; and those that are new or gone, for who counts dates reads others then. */
async function changedIn(
  tx: Sql,
  asset: AnyAsset,
  { id, changes, part }: { id: number; changes: { added: number; removed: number }; part: PublishedPartitions },
): Promise<Rectangle[]> {
  const { made, gone, wanted, space } = part.state;
  const replaced = part.partitions.difference(made).union(part.partitions.intersection(gone));
  const changed = changes.added + changes.removed === 0 || part.partitions.difference(replaced).isEmpty
    ? replaced
    : replaced.union(PartitionSet.at(space, await changedPartitions(tx, asset, { id, within: part.partitions })));
  const left = wanted.union(made.difference(gone));
  return changedRectangles(changed, new PartitionSpace(left.names, left.dates));
}

/**
 * The version of a table that is published in parts, which is the sum of its rows' hashes and the shape of the rows, and how many
 * rows it has.
 *
 * @param before The version that the part was added to; `undefined` where nothing is known of what there was.
 */
async function contentAfter(
  tx: Sql,
  asset: AnyAsset,
  { id, part, changes, before }: {
    id: number;
    part: PublishedPartitions;
    changes: { added: number; removed: number };
    before: { dataVersion: string; rowCount: number } | undefined;
  },
): Promise<{ dataVersion: string; rowCount: number }> {
  const { fingerprint } = asset.schema;
  if (!before?.dataVersion.endsWith(`.${fingerprint}`)) {
    const { sum, count } = await contentOf(tx, asset);
    return { dataVersion: partitionVersion(asset, sum), rowCount: count };
  }
  const sum = BigInt(`0x${before.dataVersion.slice("cells.".length, -fingerprint.length - 1)}`);
  const change = await contentChange(tx, asset, { id, within: part.partitions });
  return {
    dataVersion: partitionVersion(asset, sum + change),
    rowCount: before.rowCount + changes.added - changes.removed,
  };
}

/** The data version of an asset that is published in parts, from the sum of its rows' hashes. */
export function partitionVersion({ schema }: AnyAsset, sum: bigint): string {
  return `cells.${BigInt.asUintN(64, sum).toString(16).padStart(16, "0")}.${schema.fingerprint}`;
}

function isPartitionVersion(version: string): boolean {
  return version.startsWith("cells.");
}

function recordOf(
  { asset, rows, metadata }: OutputToPublish,
  { producer, present, config, latest }: PublicationContext,
): NewMaterialization {
  // One that is made outside may be unknown yet: it counts as changed once it is reported.
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
    dataVersion: rows.dataVersion,
    rowCount: rows.count,
    metadata: typedMetadata(metadata),
  };
}

/** Whether a table has to change: not for the content that it has, nor for none in a table that is still empty. */
function isToBeWritten(rows: PreparedRows, before: Versions | undefined): boolean {
  return before === undefined ? rows.count > 0 : before.dataVersion !== rows.dataVersion;
}
