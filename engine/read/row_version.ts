import { type RowVersion, versionColumns } from "../store/latest_versions.ts";
import type { Sql } from "../../resources/database/database.ts";
import type { AnyAsset } from "../declare/asset.ts";
import { isLost, whyLost } from "../store/lost_rows.ts";
import { materializationOf } from "./row_order.ts";
import { endOfDay, instantOf, invalid, isDate, shown } from "../declare/row_values.ts";

/**
 * A version of an asset: the id of a materialization, or a moment, for the version that was current at it. A moment is an ISO
 * instant with its offset, or a date, for the end of that day in UTC.
 */
export type AsOf = number | string;

/** Query of a version: the latest by default. */
export interface VersionQuery {
  asOf?: AsOf;
  /** The cursor of the previous page, for the same version. */
  cursor?: string;
}

/**
 * The requested version of an asset; `undefined` if the latest is requested and there is none.
 *
 * @throws {InvalidRequestError} If there is no such version.
 */
export async function versionOf(
  sql: Sql,
  { key }: Pick<AnyAsset, "key">,
  { asOf, cursor }: VersionQuery = {},
): Promise<RowVersion | undefined> {
  const latest = `NOT EXISTS (
    SELECT FROM engine.materialization later WHERE later.asset_key = m.asset_key AND later.id > m.id) AS latest`;
  const one = async (condition: string, parameter: string | number) => {
    const [found] = await sql.unsafe<(RowVersion & { lost: boolean })[]>(
      `SELECT ${versionColumns}, ${latest}, (${isLost("m")} OR m.rows_pruned) AS lost FROM engine.materialization m
       WHERE asset_key = $1 AND ${condition} ORDER BY id DESC LIMIT 1`,
      [key, parameter],
    );
    if (!found) return undefined;
    const { lost, ...version } = found;
    if (lost && asOf !== undefined) {
      throw invalid(
        "as_of",
        `The rows of materialization ${version.id} of "${key}" cannot be read: ${await whyLost(sql, key, version.id)}.`,
      );
    }
    return lost ? undefined : version;
  };
  const until = typeof asOf === "string" ? momentOf(asOf) : undefined;
  if (typeof asOf === "number" && !(Number.isSafeInteger(asOf) && asOf > 0)) {
    throw invalid("as_of", `${asOf} is not the id of a materialization.`);
  }
  if (cursor !== undefined) {
    const id = materializationOf(cursor);
    const found = await one("id = $2", id);
    if (!found) {
      throw invalid("cursor", "The rows that the cursor belongs to are no longer kept. Begin again without it.");
    }
    if ((typeof asOf === "number" && asOf !== id) || (until !== undefined && isAfter(found.committedAt, until))) {
      throw invalid("cursor", "The cursor belongs to another materialization than the requested one.");
    }
    return found;
  }
  if (until !== undefined) {
    const found = await one("committed_at <= $2::text::timestamptz", until);
    if (found) return found;
    throw invalid("as_of", `"${key}" had not been materialized by ${shown(asOf as string)}.`);
  }
  if (asOf !== undefined) {
    const found = await one("id = $2", asOf);
    if (found) return found;
    throw invalid("as_of", `"${key}" has no materialization ${asOf}.`);
  }
  return await one("$2::text IS NOT NULL", "");
}

/** The last moment covered by a text, to microseconds as in PostgreSQL. */
function momentOf(text: string): string {
  const moment = isDate(text) ? endOfDay(text) : instantOf(text);
  if (moment !== undefined) return moment;
  throw invalid(
    "as_of",
    `${
      shown(text)
    } is no version: the id of a materialization, a time with its offset such as 2026-01-31T15:30:00Z, or a date such as 2026-01-31 is wanted.`,
  );
}

function isAfter(instant: string, other: string): boolean {
  return Temporal.Instant.compare(Temporal.Instant.from(instant), Temporal.Instant.from(other)) > 0;
}
