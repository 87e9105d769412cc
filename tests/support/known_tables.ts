import { z } from "zod";
import type { AnyAsset, Asset, Metadata } from "../../engine/mod.ts";

const empty = z.strictObject({});

/** An asset of the service with its own name, schema and settings, but with given rows: its readers are tested against its real columns. */
export function knownTable<Row extends object>(
  asset: Asset<Row>,
  rows: readonly Row[],
  metadata: Metadata = {},
): AnyAsset {
  const recipe = asset.recipe ?? {
    config: empty,
    codeVersion: "1",
    retry: { attempts: 1, delayMs: 0 },
    source: undefined,
  };
  return {
    ...asset,
    checks: [],
    recipe: {
      ...recipe,
      deps: {},
      after: [],
      outs: {},
      partitionsDef: undefined,
      materialize: () => Promise.resolve({ rows, metadata }),
    },
  } as unknown as AnyAsset;
}
