import type { AnyAsset } from "../engine/mod.ts";
import * as assets from "./mod.ts";
import * as vendorAssets from "./polled/mod.ts";

/** All assets for where bars come from: a file or a simulated market, or a vendor that is asked call by call. */
export function assetsOf(source: "file" | "vendor"): AnyAsset[] {
  const all = new Map<string, AnyAsset>(Object.values(assets).map((asset) => [asset.key, asset]));
  if (source === "vendor") { for (const asset of Object.values(vendorAssets)) all.set(asset.key, asset); }
  return [...all.values()];
}
