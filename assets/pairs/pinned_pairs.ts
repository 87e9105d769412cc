/**
 * Settings with which `cointegrated_pairs` also tests the pairs that `chosen_pairs` pins, so that these have statistics even if no source
 * proposes them. Settings that name pairs to be tested stay as they are.
 */
export function withPinnedTested(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const pinned = (config.chosen_pairs as { pinnedPairs?: unknown } | undefined)?.pinnedPairs;
  if (!Array.isArray(pinned) || pinned.length === 0) return config;
  return { ...config, cointegrated_pairs: { namedPairs: pinned, ...config.cointegrated_pairs as object | undefined } };
}
