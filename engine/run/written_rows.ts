import type { Database, Sql } from "../../resources/database/database.ts";
import type { AnyAsset } from "../declare/asset.ts";
import type { Producer } from "../declare/graph.ts";
import type { Metadata } from "../declare/metadata.ts";
import type { PreparedRows } from "../declare/row_schema.ts";
import type { PartitionState } from "../judge/partition_state.ts";
import type { Present } from "../judge/staleness.ts";
import { changedRectangles } from "../judge/touched_partitions.ts";
import { PartitionSet, PartitionSpace, type Rectangle } from "../partitions/mod.ts";
import {
  changedPartitions,
  contentAppended,
  type DateRanges,
  sizeOf,
  tableOf,
  writeRows,
} from "../store/asset_table.ts";
import type { WhilePublishing } from "../store/latest_versions.ts";
import type { Ledger } from "../store/ledger.ts";
import type { StepClaim } from "../store/step_ledger.ts";
import type { PartitionLedger } from "../store/partition_ledger.ts";
import { type DifferingRows, differingRows, writeDifference } from "../store/differing_rows.ts";
import { createTable } from "../store/new_table.ts";
import { type Changes, contentAfter, isPartitionVersion, partitionVersion } from "./partition_version.ts";
import { createDateIndex, createOrderIndexes } from "../store/secondary_indexes.ts";
import { adoptRows, dropTable, replaceEmptyTable, type StagedRows, stageRows } from "../store/staged_rows.ts";
import type { Versions } from "../store/reasons.ts";
import type { StepError } from "../store/records.ts";
import { insideOf, monthsOf, rowFilesOf, segmentColumn, segmentOf } from "../store/row_files.ts";
import {
  type ChangedMonths,
  changedMonths,
  forgetMonths,
  recordMonths,
  type RowMonths,
  rowMonths,
} from "../store/row_months.ts";
import { type NewRows, writeFiles, type WrittenFiles } from "../store/written_files.ts";

/** One table made by a function, ready to be stored. */
export interface OutputToPublish {
  asset: AnyAsset;
  rows: PreparedRows;
  /** The current rows of earlier dates stay; all are replaced without it. */
  from?: string;
  metadata: Metadata;
}

/** Record of a publication. */
export interface PublicationContext {
  database: Database;
  ledger: Ledger;
  partitionLedger: PartitionLedger;
  producer: Producer;
  claim: StepClaim;
  present: Present;
  config: unknown;
  /** Versions that were read, and versions to replace. */
  latest: ReadonlyMap<string, Versions & { rowCount: number }>;
  signal: AbortSignal;
  whilePublishing: WhilePublishing;
}

/** The partitions of a producer that are published at once, with the state of all of them after that. */
export interface PublishedPart {
  /** The partitions of the rows. */
  partitions: PartitionSet;
  state: PartitionState;
  /** All partitions that are now fresh, including these. */
  right: PartitionSet;
  failures: readonly { partitions: PartitionSet; runId: number; error: StepError; failedAt?: string }[];
  step: { partitions: PartitionSet; done: PartitionSet; failed: PartitionSet | null };
}

/** What is written or known of an output before the transaction that records it: that one has to be short. */
export interface Preparation {
  /** The new files of rows that are kept in files. */
  files: WrittenFiles | null;
  /** The table that has its rows already. */
  staged: StagedRows | null;
  /** The rows that may differ from the stored ones; `null` if unknown. */
  differing: DifferingRows | null;
  /** For the rows of a whole table. */
  months: RowMonths | null;
  changed: ChangedMonths | null;
}

/** Where the rows of an output are written, in the transaction that records it. */
interface Place extends Preparation {
  /** Its materialization. */
  id: number;
  context: PublicationContext;
}

