/** Longest forecast horizon of a spread, in sessions: about a month. Spreads of a pair are kept as long after its window. */
export const longestHorizon = 21;
