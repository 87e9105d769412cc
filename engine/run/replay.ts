import { inOneBlock } from "../declare/blocks.ts";
import { z } from "zod";
import type { ColumnData } from "../../resources/database/database.ts";
import type { AnyAsset, Output } from "../declare/asset.ts";
import { withRows } from "../declare/external_asset.ts";
import type { Producer } from "../declare/graph.ts";
import { type Columns, dataVersion, prepareRows, toRows } from "../declare/row_schema.ts";
import { invalid } from "../declare/row_values.ts";
import { codeVersionOf } from "../judge/present.ts";
import { type Snapshot, takeSnapshot } from "../judge/snapshot.ts";
import { PartitionSet, PartitionSpace, type Rectangle } from "../partitions/mod.ts";
import { versionOf } from "../read/row_version.ts";
import { readColumns } from "../store/read_columns.ts";
import type { EngineContext } from "../store/context.ts";
import { fixedClock } from "../../resources/clock.ts";
import { Receipt, type ReceiptQuery, receiptsOf } from "./receipts.ts";
import { inputsOf, ownRows, type ReadVersions, settledRows } from "./step_inputs.ts";

/** A value that differs from the recorded one. */
export const Difference = z.strictObject({
  key: z.record(z.string(), z.unknown()).describe("Values of the primary key"),
  column: z.string().nullable().describe("null if one of the two has no such row"),
  recorded: z.unknown(),
  replayed: z.unknown(),
});
export type Difference = z.infer<typeof Difference>;

/** Result of making a materialization again. */
export const Replay = z.strictObject({
  receipt: Receipt,
  same: z.boolean().describe("Whether all rows of the materialization are reproduced bit by bit"),
  /** Rows of the materialization, as recorded. */
  recordedRows: z.int().min(0),
  replayedRows: z.int().min(0),
  differences: z.array(Difference).describe("The first differences"),
  // If it differs from the receipt's, it may explain the differences.
  codeVersion: z.string().describe("The current code version"),
  seconds: z.number().min(0),
});
export type Replay = z.infer<typeof Replay>;

/** Maximum number of materializations per request. */
const mostReplays = 5;
const mostDifferences = 20;

/**
 * Makes rows again from their recorded input versions, and compares the result.
 *
 * The function gets the recorded versions of its inputs, settings and time, and nothing else; its result is compared and dropped.
 * Partitions are determined by the current state.
 *
 * @throws {InvalidRequestError} If the query names no row, rows of too many materializations, or rows that cannot be made again:
 * read from outside, reported, or with inputs that have been pruned.
 */
export async function replay(
  around: EngineContext,
  key: string,
  query: ReceiptQuery,
  { signal }: { signal: AbortSignal },
): Promise<Replay[]> {
  const asset = withRows(around.graph.asset(key));
  const receipts = await receiptsOf(around.database, asset, query);
  if (receipts.length > mostReplays) {
    throw invalid(
      "where",
      `The rows come from ${receipts.length} materializations; at most ${mostReplays} are made again at once. Name more columns.`,
    );
  }
  const replays: Replay[] = [];
  for (const receipt of receipts) replays.push(await replayOne(around, asset, receipt, signal));
  return replays;
}

async function replayOne(
  around: EngineContext,
  asset: AnyAsset,
  receipt: Receipt,
  signal: AbortSignal,
): Promise<Replay> {
  const producer = around.graph.producerOf(asset.key);
  refuseOutside(asset, producer, receipt);
  const latest = await versionsRead(around, producer, receipt);
  const config = settingsOf(producer, receipt);
  const snapshot = await takeSnapshot(around, { config: { [producer.key]: receipt.config }, of: [producer.key] });
  const of = { ...snapshot, latest, configs: new Map([...snapshot.configs, [producer.key, config]]) };
  const partitions = partitionsOf(producer, of, receipt.partitions);
  const { database, resources, logger } = around;
  const started = performance.now();
  const reading = { database, snapshot: of, signal };
  const none = { ...reading, snapshot: { latest: new Map() } };
  const result = await producer.recipe.materialize({
    inputs: inputsOf(producer, partitions, reading),
    partitions,
    before: ownRows(producer.asset, partitions, none),
    settled: settledRows(producer.asset, PartitionSet.none(partitions.space), none),
    previous: null,
    config,
    resources,
    clock: fixedClock(receipt.committedAt),
    logger,
    progress: () => {},
    inBlocks: inOneBlock,
    signal,
  });
  const out = Object.entries(producer.recipe.outs).find(([, one]) => one.key === asset.key);
  const output: Output<object> | undefined = out ? result.outs?.[out[0]] : result;
  const { data } = prepareRows(asset.key, asset.schema, (output?.rows ?? []) as readonly object[] | Columns<object>);
  const names = asset.schema.columns.map(({ name }) => name);
  const within = producer.recipe.partitionsDef ? partitions : null;
  const recorded = await readColumns(database, asset, names, receipt.materialization, { within, signal });
  const same = dataVersion(asset.schema, recorded) === dataVersion(asset.schema, data);
  return {
    receipt,
    same,
    recordedRows: rowCount(recorded),
    replayedRows: rowCount(data),
    differences: same ? [] : differences(asset, recorded, data),
    codeVersion: codeVersionOf(producer, around.graph),
    seconds: (performance.now() - started) / 1000,
  };
}

