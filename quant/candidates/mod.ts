/** Sources of candidate pairs. */
export type { RankedPair, TickerPair } from "./candidate_pair.ts";
export { type CandidatePair, candidatePairs } from "./candidate_pairs.ts";
export { distancePairs, type DistancePairsOptions } from "./distance_pairs.ts";
export { groupPairCount, groupPairs } from "./group_pairs.ts";
export { neighbourPairs } from "./neighbour_pairs.ts";
