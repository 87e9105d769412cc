import type { Database } from "../../resources/database/database.ts";
import { isLost } from "./lost_rows.ts";

interface Batch {
  keys: Set<string>;
  found: Promise<ReadonlyMap<string, RowVersion>>;
}

/** Known data of the latest versions in a database that no other process writes to. */
interface Memory {
  versions: Map<string, RowVersion | undefined>;
  /** How many publications of each asset are under way, and how often one has begun or ended. */
  publishing: Map<string, { open: number; turns: number }>;
}

const memories = new WeakMap<Database, Memory>();

function memoryOf(database: Database): Memory {
  let memory = memories.get(database);
  if (!memory) memories.set(database, memory = { versions: new Map(), publishing: new Map() });
  return memory;
}

/** Forgets what is known of the latest versions: the tables have changed. */
export function forgetVersions(database: Database): void {
  memories.delete(database);
}

/** Publishes new versions of some assets. Their latest versions are read from the database meanwhile, and afterwards known anew. */
export type WhilePublishing = <T>(keys: readonly string[], publish: () => Promise<T>) => Promise<T>;

/** See {@link WhilePublishing}: for the readers of this thread. */
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
 * Looks up the latest versions of assets for many readers with one query at a time: a reader that comes while one
 * runs shares the next, which begins after it has come, so that it never gets a version that was out of date by then.
 *
 * The embedded database belongs to this process alone, which knows when a version is published: it is asked once a version, so
 * that a reader does not wait for its one session while something else is being published.
 */
export class LatestVersions {
  #running: Promise<unknown> = Promise.resolve();
  #next: Batch | undefined;

  constructor(private readonly database: Database) {}

  /** The latest version; `undefined` where there has never been one. */
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
      // What has been or is being published may be newer than what was found.
      if (now?.turns === turns[i] && !now?.open) versions.set(key, found.get(key));
    }
    return found;
  }
}

/** A version of an asset's rows. It never changes: rows are kept with the versions that brought them and took them away. */
export interface RowVersion {
  /** Its materialization. */
  id: number;
  key: string;
  dataVersion: string;
  committedAt: string;
  /** The versions that it was made from, by asset key. */
  upstream: Readonly<Record<string, { materialization: number; version: string }>>;
  /** Whether there was none later when it was looked up. */
  latest: boolean;
}

/** The columns of a {@link RowVersion} but `latest`. */
export const versionColumns =
  `id, asset_key AS key, data_version AS "dataVersion", committed_at AS "committedAt", upstream`;
