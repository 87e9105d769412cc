import type {
  AnyAsset,
  AssetState,
  CellReport,
  CheckResult,
  Engine,
  Explanation,
  Materialization,
} from "../engine/mod.ts";

/** What the page of an asset reads of the engine. */
export type AssetEngine = Pick<Engine, "graph" | "states" | "why" | "cells" | "materializations" | "checks">;

/** All that the page of an asset shows. */
export interface AssetRecord {
  asset: AnyAsset;
  state: AssetState;
  explanation: Explanation;
  /** `null` for an asset that is made as a whole. */
  report: CellReport | null;
  /** Newest first. */
  materializations: readonly Materialization[];
  checks: readonly CheckResult[];
  /** Milliseconds since 1970. */
  now: number;
}

const shownMaterializations = 10;

/** Reads what the page of an asset shows; `undefined` if there is no such asset. */
export async function readAsset(engine: AssetEngine, key: string, now: number): Promise<AssetRecord | undefined> {
  if (!engine.graph.keys.includes(key)) return undefined;
  const [[state], explanation, report, materializations, checks] = await Promise.all([
    engine.states([key]),
    engine.why(key),
    engine.cells(key),
    engine.materializations(key, { limit: shownMaterializations }),
    engine.checks(key),
  ]);
  return { asset: engine.graph.asset(key), state: state!, explanation, report, materializations, checks, now };
}
