import type { AssetState, AssetStateName } from "./asset_state.ts";

/** The part of an asset's state that the overall state depends on. */
export type JudgedAsset = Pick<AssetState, "key" | "state" | "freshness" | "failedChecks">;

/** State of all assets together. */
export interface OverallState {
  /** `bad` if an asset failed or is late, `attention` for other deviations. */
  tone: "good" | "busy" | "attention" | "bad";
  /** A few words. "Everything is fresh" means that no asset is stale, late or failed, and no check has failed. */
  title: string;
  /** Numbers of assets by state, and other items that need attention; a clause without its full stop. */
  detail: string;
}

const order = ["failed", "running", "stale", "missing", "fresh"] as const satisfies readonly AssetStateName[];

/**
 * The state of all assets together, in the same words on the page and on the command line.
 *
 * @param running Whether a run is open.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { overallState } from "./overall_state.ts";
 *
 * const asset = { key: "bars", state: "fresh", freshness: null, failedChecks: [] } as const;
 * assert.equal(overallState([asset]).title, "Everything is fresh");
 * ```
 */
export function overallState(
  assets: readonly JudgedAsset[],
  { running = false }: { running?: boolean } = {},
): OverallState {
  const counts = Map.groupBy(assets, ({ state }) => state);
  const late = assets.filter(isLate).map(({ key }) => key);
  const checks = assets.reduce((sum, { failedChecks }) => sum + failedChecks.length, 0);
  const settled = assets.every(({ state }) => state === "fresh");
  const untouched = assets.length > 0 && assets.every(({ state }) => state === "missing");
  const more = [
    ...late.length === 1 ? [`${late[0]} is late`] : late.length > 1 ? [`${late.length} are late`] : [],
    ...checks > 0 ? [`${checks} failed ${checks === 1 ? "check" : "checks"}`] : [],
  ];
  const total = `${assets.length.toLocaleString("en-US")} ${assets.length === 1 ? "asset" : "assets"}`;
  const states = order.flatMap((state) => counts.has(state) ? [`${counts.get(state)!.length} ${state}`] : []);
  const detail = settled
    ? `${total}${more.length > 0 ? `, all fresh, ${more.join(", ")}` : ""}`
    : `${total}: ${[...states, ...more].join(", ")}`;
  const is = (tone: OverallState["tone"], title: string): OverallState => ({ tone, title, detail });
  if (running) return is("busy", "Materializing");
  if (untouched) return is("attention", "Nothing is materialized yet");
  if (counts.has("failed")) return is("bad", "Something failed");
  if (counts.has("running")) return is("busy", "Materializing");
  if (!settled) return is("attention", "Not everything is fresh");
  if (late.length > 0) return is("bad", "Data is late");
  if (checks > 0) return is("attention", checks === 1 ? "A check failed" : "Some checks failed");
  return is("good", "Everything is fresh");
}

/** Whether an asset missed a deadline of its freshness policy. */
export function isLate({ freshness }: Pick<AssetState, "freshness">): boolean {
  return freshness?.state === "late";
}
