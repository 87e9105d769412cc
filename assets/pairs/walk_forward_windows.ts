import { z } from "zod";
import { keepAll } from "../../engine/mod.ts";
import { assetOut } from "../resources.ts";
import { searchCounts } from "./formations.ts";

/** Columns with the bounds of a window. */
export const windowBounds = {
  window: z.int().min(1).describe("Number of the window; 1 is the earliest"),
  formation_first_session: z.iso.date().describe("Where what is known begins"),
  formation_last_session: z.iso.date().describe("Pairs are chosen from no later data"),
  trading_first_session: z.iso.date().describe("The first in which an order can be given, at its close"),
  trading_last_session: z.iso.date().describe("The last one so far while the window is not complete"),
  complete: z.boolean().describe("Whether the trading window has all its sessions"),
};

export const WalkForwardWindow = z.object({
  ...windowBounds,
  trading_sessions: z.int().min(2).describe("Sessions of the trading window once it is complete"),
  ...searchCounts,
});

/** All windows of the walk-forward, including those without a pair, with the number of pairs tried. */
export const walkForwardWindows = assetOut({
  key: "walk_forward_windows",
  module: import.meta,
  group: "pairs",
  layer: "gold",
  description: "Formation and trading windows, rolled through the data, and how many pairs were tried in each.",
  row: WalkForwardWindow,
  primaryKey: ["window"],
  retention: keepAll,
});
