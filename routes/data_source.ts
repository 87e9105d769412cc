import type { Engine } from "../engine/mod.ts";

/** The header with the original sources of a response's data. */
export const dataSourceHeader = "Tandem-Data-Source";

/** The header in the OpenAPI document. */
export const dataSourceHeaders = {
  [dataSourceHeader]:
    "Source of the data: `simulated` (invented prices), `csv`, `parquet`, `imported`, `polygon`, several separated by commas, or `request` for results computed from the body; absent if unknown",
};

/** The header for a response made from versions of assets; none if no version has a source. */
export async function sourceOfVersions(
  engine: Pick<Engine, "origins">,
  versions: readonly { id: number }[],
): Promise<Record<string, string>> {
  return sourceHeader(await engine.origins(versions.map(({ id }) => id)));
}

/** The header for known sources; none without sources. */
export function sourceHeader(sources: readonly string[]): Record<string, string> {
  return sources.length === 0 ? {} : { [dataSourceHeader]: sources.join(", ") };
}

/** The header for a response computed from the request's data. */
export const sourceIsRequest = { [dataSourceHeader]: "request" };
