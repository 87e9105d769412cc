/** The distinct values of a column, and for each row the index of its value. */
export interface Numbered<Value> {
  /** In order of first occurrence. */
  readonly values: readonly Value[];
  readonly numbers: Uint32Array;
}

/** Numbers the distinct values. Cost: O(n), one lookup for each value that differs from the previous one. */
export function numbered<Value extends string | number | boolean | null>(column: ArrayLike<Value>): Numbered<Value> {
  const found = new Map<Value, number>();
  const values: Value[] = [];
  const numbers = new Uint32Array(column.length);
  let last: Value | undefined;
  let lastNumber = 0;
  for (let i = 0; i < column.length; i++) {
    const value = column[i]!;
    if (value !== last) {
      const before = found.get(value);
      lastNumber = before ?? values.length;
      if (before === undefined) {
        found.set(value, lastNumber);
        values.push(value);
      }
      last = value;
    }
    numbers[i] = lastNumber;
  }
  return { values, numbers };
}

/**
 * One number for each row; two rows share it exactly if they share the values of all columns.
 *
 * @param columns All of one length; objects are compared by their JSON.
 */
export function combined(columns: readonly (Float64Array | readonly unknown[])[]): Float64Array {
  const combination = new Float64Array(columns[0]?.length ?? 0);
  let width = 1;
  for (const column of columns) {
    const { values, numbers } = numbered(column instanceof Float64Array ? column : column.map(primitive));
    if (width * values.length > Number.MAX_SAFE_INTEGER) {
      const { values, numbers } = numbered(combination);
      combination.set(numbers);
      width = values.length;
    }
    for (let i = 0; i < combination.length; i++) combination[i] = combination[i]! * values.length + numbers[i]!;
    width *= values.length;
  }
  return combination;
}

function primitive(value: unknown): string | number | boolean | null {
  return typeof value === "object" && value !== null
    ? JSON.stringify(value)
    : value as string | number | boolean | null;
}
