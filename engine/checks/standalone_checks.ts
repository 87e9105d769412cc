import { z } from "zod";
import type { Database, Sql } from "../../resources/database/database.ts";
import type { AnyAsset } from "../declare/asset.ts";
import { latestVersions } from "../store/asset_records.ts";
import { readColumns } from "../store/read_columns.ts";
import { InvalidRequestError } from "../errors.ts";
import type { AssetGraph } from "../declare/graph.ts";
import type { NewCheckResult } from "../store/check_ledger.ts";
import type { Ledger } from "../store/ledger.ts";
import { untypedMetadata } from "../declare/metadata.ts";
import { CheckRecord, resultsOf } from "./check_results.ts";
import { checkedRows } from "./checked_rows.ts";
import { isCheckedInParts } from "./failed_checks.ts";
import { judgeAll } from "./judge.ts";
import { pastVersions } from "./past_versions.ts";

/** Check results of the latest version of an asset. */
export const CheckRun = z.strictObject({
  asset: z.string(),
  materialization: z.int().nullable().describe("The checked version; null if there is none"),
  results: z.array(CheckRecord),
});
export type CheckRun = z.infer<typeof CheckRun>;

/** Checks of an asset to run, by name. */
interface Wanted {
  asset: AnyAsset;
  names: readonly string[];
}

/** Runs checks alone: on the rows of the latest version, without materializing the asset. */
export class StandaloneChecks {
  constructor(
    private readonly around: { graph: AssetGraph; database: Database; ledger: Ledger },
  ) {}

  /**
   * Runs the checks of assets and records the results with the checked version, regardless of earlier ones.
   *
   * A blocking check that fails withdraws nothing: the version stays published, and its asset counts as stale as after any failed
   * check of severity `error`. The next run makes it again; if the new rows fail as well, they are not published and downstream
   * assets wait.
   *
   * @param names Only checks of these names.
   * @throws {InvalidRequestError} If none of the assets has a check of one of the names.
   * Cost: reads all rows of each asset that has a check.
   */
  async run(
    keys: readonly string[],
    { names, signal }: { names?: readonly string[]; signal?: AbortSignal } = {},
  ): Promise<CheckRun[]> {
    const assets = keys.map((key) => this.around.graph.asset(key));
    const unknown = names?.find((name) => !assets.some(({ checks }) => checks.some((check) => check.name === name)));
    if (unknown !== undefined) {
      const message =
        `None of the selected assets has a check "${unknown}". GET /v1/assets/KEY/checks lists those of one.`;
      throw new InvalidRequestError(message, [{ path: "names", message }]);
    }
    const runs: CheckRun[] = [];
    for (const asset of assets) {
      const wanted = asset.checks.map(({ name }) => name).filter((name) => names?.includes(name) ?? true);
      if (wanted.length > 0) runs.push(await this.#judge({ asset, names: wanted }, { signal, again: true }));
    }
    return runs;
  }

  /**
   * Runs the checks without a result for the latest version of their asset, such as one declared after the materialization. Does
   * nothing if another process was first.
   */
  async runUnjudged(signal?: AbortSignal): Promise<CheckRun[]> {
    const runs: CheckRun[] = [];
    for (const wanted of await this.#unjudged(this.around.database.sql)) {
      signal?.throwIfAborted();
      runs.push(await this.#judge(wanted, { signal, again: false }));
    }
    return runs;
  }

  async #judge(
    { asset, names }: Wanted,
    { signal, again }: { signal?: AbortSignal; again: boolean },
  ): Promise<CheckRun> {
    const { database, ledger } = this.around;
    const version = (await ledger.materializations.latest([asset.key])).get(asset.key);
    const isThere = (await latestVersions(database.sql, [asset.key])).has(asset.key);
    if (!version || !isThere) return { asset: asset.key, materialization: null, results: [] };
    const columns = asset.schema.columns.map(({ name }) => name);
    const data = await readColumns(database, asset, columns, version.id, { signal });
    const rows = checkedRows(asset.schema, { data, count: data[columns[0]!]!.length }, {
      metadata: untypedMetadata(version.metadata),
      history: () => pastVersions(database.sql, asset.key, version.id),
    });
    const checks = asset.checks.filter(({ name }) => names.includes(name));
    const found = await judgeAll(asset.key, checks, rows);
    signal?.throwIfAborted();
    return { asset: asset.key, materialization: version.id, results: await this.#record(found, version.id, again) };
  }

  async #record(
    found: readonly NewCheckResult[],
    materialization: number,
    again: boolean,
  ): Promise<CheckRecord[]> {
    const { database, ledger } = this.around;
    const { key } = found[0]!;
    const ids = await database.sql.begin(async (tx) => {
      // Two processes that find the same check without a result record it once.
      await tx`SELECT pg_advisory_xact_lock(7271, 1)`;
      const open = again ? undefined : (await this.#unjudged(tx)).find(({ asset }) => asset.key === key)?.names ?? [];
      const news = found.filter(({ name }) => open?.includes(name) ?? true);
      const names = news.map(({ name }) => name);
      await tx`
        UPDATE engine.asset_table
        SET judged_by = ARRAY(SELECT DISTINCT unnest(judged_by || ${names}::text[]) ORDER BY 1)
        WHERE asset_key = ${key} AND NOT judged_by @> ${names}::text[]`;
      return await ledger.checks.record(tx, null, news, new Map([[key, materialization]]));
    }) as number[];
    return await resultsOf(database.sql, ids);
  }

  /** Checks without a result for the latest version; for an asset that is checked in parts, without one for all its rows. */
  async #unjudged(sql: Sql): Promise<Wanted[]> {
    const { graph } = this.around;
    const declared = graph.assets.flatMap(({ key, checks }) => {
      const byParts = isCheckedInParts(graph, key);
      return checks.map(({ name }) => ({ key, name, byParts }));
    });
    const rows = await sql<{ key: string; names: string[] }[]>`
      SELECT d.key, json_agg(d.name) AS names
      FROM jsonb_to_recordset(${sql.json(declared)}) AS d(key text, name text, "byParts" boolean)
      JOIN engine.asset_table t ON t.asset_key = d.key
      CROSS JOIN LATERAL (SELECT id FROM engine.materialization WHERE asset_key = d.key ORDER BY id DESC LIMIT 1) m
      WHERE m.id > t.lost_until AND CASE
        WHEN d."byParts" THEN NOT d.name = ANY(t.judged_by)
        ELSE NOT EXISTS (SELECT FROM engine.check_result c WHERE c.materialization_id = m.id AND c.name = d.name)
      END
      GROUP BY d.key`;
    return rows.map(({ key, names }) => ({ asset: graph.asset(key), names }));
  }
}
