import type { Engine } from "../engine/mod.ts";

/** The header that says where the data of an answer came from in the beginning. */
export const dataSourceHeader = "Tandem-Data-Source";

/** What the header is for, for the document of the API. */
export const dataSourceHeaders = {
  [dataSourceHeader]:
    "Source of the data: `simulated` (invented prices), `csv`, `parquet`, `imported`, `polygon`, several separated by commas, or `request` for results computed from the body; absent if unknown",
};

/** The header for an answer that is made of some versions of assets; nothing where none of them names a source. */
export async function sourceOfVersions(
  engine: Pick<Engine, "origins">,
  versions: readonly { id: number }[],
): Promise<Record<string, string>> {
  return sourceHeader(await engine.origins(versions.map(({ id }) => id)));
}

/** The header for an answer whose sources are known; nothing where there are none. */
export function sourceHeader(sources: readonly string[]): Record<string, string> {
  return sources.length === 0 ? {} : { [dataSourceHeader]: sources.join(", ") };
}

/** The header for an answer that is computed of what the request brought. */
export const sourceIsRequest = { [dataSourceHeader]: "request" };
