import type { ColumnOf, Engine, Materialization, View, ViewQuery } from "../engine/mod.ts";

/** Parts of the engine used to read rows of versions. */
export type VersionEngine = Pick<Engine, "graph" | "read" | "newestDate" | "ledger">;

/** Materializations by the keys of their assets. */
export type Versions = ReadonlyMap<string, Materialization>;

/** The latest materialization of each of `views` that the project has, in that order, if it has one: a single query. */
export async function latestVersions(engine: VersionEngine, views: readonly View<unknown>[]): Promise<Versions> {
  const keys = views.map(({ key }) => key).filter((key) => engine.graph.keys.includes(key));
  const latest = await engine.ledger.materializations.latest(keys);
  return new Map(keys.flatMap((key) => latest.has(key) ? [[key, latest.get(key)!]] : []));
}

/** Reads given versions of assets, whatever is published meanwhile. An asset without a version has no rows. */
export class VersionReader {
  constructor(private readonly engine: VersionEngine, readonly versions: Versions) {}

  has({ key }: View<unknown>): boolean {
    return this.versions.has(key);
  }

  /** All rows that meet a query. */
  async rows<Row, Field extends ColumnOf<Row> = ColumnOf<Row>>(
    view: View<Row>,
    query: VersionQuery<Row, Field> = {},
  ): Promise<Pick<Row, Field>[]> {
    return (await this.some(view, query)).rows;
  }

  /** The first rows that meet a query, and whether the limit cut further ones. */
  async some<Row, Field extends ColumnOf<Row> = ColumnOf<Row>>(
    view: View<Row>,
    query: VersionQuery<Row, Field> & { limit?: number },
  ): Promise<{ rows: Pick<Row, Field>[]; cut: boolean }> {
    const version = this.versions.get(view.key);
    if (!version || version.rowCount === 0) return { rows: [], cut: false };
    const { rows, nextCursor } = await this.engine.read<Row, Field>(view, { ...query, asOf: version.id });
    return { rows, cut: nextCursor !== null };
  }

  /** The newest date of the partitions of an asset; `null` if there is none. */
  async newestDate({ key }: View<unknown>): Promise<string | null> {
    const version = this.versions.get(key);
    return version ? await this.engine.newestDate(key, { asOf: version.id }) : null;
  }
}

type VersionQuery<Row, Field extends ColumnOf<Row>> = Omit<ViewQuery<Row, Field>, "limit" | "cursor" | "asOf">;
