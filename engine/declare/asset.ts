import type { z } from "zod";
import type { Clock } from "../../resources/clock.ts";
import type { Condition } from "./automation_condition.ts";
import type { BlockComputation, ComputeInBlocks } from "./blocks.ts";
import type { Check } from "./check.ts";
import type { FreshnessPolicy } from "./freshness_policy.ts";
import type { Columns, RowSchema } from "./row_schema.ts";
import type { Logger } from "../../resources/logger.ts";
import type { Metadata, MetadataValue } from "./metadata.ts";
import type { PartitionColumns, PartitionMapping, PartitionsDefinition, PartitionSet } from "../partitions/mod.ts";
import type { StepRetryPolicy } from "./retry.ts";
import type { RowRetention } from "./row_retention.ts";

/** Layer of a table: as received, typed and cleaned, or ready for use. */
export type Layer = "raw" | "silver" | "gold";

/** Rows of an upstream asset, at the version that was current when the step started, regardless of later publications. */
export interface Input<Row> {
  readonly key: string;
  /** Id of the materialization read. */
  readonly materialization: number;
  readonly rowCount: number;
  /** Metadata of that materialization. Rows must not depend on it: only changes of rows propagate. */
  metadata(): Promise<Readonly<Record<string, MetadataValue>>>;
  /** All rows in key order. */
  rows(): Promise<Row[]>;
  /** Some columns of all rows, in key order: numbers in `Float64Array` (null is NaN). For large tables. */
  columns<K extends keyof Row & string>(...names: K[]): Promise<Pick<Columns<Row>, K>>;
  /**
   * The same columns in parts, each in key order, so that millions of rows need not be in memory at once. Rows with the same key up
   * to the date of their partition are in one part. A table that is partitioned by the first key column is divided by its values,
   * and the parts follow each other in key order; rows in files are divided by months. There is at least one part.
   */
  parts<K extends keyof Row & string>(...names: K[]): AsyncIterable<Pick<Columns<Row>, K>>;
  /**
   * The same rows, restricted to some texts or dates in a column, or those from one on: for reading few of many. The output still
   * counts as made of all rows, so that any change propagates.
   */
  where(column: keyof Row & string, values: SomeValues): Input<Row>;
}

/** Some texts or dates: a list of them, or all from one on. */
export type SomeValues = readonly string[] | { readonly from: string };

/** Rows with some values in a column. */
export interface Where {
  column: string;
  values: SomeValues;
}

/** Whether a value is one of some. */
export function isOneOf(values: SomeValues): (value: string) => boolean {
  if ("from" in values) return (value) => value >= values.from;
  const set = new Set(values);
  return (value) => set.has(value);
}

/** Rows of an asset in its settled partitions: fresh, and not made by the present call. */
export interface SettledRows extends Input<Record<string, unknown>> {
  readonly partitions: PartitionSet;
}

/** The current version of an asset that is made as a whole, for carrying it on. */
export interface PreviousVersion<Deps extends DepsSpec = DepsSpec> {
  /**
   * For each input, the first date in which its rows changed since this version was made: `null` if none did, the empty text, which is
   * before all dates, if any may have.
   */
  changedFrom: { readonly [K in keyof Deps]: string | null };
  /** The asset's own rows. */
  rows: Input<Record<string, unknown>>;
  /** Rows of its further outputs, by their name. */
  outs: Readonly<Record<string, Input<Record<string, unknown>>>>;
}

/** Arguments of an asset's function. */
export interface MaterializeContext<Deps extends DepsSpec, Config, Resources> {
  /** One entry for each declared upstream asset; there is no other way to read one. */
  inputs: { [K in keyof Deps]: Input<RowOf<Deps[K]>> };
  /** The partitions to make, for a partitioned asset: rows of others are rejected. */
  partitions: PartitionSet;
  /**
   * The asset's own current rows in these partitions, for detecting new data in the inputs. Rows must not depend on it: they would
   * not be reproducible.
   */
  before: Input<Record<string, unknown>>;
  /**
   * The asset's own rows in its other fresh partitions, for continuing a computation instead of starting again: the rows must be
   * the same with and without them. Empty if rows are made again for comparison.
   */
  settled: SettledRows;
  /**
   * The version to carry on, of an asset with tables that are `carriedOn`: the rows must be the same with and without it. `null` if they
   * are to be made from nothing: the first time, by other code or settings, on a request that forces it, or for comparison. Whether a source
   * has changed is left to the function.
   */
  previous: PreviousVersion<Deps> | null;
  config: Config;
  resources: Resources;
  clock: Clock;
  logger: Logger;
  /** Reports progress. Cheap: reports in quick succession are dropped. */
  progress(done: number, total: number): void;
  /** Computes a long list of items, in blocks by several processes if there are workers. */
  inBlocks: ComputeInBlocks;
  /** Aborted when the run is cancelled: pass it on, or check it in long loops. */
  signal: AbortSignal;
}

