/** Rejects invalid closes and windows. */
export function requireCloses(closes: Float64Array, windows: Record<string, number>) {
  for (const [name, window] of Object.entries(windows)) {
    if (!Number.isInteger(window) || window < 1) {
      throw new RangeError(`${name} must be a whole number of at least 1, not ${window}.`);
    }
  }
  for (let t = 0; t < closes.length; t++) {
    if (!Number.isFinite(closes[t]!)) {
      throw new RangeError(`Close ${t} is ${closes[t]}; an indicator needs finite closes.`);
    }
  }
}
