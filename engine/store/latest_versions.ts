import type { Database } from "../../resources/database/database.ts";
import { isLost } from "./lost_rows.ts";

interface Batch {
  keys: Set<string>;
  found: Promise<ReadonlyMap<string, RowVersion>>;
}

/** Cached latest versions in a database that no other process writes to. */
interface Memory {
  versions: Map<string, RowVersion | undefined>;
  /** Number of open publications of each asset, and of starts and ends of publications. */
  publishing: Map<string, { open: number; turns: number }>;
}

const memories = new WeakMap<Database, Memory>();

function memoryOf(database: Database): Memory {
  let memory = memories.get(database);
  if (!memory) memories.set(database, memory = { versions: new Map(), publishing: new Map() });
  return memory;
}

/** Clears the cache of latest versions: the tables have changed. */
export function forgetVersions(database: Database): void {
  memories.delete(database);
}

/**
 * Publishes new versions of some assets. During the publication their latest versions are read from the database, and cached again
 * after it.
 */
export type WhilePublishing = <T>(keys: readonly string[], publish: () => Promise<T>) => Promise<T>;

/** {@link WhilePublishing} for the readers of this thread. */
export async function whilePublishing<T>(
  database: Database,
  keys: readonly string[],
  publish: () => Promise<T>,
): Promise<T> {
  const { versions, publishing } = memoryOf(database);
  const turn = (change: 1 | -1) => {
    for (const key of keys) {
      const { open, turns } = publishing.get(key) ?? { open: 0, turns: 0 };
      publishing.set(key, { open: open + change, turns: turns + 1 });
      versions.delete(key);
    }
  };
  turn(1);
  try {
    return await publish();
  } finally {
    turn(-1);
  }
}

/**
 * Looks up the latest versions of assets for many readers with one query at a time: a reader that arrives during a query shares the
 * next one, which starts after its arrival and never returns an outdated version.
 *
 * The embedded database belongs to this process alone, which performs all publications: it is queried once a version, so that
 * readers do not wait for its single session during other publications.
 */
export class LatestVersions {
  #running: Promise<unknown> = Promise.resolve();
  #next: Batch | undefined;

  constructor(private readonly database: Database) {}

  /** The latest version; `undefined` if there was never one. */
  async of(key: string): Promise<RowVersion | undefined> {
    if (this.database.kind === "embedded") {
      const { versions } = memoryOf(this.database);
      if (versions.has(key)) return versions.get(key);
    }
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
    const { versions, publishing } = memoryOf(this.database);
    const turns = keys.map((key) => publishing.get(key)?.turns);
    const rows = await this.database.sql.unsafe<RowVersion[]>(
      `SELECT ${versionColumns}, true AS latest FROM jsonb_array_elements_text($1::text::jsonb) AS k(k)
       CROSS JOIN LATERAL (SELECT * FROM engine.materialization WHERE asset_key = k.k ORDER BY id DESC LIMIT 1) m
       WHERE NOT ${isLost("m")}`,
      [JSON.stringify(keys)],
      { prepare: true },
    );
    const found = new Map(rows.map((row) => [row.key, { ...row }]));
    for (const [i, key] of keys.entries()) {
      const now = publishing.get(key);
      // A publication during the query may be newer than its result.
      if (now?.turns === turns[i] && !now?.open) versions.set(key, found.get(key));
    }
    return found;
  }
}

/** A version of an asset's rows. It never changes: rows are stored with the versions that added and removed them. */
export interface RowVersion {
  /** Its materialization. */
  id: number;
  key: string;
  dataVersion: string;
  committedAt: string;
  /** Its input versions, by asset key. */
  upstream: Readonly<Record<string, { materialization: number; version: string }>>;
  /** Whether it was the latest at lookup. */
  latest: boolean;
}

/** The columns of a {@link RowVersion} except `latest`. */
export const versionColumns =
  `id, asset_key AS key, data_version AS "dataVersion", committed_at AS "committedAt", upstream`;