/** Rows of one asset as a function returns them, as objects or as columns, in any order. */
export interface Output<Row> {
  rows: readonly Row[] | Columns<Row>;
  /** The rows are those dated from here on; earlier ones stay as they are in the previous version. Of a table that is `carriedOn`. */
  from?: string;
  metadata?: Metadata;
}

/** Result of a materialize function: its own rows, and those of its further outputs, if any. */
export type Materialized<Row, Outs extends OutsSpec> =
  & Output<Row>
  & (keyof Outs extends never ? { outs?: undefined }
    : { outs: { [K in keyof Outs]: Output<RowOf<Outs[K]>> } });

// deno-lint-ignore no-explicit-any -- a bound that any asset meets; the precise type is inferred at each use
export type AnyAsset = Asset<any>;
export type DepsSpec = Record<string, AnyAsset | Dependency<AnyAsset>>;
export type OutsSpec = Record<string, AnyAsset>;
/** A typed reference to an asset: its key and, for the compiler, the type of its rows. Every asset is one. */
export type View<Row> = Pick<Asset<Row>, "key" | "~row">;
/** Row type of an asset, a view or a partly read asset. */
export type RowOf<A> = A extends View<infer Row> ? Row : A extends Dependency<infer Of> ? RowOf<Of> : never;

/** An upstream asset of which only some partitions are read. */
export interface Dependency<A extends AnyAsset> {
  readonly of: A;
  readonly mapping: MappingOf;
}

/** Partition mapping of an upstream asset, which may depend on the reader's settings. */
// deno-lint-ignore no-explicit-any -- the settings of the asset that declares it, which checked them
export type MappingOf = PartitionMapping | ((config: any) => PartitionMapping);

/** Declares that only the partitions of `asset` given by `mapping` are read. */
export function reads<A extends AnyAsset>(asset: A, mapping: MappingOf): Dependency<A> {
  return { of: asset, mapping };
}

/** A column to sort by, `-` in front for descending. */
export type RowOrder<Column extends string = string> = Column | `-${Column}`;

/** Declaration common to all assets: description and table. */
export interface TableSpec<Schema extends z.ZodObject, Key extends string> {
  /** Its one name: key, table, URL and file. */
  key: Key;
  /** `import.meta` of the declaring file: a key that differs from the file's name is an error at load. */
  module?: { url: string };
  group: string;
  layer: Layer;
  /** One sentence for users. */
  description: string;
  /** One row of its table. */
  row: Schema;
  /** Columns that identify rows, and their order. */
  primaryKey: readonly (keyof z.output<Schema> & string)[];
  /** Columns with the coordinates of its partitions: changes are recorded by partition. */
  partitionedBy?: PartitionColumns<keyof z.output<Schema> & string>;
  /**
   * Orders in which pages of current rows are read, as in a query: `-` in front for descending, nulls last. Once 20,000 rows are published
   * at once each has an index; fewer are sorted for a page.
   */
  orders?: readonly (readonly RowOrder<keyof z.output<Schema> & string>[])[];
  /** Run on the rows before publication. */
  checks?: readonly Check<z.output<Schema>>[];
  /** Freshness deadline: `sessionDeadline()` or `maxAge()`. */
  freshness?: FreshnessPolicy;
  /** Row versions to keep: `keepAll`, `keepVersions()` or `keepDays()`. Without it, the engine's setting applies. */
  retention?: RowRetention;
  /**
   * Its function, which makes it as a whole, may return the rows from a date on instead of all. Needs a date in `partitionedBy`. Checks
   * see the returned rows.
   */
  carriedOn?: true;
  /** Keeps its rows in Parquet files, which needs the engine's option `rowFiles`. In a table of the database without it. */
  storage?: "parquet";
}

/** Declaration of an asset that is made by a function. */
export interface AssetSpec<
  Schema extends z.ZodObject,
  ConfigSchema extends z.ZodType,
  Deps extends DepsSpec,
  Outs extends OutsSpec,
  Resources,
  Key extends string = string,
