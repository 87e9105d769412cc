/** A span of time, drawn from left to right. */
export interface TimeSpan {
  fromMs: number;
  toMs: number;
}

/** Intervals between the marks of an axis, in minutes. */
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 2_880, 10_080, 43_200];

/** Position of a moment on the axis, as a percentage of its width; outside the axis below 0 or above 100. */
export function percentAt({ fromMs, toMs }: TimeSpan, atMs: number): number {
  return (100 * (atMs - fromMs)) / Math.max(1, toMs - fromMs);
}

/** A percentage in the form of SVG attributes. */
export function percentText(percent: number): string {
  return `${Math.round(percent * 1_000) / 1_000}%`;
}

/** Moments along the axis that are round in a time zone, about `most` of them, each with its label. */
export function axisMarks({ fromMs, toMs }: TimeSpan, timeZone: string, most = 8): { atMs: number; text: string }[] {
  const minutes = (toMs - fromMs) / 60_000;
  const stepMs = 60_000 * (steps.find((step) => minutes / step <= most) ?? 1_440 * Math.ceil(minutes / most / 1_440));
  const marks: { atMs: number; text: string }[] = [];
  const zoned = (ms: number) => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone);
  const offsetMs = zoned(Math.round(fromMs)).offsetNanoseconds / 1e6;
  for (let atMs = Math.ceil((fromMs + offsetMs) / stepMs) * stepMs - offsetMs; atMs <= toMs; atMs += stepMs) {
    const at = zoned(atMs).toPlainDateTime().toString();
    const midnight = at.slice(11, 16) === "00:00";
    marks.push({ atMs, text: midnight || stepMs >= 86_400_000 ? at.slice(5, 10) : at.slice(11, 16) });
  }
  return marks;
}

/**
 * Assigns bars to as few rows as possible so that none overlap: the index of the row of each bar.
 *
 * @param bars In any order; `to` not before `from`.
 */
export function packed(bars: readonly { from: number; to: number }[]): number[] {
  const ends: number[] = [];
  const rows = new Array<number>(bars.length);
  for (const i of bars.keys().toArray().toSorted((a, b) => bars[a]!.from - bars[b]!.from)) {
    const free = ends.findIndex((end) => end <= bars[i]!.from);
    const row = free === -1 ? ends.length : free;
    ends[row] = bars[i]!.to;
    rows[i] = row;
  }
  return rows;
}

/** A coordinate rounded to a hundredth of a pixel. */
export function at(value: number): number {
  return Math.round(100 * value) / 100;
}
