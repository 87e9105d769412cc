/**
 * What metadata say of the volumes among bars. Where a source has none (closes alone, or zeros throughout), how easily a pair is traded is
 * not known: no pair is refused for it, and none has been found tradable.
 *
 * @param columns Shares of each bar.
 */
export function volumesIn(columns: Iterable<ArrayLike<number>>): string {
  for (const volume of columns) {
    for (let i = 0; i < volume.length; i++) if (volume[i]! > 0) return "in the source";
  }
  return "none in the source: liquidity is not known";
}