> extends TableSpec<Schema, Key> {
  /** Upstream assets whose rows are read, by their name in `inputs`. */
  deps?: Deps;
  /** Keys of upstream assets that must be fresh first though their rows are not read. */
  after?: readonly string[];
  /** Settings. `schema.parse({})` must work: schedules run with the defaults. */
  config?: ConfigSchema;
  /** Raise it when the function would make other rows from the same inputs. */
  codeVersion?: string;
  /**
   * Attempts of a failing step, including the first. If declared, it applies to any error of the function, except one with the
   * property `retryable: false` on itself or on its cause. Rows that do not fit the schema or fail a blocking check are not made
   * again. Without a declaration there are 3 attempts, and only after errors with `retryable: true`.
   *
   * @example `{ maxAttempts: 5, initialDelayMs: 2_000 }`
   */
  retry?: Partial<StepRetryPolicy>;
  /** Makes it partition by partition instead of as a whole. Needs `partitionedBy`, here and in each further output. */
  partitionsDef?: PartitionsDefinition<keyof Deps & string, z.output<ConfigSchema>, Resources>;
  /**
   * The concurrency pool of its step: limits the concurrent steps of the pool across all processes, to the number in the engine's
   * options (1 by default).
   */
  pool?: string;
  /** Maximum duration of its step with all its attempts, in milliseconds. Then it is aborted and fails. */
  timeoutMs?: number;
  /**
   * Label required in STEP_LABELS of the processes that run its step, if steps are handed to workers. Defaults to `source` for an
   * asset with a `source`; others run anywhere.
   */
  runsOn?: string;
  /** Computations that its function may divide among processes, through `inBlocks`. */
  // deno-lint-ignore no-explicit-any -- the function's calls are typed
  blocks?: readonly BlockComputation<any, any>[];
  /** When it is made without a request. Without it, only requests and schedules make it. */
  automation?: Condition;
  /** Further assets made by the same function. Each is a file of its own, declared by `assetOut`. */
  outs?: Outs;
  /**
   * For assets that read from outside: the version of the source's current content. The asset is stale when it changes. Must be
   * cheap, and equal for equal content.
   */
  source?(context: { config: z.output<ConfigSchema>; resources: Resources; clock: Clock }): Promise<string>;
  materialize(
    context: MaterializeContext<Deps, z.output<ConfigSchema>, Resources>,
  ): Promise<Materialized<z.output<Schema>, Outs>> | Materialized<z.output<Schema>, Outs>;
}

/** An asset in the engine. `Row`, and the key as a literal, exist for the compiler alone. */
export interface Asset<Row = unknown, Key extends string = string> {
  readonly key: Key;
  readonly module: string | undefined;
  readonly group: string;
  readonly layer: Layer;
  readonly description: string;
  readonly schema: RowSchema;
  /** Orders in which its pages are read. */
  readonly orders: readonly (readonly RowOrder[])[];
  readonly checks: readonly Check<Row>[];
  /** Columns with the coordinates of its partitions, if there are any. */
  readonly partitionedBy: PartitionColumns | undefined;
  /** Whether it is made outside: Tandem holds no rows of it, and learns its versions from reports. */
  readonly external: boolean;
  readonly freshness: FreshnessPolicy | undefined;
  /** Row versions to keep; `undefined` for the engine's setting. */
  readonly retention: RowRetention | undefined;
  /** Whether its function may return the rows from a date on. Its version is then a sum over rows, as of an asset with partitions. */
  readonly carriedOn: boolean;
  /** Declared place of its rows; the engine's options may name further assets with rows in files. */
  readonly storage: "parquet" | undefined;
  /** How it is made; `undefined` for a further output, which its producer makes. */
  readonly recipe: Recipe | undefined;
  readonly "~row"?: Row;
}

/** The function of an asset with everything that decides whether its result is still fresh. */
export interface Recipe {
  readonly deps: Readonly<Record<string, AnyAsset>>;
  /** Mapping of each upstream asset, by its name in `deps`. */
  readonly mappings: Readonly<Record<string, (config: unknown) => PartitionMapping>>;
  readonly after: readonly string[];
  readonly outs: Readonly<Record<string, AnyAsset>>;
  readonly config: z.ZodType;
  readonly codeVersion: string;
  readonly retry: StepRetryPolicy;
  readonly partitionsDef: PartitionsDefinition | undefined;
  readonly pool: string | undefined;
  readonly timeoutMs: number | undefined;
  readonly runsOn: string | undefined;
  // deno-lint-ignore no-explicit-any
  readonly blocks: readonly BlockComputation<any, any>[];
  readonly automation: Condition | undefined;
  readonly source: ((context: { config: unknown; resources: unknown; clock: Clock }) => Promise<string>) | undefined;
  // The types related by one declaration are unknown here; the declaration has checked them.
  // deno-lint-ignore no-explicit-any
  readonly materialize: (context: MaterializeContext<any, any, any>) => Promise<
    Output<object> & {
      outs?: Record<string, Output<object>>;
    }
  >;
}
