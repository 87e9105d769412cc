import type { AssetState } from "../engine/mod.ts";

/** State of an asset as pages show it: that of the engine, or `waiting` if its turn in a run is to come. */
export const shownStates = ["failed", "running", "waiting", "stale", "missing", "fresh"] as const;
export type ShownState = typeof shownStates[number];

/**
 * The shown state of an asset.
 *
 * @param waiting The run in which an asset waits for its turn, by key of the asset whose function makes it.
 */
export function shownState(asset: AssetState, waiting: ReadonlyMap<string, number>): ShownState {
  return asset.state !== "running" && waiting.has(asset.madeBy ?? asset.key) ? "waiting" : asset.state;
}

/** Reason of the state, a sentence without its full stop; empty for a fresh asset. */
export function reasonInShort(asset: AssetState, waiting: ReadonlyMap<string, number>): string {
  const { lastStep, reasons } = asset;
  switch (shownState(asset, waiting)) {
    case "fresh":
      return "";
    case "running":
      return `in run ${lastStep?.runId}`;
    case "waiting":
      return `for its turn in run ${waiting.get(asset.madeBy ?? asset.key)}`;
    case "failed":
      if (lastStep?.error) return `run ${lastStep.runId}: ${lastStep.error.message}`;
  }
  return reasons[0] ? `${reasons[0].message}${reasons.length > 1 ? `, and ${reasons.length - 1} more` : ""}` : "";
}
