/** One value of two versions. */
export interface ComparedValue {
  name: string;
  before: unknown;
  after: unknown;
}

/**
 * The values of two records by name.
 *
 * @param options.all Includes equal values.
 */
export function differing(before: unknown, after: unknown, { all = false } = {}): ComparedValue[] {
  const [earlier, later] = [Object(before ?? {}), Object(after ?? {})] as Record<string, unknown>[];
  return [...new Set([...Object.keys(earlier!), ...Object.keys(later!)])]
    .map((name) => ({ name, before: earlier![name], after: later![name] }))
    .filter((value) => all || JSON.stringify(value.before) !== JSON.stringify(value.after));
}
