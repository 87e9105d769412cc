// Kept, because making a format takes fifty times as long as using it, and a page has hundreds of numbers.
const whole = new Intl.NumberFormat("en-US");

/** A whole number with separators: `442,476`. */
export function count(n: number): string {
  return whole.format(n);
}

/** A noun with its number: `1 row`, `12 rows`. */
export function counted(n: number, thing: string): string {
  return `${count(n)} ${thing}${n === 1 ? "" : "s"}`;
}

/** A duration in its shortest readable form: `0.2 s`, `48.0 s`, `3 min 05 s`, `2 h 10 min`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}