/** Reads and compares stored rows, and writes rows that no reader sees yet, before the transaction that records them. */
export async function prepareOutput(
  { asset, rows, from }: OutputToPublish,
  { database, latest, producer, signal }: PublicationContext,
  part: PublishedPart,
): Promise<Preparation> {
  const before = latest.get(asset.key);
  const { isSingle } = part.partitions.space;
  const nothing: Preparation = { files: null, staged: null, differing: null, months: null, changed: null };
  const files = rowFilesOf(database, asset);
  if (files) {
    const output = { asset, rows, ...replacedBy({ asset, from }, part, before), signal };
    return { ...nothing, files: await writeFiles(database, files, output) };
  }
  if (from !== undefined || (isSingle && !isToBeWritten({ asset, rows }, before))) return nothing;
  const isSummed = !isSingle || asset.carriedOn;
  const months = hasDigests(asset, producer, { isSingle }) ? rowMonths(asset, rows) : null;
  if (!before) {
    return {
      ...nothing,
      months,
      staged: await stageRows(database, asset, rows, {
        producer,
        hashed: isSummed,
        isFollowed: isFollowed(part),
        signal,
      }),
    };
  }
  const changed = months && await changedMonths(database.sql, asset, { rows, months, stored: before.dataVersion });
  // Where months are known, those that changed are few, or most rows did and reading the stored ones would not pay.
  const isCompared = isSingle ? !months || (isSummed && !changed) : !isTakenOver(before) && !isFirst(part);
  const within = isSingle ? null : part.partitions;
  const differing = isCompared
    ? await differingRows(database, asset, rows, { base: before.materialization, within, signal })
    : null;
  return { ...nothing, months, changed, differing };
}

/**
 * Whether digests of months are kept of a table that is made as a whole. Of one that is carried on only if its rows come from a source, which
 * may not tell what changed: another one is seldom returned as a whole, and then mostly changed in all months.
 */
function hasDigests(
  { carriedOn }: AnyAsset,
  { recipe }: Producer,
  { isSingle }: { isSingle: boolean },
): boolean {
  return isSingle && (!carriedOn || recipe.source !== undefined);
}

/** Drops what was written in advance and is not published. */
export async function discard({ database }: PublicationContext, { staged }: Preparation): Promise<void> {
  if (staged) await dropTable(database.sql, staged.table).catch(() => {});
}

/** Result of writing the rows of a table. */
export interface WrittenRows {
  added: number;
  removed: number;
  /** Of the whole table after the write. */
  dataVersion: string;
  rowCount: number;
}

/** The current rows that the rows of a part replace. */
function replacedBy(
  { asset, from }: Pick<OutputToPublish, "asset" | "from">,
  part: PublishedPart,
  before: Versions | undefined,
): Pick<NewRows, "replaces" | "isReplacedIn"> {
  if (from !== undefined) {
    const month = segmentOf(from);
    return { replaces: (_, date) => date >= from, isReplacedIn: (one) => one >= month };
  }
  if (part.partitions.space.isSingle) return { replaces: null };
  if (isTakenOver(before)) {
    const kept = insideOf(keptOf(part).rectangles());
    return { replaces: (name, date) => !kept(name, date) };
  }
  const own = part.partitions.rectangles();
  const { date } = asset.partitionedBy!;
  const months = date !== undefined && segmentColumn(asset) === date ? monthsOf(own) : null;
  return { replaces: insideOf(own), ...months && { isReplacedIn: (month) => months.has(month) } };
}

/**
 * Whether the current rows are from another function, or from the same one before it was partitioned. They stay in partitions that
 * this function has made and is about to make again; all others are removed.
 */
function isTakenOver(before: Versions | undefined): boolean {
  return before !== undefined && (before.remake !== null || !isPartitionVersion(before.dataVersion));
}

/** The partitions of rows that are taken over and stay. */
function keptOf({ state, partitions }: PublishedPart): PartitionSet {
  return state.made.union(state.lost).difference(partitions);
}

