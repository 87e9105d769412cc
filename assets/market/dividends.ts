import type { Input, Metadata } from "../../engine/mod.ts";

/** Value in metadata. */
const noDividends = "none in the source";

/**
 * Metadata value about dividends in bars. A source may have none: a file without that column or with only blanks and zeros, or a
 * vendor without dividends. Returns on its prices are then price returns, not total returns.
 *
 * @param columns USD a share of each bar; values that are not positive numbers count as none.
 */
export function dividendsIn(columns: Iterable<ArrayLike<number>>): string {
  for (const dividend of columns) {
    for (let i = 0; i < dividend.length; i++) if (dividend[i]! > 0) return "in the source";
  }
  return noDividends;
}

/** The same metadata for assets made from such bars, copied from an upstream asset; empty if that has none. */
export async function dividendsOf(input: Pick<Input<object>, "metadata">): Promise<Metadata> {
  const { dividends } = await input.metadata();
  return dividends === undefined ? {} : { dividends };
}
