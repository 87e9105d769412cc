import { z } from "zod";
import type { AnyAsset, Asset, Layer } from "./asset.ts";
import { checkKey } from "./asset_key.ts";
import { ExternalAssetError } from "../errors.ts";
import type { AssetGraph } from "./graph.ts";
import { defaultRetry } from "./retry.ts";

/** Declaration of an asset that something outside makes. */
export interface ExternalSpec {
  /** Its one name: key, URL and file. */
  key: string;
  /** `import.meta` of the declaring file, so that a key that is not the file's name is found at load. */
  module?: { url: string };
  group: string;
  layer: Layer;
  /** One sentence for people: what it is, and who makes it. */
  description: string;
}

/**
 * Declares an asset that something outside makes. It has no function and no table: Tandem knows of its versions what is
 * reported (`Engine.report`, `POST /v1/assets/:key/report`), and calls stale what names it under `after` when one is new. As
 * long as it has not been reported, it keeps nothing waiting.
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
    checks: [],
    external: true,
    partitionedBy: undefined,
    freshness: undefined,
    retention: undefined,
    // So that every asset of the graph has a producer. No plan has a step for it.
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
      source: undefined,
      materialize: () => Promise.reject(new ExternalAssetError(spec.key, "it has no function.")),
    },
  };
}

/** Whether a step can run though nothing is known of this upstream asset: an external one that was never reported. */
export function mayBeUnknown(graph: AssetGraph, upstream: string): boolean {
  return graph.asset(upstream).external;
}

/** @throws {ExternalAssetError} If all that is selected is made outside: there is nothing that could run. */
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
