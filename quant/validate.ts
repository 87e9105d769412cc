/**
 * Rejects arrays with too few values, or with a value that is not finite.
 *
 * @param name Name of the array in the message.
 * @throws {RangeError} If the array is shorter than `minimumLength` or contains NaN, +∞ or −∞; the message names the first such index.
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

/** @throws {RangeError} If a value is not in the list: callers from plain JavaScript are not checked by types. */
export function requireOneOf<T extends string>(value: T, name: string, allowed: readonly T[]): void {
  if (!allowed.includes(value)) {
    throw new RangeError(`${name} must be one of ${allowed.join(", ")}, got ${value}.`);
  }
}
