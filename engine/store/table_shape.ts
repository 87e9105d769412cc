import type { AnyAsset, Layer } from "../declare/asset.ts";
import type { AssetGraph } from "../declare/graph.ts";

/** Declared shape of an asset's table. */
export interface TableShape {
  /** Where its rows are. */
  storage: "table" | "parquet";
  layer: Layer;
  /** Types by column, as PostgreSQL spells them. */
  columns: Readonly<Record<string, string>>;
  primaryKey: readonly string[];
  /** The columns with the coordinates of partitions; `null` for an asset without them. */
  partitionedBy: { name?: string; date?: string } | null;
  /** The asset whose function makes it. */
  producer: string;
  /** Whether that function makes it by partitions. */
  partitioned: boolean;
}

/** A table in the database. */
export interface FoundTable {
  layer: Layer;
  columns: ReadonlyMap<string, string>;
  /** The unique indexes of current rows, by name, with their columns. */
  indexes: ReadonlyMap<string, readonly string[]>;
  /** Whether it has current rows, and rows of any version. */
  hasCurrent: boolean;
  hasRows: boolean;
}

/** The declared shape of the table of an asset. @param inFiles Whether its rows are in files instead. */
export function shapeOf(asset: AnyAsset, graph: AssetGraph, inFiles: boolean): TableShape {
  const producer = graph.producerOf(asset.key);
  return {
    storage: inFiles ? "parquet" : "table",
    layer: asset.layer,
    columns: Object.fromEntries(asset.schema.columns.map(({ name, type }) => [name, spelled(type)])),
    primaryKey: asset.schema.primaryKey,
    partitionedBy: asset.partitionedBy ? { ...asset.partitionedBy } : null,
    producer: producer.key,
    partitioned: producer.recipe.partitionsDef !== undefined,
  };
}

function spelled(type: string): string {
  return type === "timestamptz" ? "timestamp with time zone" : type;
}

/** Rows of an asset in files, without those of versions that can no longer be read. */
export interface FoundFiles {
  /** Whether the current version has any. */
  hasCurrent: boolean;
  /** Those of the current version that are not in their store, as addresses. */
  missing: readonly string[];
}

/** A type change that keeps every value, provided no row matches `unless`. `$` stands for the quoted column. */
interface Conversion {
  using: string;
  unless: string;
}

/** Beyond this a double cannot represent every integer. */
const maxExact = Number.MAX_SAFE_INTEGER;

const conversions: Readonly<Record<string, Conversion>> = {
  "bigint → double precision": { using: "$::double precision", unless: `$ NOT BETWEEN -${maxExact} AND ${maxExact}` },
  "integer → double precision": { using: "$::double precision", unless: "false" },
  "integer → bigint": { using: "$::bigint", unless: "false" },
  "double precision → bigint": {
    using: "$::bigint",
    unless: `$ <> trunc($) OR $ NOT BETWEEN -${maxExact} AND ${maxExact}`,
  },
  "date → text": {
    using: `to_char($, 'YYYY-MM-DD')`,
    unless: "$ NOT BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'",
  },
};

/** Conversion of a column's values to another type without loss; `undefined` if there is none. */
export function conversionOf(column: string, from: string, to: string): Conversion | undefined {
  const found = conversions[`${from} → ${to}`];
  const named = (sql: string) => sql.replaceAll("$", `"${column}"`);
  return found && { using: named(found.using), unless: named(found.unless) };
}

/** Whether two declarations divide an asset along the same dimensions, under any column names. */
export function isDividedAlike(a: TableShape["partitionedBy"], b: TableShape["partitionedBy"]): boolean {
  return (a?.name === undefined) === (b?.name === undefined) && (a?.date === undefined) === (b?.date === undefined);
}

/** Whether two declarations have the same table. */
export function hasSameTable(a: TableShape, b: TableShape): boolean {
  const text = ({ layer, columns, primaryKey }: TableShape) =>
    JSON.stringify([layer, Object.entries(columns).sort(), primaryKey]);
  return text(a) === text(b);
}

/** Whether two declarations name the same columns of partitions. */
export function hasSamePartitions(a: TableShape["partitionedBy"], b: TableShape["partitionedBy"]): boolean {
  return a?.name === b?.name && a?.date === b?.date;
}
