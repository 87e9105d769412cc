/**
 * Metadata value about volumes in bars. If a source has none (closes only, or only zeros), tradability is unknown: no pair is
 * refused for it, and none is confirmed as tradable.
 *
 * @param columns Shares of each bar.
 */
export function volumesIn(columns: Iterable<ArrayLike<number>>): string {
  for (const volume of columns) {
    for (let i = 0; i < volume.length; i++) if (volume[i]! > 0) return "in the source";
  }
  return "none in the source: liquidity is not known";
}
