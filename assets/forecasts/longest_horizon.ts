/** Most sessions ahead that a spread can be forecast: about a month. The spreads of a pair are kept so long after its window. */
export const longestHorizon = 21;
