/** Rejects a series that is too short or contains a value that is not finite. */
export function requireFinite(values: Float64Array, name: string, minimum = 1) {
  if (values.length < minimum) {
    throw new RangeError(`Needs at least ${minimum} ${name} value${minimum === 1 ? "" : "s"}, not ${values.length}.`);
  }
  for (let t = 0; t < values.length; t++) {
    if (!Number.isFinite(values[t]!)) {
      throw new RangeError(`The ${name} value ${t} is ${values[t]}; it must be finite.`);
    }
  }
}

/** Rejects an equity curve that is empty, not finite or does not start above 0. */
export function requireEquity(equity: Float64Array) {
  requireFinite(equity, "equity");
  if (!(equity[0]! > 0)) throw new RangeError(`Equity must start above 0, not at ${equity[0]}.`);
}

export function requirePositive(value: number, name: string) {
  if (!(value > 0 && value < Infinity)) throw new RangeError(`${name} must be above 0 and finite, not ${value}.`);
}
