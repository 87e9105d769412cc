import type { Database } from "../resources/database/database.ts";
import { type RowVersion, versionColumns } from "./row_version.ts";

interface Batch {
  keys: Set<string>;
  found: Promise<ReadonlyMap<string, RowVersion>>;
}

/**
 * Looks up the latest versions of assets for many readers with one query at a time: who asks while one runs shares the next,
 * which begins after all of them have asked, so that nobody is told what was out of date when they asked.
 */
export class LatestVersions {
  #running: Promise<unknown> = Promise.resolve();
  #next: Batch | undefined;

  constructor(private readonly database: Database) {}

  /** The latest version; `undefined` where there has never been one. */
  async of(key: string): Promise<RowVersion | undefined> {
    const batch = this.#next ??= this.#begin();
    batch.keys.add(key);
    return (await batch.found).get(key);
  }

  #begin(): Batch {
    const keys = new Set<string>();
    const found = this.#running.then(() => {
      this.#next = undefined;
      return this.#lookUp([...keys]);
    });
    this.#running = found.catch(() => {});
    return { keys, found };
  }

  async #lookUp(keys: readonly string[]): Promise<ReadonlyMap<string, RowVersion>> {
    const rows = await this.database.sql.unsafe<RowVersion[]>(
      `SELECT ${versionColumns}, true AS latest FROM jsonb_array_elements_text($1::text::jsonb) AS k(k)
       CROSS JOIN LATERAL (SELECT * FROM engine.materialization WHERE asset_key = k.k ORDER BY id DESC LIMIT 1) m`,
      [JSON.stringify(keys)],
    );
    return new Map(rows.map((row) => [row.key, { ...row }]));
  }
}
