import type { Input, Metadata } from "../../engine/mod.ts";

/** As it stands in metadata. */
const noDividends = "none in the source";

/**
 * What metadata say of the dividends among bars. A source may have none: a file without that column or with nothing but blanks and
 * zeros in it, a vendor that tells of none. What is earned on its prices is a price return then, which must not be taken for a total
 * return.
 *
 * @param columns USD a share of each bar; what is no positive number counts as none.
 */
export function dividendsIn(columns: Iterable<ArrayLike<number>>): string {
  for (const dividend of columns) {
    for (let i = 0; i < dividend.length; i++) if (dividend[i]! > 0) return "in the source";
  }
  return noDividends;
}

/** The same of what was selected or earned on such bars and is read on; nothing where that says nothing. */
export async function dividendsOf(input: Pick<Input<object>, "metadata">): Promise<Metadata> {
  const { dividends } = await input.metadata();
  return dividends === undefined ? {} : { dividends };
}