/** @throws {InvalidRequestError} If the inputs of the rows are not stored. */
function refuseOutside(asset: AnyAsset, producer: Producer, { runId, producer: made }: Receipt): void {
  const refused = (why: string) => invalid("key", `Rows of "${asset.key}" cannot be made again: ${why}.`);
  if (runId === null) throw refused("they were reported from outside");
  if (producer.recipe.source) throw refused(`"${producer.key}" reads an outside source, whose responses are not kept`);
  if (made !== producer.key) throw refused(`they were made by "${made}", but "${producer.key}" makes them now`);
}

/** The versions read. @throws {InvalidRequestError} If the rows of one have been deleted. */
async function versionsRead(
  { database: { sql }, graph }: EngineContext,
  producer: Producer,
  { upstream, codeVersion }: Receipt,
): Promise<ReadVersions> {
  const latest = new Map<string, { materialization: number; rowCount: number }>();
  for (const { asset, materialization } of upstream) {
    if (!producer.upstream.includes(asset)) continue;
    await versionOf(sql, graph.asset(asset), { asOf: materialization });
    const [row] = await sql<{ rowCount: number }[]>`
      SELECT row_count AS "rowCount" FROM engine.materialization WHERE id = ${materialization}`;
    latest.set(asset, { materialization, rowCount: row!.rowCount });
  }
  const missing = Object.values(producer.recipe.deps).find(({ key }) => !latest.has(key));
  if (missing === undefined) return latest;
  throw invalid(
    "key",
    `"${producer.key}" reads "${missing.key}" now and did not in code version ${codeVersion}: its rows cannot be made again.`,
  );
}

function settingsOf(producer: Producer, { config, codeVersion }: Receipt): unknown {
  const parsed = producer.recipe.config.safeParse(config);
  if (parsed.success) return parsed.data;
  throw invalid(
    "key",
    `"${producer.key}" no longer accepts its settings of code version ${codeVersion}: its rows cannot be made again.`,
  );
}

function partitionsOf(
  producer: Producer,
  snapshot: Pick<Snapshot, "partitions">,
  made: readonly Rectangle[] | null,
): PartitionSet {
  const { space } = snapshot.partitions.get(producer.key)!;
  if (space.isSingle || made === null) return PartitionSet.all(PartitionSpace.single);
  const names = made.flatMap(({ names }) => names ?? []);
  const dates = made.flatMap(({ dates }) => (dates ?? []).flat());
  return PartitionSet.fromRectangles(space.with(names, dates), made);
}

function rowCount(columns: Readonly<Record<string, ColumnData>>): number {
  return Object.values(columns)[0]?.length ?? 0;
}

function differences(
  { schema }: AnyAsset,
  recorded: Readonly<Record<string, ColumnData>>,
  replayed: Readonly<Record<string, ColumnData>>,
): Difference[] {
  const keyOf = (row: Record<string, unknown>) =>
    Object.fromEntries(schema.primaryKey.map((name) => [name, row[name]]));
  const byKey = (columns: Readonly<Record<string, ColumnData>>) =>
    new Map((toRows(schema, columns) as Record<string, unknown>[]).map((row) => [JSON.stringify(keyOf(row)), row]));
  const [before, now] = [byKey(recorded), byKey(replayed)];
  const found: Difference[] = [];
  for (const id of new Set([...before.keys(), ...now.keys()])) {
    const [one, other] = [before.get(id), now.get(id)];
    const key = keyOf((one ?? other)!);
    if (!one || !other) found.push({ key, column: null, recorded: one ?? null, replayed: other ?? null });
    for (const { name } of one && other ? schema.columns : []) {
      if (JSON.stringify(one![name]) === JSON.stringify(other![name])) continue;
      found.push({ key, column: name, recorded: one![name], replayed: other![name] });
    }
    if (found.length >= mostDifferences) return found.slice(0, mostDifferences);
  }
  return found;
}
