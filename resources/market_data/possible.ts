/**
 * What values may be, far beyond what any instrument has had, in USD a share, shares, and new shares for one old. What lies outside is a
 * fault of its source, and products and squares of it leave what a double holds: one such value would end every computation that it is in.
 */
export const possible = {
  price: { least: 1e-15, most: 1e15 },
  volume: { most: 1e18 },
  split: { least: 1e-6, most: 1e6 },
} as const;
