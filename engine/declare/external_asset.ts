import { z } from "zod";
import type { AnyAsset, Asset, Layer } from "./asset.ts";
import { checkKey } from "./asset_key.ts";
import { ExternalAssetError } from "../errors.ts";
import type { AssetGraph } from "./graph.ts";
import { defaultRetry } from "./retry.ts";

/** Declaration of an external asset. */
export interface ExternalSpec {
  /** Its one name: key, URL and file. */
  key: string;
  /** `import.meta` of the declaring file: a key that differs from the file's name is an error at load. */
  module?: { url: string };
  group: string;
  layer: Layer;
  /** One sentence for users: its content and its maker. */
  description: string;
}

/**
 * Declares an external asset. It has no function and no table: Tandem knows its reported versions (`Engine.report`, `POST
 * /v1/assets/:key/report`), and a new one makes the assets that list it under `after` stale. Until its first report, nothing waits
 * for it.
 *
 * @throws {DefinitionError} If the key is not in snake_case.
 */
export function externalAsset(spec: ExternalSpec): Asset<never> {
  checkKey(spec.key);
  return {
    key: spec.key,
    module: spec.module?.url,
    group: spec.group,
    layer: spec.layer,
    description: spec.description,
    schema: { columns: [], primaryKey: [], fingerprint: "external" },
    orders: [],
    checks: [],
    external: true,
    partitionedBy: undefined,
    freshness: undefined,
    retention: undefined,
    carriedOn: false,
    storage: undefined,
    // Gives every asset of the graph a producer. No plan has a step for it.
    recipe: {
      deps: {},
      mappings: {},
      after: [],
      outs: {},
      config: z.strictObject({}),
      codeVersion: "external",
      retry: defaultRetry,
      partitionsDef: undefined,
      automation: undefined,
      pool: undefined,
      timeoutMs: undefined,
      runsOn: undefined,
      blocks: [],
      source: undefined,
      materialize: () => Promise.reject(new ExternalAssetError(spec.key, "it has no function.")),
    },
  };
}

/** Whether a step can run without a version of this upstream asset: an external one that was never reported. */
export function mayBeUnknown(graph: AssetGraph, upstream: string): boolean {
  return graph.asset(upstream).external;
}

/** @throws {ExternalAssetError} If all selected assets are external: there is no step to run. */
export function refuseExternalsAlone(graph: AssetGraph, selected: readonly string[]): void {
  if (selected.some((key) => !graph.asset(key).external)) return;
  const key = selected[0]!;
  throw new ExternalAssetError(
    key,
    `it cannot be materialized here. Report its versions with POST /v1/assets/${key}/report.`,
  );
}

/** The asset, if it has rows here. @throws {ExternalAssetError} */
export function withRows(asset: AnyAsset): AnyAsset {
  if (asset.external) throw new ExternalAssetError(asset.key, "Tandem holds no rows of it.");
  return asset;
}
