/**
 * Bounds of plausible values, far beyond those of any instrument: prices in USD per share, volumes in shares, splits in new
 * shares per old share. A value outside them is a fault of its source; its products and squares can exceed the range of doubles,
 * which would break every computation with it.
 */
export const possible = {
  price: { least: 1e-15, most: 1e15 },
  volume: { most: 1e18 },
  split: { least: 1e-6, most: 1e6 },
} as const;
