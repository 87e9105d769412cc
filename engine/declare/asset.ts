import type { z } from "zod";
import type { Clock } from "../../resources/clock.ts";
import type { Condition } from "./automation_condition.ts";
import type { Check } from "./check.ts";
import type { FreshnessPolicy } from "./freshness_policy.ts";
import type { Columns, RowSchema } from "./row_schema.ts";
import type { Logger } from "../../resources/logger.ts";
import type { Metadata, MetadataValue } from "./metadata.ts";
import type { PartitionColumns, PartitionMapping, PartitionsDefinition, PartitionSet } from "../partitions/mod.ts";
import type { StepRetryPolicy } from "./retry.ts";
import type { RowRetention } from "./row_retention.ts";

/** Where a table lives: as received, typed and cleaned, or ready for readers. */
export type Layer = "raw" | "silver" | "gold";

/** Rows of an upstream asset, at the version that was current when the step started, also during publications. */
export interface Input<Row> {
  readonly key: string;
  /** Id of the materialization that is read. */
  readonly materialization: number;
  readonly rowCount: number;
  /** Metadata of that materialization. Rows must not depend on it: only changes of rows propagate. */
  metadata(): Promise<Readonly<Record<string, MetadataValue>>>;
  /** All rows in key order. */
  rows(): Promise<Row[]>;
  /** Some columns of all rows, in key order: numbers in `Float64Array` (null is NaN). For large tables. */
  columns<K extends keyof Row & string>(...names: K[]): Promise<Pick<Columns<Row>, K>>;
  /**
   * The same rows, but only those that have one of some texts or dates in a column: to read a few of many. What is made of them counts as made
   * of all rows, so that any change passes it on.
   */
  where(column: keyof Row & string, values: readonly string[]): Input<Row>;
}

/** Rows of an asset in those of its partitions that are as they would be made now. */
export interface SettledRows extends Input<Record<string, unknown>> {
  readonly partitions: PartitionSet;
}

/** Arguments of an asset's function. */
export interface MaterializeContext<Deps extends DepsSpec, Config, Resources> {
  /** One entry for each declared upstream asset; there is no other way to read one. */
  inputs: { [K in keyof Deps]: Input<RowOf<Deps[K]>> };
  /** The partitions to be made, for an asset that is divided into them: rows of others are refused. */
  partitions: PartitionSet;
  /**
   * What the asset itself has in these partitions so far, for saying what is new in what is read. Rows must not depend on it: they would
   * not come out the same again.
   */
  before: Input<Record<string, unknown>>;
  /**
   * What the asset itself has in its other partitions that are fresh, for carrying a computation on instead of beginning it anew: with
   * them or without them the rows must come out the same. Empty where rows are made again to compare them.
   */
  settled: SettledRows;
  config: Config;
  resources: Resources;
  clock: Clock;
  logger: Logger;
  /** Says how far the work is. Cheap: what is too frequent to be seen is dropped. */
  progress(done: number, total: number): void;
  /** Aborted when the run is cancelled: pass it on, or look at it in long loops. */
  signal: AbortSignal;
}

