import { formationPairs, sessions } from "../assets/views.ts";
import type { AssetGraph, AssetState } from "../engine/mod.ts";
import { count } from "./figures.ts";

/**
 * Assets that were materialized with 0 rows, by key, each with the reason in sentences as far as it is known: a history shorter
 * than a formation of the walk-forward, or failed checks; otherwise an empty text.
 */
export function emptyAssets(
  states: readonly AssetState[],
  graph: Pick<AssetGraph, "upstream">,
): ReadonlyMap<string, string> {
  const empty = states.filter(({ lastMaterialization }) => lastMaterialization?.rowCount === 0);
  const short = shortHistory(states);
  const ofFormations = short === null ? new Set<string>() : downstreamOf(formationPairs.key, empty, graph);
  return new Map(
    empty.map(({ key, failedChecks }) => [
      key,
      ofFormations.has(key)
        ? short!
        : failedChecks.map(({ name, message }) => `Its check ${name} failed: ${message}.`).join(" "),
    ]),
  );
}

/** That the history is shorter than a formation of the walk-forward; `null` if it is not, or unknown. */
function shortHistory(states: readonly AssetState[]): string | null {
  const last = (key: string) => states.find((state) => state.key === key)?.lastMaterialization;
  const [formations, history] = [last(formationPairs.key), last(sessions.key)];
  const { formationSessions } = (formations?.config ?? {}) as { formationSessions?: unknown };
  if (formations?.rowCount !== 0 || !history || typeof formationSessions !== "number") return null;
  if (history.rowCount >= formationSessions) return null;
  return `The history has ${count(history.rowCount)} sessions, fewer than the ${
    count(formationSessions)
  } of a formation` +
    ` (setting formationSessions of ${formationPairs.key}).`;
}

/** An asset and those of `among` that are made from it, directly or through others. */
function downstreamOf(
  key: string,
  among: readonly AssetState[],
  graph: Pick<AssetGraph, "upstream">,
): ReadonlySet<string> {
  const found = new Set([key]);
  // In dependency order, so that each asset comes after those that it is made from.
  for (const asset of among) if (graph.upstream(asset.key).some((up) => found.has(up))) found.add(asset.key);
  return found;
}
