/**
 * Settings that make `cointegrated_pairs` also test the pairs pinned in `chosen_pairs`, so that they have statistics even if no
 * source proposes them. Settings that already name pairs to test are unchanged.
 */
export function withPinnedTested(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const pinned = (config.chosen_pairs as { pinnedPairs?: unknown } | undefined)?.pinnedPairs;
  if (!Array.isArray(pinned) || pinned.length === 0) return config;
  return { ...config, cointegrated_pairs: { namedPairs: pinned, ...config.cointegrated_pairs as object | undefined } };
}
