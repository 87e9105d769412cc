import type { Database } from "../../resources/database/database.ts";
import type { Rectangle } from "../partitions/mod.ts";
import type { Reason } from "./reasons.ts";

type Read = Readonly<Record<string, { materialization: number; version: string }>>;

/** A materialization as needed by explanations. */
export interface PastMaterialization {
  id: number;
  runId: number;
  config: unknown;
  upstream: Read;
  /** Inputs of the previous materialization; `null` for the first. */
  before: Read | null;
  changed: readonly Rectangle[] | null;
  /** Why its step was planned. */
  reasons: readonly Reason[];
}

/** Materializations by id, each read once. */
export class PastMaterializations {
  readonly #known = new Map<number, Promise<PastMaterialization | undefined>>();

  constructor(private readonly database: Database) {}

  of(id: number): Promise<PastMaterialization | undefined> {
    let found = this.#known.get(id);
    if (!found) this.#known.set(id, found = this.#read(id));
    return found;
  }

  async #read(id: number): Promise<PastMaterialization | undefined> {
    const [row] = await this.database.sql<PastMaterialization[]>`
      SELECT m.id, m.run_id AS "runId", engine.with_config(m.asset_key, m.config_hash, m.config) AS config, m.upstream, m.changed, coalesce(s.reasons, '[]') AS reasons,
             (SELECT upstream FROM engine.materialization b WHERE b.asset_key = m.asset_key AND b.run_id < m.run_id
              ORDER BY b.id DESC LIMIT 1) AS before
      FROM engine.materialization m LEFT JOIN engine.step s ON s.run_id = m.run_id AND s.key = m.step_key
      WHERE m.id = ${id}`;
    return row;
  }
}
