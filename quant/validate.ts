/**
 * Refuses what no statistic can be computed from: too few values, or one that is not finite.
 *
 * @param name What the caller calls the array, for the message.
 * @throws {RangeError} If the array is shorter than `minimumLength` or holds NaN, +∞ or −∞; the message names the first
 * such index.
 */
export function requireFinite(values: Float64Array, name: string, minimumLength: number): void {
  if (values.length < minimumLength) {
    throw new RangeError(`${name} needs at least ${minimumLength} values, got ${values.length}.`);
  }
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new RangeError(`${name} must be finite, but value ${i} is ${values[i]}.`);
    }
  }
}

/** @throws {RangeError} If two arrays that belong together differ in length. */
export function requireSameLength(a: { readonly length: number }, b: { readonly length: number }, names: string): void {
  if (a.length !== b.length) {
    throw new RangeError(`${names} must have the same length, got ${a.length} and ${b.length}.`);
  }
}

/** @throws {RangeError} If a value is not an integer within the bounds. */
export function requireInteger(value: number, name: string, least: number, most = Infinity): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    const range = most === Infinity ? `at least ${least}` : `from ${least} to ${most}`;
    throw new RangeError(`${name} must be an integer ${range}, got ${value}.`);
  }
}

/** @throws {RangeError} If a value is not one of those listed: callers from plain JavaScript have no types to stop them. */
export function requireOneOf<T extends string>(value: T, name: string, allowed: readonly T[]): void {
  if (!allowed.includes(value)) {
    throw new RangeError(`${name} must be one of ${allowed.join(", ")}, got ${value}.`);
  }
}
