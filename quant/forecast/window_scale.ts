/** Maps the values of a window to 0 … 1. */
export interface WindowScale {
  /** Smallest value of the window. */
  offset: number;
  /** Largest less smallest value; 1 for a constant window. */
  range: number;
}

/** The scale of a window, from its own values alone; later values may map outside 0 … 1. */
export function windowScale(window: Float64Array): WindowScale {
  let [least, most] = [Infinity, -Infinity];
  for (const value of window) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const range = most - least;
  return { offset: least + 0, range: range > 0 ? range : 1 };
}
