import type { Database } from "../../resources/database/database.ts";
import { InvalidRequestError, NotExternalError, OutdatedReportError } from "../errors.ts";
import type { AssetGraph } from "../declare/graph.ts";
import { type Metadata, typedMetadata } from "../declare/metadata.ts";
import { hashOf } from "../declare/row_schema.ts";

/** A report of an external asset's new version. */
export interface Report {
  /** Whether the asset was made, or observed in this version. Both make downstream assets stale if the version is new. */
  kind: "materialized" | "observed";
  /** Identifies the content: equal content, equal version. */
  version: string;
  metadata?: Metadata;
  /** Time of the event, ISO 8601 with an offset; now by default. */
  at?: string;
}

/** Maximum lead of a reporter's clock over ours. */
const clockToleranceMs = 5 * 60_000;

/**
 * Records a report on an external asset, unless its version is the known one.
 *
 * @returns The id of the new materialization, or `undefined`.
 * @throws {UnknownAssetError} If there is no such asset.
 * @throws {NotExternalError} If Tandem makes the asset itself.
 * @throws {InvalidRequestError} If `at` is in the future or before 1970.
 * @throws {OutdatedReportError} If a later version is known.
 */
export async function recordReport(
  key: string,
  report: Report,
  { graph, database, now }: { graph: AssetGraph; database: Database; now: Temporal.Instant },
): Promise<number | undefined> {
  if (!graph.asset(key).external) throw new NotExternalError(key, graph.producerOf(key).key);
  const at = report.at === undefined ? now : Temporal.Instant.from(report.at);
  if (at.epochMilliseconds > now.epochMilliseconds + clockToleranceMs) {
    const message = `${at} lies in the future: the current time is ${now.round("second")}.`;
    throw new InvalidRequestError(message, [{ path: "at", message }]);
  }
  if (at.epochMilliseconds < 0) {
    const message = `${at} lies before 1970. Give the time of the version, or leave it out.`;
    throw new InvalidRequestError(message, [{ path: "at", message }]);
  }
  return await database.sql.begin(async (tx) => {
    // One report of an asset at a time, so that two reports of the same version are not both recorded.
    await tx`SELECT pg_advisory_xact_lock(hashtextextended(${`tandem report ${key}`}, 0))`;
    const [latest] = await tx<{ version: string; at: string }[]>`
      SELECT data_version AS version, committed_at AS at FROM engine.materialization
      WHERE asset_key = ${key} ORDER BY id DESC LIMIT 1`;
    if (latest?.version === report.version) return undefined;
    if (latest && Date.parse(latest.at) > at.epochMilliseconds) {
      throw new OutdatedReportError(key, at.toString(), Temporal.Instant.from(latest.at).toString());
    }
    const [made] = await tx<{ id: number }[]>`
      INSERT INTO engine.materialization
        (asset_key, origin, run_id, step_key, code_version, config, config_hash, upstream, source_version, data_version,
         row_count, rows_added, rows_removed, metadata, started_at, committed_at)
      VALUES (${key}, ${report.kind === "observed" ? "observed" : "reported"}, NULL, ${key}, 'external', '{}', ${
      hashOf({})
    }, '{}', NULL, ${report.version}, 0, 0, 0, ${
      tx.json(typedMetadata(report.metadata ?? {}))
    }, ${at.toString()}, ${at.toString()})
      RETURNING id`;
    return made!.id;
  });
}