/** Writes the rows of a single partition, which are those of the whole table, and records the changed names and dates. */
export async function writeTable(
  tx: Sql,
  { asset, rows, from }: OutputToPublish,
  place: Place,
): Promise<WrittenRows> {
  const { id, context: { ledger, partitionLedger, latest, producer }, months, changed, files } = place;
  const before = latest.get(asset.key);
  let changes: Changes = { added: 0, removed: 0 };
  const dates = from === undefined ? changed : onwards(asset, from);
  const isWritten = isToBeWritten({ asset, rows }, before);
  await files?.record(tx, id);
  if (isWritten) {
    const fresh = before === undefined;
    const isSame = dates?.ranges.length === 0;
    if (files) changes = files;
    else if (!isSame) {
      changes = await write(tx, asset, changed?.rows ?? rows, { ...place, fresh, dates, hashed: asset.carriedOn });
    }
    await ledger.materializations.recordRowChanges(tx, id, changes.added, changes.removed);
  }
  const content = !asset.carriedOn
    ? { dataVersion: rows.dataVersion, rowCount: rows.count }
    : files
    ? { dataVersion: partitionVersion(asset, files.content), rowCount: files.count }
    : await contentAfter(tx, asset, { id, within: null, dates, changes, before });
  if (months && isWritten) {
    await recordMonths(tx, asset, { version: content.dataVersion, months, changed: changed?.months ?? null });
  } else if (from !== undefined && !files && hasDigests(asset, producer, { isSingle: true })) {
    await forgetMonths(tx, asset, { from, replaced: before!.dataVersion, version: content.dataVersion });
  }
  if (asset.partitionedBy) {
    const first = before === undefined;
    await recordChangeOfTable(tx, { asset, rows, id, first, from, dates, files, content }, partitionLedger);
  }
  const { added, removed } = changes;
  return { added, removed, ...content };
}

/** The dates from one on. */
function onwards({ partitionedBy }: AnyAsset, from: string): DateRanges {
  return { column: partitionedBy!.date!, ranges: [[from, "9999-12-31"]] };
}

/** Writes rows as it was prepared. @param how.hashed Whether the content of the first rows is needed. */
async function write(
  tx: Sql,
  asset: AnyAsset,
  rows: Pick<PreparedRows, "data" | "count">,
  { staged, differing, context: { database, producer, latest, signal }, hashed, ...how }:
    & Place
    & Omit<Parameters<typeof writeRows>[4], "id" | "signal">
    & { hashed: boolean },
): Promise<Changes> {
  if (staged) {
    await adoptRows(tx, asset, { table: staged.table, id: how.id });
    return { added: rows.count, removed: 0, known: staged.content };
  }
  if (!latest.has(asset.key)) await createTable(tx, asset, producer);
  const { id, fresh, isFollowed = false } = how;
  const replaced = fresh
    ? await replaceEmptyTable(database, tx, asset, { ...rows, id, hashed, isFollowed, signal })
    : null;
  if (replaced) return { added: rows.count, removed: 0, known: replaced.content };
  const size = fresh && hashed ? await sizeOf(tx, tableOf(asset)) : null;
  const isDifference = differing && await isPrevious(tx, asset, { id, base: differing.base });
  const changes = isDifference
    ? await writeDifference(database, tx, asset, differing, { id, signal })
    : await writeRows(database, tx, asset, rows, { ...how, signal });
  await createOrderIndexes(tx, asset, changes.added);
  if (!size) return changes;
  return { ...changes, appended: await contentAppended(tx, asset, { id, block: size.blocks, count: changes.added }) };
}

/** Whether a materialization is still the one before. */
async function isPrevious(tx: Sql, { key }: AnyAsset, { id, base }: { id: number; base: number }): Promise<boolean> {
  const [row] = await tx<{ previous: number | null }[]>`
    SELECT max(id) AS previous FROM engine.materialization WHERE asset_key = ${key} AND id < ${id}`;
  return row!.previous === base;
}

/** Whether the step has more partitions to make. */
function isFollowed({ step: { partitions, done, failed } }: PublishedPart): boolean {
  return !partitions.difference(failed === null ? done : done.union(failed)).isEmpty;
}

/** Whether none of the partitions has been made before. */
function isFirst({ partitions, state }: PublishedPart): boolean {
  return partitions.intersection(state.made.union(state.lost)).isEmpty;
}

