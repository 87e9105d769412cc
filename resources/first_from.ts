/** Index of the first date that is not before `date`, by bisection; the number of dates if there is none. `dates` are ascending. */
export function firstFrom(dates: readonly string[], date: string): number {
  let low = 0;
  let high = dates.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (dates[middle]! < date) low = middle + 1;
    else high = middle;
  }
  return low;
}
