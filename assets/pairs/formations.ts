import { z } from "zod";
import { keepAll } from "../../engine/mod.ts";
import { assetOut } from "../resources.ts";

/** Columns with the bounds of a formation. */
export const formationBounds = {
  formation_first_session: z.iso.date().describe("First session of the known data"),
  formation_last_session: z.iso.date().describe("Pairs are chosen from no later data"),
};

/** Columns of a search for pairs: its settings, and how many it tried. */
export const searchCounts = {
  settings: z.string().min(1).describe("Settings of the search, as JSON"),
  tickers: z.int().min(0).describe("Tickers that survived cleaning in the formation"),
  clusters: z.int().min(0).describe("Number of their clusters"),
  pairs_tested: z.int().min(0).describe("Tested candidate pairs: the trials of this window"),
  pairs_accepted: z.int().min(0).describe("Pairs that met every criterion"),
  pairs_chosen: z.int().min(0).describe("Pairs that are traded in the window"),
};

export const FormationRow = z.object({
  ...formationBounds,
  formation_sessions: z.int().min(1).describe("Complete sessions of the formation"),
  trading_sessions: z.int().min(2).describe("Sessions of the trading window that follows, once it is complete"),
  ...searchCounts,
});

/** All formations of the walk-forward, including those without a pair, with the number of pairs tried. */
export const formations = assetOut({
  key: "formations",
  module: import.meta,
  group: "pairs",
  layer: "gold",
  description: "The formations of the walk-forward, with the number of pairs tried in each.",
  row: FormationRow,
  primaryKey: ["formation_last_session"],
  partitionedBy: { date: "formation_last_session" },
  retention: keepAll,
});