async function recordChangeOfTable(
  tx: Sql,
  { asset, rows, id, first, from, dates, files, content }: Pick<OutputToPublish, "asset" | "rows" | "from"> & {
    id: number;
    first: boolean;
    /** Dates of the changes; `null` if unknown. */
    dates: DateRanges | null;
    files: WrittenFiles | null;
    /** Of the whole table. */
    content: { dataVersion: string; rowCount: number };
  },
  partitionLedger: PartitionLedger,
): Promise<void> {
  const { name, date } = asset.partitionedBy!;
  const distinct = (column: string | undefined) =>
    column === undefined ? null : [...new Set(rows.data[column] as readonly string[])].sort();
  const returned = { names: distinct(name), dates: distinct(date) };
  const extent = from === undefined ? returned : await partitionLedger.extentUntil(tx, asset.key, { from, returned });
  await partitionLedger.recordExtent(tx, asset.key, extent);
  if (first) {
    // Without rows, no other record shows that the replaced table may have had some.
    const changed = rows.count === 0 ? [{ names: null, dates: null }] : null;
    await partitionLedger.recordChange(tx, id, { partitions: null, changed, ...content });
    return;
  }
  const partitions = files?.changed() ?? await changedPartitions(tx, asset, { id, within: null, dates });
  const left = new PartitionSpace(extent.names ?? [""], extent.dates ?? [""]);
  const space = left.with(partitions.map(([name]) => name), partitions.map(([, date]) => date));
  await partitionLedger.recordChange(tx, id, {
    partitions: null,
    changed: changedRectangles(PartitionSet.at(space, partitions), left),
    ...content,
  });
}

/** Writes the rows of some partitions into the table, and records the changed partitions. */
export async function writePart(
  tx: Sql,
  { asset, rows }: OutputToPublish,
  { part, newestDate, ...place }: Place & { part: PublishedPart; newestDate: string | null },
): Promise<WrittenRows> {
  const { id, context: { ledger, partitionLedger, latest }, files } = place;
  const before = latest.get(asset.key);
  const takenOver = isTakenOver(before);
  await files?.record(tx, id);
  const changes = files ?? await write(tx, asset, rows, {
    ...place,
    isFollowed: isFollowed(part),
    fresh: before === undefined || (!takenOver && isFirst(part)),
    hashed: true,
    ...(takenOver ? { except: keptOf(part) } : { within: part.partitions }),
  });
  const content = files
    ? { dataVersion: partitionVersion(asset, files.content), rowCount: files.count }
    : await contentAfter(tx, asset, {
      id,
      within: part.partitions,
      dates: null,
      changes,
      before: takenOver ? undefined : before,
    });
  if (!files && !isFollowed(part)) await createDateIndex(tx, asset);
  const changed = takenOver ? null : await changedIn(tx, asset, { id, changes, part, files });
  await ledger.materializations.recordRowChanges(tx, id, changes.added, changes.removed);
  await partitionLedger.recordChange(tx, id, { partitions: part.partitions, changed, ...content, newestDate });
  const { added, removed } = changes;
  return { added, removed, ...content };
}

/**
 * Partitions with added, removed or changed rows, and partitions that were added or removed: mappings that count dates shift with
 * those.
 */
async function changedIn(
  tx: Sql,
  asset: AnyAsset,
  { id, changes, part, files }: {
    id: number;
    changes: { added: number; removed: number };
    part: PublishedPart;
    files: WrittenFiles | null;
  },
): Promise<Rectangle[]> {
  const { made, gone, wanted, space } = part.state;
  const replaced = part.partitions.difference(made).union(part.partitions.intersection(gone));
  const changed = changes.added + changes.removed === 0 || part.partitions.difference(replaced).isEmpty
    ? replaced
    : replaced.union(
      PartitionSet.at(space, files?.changed() ?? await changedPartitions(tx, asset, { id, within: part.partitions })),
    );
  const left = wanted.union(made.difference(gone));
  return changedRectangles(changed, new PartitionSpace(left.names, left.dates));
}

/**
 * Whether a table has to be created or to change: not for equal content. The content of one that is carried on is known only after the
 * comparison with the stored rows.
 */
export function isToBeWritten(
  { asset, rows }: Pick<OutputToPublish, "asset" | "rows">,
  before: Versions | undefined,
): boolean {
  return before === undefined || asset.carriedOn || before.dataVersion !== rows.dataVersion;
}
