/** For tests of assets: runs the function of one asset on rows, with a fixed clock. @module */
export { fixedClock } from "../resources/clock.ts";
export { type AssetContext, type AssetOutput, runAsset } from "./run_asset.ts";
