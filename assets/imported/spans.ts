import type { Wanted } from "../../engine/mod.ts";

/** Partitions with rows: each name from its first date to its last. */
export function spansOf(names: readonly string[], dates: readonly string[]): Wanted {
  const spans = new Map<string, { first: string; last: string }>();
  names.forEach((name, i) => {
    const date = dates[i]!;
    const span = spans.get(name);
    if (!span) spans.set(name, { first: date, last: date });
    else if (date < span.first) span.first = date;
    else if (date > span.last) span.last = date;
  });
  return { names: [...spans.keys()].sort(), dates: [...new Set(dates)].sort(), spans };
}
