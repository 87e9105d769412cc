import { type AnyAsset, type AsOf, type Engine, EngineError, type Materialization } from "../engine/mod.ts";
import type { DifferencePageProps } from "./pages/difference.tsx";

/** Parts of the engine used by the comparison of two versions. */
export type VersionEngine = Pick<Engine, "compare" | "materializations">;

/** Number of versions to choose from. */
const offered = 60;

/** Reads two versions by their numbers in an address: the two newest by default. */
export async function readVersions(
  engine: VersionEngine,
  asset: AnyAsset,
  search: URLSearchParams,
): Promise<Omit<DifferencePageProps, "assetKey" | "primaryKey">> {
  const versions = await engine.materializations(asset.key, { limit: offered });
  const given = (name: string) => {
    const text = search.get(name)?.trim() ?? "";
    return /^\d{1,15}$/.test(text) ? Number(text) : text === "" ? undefined : text;
  };
  const to = given("to") ?? versions[0]?.id;
  const from = given("from") ?? versions[1]?.id;
  if (to === undefined || from === undefined) {
    return {
      versions,
      difference: null,
      problem:
        `"${asset.key}" has fewer than two versions. Another one appears once a materialization changes its rows.`,
    };
  }
  try {
    const difference = await engine.compare(asset.key, { from, to });
    const [earlier, later] = await Promise.all(
      [difference.from, difference.to].map((id) => one(engine, asset.key, id)),
    );
    return { versions, earlier, later, difference, problem: null };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const known = (version: AsOf) => versions.find(({ id }) => id === version);
    return { versions, earlier: known(from), later: known(to), difference: null, problem: error.message };
  }
}

async function one(engine: VersionEngine, key: string, id: number): Promise<Materialization | undefined> {
  const [found] = await engine.materializations(key, { limit: 1, before: id + 1 });
  return found;
}
