/** For tests of assets: runs the function of one asset on rows, with a clock that stands still. @module */
export { fixedClock } from "../resources/clock.ts";
export { type AssetContext, type AssetOutput, runAsset } from "./run_asset.ts";
