import type { ColumnSpec, Database } from "../resources/database/database.ts";
import type { AnyAsset } from "./asset.ts";
import { asOf, tableOf } from "./asset_table.ts";
import { InvalidRequestError } from "./errors.ts";

export type Operator = "eq" | "ne" | "lt" | "lte" | "gt" | "gte" | "in";

/** One condition on a column. */
export interface Filter {
  column: string;
  operator: Operator;
  /** As text; for `in` separated by commas. */
  value: string;
}

/** Which rows of an asset, in which order, how many. */
export interface PageQuery {
  filters?: readonly Filter[];
  /** Columns to sort by, `-` in front for descending; what is left equal is in key order. */
  order?: readonly string[];
  /** Columns to return; all by default. */
  fields?: readonly string[];
  limit: number;
  /** Where the page before ended. */
  cursor?: string;
  /** Materialization whose rows are wanted; the latest by default. */
  asOf?: number;
}

export interface RowPage {
  columns: readonly ColumnSpec[];
  rows: Record<string, unknown>[];
  /** Pass it on for the next page; `null` on the last one. */
  nextCursor: string | null;
  /** The materialization that was read; `null` if the asset has none. */
  materialization: number | null;
}
export function readPage(_database: Database, _asset: AnyAsset, _query: PageQuery): Promise<RowPage> {
  void [asOf, tableOf];
  throw new InvalidRequestError("rows");
}