/** Rows of one asset as a function returns them, as objects or as columns, in any order. */
export interface Output<Row> {
  rows: readonly Row[] | Columns<Row>;
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
/** Row type of an asset or a view, or of an asset that is read in part. */
export type RowOf<A> = A extends View<infer Row> ? Row : A extends Dependency<infer Of> ? RowOf<Of> : never;

/** An upstream asset of which only some partitions are read. */
export interface Dependency<A extends AnyAsset> {
  readonly of: A;
  readonly mapping: MappingOf;
}

/** Which partitions of an upstream asset are read, which may depend on the reader's settings. */
// deno-lint-ignore no-explicit-any -- the settings of the asset that declares it, which checked them
export type MappingOf = PartitionMapping | ((config: any) => PartitionMapping);

/** Declares that only the partitions of `asset` that `mapping` tells are read. */
export function reads<A extends AnyAsset>(asset: A, mapping: MappingOf): Dependency<A> {
  return { of: asset, mapping };
}

/** Declaration common to all assets: description and table. */
export interface TableSpec<Schema extends z.ZodObject, Key extends string> {
  /** Its one name: key, table, URL and file. */
  key: Key;
  /** `import.meta` of the declaring file, so that a key that is not the file's name is found at load. */
  module?: { url: string };
  group: string;
  layer: Layer;
  /** One sentence for people. */
  description: string;
  /** One row of its table. */
  row: Schema;
  /** Columns that tell rows apart, and their order. */
  primaryKey: readonly (keyof z.output<Schema> & string)[];
  /** Columns that hold the coordinates of its partitions, so that what changed is known partition by partition. */
  partitionedBy?: PartitionColumns<keyof z.output<Schema> & string>;
  /** Judge the rows before they are published. */
  checks?: readonly Check<z.output<Schema>>[];
  /** By when it has to have what: `sessionDeadline()` or `maxAge()`. */
  freshness?: FreshnessPolicy;
  /** Which versions of its rows are kept: `keepAll`, `keepVersions()` or `keepDays()`. Without it those of the engine's setting. */
  retention?: RowRetention;
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
  /** Upstream assets whose rows are read, by the name under which `inputs` has them. */
  deps?: Deps;
  /** Keys of upstream assets that must be fresh first though their rows are not read. */
  after?: readonly string[];
  /** Settings. `schema.parse({})` must work: the defaults are what a schedule runs with. */
  config?: ConfigSchema;
  /** Raise it when the function would now make other rows from the same inputs. */
  codeVersion?: string;
  /**
   * How often a step that failed is tried again, its first try included. Where it is declared it holds for any error of the
   * function: one that no further try can mend says so with a property `retryable: false`, on itself or on its cause. Rows that
   * do not fit the schema and rows that a blocking check rejects are not made again. Without a declaration there are 3 tries,
   * and only after errors that say `retryable: true`.
   *
   * @example `{ maxAttempts: 5, initialDelayMs: 2_000 }`
   */
  retry?: Partial<StepRetryPolicy>;
  /** Makes it partition by partition instead of as a whole. Needs `partitionedBy`, here and in each further output. */
  partitionsDef?: PartitionsDefinition<keyof Deps & string, z.output<ConfigSchema>, Resources>;
  /**
   * The concurrency pool in which its step runs: of all steps of a pool so many run at once, across all processes, as the
   * engine was told (1 where it was not).
   */
  pool?: string;
  /** How long its step may take with all its attempts, in milliseconds. Then it is aborted and fails. */
  timeoutMs?: number;
  /**
   * Label of the processes that can run its step, where steps are handed to workers: those that have the label in STEP_LABELS. An
   * asset with a `source` has the label `source` unless it says otherwise; others run anywhere.
   */
  runsOn?: string;
  /** When it is made without a request. Without it only requests and schedules make it. */
  automation?: Condition;
  /** Further assets that the same function makes. Each is a file of its own, declared by `assetOut`. */
  outs?: Outs;
  /**
   * For assets that read from outside: names what the outside would answer now. The asset is stale when the name changes.
   * Must be cheap, and say the same for the same content.
   */
  source?(context: { config: z.output<ConfigSchema>; resources: Resources; clock: Clock }): Promise<string>;
  materialize(
    context: MaterializeContext<Deps, z.output<ConfigSchema>, Resources>,
  ): Promise<Materialized<z.output<Schema>, Outs>> | Materialized<z.output<Schema>, Outs>;
}

/** An asset as the engine holds it. `Row` exists for the compiler alone, and so does its key as a literal. */
export interface Asset<Row = unknown, Key extends string = string> {
  readonly key: Key;
  readonly module: string | undefined;
  readonly group: string;
  readonly layer: Layer;
  readonly description: string;
  readonly schema: RowSchema;
  readonly checks: readonly Check<Row>[];
  /** Where its rows hold the coordinates of partitions; empty for an asset that is only known as a whole. */
  readonly partitionedBy: PartitionColumns | undefined;
  /** Whether something outside makes it: Tandem holds no rows of it, and knows its versions from reports. */
  readonly external: boolean;
  readonly freshness: FreshnessPolicy | undefined;
  /** Which versions of its rows are kept; `undefined` where the engine's setting holds. */
  readonly retention: RowRetention | undefined;
  /** How it is made; `undefined` for a further output, which its producer makes. */
  readonly recipe: Recipe | undefined;
  readonly "~row"?: Row;
}

/** The function of an asset with all that decides whether its result still holds. */
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
  readonly automation: Condition | undefined;
  readonly source: ((context: { config: unknown; resources: unknown; clock: Clock }) => Promise<string>) | undefined;
  // The engine cannot know the types that one declaration ties together; the declaration checked them.
  // deno-lint-ignore no-explicit-any
  readonly materialize: (context: MaterializeContext<any, any, any>) => Promise<
    Output<object> & {
      outs?: Record<string, Output<object>>;
    }
  >;
}
